// The naive twin's rules for one packet in itself: the tables of the specification, written down once more.

import type { Packet } from '../../../../emulators/index.ts'
import { codeOf, propertiesOf, type Side, value } from './words.testing.ts'

/** [MQTT 5.0, 3.1.2.11, 3.1.3.2, 3.2.2.3, 3.3.2.3, 3.4.2.2 …]: what each packet may have. */
const ANSWER = ['reasonString', 'userProperty']
const MESSAGE = ['payloadFormatIndicator', 'messageExpiryInterval', 'contentType', 'responseTopic', 'correlationData']
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  connect: [
    ...['sessionExpiryInterval', 'receiveMaximum', 'maximumPacketSize', 'topicAliasMaximum'],
    ...['requestResponseInformation', 'requestProblemInformation', 'userProperty'],
    ...['authenticationMethod', 'authenticationData'],
  ],
  will: [...MESSAGE, 'willDelayInterval', 'userProperty'],
  connack: [
    ...['sessionExpiryInterval', 'receiveMaximum', 'maximumQos', 'retainAvailable', 'maximumPacketSize'],
    ...['assignedClientIdentifier', 'topicAliasMaximum', 'reasonString', 'userProperty'],
    ...['wildcardSubscriptionAvailable', 'subscriptionIdentifierAvailable', 'sharedSubscriptionAvailable'],
    ...['serverKeepAlive', 'responseInformation', 'serverReference', 'authenticationMethod', 'authenticationData'],
  ],
  publish: [...MESSAGE, 'topicAlias', 'userProperty', 'subscriptionIdentifier'],
  puback: ANSWER,
  pubrec: ANSWER,
  pubrel: ANSWER,
  pubcomp: ANSWER,
  subscribe: ['subscriptionIdentifier', 'userProperty'],
  suback: ANSWER,
  unsubscribe: ['userProperty'],
  unsuback: ANSWER,
  disconnect: ['sessionExpiryInterval', 'serverReference', ...ANSWER],
  auth: ['authenticationMethod', 'authenticationData', ...ANSWER],
}

const FLAGS = new Set([
  ...['payloadFormatIndicator', 'requestProblemInformation', 'requestResponseInformation', 'maximumQos'],
  ...['retainAvailable', 'wildcardSubscriptionAvailable', 'subscriptionIdentifierAvailable'],
  'sharedSubscriptionAvailable',
])
const NEVER_0 = new Set(['receiveMaximum', 'maximumPacketSize', 'topicAlias', 'subscriptionIdentifier'])

/** Reason codes by packet [MQTT 5.0, 3.2.2.2, 3.4.2.1, 3.9.3, 3.11.3, 3.14.2.1, 3.15.2.1]. */
const PUBLISHED = [0, 16, 128, 131, 135, 144, 145, 151, 153]
const EITHER = [0, 128, 129, 130, 131, 144, 147, 148, 149, 150, 151, 152, 153]
const CODES: Readonly<
  Record<string, readonly [statement: string, codes: readonly number[], ofServer?: readonly number[]]>
> = {
  puback: ['3.4.2-1', PUBLISHED],
  pubrec: ['3.5.2-1', PUBLISHED],
  pubrel: ['3.6.2-1', [0, 146]],
  pubcomp: ['3.7.2-1', [0, 146]],
  disconnect: [
    '3.14.2-1',
    [...EITHER, 4],
    [...EITHER, 135, 137, 139, 141, 142, 143, 154, 155, 156, 157, 158, 159, 160, 161, 162],
  ],
  auth: ['3.15.2-1', [24, 25], [0, 24]],
}
const CONNACK = [
  ...[0, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 140, 144, 149, 151, 153, 154, 155, 156, 157, 159],
]
const SUBACK = [0, 1, 2, 128, 131, 135, 143, 145, 151, 158, 161, 162]
const UNSUBACK = [0, 17, 128, 131, 135, 143, 145]

function inProperties(holder: string, properties: object): string[] {
  const found = Object.entries(properties).flatMap(([name, given]): string[] => {
    if (!ALLOWED[holder]!.includes(name)) return ['4.13.1-1']
    const all: readonly unknown[] = Array.isArray(given) ? given : [given]
    const many = name === 'userProperty' || (name === 'subscriptionIdentifier' && holder === 'publish')
    const isWrong = all.some(
      (one) => typeof one === 'number' && ((FLAGS.has(name) && one > 1) || (NEVER_0.has(name) && one === 0)),
    )
    return [
      ...(all.length > 1 && !many ? ['4.13.1-1'] : []),
      ...(isWrong ? [name === 'topicAlias' ? '3.3.2-8' : '4.13.1-1'] : []),
    ]
  })
  const said = properties as Readonly<Record<string, unknown>>
  const response = value(said.responseTopic as string | undefined)
  if (response !== undefined && (response.includes('+') || response.includes('#'))) found.push('3.3.2-14')
  if (said.authenticationData !== undefined && said.authenticationMethod === undefined) found.push('4.13.1-1')
  return found
}

/** What is wrong with a packet, whatever came before it. */
export function ofPacket(packet: Packet, side: Side): string[] {
  if (packet.type === 'malformed' || packet.type === 'pingreq' || packet.type === 'pingresp') return []
  const found = inProperties(packet.type, propertiesOf(packet))
  const [statement, byClient, byServer] = CODES[packet.type] ?? []
  const allowed = side === 'server' ? (byServer ?? byClient) : byClient
  if (statement !== undefined && !allowed!.includes(codeOf(packet))) found.push(statement)
  switch (packet.type) {
    case 'connect':
      return packet.will === undefined ? found : [...found, ...inProperties('will', packet.will.properties ?? {})]
    case 'connack':
      return CONNACK.includes(packet.returnCode) ? found : [...found, '3.2.2-8']
    case 'suback':
      return packet.granted.every((code) => SUBACK.includes(code)) ? found : [...found, '3.9.3-2']
    case 'unsuback':
      return packet.reasonCodes!.every((code) => UNSUBACK.includes(code)) ? found : [...found, '3.11.3-2']
    case 'disconnect':
      if (side === 'server' && packet.properties?.sessionExpiryInterval !== undefined) found.push('3.14.2-2')
      return found
    case 'publish':
      if (side === 'client' && packet.properties?.subscriptionIdentifier !== undefined) found.push('3.3.4-6')
      return found
    case 'subscribe':
      for (const { topic, noLocal, retainHandling } of packet.subscriptions) {
        if (noLocal === true && topic.startsWith('$share/')) found.push('3.8.3-4')
        if (retainHandling === 3) found.push('4.13.1-1')
      }
      return found
    default:
      return found
  }
}
