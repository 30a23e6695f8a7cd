// What a well-formed packet of a client does that MQTT 5 forbids, and with which reason code its connection ends.

import type { Packet } from '../mqtt/packet.ts'
import { PROPERTIES, type Properties, type PropertyHolder, type PropertyName } from '../mqtt/properties.ts'
import { reasonsOf } from '../mqtt/reasons.ts'
import * as codes from './codes.ts'
import { innerFilter } from './routing.ts'

/** Properties that a client may send; the others of the same packet are the server's. */
const SERVERS_ONLY: readonly PropertyName[] = ['serverReference']
/** Packet types that only a server sends, or nobody. */
const FOREIGN: readonly Packet['type'][] = ['connack', 'suback', 'unsuback', 'pingresp']

/** The reason code of the DISCONNECT that it deserves; null: nothing is wrong with it by itself. */
export function faultOf(packet: Packet): number | null {
  if (FOREIGN.includes(packet.type)) return codes.PROTOCOL_ERROR
  if ('properties' in packet && packet.properties !== undefined) {
    const fault = faultOfProperties(packet.type as PropertyHolder, packet.properties)
    if (fault !== null) return fault
  }
  if (packet.type === 'connect' && packet.will?.properties !== undefined) {
    const fault = faultOfProperties('will', packet.will.properties)
    if (fault !== null) return fault
  }
  const reason = 'reasonCode' in packet ? packet.reasonCode : undefined
  const allowed = packet.type === 'malformed' ? null : reasonsOf(packet.type, 'up')
  if (reason !== undefined && allowed?.includes(reason) === false) return codes.PROTOCOL_ERROR
  if (packet.type === 'subscribe') return faultOfOptions(packet.subscriptions)
  if (packet.type === 'publish' && packet.properties?.subscriptionIdentifier !== undefined) return codes.PROTOCOL_ERROR
  return null
}

type Options = Extract<Packet, { type: 'subscribe' }>['subscriptions']

function faultOfOptions(subscriptions: Options): number | null {
  if (subscriptions.some(({ retainHandling }) => retainHandling === 3)) return codes.PROTOCOL_ERROR
  const shared = subscriptions.filter(({ topic }) => innerFilter(topic) !== null)
  return shared.some(({ noLocal }) => noLocal) ? codes.PROTOCOL_ERROR : null // [MQTT-3.8.3-4]
}

/** Where a property may stand, how often, and in which range [MQTT 5.0, 2.2.2.2 and the chapter of each packet]. */
function faultOfProperties(holder: PropertyHolder, properties: Properties): number | null {
  for (const [text, value] of Object.entries(properties)) {
    const name = text as PropertyName
    const holders: readonly PropertyHolder[] = PROPERTIES[name][2]
    if (!holders.includes(holder) || SERVERS_ONLY.includes(name)) return codes.PROTOCOL_ERROR
    if (Array.isArray(value) && name !== 'userProperty' && (value.length > 1 || name !== 'subscriptionIdentifier'))
      return codes.PROTOCOL_ERROR
    const fault = faultOfValue(name, value)
    if (fault !== null) return fault
  }
  const { authenticationData, authenticationMethod } = properties
  return authenticationData !== undefined && authenticationMethod === undefined ? codes.PROTOCOL_ERROR : null
}

const BOOLEANS: readonly PropertyName[] = [
  'payloadFormatIndicator',
  'requestProblemInformation',
  'requestResponseInformation',
]
const NEVER_0: readonly PropertyName[] = ['receiveMaximum', 'maximumPacketSize', 'subscriptionIdentifier']

function faultOfValue(name: PropertyName, given: unknown): number | null {
  const value = Array.isArray(given) ? (given as unknown[])[0] : given
  if (BOOLEANS.includes(name) && (value as number) > 1) return codes.PROTOCOL_ERROR
  if (NEVER_0.includes(name) && value === 0) return codes.PROTOCOL_ERROR
  if (name === 'topicAlias' && value === 0) return codes.TOPIC_ALIAS_INVALID // [MQTT-3.3.2-8]
  if (name === 'responseTopic' && (value === '' || /[+#]/.test(value as string))) return codes.PROTOCOL_ERROR // [MQTT-3.3.2-14]
  return null
}
