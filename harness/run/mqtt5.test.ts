// MQTT 5 from end to end, on aedes 2: who says what, what the record has of it, and what claims make of that.

import { expect, test } from 'vitest'
import { brokers } from '../brokers/index.ts'
import { judgedAgain, kindsOf, planOf, run, runText, stepsOf } from './testing.ts'

const openBroker = () => brokers['aedes@2'].open()

const DEVICES = `name: test
version: 1
devices:
  raw: { use: raw, protocol: 5, auto: [puback, pubrec, pubrel, pubcomp], will: { topic: w, payload: gone, properties: { contentType: sad } } }
  js: { use: mqttjs, protocol: 5 }
  old: { use: umqtt.simple }
`
const PAIRS = '{ userProperty: [[b, "1"], [b, "2"], [a, x]], contentType: text }'

test('devices of two levels side by side, and an observer that sees properties', async () => {
  const ran = await runText(
    `${DEVICES}steps:
  - connect: { device: raw, properties: { sessionExpiryInterval: 60s } }
  - connect: { device: js, properties: { receiveMaximum: 5 } }
  - connect: old
  - subscribe: { device: raw, topic: a/#, qos: 2, noLocal: true, properties: { subscriptionIdentifier: 7 } }
  - subscribe: { device: js, topic: a/#, qos: 2, retainAsPublished: true }
  - subscribe: { device: old, topic: a/# }
  - publish: { device: js, topic: a/b, payload: one, qos: 2, properties: ${PAIRS} }
  - expect: { packet: { to: raw, type: publish, level: 5, match: { properties: { subscriptionIdentifier: [7], userProperty: { b: "2" } } } }, since: start }
  - expect: { packet: { to: old, type: publish, level: 4, match: { payload: one } }, since: start }
  - expect: { message: { topic: a/b, properties: ${PAIRS} }, since: start }
  - publish: { device: raw, topic: a/c, payload: two, qos: 1, properties: ${PAIRS} }
  - expect: { message: { topic: a/c, properties: ${PAIRS} }, since: start }
  - disconnect: { device: js, reasonCode: 0 }
  - disconnect: { device: raw, reasonCode: disconnect-with-will-message, properties: { sessionExpiryInterval: 0s } }
  - expect: { message: { topic: w, properties: { contentType: sad } }, since: start }
`,
    { openBroker },
  )
  expect(ran.verdicts.filter(({ kind }) => kind !== 'pass')).toEqual([])
  expect(ran.status).toBe('passed')
  expect(kindsOf(judgedAgain(ran))).toEqual(kindsOf(ran.verdicts))
  expect(ran.events.filter((e) => e.kind === 'violation')).toEqual([])
})

test('rewrite, inject and send know the fields of MQTT 5', async () => {
  const ran = await runText(
    `${DEVICES}steps:
  - connect: raw
  - disturb: { device: raw, direction: up, packet: publish, do: { rewrite: { properties: { contentType: other, topicAlias: { absent: true } } } } }
  - publish: { device: raw, topic: a, payload: x, properties: { topicAlias: 1, contentType: text, responseTopic: r } }
  - expect:
      packet: { from: raw, at: broker, type: publish, match: { properties: { contentType: other, responseTopic: r, topicAlias: { absent: true } } } }
      since: start
  - inject: { device: raw, to: device, packet: { type: disconnect, reasonCode: server-busy, properties: { reasonString: no } } }
  - expect: { packet: { to: raw, by: link, type: disconnect, match: { reasonCode: server-busy, properties: { reasonString: no } } }, since: start }
  - inject: { device: raw, to: device, packet: { type: publish, topic: b } }
  - expect: { packet: { to: raw, by: link, type: publish, match: { topic: b, properties: {} } }, since: start }
  - send: { device: raw, packet: { type: subscribe, topic: [c, d], qos: [0, 1], noLocal: [true, false] } }
  - expect: { packet: { from: raw, type: subscribe, match: { noLocal: [true, false], retainHandling: 0 } }, since: start }
  - send: { device: raw, hex: "30 03 0001 61" }
  - expect: { packet: { from: raw, type: malformed, match: { statement: MQTT-2.2.2-1, offset: 5 } }, since: start }
`,
    { openBroker },
  )
  expect([ran.status, ran.verdicts.filter(({ kind }) => kind !== 'pass')]).toEqual(['passed', []])
})

test('a planted defect turns the verdict: user properties in another order', async () => {
  // aedes 2.0.0-beta.1 sorts them together by name [MQTT-3.3.2-18].
  const ran = await runText(
    `${DEVICES}timeout: 3s\nsteps:
  - connect: raw
  - publish: { device: raw, topic: a, payload: x, properties: { userProperty: [[b, "1"], [a, "2"], [b, "3"]] } }
  - expect: { message: { topic: a }, since: start }
  - expect: { message: { topic: a, properties: { userProperty: [[b, "1"], [a, "2"], [b, "3"]] } }, since: start, within: 50ms }
`,
    { openBroker },
  )
  expect(stepsOf(ran).slice(-2)).toEqual(['2 passed', '3 failed'])
})

test('what MQTT.js cannot send is raised', async () => {
  const ran = await runText(
    `${DEVICES}steps:
  - connect: js
  - publish: { device: js, topic: a, payload: "", properties: { userProperty: [[b, "1"], [a, "2"], [b, "3"]] }, raises: { type: ValueError } }
  - publish: { device: js, topic: a, payload: "", properties: { hex: "01" }, raises: { type: ValueError } }
  - publish: { device: js, topic: a, payload: "", properties: { contentType: [a, b] }, raises: { type: ValueError } }
`,
    { openBroker },
  )
  expect(ran.status).toBe('passed')
})

test('enhanced authentication: MQTT.js asks the steps, and its data is in no record', async () => {
  const text = `name: test
version: 1
observer: false
devices:
  js: { use: mqttjs, protocol: 5 }
steps:
  - disturb: { device: js, direction: down, packet: connack, times: 1, do: { rewrite: { type: auth, reasonCode: continue-authentication, properties: { hex: "15 0003 544f59 16 0009 6368616c6c656e6765" } } } }
  - { id: connecting, connect: { device: js, properties: { authenticationMethod: TOY, authenticationData: opensesame }, start: true } }
  - expect: { packet: { to: js, type: auth, match: { reasonCode: continue-authentication, properties: { authenticationMethod: TOY } } }, since: start }
  - auth: { device: js, properties: { authenticationMethod: TOY, authenticationData: opensesame } }
  - expect: { packet: { from: js, type: auth, match: { reasonCode: continue-authentication, properties: { authenticationMethod: TOY } } }, since: start }
`
  const ran = await run(planOf(text), { openBroker })
  expect(ran.verdicts.filter(({ kind }) => kind !== 'pass')).toEqual([])
  const written = JSON.stringify(ran.events, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  )
  expect(written).not.toMatch(/opensesame|challenge/)
})
