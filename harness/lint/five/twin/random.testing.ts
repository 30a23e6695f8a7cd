// Random sessions of MQTT 5 as records: three connections of two devices, what happens on them mixed.

import fc from 'fast-check'
import type { Instant, Packet } from '../../../../emulators/index.ts'
import type { Event } from '../../../evidence/index.ts'
import { type Made, type OnConnection, placeOf, sessionsOf } from '../../random-sessions.testing.ts'

type Line =
  | { readonly packet: Made; readonly way: 'up' | 'down'; readonly lost: boolean; readonly bytes: number }
  | { readonly device: 'off' | 'boot' }
  | { readonly end: true }

const text = (said: string): Uint8Array => new TextEncoder().encode(said)
const id = fc.constantFrom(1, 2, 3)
const qos = fc.constantFrom(0, 1, 1, 2, 2) as fc.Arbitrary<0 | 1 | 2>
const code = fc.constantFrom(0, 0, 0, 0, 0x80, 0x92, 4)
const some = (...values: readonly object[]) => fc.constantFrom({}, {}, ...values)

const publish = fc
  .record({
    topic: fc.constantFrom('t', 'u', ''),
    payload: fc.constantFrom('x', 'y').map(text),
    qos,
    packetId: id,
    dup: fc.boolean(),
    retain: fc.constantFrom(false, false, true),
    properties: some(
      { topicAlias: 1 },
      { topicAlias: 1 },
      { topicAlias: 2 },
      { topicAlias: 0 },
      { subscriptionIdentifier: [1] },
      { responseTopic: 'a/#' },
      { payloadFormatIndicator: 2 },
      { willDelayInterval: 1 },
      { contentType: ['a', 'b'] },
      { userProperty: [['a', 'b']] },
    ),
  })
  .map(({ packetId, properties, topic, ...rest }): Made => {
    // Without an alias an empty topic is malformed.
    const said = topic === '' && !('topicAlias' in properties) ? 't' : topic
    return {
      type: 'publish',
      topic: said,
      ...rest,
      properties,
      ...(rest.qos === 0 ? { dup: rest.dup && packetId === 1 } : { packetId }),
    }
  })
const acknowledgement = fc.record({
  type: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp'),
  packetId: id,
  reasonCode: code,
  properties: some({ reasonString: 'x' }),
}) as unknown as fc.Arbitrary<Made>
const subscribe = fc.record({
  type: fc.constant('subscribe' as const),
  packetId: id,
  subscriptions: fc.array(
    fc.record({
      topic: fc.constantFrom('t', 'u', '#', '$share/g/t'),
      qos,
      noLocal: fc.boolean(),
      retainHandling: fc.constantFrom(0, 1, 2, 3),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  properties: some({ subscriptionIdentifier: [1] }, { subscriptionIdentifier: [0] }),
})
const will = fc.record({
  topic: fc.constantFrom('t', 'w'),
  payload: fc.constantFrom('x', 'gone').map(text),
  qos: fc.constant(0 as const),
  retain: fc.constant(false),
  properties: some({ willDelayInterval: 1 }, { willDelayInterval: 2 }),
})
const connect = fc
  .record({
    clientId: fc.constantFrom('a', 'a', 'b'),
    clean: fc.boolean(),
    will: fc.option(will, { nil: undefined }),
    keepalive: fc.constantFrom(0, 0, 1),
    properties: some(
      { sessionExpiryInterval: 5 },
      { sessionExpiryInterval: 5, receiveMaximum: 1 },
      { authenticationMethod: 'm' },
      { authenticationData: text('x') },
      { topicAliasMaximum: 1 },
      { receiveMaximum: 0 },
      { topicAlias: 1 },
    ),
  })
  .map(
    ({ will, ...rest }): Made => ({
      type: 'connect',
      ...rest,
      ...(will === undefined ? {} : { will }),
      protocolName: 'MQTT',
      protocolLevel: 5,
    }),
  )
const connack = fc
  .record({
    sessionPresent: fc.boolean(),
    returnCode: fc.constantFrom(0, 0, 0, 0, 0, 0x87),
    properties: some(
      { receiveMaximum: 1 },
      { topicAliasMaximum: 1 },
      { maximumQos: 1, retainAvailable: 0 },
      { maximumPacketSize: 10 },
      { serverKeepAlive: 1 },
      { authenticationMethod: 'm', topicAliasMaximum: 2 },
    ),
  })
  .map((rest): Made => ({ type: 'connack', ...rest }))
const auth = fc
  .record({
    reasonCode: fc.constantFrom(24, 24, 25, 0),
    properties: fc.constantFrom({ authenticationMethod: 'm' }, { authenticationMethod: 'n' }, {}),
  })
  .map((rest): Made => ({ type: 'auth', ...rest }))
const disconnect = fc
  .record({ reasonCode: fc.constantFrom(0, 4, 0x8e), properties: some({ sessionExpiryInterval: 9 }) })
  .map((rest): Made => ({ type: 'disconnect', ...rest }))
const suback = fc.record({
  type: fc.constant('suback' as const),
  packetId: id,
  granted: fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1, maxLength: 2 }),
  properties: fc.constant({}),
})
const unsuback = fc.record({
  type: fc.constant('unsuback' as const),
  packetId: id,
  reasonCodes: fc.constant([0]),
  properties: fc.constant({}),
})
const unsubscribe = fc.record({
  type: fc.constant('unsubscribe' as const),
  packetId: id,
  topics: fc.constant(['t']),
  properties: fc.constant({}),
})
const ping: fc.Arbitrary<Made> = fc.constant({ type: 'pingreq' })
const passing = (way: 'up' | 'down', packet: fc.Arbitrary<Made>): fc.Arbitrary<Line> =>
  fc.record({ way: fc.constant(way), packet, lost: fc.nat(15).map((n) => n === 0), bytes: fc.constantFrom(4, 4, 20) })
const weighted = (...all: readonly (readonly [number, fc.Arbitrary<Made>])[]) =>
  fc.oneof(...all.map(([weight, arbitrary]) => ({ weight, arbitrary })))
const up = weighted(
  [5, publish],
  [5, acknowledgement],
  [2, subscribe],
  [1, unsubscribe],
  [1, ping],
  [1, disconnect],
  [1, auth],
  [1, suback],
  [1, connect],
)
const down = weighted(
  [5, publish],
  [5, acknowledgement],
  [2, suback],
  [1, unsuback],
  [1, connack],
  [1, auth],
  [1, disconnect],
)
const line: fc.Arbitrary<Line> = fc.oneof(
  { weight: 12, arbitrary: passing('up', up) },
  { weight: 8, arbitrary: passing('down', down) },
  { weight: 1, arbitrary: fc.record({ device: fc.constantFrom('off', 'boot') }) as fc.Arbitrary<Line> },
  { weight: 1, arbitrary: fc.constant<Line>({ end: true }) },
)
const begins = fc.tuple(passing('up', connect), passing('down', connack))

export const session = sessionsOf({ line, begins, most: 24 })

/** What wills are about: connections of one client that end and begin, and what another one is told meanwhile. */
const dies: fc.Arbitrary<Line> = fc.constant<Line>({ end: true })
const told = passing(
  'down',
  fc
    .record({
      topic: fc.constantFrom('w', 'w', 't', ''),
      payload: fc.constantFrom('x', 'gone', 'gone').map(text),
      qos: fc.constant(0 as const),
      dup: fc.constant(false),
      retain: fc.nat(9).map((n) => n === 0),
      properties: fc.constantFrom({}, { topicAlias: 1 }),
    })
    .map(({ topic, properties, ...rest }): Made => {
      const said = topic === '' && !('topicAlias' in properties) ? 'w' : topic
      return { type: 'publish', topic: said, ...rest, properties }
    }),
)
const bye = passing(
  'up',
  fc
    .record({
      reasonCode: fc.constantFrom(0, 0, 4),
      properties: some({ sessionExpiryInterval: 0 }, { sessionExpiryInterval: 1 }),
    })
    .map((rest): Made => ({ type: 'disconnect', ...rest })),
)
const says = passing(
  'up',
  fc
    .record({
      topic: fc.constantFrom('w', 'w', ''),
      payload: fc.constant(text('gone')),
      properties: fc.constant({ topicAlias: 1 }),
    })
    .map((rest): Made => ({ type: 'publish', ...rest, qos: 0, dup: false, retain: false })),
)
const withWill = fc
  .tuple(
    fc.record({
      clientId: fc.constantFrom('a', 'a', 'a', 'b'),
      clean: fc.nat(3).map((n) => n === 0),
      expiry: fc.constantFrom(0, 1, 2, 60),
      will,
    }),
    fc.record({ sessionPresent: fc.nat(3).map((n) => n > 0), expiry: fc.constantFrom(undefined, undefined, 1) }),
  )
  .map(([{ expiry, ...rest }, { sessionPresent, expiry: given }]): Line[] => {
    const properties = { sessionExpiryInterval: expiry }
    const said = { type: 'connect', ...rest, keepalive: 0, properties, protocolName: 'MQTT', protocolLevel: 5 } as const
    const own = given === undefined ? {} : { sessionExpiryInterval: given }
    const answer = {
      type: 'connack',
      sessionPresent: sessionPresent && !rest.clean,
      returnCode: 0,
      properties: own,
    } as const
    return [
      { way: 'up', packet: said, lost: false, bytes: 4 },
      { way: 'down', packet: answer, lost: false, bytes: 4 },
    ]
  })

/** Sessions with little but wills in them. */
export const willSession = sessionsOf({
  line: fc.oneof(
    { weight: 5, arbitrary: told },
    { weight: 3, arbitrary: dies },
    { weight: 2, arbitrary: bye },
    { weight: 1, arbitrary: says },
  ),
  begins: withWill,
  most: 12,
})

export function recordOf(lines: readonly OnConnection<Line>[]): Event[] {
  let at = 0
  return lines.map(({ connection, after, line: said }, seq): Event => {
    at += after
    const { device, number } = placeOf(connection)
    const when = { at: at as Instant, seq }
    if ('device' in said) return { kind: 'device', device, change: said.device, ...when }
    if ('end' in said) return { kind: 'socket', device, change: 'closed', by: 'broker', connection: number, ...when }
    return {
      kind: 'packet',
      device,
      direction: said.way,
      connection: number,
      level: 5,
      packet: { ...said.packet, flags: 0, length: 0 } as Packet,
      raw: new Uint8Array(said.bytes),
      offset: 0,
      delivered: !said.lost,
      ...when,
    }
  })
}
