// What a scenario can say of MQTT 5, and to whom: a device that does not speak it is told before anything runs.

import { describe, expect, it } from 'vitest'
import { asked, complaints, planFrom, plansOf } from '../testing.ts'

const DEVICES = `  raw: { use: raw, protocol: 5 }
  js: { use: mqttjs, protocol: "5" }
  old: { use: raw }
  umqtt: { use: umqtt.simple }
  told: { use: process, command: x, commands: { connect: { send: c }, publish: { send: "p {properties.topicAlias}" } } }
  all: { use: process, command: x, protocol: 5, commands: { publish: { send: "p {properties:json}" }, auth: { send: a } } }
`
const text = (steps: string, devices = DEVICES): string =>
  `name: test\nversion: 1\ndevices:\n${devices}steps:\n${steps}\n`

const codes = (scenario: string): string[] =>
  complaints(scenario).map((one) => `${one.at.line}:${one.at.column} ${one.code}`)

describe('protocol', () => {
  it.each([
    ['3.1', 3],
    ['3.1.1', 4],
    ['5', 5],
    ['"5.0"', 5],
  ])('%s is level %i', (word, level) => {
    const [device] = planFrom(text('  - connect: d', `  d: { use: mqttjs, protocol: ${word} }\n`)).devices
    expect([device!.level, device!.protocol]).toEqual([level, level])
  })

  it('a column of a matrix', () => {
    const plans = plansOf(
      `name: test\nversion: 1\nmatrix: { p: [3.1, 3.1.1, 5] }\ndevices:\n  d: { use: raw, protocol: "\${{ matrix.p }}" }\nsteps:\n  - connect: d\n`,
    )
    expect(plans.map(({ devices, observes5 }) => [devices[0]!.level, observes5])).toEqual([
      [3, false],
      [4, false],
      [5, true],
    ])
  })

  it.each([
    ['a library that has it not', '  d: { use: umqtt.simple, protocol: 5 }\n', '4:37 scenario/no-protocol'],
    ['a puppet on a board', '  d: { use: micropython, protocol: 5 }\n', '4:36 scenario/no-protocol'],
    ['no version of MQTT', '  d: { use: raw, protocol: 4 }\n', '4:28 scenario/bad-value'],
    [
      'two things at once',
      '  d: { use: raw, protocol: 5, with: { protocolLevel: 4 } }\n',
      '4:54 scenario/protocol-twice',
    ],
    [
      'two things at once, by the option of a library',
      '  d: { use: esp-mqtt, protocol: 5, with: { session.protocol_ver: MQTT_PROTOCOL_V_3_1_1 } }\n',
      '4:66 scenario/protocol-twice',
    ],
    ['a firmware', '  d: { use: esp-mqtt, firmware: esphome, protocol: 5 }\n', '4:52 scenario/no-protocol'],
    [
      'a property of a will that the library has no call for',
      '  d: { use: esp-mqtt, protocol: 5, will: { topic: w, payload: x, properties: { topicAlias: 1 } } }\n',
      '4:66 scenario/library-cannot-send',
    ],
    [
      'the properties of a will',
      '  d: { use: raw, will: { topic: w, payload: x, properties: {} } }\n',
      '4:48 scenario/needs-mqtt5',
    ],
  ])('%s', (_, devices, complaint) => {
    expect(codes(text('  - connect: d', devices))).toEqual([complaint])
  })
})

describe('what a step says in MQTT 5', () => {
  it.each([
    ['connect: { device: old, properties: { receiveMaximum: 1 } }', '11:29 scenario/needs-mqtt5'],
    ['publish: { device: umqtt, topic: t, payload: "", properties: {} }', '11:54 scenario/needs-mqtt5'],
    ['subscribe: { device: old, topic: t, noLocal: false }', '11:41 scenario/needs-mqtt5'],
    ['unsubscribe: { device: old, topic: t, properties: {} }', '11:43 scenario/needs-mqtt5'],
    ['disconnect: { device: umqtt, reasonCode: 4 }', '11:34 scenario/needs-mqtt5'],
    ['auth: old', '11:11 scenario/needs-mqtt5'],
    ['publish: { device: told, topic: t, payload: "", properties: { contentType: a } }', '11:53 scenario/no-place-for'],
    ['auth: { device: all, properties: { reasonString: a } }', '11:26 scenario/no-place-for'],
    ['connect: { device: raw, properties: { topicAlia: 1 } }', '11:43 scenario/unknown-key'],
    ['disconnect: { device: raw, reasonCode: quota-exeeded }', '11:44 scenario/bad-value'],
  ])('%s', (step, complaint) => {
    expect(codes(text(`  - ${step}`))).toEqual([complaint])
  })

  it.each([
    'publish: { device: told, topic: t, payload: "", properties: { topicAlias: 1 } }',
    'publish: { device: all, topic: t, payload: "", properties: { contentType: a } }',
    'auth: { device: js, reasonCode: re-authenticate, properties: { authenticationMethod: m } }',
    'subscribe: { device: raw, topic: t, noLocal: true, retainAsPublished: true, retainHandling: 2 }',
  ])('fits: %s', (step) => {
    expect(codes(text(`  - ${step}`))).toEqual([])
  })

  it('is in the call in the order that it was written in', () => {
    const { steps } = planFrom(
      text(
        '  - publish: { device: raw, topic: t, payload: "", properties: { contentType: a, messageExpiryInterval: 1m } }',
      ),
    )
    const { call } = asked(steps[0]) as { readonly call: { readonly properties: object } }
    expect(Object.entries(call.properties)).toEqual([
      ['contentType', new TextEncoder().encode('a')],
      ['messageExpiryInterval', 60],
    ])
  })

  it('a claim on the properties of a message needs MQTT 5, and is found wherever it stands', () => {
    const claim = (match: string) =>
      planFrom(text(`  - parallel: [{ expect: { any: [{ message: ${match} }] } }]`, '  d: { use: umqtt.simple }\n'))
    expect(claim('{ properties: { topicAlias: 1 } }')).toMatchObject({ claims5: true, observes5: true })
    expect(claim('{ topic: properties }')).toMatchObject({ claims5: false, observes5: false })
  })
})

describe('a library with MQTT 5', () => {
  const DEVICE = '  esp: { use: esp-mqtt, protocol: 5 }\n'

  it.each([
    ['protocol: 5', 5],
    ['protocol: 3.1', 3],
    ['with: { CONFIG_MQTT_PROTOCOL_5: true, session.protocol_ver: MQTT_PROTOCOL_V_5 }', 5],
    ['with: { CONFIG_MQTT_PROTOCOL_311: false }', 3],
    ['with: { session.keepalive: 10s }', 4],
  ])('%s is level %i', (words, level) => {
    const plan = planFrom(text('  - connect: d', `  d: { use: esp-mqtt, ${words} }\n`))
    expect([plan.devices[0]!.level, plan.observes5]).toEqual([level, level === 5])
  })

  it.each([
    [
      'publish: { device: esp, topic: t, payload: "", properties: { topicAlias: 0 } }',
      '6:66 scenario/library-cannot-send',
    ],
    ['connect: { device: esp, properties: { willDelayInterval: 1s } }', '6:43 scenario/library-cannot-send'],
    ['disconnect: { device: esp, properties: { hex: "00" } }', '6:46 scenario/library-cannot-send'],
    [
      'subscribe: { device: esp, topic: t, properties: { subscriptionIdentifier: [1, 2] } }',
      '6:55 scenario/library-cannot-send',
    ],
    [
      'publish: { device: esp, topic: t, payload: "", properties: { contentType: "a\\0b" } }',
      '6:66 scenario/library-cannot-send',
    ],
    ['auth: esp', '6:11 scenario/library-cannot-send'],
  ])('cannot send %s', (step, complaint) => {
    expect(codes(text(`  - ${step}`, DEVICE))).toEqual([complaint])
  })

  it.each([
    'connect: { device: esp, properties: { sessionExpiryInterval: 1h, requestProblemInformation: true } }',
    'subscribe: { device: esp, topic: t, noLocal: false, retainHandling: 0, properties: { subscriptionIdentifier: 1 } }',
    'publish: { device: esp, topic: t, payload: "", properties: { userProperty: {}, correlationData: { hex: "00" } } }',
    'disconnect: { device: esp, reasonCode: 4, properties: { userProperty: [[a, b], [a, c]] } }',
  ])('sends %s', (step) => {
    expect(codes(text(`  - ${step}`, DEVICE))).toEqual([])
  })
})
