// What a lint must not hold against anybody, and what it must not miss: sessions that one side has lost, what the link
// changed, devices that are gone, packets that take long.

import { expect, test } from 'vitest'
import { Decoder, encode, type Instant, type Sendable } from '../../emulators/index.ts'
import type { DeviceEvent, Event, PacketEvent } from '../evidence/index.ts'
import { Linter } from './index.ts'

type Step =
  | { readonly up: Sendable; readonly rest?: Partial<PacketEvent> & { readonly begunAt?: Instant } }
  | { readonly down: Sendable; readonly rest?: Partial<PacketEvent> }
  | { readonly device: DeviceEvent['change'] }
  | { readonly after: number }
  | { readonly ended: number }

/** The statements that are found, by whom. */
function found(...steps: readonly Step[]): string[] {
  const linter = new Linter()
  let at = 0
  return steps.flatMap((step, seq) => {
    if ('after' in step) {
      at += step.after
      return []
    }
    const stamp = { at: at as Instant, seq }
    const event = { ...eventOf(step), ...stamp } as Event
    return linter.observe(event).map(({ by, statement }) => `${by} ${statement}`)
  })
}

function eventOf(step: Exclude<Step, { readonly after: number }>): object {
  if ('device' in step) return { kind: 'device', device: 'd', change: step.device }
  if ('ended' in step) return { kind: 'socket', device: 'd', change: 'closed', by: 'broker', connection: step.ended }
  const [direction, packet] = 'up' in step ? (['up', step.up] as const) : (['down', step.down] as const)
  const decoded = new Decoder().push(encode(packet))[0]!
  return { kind: 'packet', device: 'd', direction, connection: 1, ...decoded, delivered: true, ...step.rest }
}

const text = (said: string): Uint8Array => new TextEncoder().encode(said)
const connect = (rest: object = {}, more = {}): Step => ({
  up: { type: 'connect', clientId: 'c', clean: true, ...rest },
  rest: more,
})
const connack = (rest: object = {}, more = {}): Step => ({ down: { type: 'connack', ...rest }, rest: more })
const publish = (rest: object = {}): Sendable => ({
  type: 'publish',
  topic: 't',
  payload: text('x'),
  qos: 1,
  packetId: 1,
  ...rest,
})
const subscribe = (topic: string, qos: 0 | 1 | 2 = 2): Step => ({
  up: { type: 'subscribe', packetId: 9, subscriptions: [{ topic, qos }] },
})
const suback = (...granted: number[]): Step => ({ down: { type: 'suback', packetId: 9, granted } })
const second = { connection: 2 }

test('a client may send again, with DUP or from the start, what a broker has forgotten', () => {
  const lost = [
    connect({ clean: false }),
    connack(),
    { up: publish() },
    { ended: 1 },
    connect({ clean: false }, second),
    connack({}, second),
  ]
  expect(found(...lost, { up: publish({ dup: true }), rest: second })).toEqual([])
  expect(found(...lost, { up: publish(), rest: second })).toEqual([])
  expect(found(...lost, { up: publish({ payload: text('new') }), rest: second })).toEqual([])
})

test('a device that kept its session from before the record sends again with DUP, whatever the broker has kept', () => {
  expect(found(connect({ clean: false }), connack(), { up: publish({ dup: true }) })).toEqual([])
})

test('two devices with one client id are two clients', () => {
  const other = { device: 'e' }
  expect(
    found(
      connect({ clean: false }),
      connack(),
      { up: publish() },
      connect({ clean: false }, other),
      connack({ sessionPresent: true }, other),
      { up: publish({ payload: text('of another') }), rest: other },
    ),
  ).toEqual([])
})

test('what a device remembered may be lost with its power', () => {
  const off = (change: DeviceEvent['change']) =>
    found(
      connect({ clean: false }),
      connack(),
      { up: publish() },
      { device: change },
      { device: 'boot' },
      connect({ clean: false }, second),
      connack({ sessionPresent: true }, second),
      { up: publish(), rest: second },
    )
  for (const change of ['off', 'reset', 'lost', 'crashed', 'ended'] as const) expect(off(change)).toEqual([])
})

test('a CONNECT that the link has rewritten is one for the device and another for the broker', () => {
  const rewritten = [connect({}, { end: 'device' }), connect({ clean: false }, { end: 'broker' })]
  expect(found(...rewritten, connack({ sessionPresent: true }))).toEqual([])
  // The other way round the broker is wrong.
  const cleaned = [connect({ clean: false }, { end: 'device' }), connect({}, { end: 'broker' })]
  expect(found(...cleaned, connack({ sessionPresent: true }))).toEqual(['broker MQTT-3.2.2-1'])
})

test('a CONNECT that never reached the broker is answered by nobody, and one of the link is of no device', () => {
  expect(found(connect({}, { delivered: false }), { down: { type: 'pingresp' } })).toEqual([])
  expect(found(connect({}, { end: 'broker', by: 'link' }), connack(), { down: { type: 'pingresp' } })).toEqual([
    'broker MQTT-3.12.4-1',
  ])
})

test('silence counts until a device is gone, and not behind that', () => {
  const connected = [connect({ keepalive: 1 }), connack()]
  expect(found(...connected, { after: 900 }, { device: 'off' }, { after: 5000 }, { ended: 1 })).toEqual([])
  expect(found(...connected, { after: 2000 }, { device: 'reset' }, { after: 5000 }, { ended: 1 })).toEqual([
    'device MQTT-3.1.2-23',
  ])
})

test('a packet that takes long to send is no silence; a pause before it is', () => {
  const connected = [connect({ keepalive: 1 }), connack()]
  const slow = (begunAt: number): Step => ({
    up: publish({ qos: 0, packetId: undefined }),
    rest: { begunAt: begunAt as Instant },
  })
  expect(found(...connected, { after: 5000 }, slow(900))).toEqual([])
  expect(found(...connected, { after: 5000 }, slow(1200))).toEqual(['device MQTT-3.1.2-23'])
})

test('a delivery is held against what SUBACK has granted', () => {
  const delivery = (qos: 0 | 1 | 2): Step => ({ down: publish(qos === 0 ? { qos, packetId: undefined } : { qos }) })
  const begun = [connect(), connack(), subscribe('t')]
  expect(found(...begun, suback(1), delivery(1))).toEqual([])
  expect(found(...begun, suback(1), delivery(2))).toEqual(['broker MQTT-3.8.4-6'])
  expect(found(...begun, suback(0), delivery(1))).toEqual(['broker MQTT-3.8.4-6'])
  expect(found(...begun, delivery(2), suback(0))).toEqual([])
  expect(found(...begun, suback(128), delivery(0))).toEqual(['broker MQTT-3.3.2-3'])
  // What was granted before may still be on its way.
  expect(found(...begun, suback(2), subscribe('t', 0), suback(0), delivery(2))).toEqual([])
  // A SUBACK that does not answer all filters says nothing of any.
  expect(found(...begun, suback(0, 0), delivery(2))).toEqual(['broker MQTT-3.8.4-5'])
})

test('a shared subscription brings what its filter selects', () => {
  const begun = (topic: string): Step[] => [connect(), connack(), subscribe(topic), suback(2)]
  for (const filter of ['$share/g/t', '$share/g/#', '$share/g/+', '$queue/t'])
    expect(found(...begun(filter), { down: publish() })).toEqual([])
  for (const filter of ['$share/g/u', '$share/t', '$share/g/$share/g/t'])
    expect(found(...begun(filter), { down: publish() })).toEqual(['broker MQTT-3.3.2-3'])
})

test('PUBREL needs a PUBLISH', () => {
  const begun = [connect(), connack()]
  const pubrel: Step = { up: { type: 'pubrel', packetId: 77 } }
  expect(found(...begun, pubrel)).toEqual(['device MQTT-4.3.3-1'])
  expect(
    found(...begun, { up: publish({ packetId: 77 }) }, { down: { type: 'puback', packetId: 77 } }, pubrel),
  ).toEqual(['device MQTT-4.3.3-1'])
  const flow: Step[] = [
    { up: publish({ qos: 2, packetId: 77 }) },
    { down: { type: 'pubrec', packetId: 77 } },
    pubrel,
    { down: { type: 'pubcomp', packetId: 77 } },
  ]
  expect(found(...begun, ...flow)).toEqual([])
  // It may have been sent again before PUBCOMP was read.
  expect(found(...begun, ...flow, pubrel)).toEqual([])
  // The link asked for it.
  expect(
    found(...begun, { down: { type: 'pubrec', packetId: 77 }, rest: { end: 'device', by: 'link' } }, pubrel),
  ).toEqual([])
  expect(found(...begun, { down: { type: 'pubrel', packetId: 77 } })).toEqual(['broker MQTT-4.3.3-1'])
})

test('an acknowledgement that crosses what it acknowledges is nobody’s fault', () => {
  const begun = [connect(), connack(), { up: publish() }, { down: { type: 'puback', packetId: 1 } }] as const
  expect(found(...begun, { up: publish({ dup: true }) })).toEqual([])
  expect(found(...begun, { up: publish({ dup: true, payload: text('another') }) })).toEqual(['device MQTT-4.3.2-1'])
})

test('an acknowledgement on the connection that is being taken over', () => {
  expect(
    found(
      connect({ clean: false }),
      connack(),
      { up: publish() },
      connect({ clean: false }, second),
      { down: { type: 'puback', packetId: 1 } },
      connack({ sessionPresent: true }, second),
    ),
  ).toEqual([])
})

test('what came before CONNACK is of the session that CONNACK names', () => {
  const lasting = [connect({ clean: false }), connack(), { ended: 1 }, connect({ clean: false }, second)]
  const subscribed: Step = {
    up: { type: 'subscribe', packetId: 9, subscriptions: [{ topic: 't', qos: 2 }] },
    rest: second,
  }
  expect(found(...lasting, subscribed, connack({}, second), { down: publish(), rest: second })).toEqual([])
})

test('sent again twice on one connection is no disorder', () => {
  const lines: Step[] = [connect({ clean: false }), connack(), { up: publish() }, { up: publish({ packetId: 2 }) }]
  const again = (packetId: number): Step => ({ up: publish({ packetId, dup: true }), rest: second })
  const back = [connect({ clean: false }, second), connack({ sessionPresent: true }, second)]
  expect(found(...lines, ...back, again(1), again(2), again(1), again(2))).toEqual([])
  expect(found(...lines, ...back, again(2), again(1))).toEqual(['device MQTT-4.6.0-1'])
})
