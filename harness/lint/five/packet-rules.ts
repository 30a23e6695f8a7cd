// What can be wrong with one packet of MQTT 5 in itself: properties that it must not have, or twice, or with values out
// of their range; reason codes that it has not.

import {
  onlyValue,
  type Packet,
  PROPERTIES,
  type Properties,
  type PropertyHolder,
  type PropertyName,
  reasonsOf,
} from '../../../emulators/index.ts'
import type { Report } from '../finding.ts'
import { UMBRELLA } from '../statements.ts'

/** The statement about the reason codes of each packet. */
const CODES: Readonly<Record<string, string>> = {
  connack: 'MQTT-3.2.2-8',
  puback: 'MQTT-3.4.2-1',
  pubrec: 'MQTT-3.5.2-1',
  pubrel: 'MQTT-3.6.2-1',
  pubcomp: 'MQTT-3.7.2-1',
  suback: 'MQTT-3.9.3-2',
  unsuback: 'MQTT-3.11.3-2',
  disconnect: 'MQTT-3.14.2-1',
  auth: 'MQTT-3.15.2-1',
}

/** @param direction who sent it: `up` a client, `down` a server */
export function packetRules(packet: Packet, direction: 'up' | 'down', report: Report): void {
  if (packet.type === 'malformed' || packet.type === 'pingreq' || packet.type === 'pingresp') return
  const { type } = packet
  propertyRules(type, packet.properties ?? {}, report)
  if (packet.type === 'connect' && packet.will !== undefined)
    propertyRules('will', packet.will.properties ?? {}, report)
  reasonRules(packet, direction, report)
  if (type === 'disconnect' && direction === 'down' && packet.properties?.sessionExpiryInterval !== undefined)
    report('MQTT-3.14.2-2', 'a server sends a session expiry interval in DISCONNECT')
  if (packet.type === 'publish' && direction === 'up' && packet.properties?.subscriptionIdentifier !== undefined)
    report('MQTT-3.3.4-6', 'a client sends a subscription identifier in PUBLISH')
  if (packet.type === 'subscribe') subscribeRules(packet, report)
}

function subscribeRules({ subscriptions }: Packet & { readonly type: 'subscribe' }, report: Report): void {
  for (const { topic, noLocal, retainHandling } of subscriptions) {
    if (noLocal && topic.startsWith('$share/')) report('MQTT-3.8.3-4', `no local on the shared subscription "${topic}"`)
    if (retainHandling === 3) report(UMBRELLA[5], `retain handling 3 of "${topic}"`)
  }
}

/** Numbers that are not allowed: flags have 0 and 1, some have no 0. */
const RANGES: Readonly<Partial<Record<PropertyName, (value: number) => boolean>>> = {
  payloadFormatIndicator: isFlag,
  requestProblemInformation: isFlag,
  requestResponseInformation: isFlag,
  maximumQos: isFlag,
  retainAvailable: isFlag,
  wildcardSubscriptionAvailable: isFlag,
  subscriptionIdentifierAvailable: isFlag,
  sharedSubscriptionAvailable: isFlag,
  receiveMaximum: isSome,
  maximumPacketSize: isSome,
  topicAlias: isSome,
  subscriptionIdentifier: isSome,
}

function isFlag(value: number): boolean {
  return value <= 1
}

function isSome(value: number): boolean {
  return value > 0
}

/** Those whose wrong value has a statement of its own. */
const OUT_OF_RANGE: Readonly<Partial<Record<PropertyName, string>>> = { topicAlias: 'MQTT-3.3.2-8' }

function propertyRules(holder: PropertyHolder, properties: Properties, report: Report): void {
  for (const [name, value] of Object.entries(properties) as [PropertyName, unknown][]) {
    const [, kind, holders] = PROPERTIES[name]
    if (!(holders as readonly string[]).includes(holder)) {
      report(UMBRELLA[5], `${nameOf(holder)} has no property ${name}`)
      continue
    }
    const values = Array.isArray(value) ? value : [value]
    const mayRepeat = kind === 'pairs' || (name === 'subscriptionIdentifier' && holder === 'publish')
    if (values.length > 1 && !mayRepeat)
      report(UMBRELLA[5], `${name} stands ${values.length} times in ${nameOf(holder)}`)
    const wrong = values.find((one) => typeof one === 'number' && RANGES[name]?.(one) === false)
    if (wrong !== undefined) report(OUT_OF_RANGE[name] ?? UMBRELLA[5], `${name} is ${wrong}`)
  }
  const response = onlyValue(properties.responseTopic)
  if (response !== undefined && /[+#]/.test(response))
    report('MQTT-3.3.2-14', `the response topic "${response}" has a wildcard`)
  if (properties.authenticationData !== undefined && properties.authenticationMethod === undefined)
    report(UMBRELLA[5], `authentication data without a method in ${nameOf(holder)}`)
}

function reasonRules(packet: Packet, direction: 'up' | 'down', report: Report): void {
  const allowed = packet.type === 'malformed' ? null : reasonsOf(packet.type, direction)
  if (allowed === null) return
  const wrong = codesOf(packet).find((code) => !allowed.includes(code))
  if (wrong === undefined) return
  const who =
    packet.type === 'disconnect' || packet.type === 'auth' ? ` of a ${direction === 'up' ? 'client' : 'server'}` : ''
  report(CODES[packet.type]!, `reason code ${wrong} is none of ${nameOf(packet.type)}${who}`)
}

function codesOf(packet: Packet): readonly number[] {
  switch (packet.type) {
    case 'connack':
      return [packet.returnCode]
    case 'suback':
      return packet.granted
    case 'unsuback':
      return packet.reasonCodes ?? []
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'disconnect':
    case 'auth':
      return [packet.reasonCode ?? 0]
    default:
      return []
  }
}

const nameOf = (holder: string): string => (holder === 'will' ? 'a will' : holder.toUpperCase())
