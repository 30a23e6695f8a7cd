// Fleets that speak MQTT 5: what a group says is on the wire, and what it says is judged before anything runs.

import { expect, it } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { brokers } from '../brokers/index.ts'
import { compile } from '../plan/index.ts'
import { claimsOf, runFleet } from './testing.ts'

it('connects and publishes with its properties, and the ledger follows its messages', async () => {
  const run = await runFleet(
    `
devices: { reader: { use: raw, protocol: 5, auto: [puback] } }
fleet:
  sensors:
    use: esp-mqtt
    protocol: 5
    count: 3
    link: 100%
    will: { topic: "gone/\${{ i }}", payload: gone, properties: { willDelayInterval: 5s, userProperty: { number: "\${{ i }}" } } }
    connect: { clean: false, properties: { sessionExpiryInterval: 1h, receiveMaximum: 3, userProperty: [[model, s3]] } }
    publish: [{ topic: "t/\${{ i }}", every: 200ms, times: 2, qos: 1, size: 40, properties: { topicAlias: 2, contentType: text, userProperty: [[unit, C]] } }]
  collectors: { use: esp-mqtt, protocol: 5, count: 1, subscribe: [{ topic: t/+, qos: 1 }] }
steps:
  - connect: reader
  - subscribe: { device: reader, topic: t/#, qos: 1 }
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
  - expect: { packet: { from: sensors-2, type: connect, match: { protocolLevel: 5, clean: false, properties: { sessionExpiryInterval: 1h, receiveMaximum: 3, userProperty: [[model, s3]] }, will: { properties: { willDelayInterval: 5s, userProperty: { number: "2" } } } } }, since: start, within: 60s }
  - expect: { packet: { from: sensors-1, type: publish, match: { properties: { topicAlias: 2, contentType: text, userProperty: [[unit, C]] } } }, count: { min: 2 }, since: start, within: 60s }
  - expect: { packet: { to: reader, type: publish, match: { properties: { userProperty: { unit: C } } } }, count: { min: 6 }, since: start, within: 60s }
slo:
  - { metric: messages_lost, total: { eq: 0 } }
`,
    { open: () => brokers.reference.open() },
  )
  expect([run.bug, run.problem]).toEqual([undefined, null])
  expect(claimsOf(run).filter((kind) => kind !== 'pass')).toEqual([])
  expect(run.load!.counts.all).toMatchObject({
    connects: 4,
    messages_published: 6,
    messages_acked: 6,
    messages_received: 6,
  })
  expect(run.load!.errors).toEqual({})
})

it('devices that publish at the same moment send each its own messages, to its own topic', async () => {
  const run = await runFleet(
    `
fleet:
  sensors:
    use: esp-mqtt
    protocol: 5
    count: 20
    link: 100%
    publish: [{ topic: "t/\${{ i }}", every: 50ms, times: 4, qos: 1, size: 40, properties: { topicAlias: 1 } }]
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
  - expect: { packet: { from: sensors-19, type: publish }, count: { min: 4 }, since: start, within: 60s }
  - delay: 300ms
`,
    { open: () => brokers.reference.open() },
  )
  expect([run.bug, run.problem]).toEqual([undefined, null])
  const sent = run.events.flatMap((event) =>
    event.kind === 'packet' && event.packet.type === 'publish' && event.direction === 'up'
      ? [{ device: event.device, topic: event.packet.topic, message: Buffer.from(event.packet.payload).toString() }]
      : [],
  )
  expect(sent.length).toBeGreaterThan(60)
  expect(sent.filter(({ device, topic }) => topic !== device.replace('sensors-', 't/'))).toEqual([])
  expect(new Set(sent.map(({ message }) => message)).size).toBe(sent.length)
})

it('a message that the broker refuses has failed: it is not acknowledged, and nobody waits for it', async () => {
  const run = await runFleet(
    `
fleet:
  sensors:
    use: esp-mqtt
    protocol: 5
    count: 2
    link: 100%
    publish:
      - { topic: allowed, every: 100ms, times: 2, qos: 1, size: 40 }
      - { topic: denied, every: 100ms, times: 3, qos: 1, size: 40 }
  collectors: { use: esp-mqtt, protocol: 5, count: 1, subscribe: [{ topic: "#", qos: 1 }] }
steps:
  - expect: { fleet: { group: collectors, connected: 100% }, within: 60s }
  - expect: { packet: { to: sensors-0, type: puback }, count: { min: 5 }, since: start, within: 60s }
  - expect: { packet: { to: sensors-1, type: puback }, count: { min: 5 }, since: start, within: 60s }
slo:
  - { metric: messages_lost, total: { eq: 0 } }
`,
    { open: () => brokers.reference.open({ denyPublish: ['denied'] }) },
  )
  expect([run.bug, run.problem]).toEqual([undefined, null])
  expect(claimsOf(run).filter((kind) => kind !== 'pass')).toEqual([])
  const { all } = run.load!.counts
  expect(all).toMatchObject({ messages_acked: 4, messages_failed: 6 })
  // What was sent before the collector had subscribed is no message for it.
  expect(all!.messages_received).toBeLessThanOrEqual(4)
  expect(run.load!.errors).toEqual({ 'publish: refused with 0x87': 6 })
})

it('a message whose properties the library refuses is not sent, and is an error by its call', async () => {
  const run = await runFleet(
    `
fleet:
  sensors:
    use: esp-mqtt
    protocol: 5
    count: 1
    publish: [{ topic: t, every: 100ms, times: 2, size: 40, properties: { topicAlias: 60000 } }]
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
  - delay: 500ms
`,
    { open: () => brokers.reference.open() },
  )
  expect([run.bug, run.problem]).toEqual([undefined, null])
  expect(run.load!.errors).toEqual({ 'set_publish_property: ESP_FAIL': 2 })
})

it.each([
  ['use: umqtt.simple, protocol: 5', 'scenario/no-protocol'],
  ['use: esp-mqtt, connect: { properties: { receiveMaximum: 1 } }', 'scenario/needs-mqtt5'],
  ['use: umqtt.simple, will: { topic: w, payload: x, properties: { willDelayInterval: 1s } }', 'scenario/needs-mqtt5'],
  ['use: esp-mqtt, protocol: 5, connect: { properties: { authenticationMethod: x } }', 'scenario/library-cannot-send'],
  [
    'use: esp-mqtt, protocol: 5, publish: [{ topic: t, every: 1s, size: 40, properties: { topicAlias: 0 } }]',
    'scenario/library-cannot-send',
  ],
  ['use: esp-mqtt, protocol: 5, with: { session.protocol_ver: MQTT_PROTOCOL_V_3_1 }', 'scenario/protocol-twice'],
  ['use: esp-mqtt, protocol: 5, connect: { properties: { userProperty: { a: "${{ i }}" } } }', 'scenario/fleet-name'],
])('refuses %s', (words, code) => {
  const text = `name: x\nversion: 1\nfleet:\n  g: { count: 2, ${words} }\nsteps:\n  - delay: 1s\n`
  expect(
    compile('x.scenario.yaml', text, {
      broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
    }).diagnostics.all.map((one) => one.code),
  ).toEqual([code])
})
