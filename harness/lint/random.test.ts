// Random sessions, judged twice: by the linter as the events come, and by its slow twin from the whole record.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Instant, Packet } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { casesOf } from '../random-cases.testing.ts'
import { Linter, REPORTED_OF } from './index.ts'
import { naiveLint } from './naive.testing.ts'
import { type Made, type OnConnection, placeOf, sessionsOf } from './random-sessions.testing.ts'

const SESSIONS = Number(process.env.MQTT_HIL_RANDOM_SESSIONS ?? casesOf(3000))

type Line =
  | { readonly packet: Made; readonly way: 'up' | 'down'; readonly fate: Fate; readonly slow: number }
  | { readonly device: 'off' | 'reset' | 'boot' | 'crashed' }
  | { readonly end: true }
type Fate = { readonly delivered?: boolean; readonly end?: 'device' | 'broker'; readonly by?: 'link' }

const text = (said: string): Uint8Array => new TextEncoder().encode(said)
const id = fc.constantFrom(1, 2, 3)
const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>
const rarely = (odds: number) => fc.nat(odds).map((n) => n === 0)
const filter = fc.constantFrom('t', 'u', '+', '#', '$share/g/t', '$queue/u')

const publish = fc
  .record({
    topic: fc.constantFrom('t', 'u'),
    payload: fc.constantFrom('x', 'y').map(text),
    qos,
    packetId: id,
    dup: fc.boolean(),
    retain: rarely(2),
  })
  .map(
    ({ packetId, dup, ...rest }): Made => ({
      type: 'publish',
      ...rest,
      ...(rest.qos === 0 ? { dup: dup && packetId === 1 } : { packetId, dup }),
    }),
  )
const acknowledgement = fc.record({
  type: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp'),
  packetId: id,
}) as fc.Arbitrary<Made>
const subscribe = fc.record({
  type: fc.constant('subscribe' as const),
  packetId: id,
  subscriptions: fc.array(fc.record({ topic: filter, qos }), { minLength: 1, maxLength: 2 }),
})
const suback = fc.record({
  type: fc.constant('suback' as const),
  packetId: id,
  granted: fc.array(fc.constantFrom(0, 1, 2, 128), { minLength: 1, maxLength: 2 }),
})
const connect = fc
  .record({
    clientId: fc.constantFrom('a', 'a', 'a', 'b', ''),
    clean: fc.boolean(),
    keepalive: fc.constantFrom(0, 0, 1),
    level: fc.constantFrom(4, 4, 4, 4, 9),
  })
  .map(
    ({ level, ...rest }): Made => ({
      type: 'connect',
      ...rest,
      protocolName: 'MQTT',
      protocolLevel: level,
    }),
  )
const connack = fc
  .record({ sessionPresent: fc.boolean(), returnCode: fc.constantFrom(0, 0, 0, 0, 5) })
  .map((rest): Made => ({ type: 'connack', ...rest }))
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Fate>(
      { end: 'device' },
      { end: 'broker' },
      { end: 'device', delivered: false },
      { delivered: false },
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom<Fate>({ end: 'device', by: 'link' }, { end: 'broker', by: 'link' }) },
)
const passing = (way: 'up' | 'down', packet: fc.Arbitrary<Made>): fc.Arbitrary<Line> =>
  fc.record({ way: fc.constant(way), packet, fate, slow: fc.constantFrom(0, 0, 0, 0, 500, 1500) })
const up = fc.oneof(
  { weight: 4, arbitrary: publish },
  { weight: 4, arbitrary: acknowledgement },
  { weight: 2, arbitrary: subscribe },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('unsubscribe' as const), packetId: id, topics: fc.constant(['t']) }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Made>(
      { type: 'pingreq' },
      { type: 'disconnect' },
      { type: 'suback', packetId: 1, granted: [0] },
    ),
  },
  { weight: 1, arbitrary: connect },
)
const down = fc.oneof(
  { weight: 4, arbitrary: publish },
  { weight: 4, arbitrary: acknowledgement },
  { weight: 2, arbitrary: suback },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('unsuback' as const), packetId: id }) },
  { weight: 1, arbitrary: fc.constantFrom<Made>({ type: 'pingresp' }, { type: 'pingreq' }) },
  { weight: 1, arbitrary: connack },
)
const line: fc.Arbitrary<Line> = fc.oneof(
  { weight: 10, arbitrary: passing('up', up) },
  { weight: 10, arbitrary: passing('down', down) },
  {
    weight: 1,
    arbitrary: fc.record({ device: fc.constantFrom('off', 'reset', 'boot', 'crashed') }) as fc.Arbitrary<Line>,
  },
  { weight: 1, arbitrary: fc.constant<Line>({ end: true }) },
)
const begins = fc.tuple(passing('up', connect), passing('down', connack))
const session = sessionsOf({ line, begins, most: 30 })

function recordOf(lines: readonly OnConnection<Line>[]): Event[] {
  let at = 0
  return lines.map(({ connection, after, line }, seq): Event => {
    at += after
    const { device, number } = placeOf(connection)
    if ('device' in line) return { kind: 'device', device, change: line.device, at: at as Instant, seq }
    if ('end' in line)
      return { kind: 'socket', device, change: 'closed', by: 'broker', connection: number, at: at as Instant, seq }
    const begunAt = at as Instant
    at += line.slow
    const packet = { ...line.packet, flags: 0, length: 0 } as Packet
    const decoded = { packet, raw: new Uint8Array(), offset: 0 }
    const when = { at: at as Instant, seq, ...(line.slow > 0 ? { begunAt } : {}) }
    return {
      kind: 'packet',
      device,
      direction: line.way,
      connection: number,
      ...decoded,
      delivered: true,
      ...line.fate,
      ...when,
    }
  })
}

test(`the linter finds in ${SESSIONS} random sessions what its naive twin finds`, () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(session, (lines) => {
      const record = recordOf(lines)
      const linter = new Linter()
      const found = record.map((event) =>
        linter
          .observe(event)
          .map(({ by, statement }) => `${by} ${statement}`)
          .sort(),
      )
      const twin = record.map((_, k) => naiveLint(record.slice(0, k + 1)).sort())
      for (const one of found.flat()) seen.add(one)
      expect(found).toEqual(twin)
    }),
    { numRuns: SESSIONS },
  )
  // A generator that reaches none of the rules would agree, too.
  expect(seen.size).toBeGreaterThan(30)
  for (const one of seen) {
    const [by, statement] = one.split(' ') as ['device' | 'broker', string]
    expect(REPORTED_OF[by], one).toContain(statement)
  }
}, 600_000)
