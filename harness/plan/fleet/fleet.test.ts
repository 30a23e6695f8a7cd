// Fleets and bounds from text to plan: what is wrong is said with its place, and each device is made from
// its number.

import { describe, expect, it } from 'vitest'
import { clients, milliseconds, register, unregister } from '../../../emulators/index.ts'
import type { Diagnostic } from '../../scenario/index.ts'
import { arrivalTime, compile, isInShare, libraryOptions, type Plan } from '../index.ts'

const compiled = (text: string, fleet?: Parameters<typeof compile>[2]['fleet']) =>
  compile('x.scenario.yaml', `name: x\nversion: 1\n${text}`, {
    broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
    fleet,
  })
const codes = (text: string): string[] =>
  compiled(text).diagnostics.all.map((d) => `${d.at.line}:${d.at.column} ${d.code}`)
const fleetOf = (text: string, fleet?: Parameters<typeof compile>[2]['fleet']): Plan => {
  const { plans, diagnostics } = compiled(text, fleet)
  expect(diagnostics.all).toEqual([])
  return plans[0]!
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const STEPS = 'steps:\n  - delay: 1s\n'

describe('a fleet', () => {
  it.each(Object.keys(clients))('of %s gets in by options that the library has', (name) => {
    const { fleet } = fleetOf(`fleet:\n  g: { use: ${name}, count: 1 }\n${STEPS}`)
    const group = fleet!.groups[0]!
    const login = { user: 'me', password: 'secret' }
    const options = libraryOptions(group, group.member(0), '127.0.0.1', 1883, login, true)
    const ofClient = { ...group.client.identity('g-0', '127.0.0.1', 1883), ...group.client.inTask?.tls }
    const known = [...group.client.options.map((option) => option.name), ...Object.keys(ofClient)]
    expect(Object.keys(options).filter((option) => !known.includes(option))).toEqual([])
    expect(Object.values(options)).toEqual(expect.arrayContaining(['me', 'secret']))
  })

  it('makes each device from its number', () => {
    const plan = fleetOf(`
vars: { site: north }
fleet:
  sensors:
    use: umqtt.simple
    count: 3
    client-id: "\${{ vars.site }}-\${{ i + 1 }}"
    with: { user: "u\${{ i }}", password: secret }
    will: { topic: "s/\${{ i }}", payload: gone, qos: 1 }
    subscribe: [{ topic: "cmd/\${{ i }}/#" }]
    publish: [{ topic: "t/\${{ i }}", every: 1s, size: 64 }, { topic: all, every: 1m, payload: "x \${{ seq }}" }]
${STEPS}`)
    const [group] = plan.fleet!.groups
    expect(group!.member(2)).toMatchObject({
      clientId: 'north-3',
      options: { user: bytes('u2'), password: bytes('secret') },
      will: { topic: 's/2', qos: 1, retain: false },
      subscribe: [{ topic: 'cmd/2/#', qos: 0 }],
      topics: ['t/2', 'all'],
    })
    expect(plan.observe).toEqual([])
    const text = group!.publications[1]!.payload({ i: 2, seq: 7, random: 0.5, now: 0, stamp: null })
    expect(Buffer.from(text).toString()).toBe('x 7')
  })

  it.each([
    ['an unknown client', 'use: umqtt.simpel, count: 1', 'scenario/bad-value'],
    ['an unknown key', 'use: umqtt.simple, count: 1, arival: { rate: 1/s }', 'scenario/unknown-key'],
    ['an unknown option', 'use: umqtt.simple, count: 1, with: { keepalife: 3s }', 'scenario/unknown-option'],
    ['one client id for all', 'use: umqtt.simple, count: 2, client-id: same', 'scenario/fleet-ids'],
    [
      'a topic with a wildcard',
      'use: umqtt.simple, count: 1, publish: [{ topic: a/+, every: 1s, size: 40 }]',
      'scenario/topic-name',
    ],
    ['a bad filter', 'use: umqtt.simple, count: 1, subscribe: [{ topic: a#b }]', 'scenario/topic-filter'],
    [
      'QoS 2',
      'use: umqtt.simple, count: 1, publish: [{ topic: a, every: 1s, size: 40, qos: 2 }]',
      'scenario/fleet-qos',
    ],
    [
      'two payloads',
      'use: umqtt.simple, count: 1, publish: [{ topic: a, every: 1s, size: 40, payload: x }]',
      'scenario/payload',
    ],
    [
      'no room for a stamp',
      'use: umqtt.simple, count: 1, publish: [{ topic: a, every: 1s, size: 8, track: true }]',
      'scenario/fleet-stamp',
    ],
    ['two arrivals', 'use: umqtt.simple, count: 1, arrival: { rate: 1/s, over: 1s }', 'scenario/arrival'],
    ['an empty arrival', 'use: umqtt.simple, count: 1, arrival: {}', 'scenario/arrival'],
    ['a rate of 0', 'use: umqtt.simple, count: 1, arrival: { rate: 0/s }', 'scenario/bad-value'],
    [
      'a rate of 0 at the end',
      'use: umqtt.simple, count: 1, arrival: { steps: [{ rate: 1/s, for: 1s }, { rate: 0/s, for: 1s }] }',
      'scenario/arrival',
    ],
    [
      'a ramp to 0',
      'use: umqtt.simple, count: 1, arrival: { ramp: { from: 1/s, to: 0/s, over: 1s } }',
      'scenario/bad-value',
    ],
    [
      'a beat of 0',
      'use: umqtt.simple, count: 1, publish: [{ topic: a, every: 0s, payload: x }]',
      'scenario/bad-value',
    ],
    ['a ping every 0', 'use: umqtt.simple, count: 1, ping: 0ms', 'scenario/bad-value'],
    ['a first wait of 0', 'use: umqtt.simple, count: 1, reconnect: { backoff: fixed, base: 0s }', 'scenario/bad-value'],
    [
      'a keep alive that CONNECT has no room for',
      'use: umqtt.simple, count: 1, connect: { keepalive: 20h }',
      'scenario/keepalive',
    ],
    ['a file that is not there', 'use: umqtt.simple, count: 1, tls: { ca: nowhere.pem }', 'scenario/no-file'],
    ['a broker without a port', 'use: umqtt.simple, count: 1, brokers: [somewhere]', 'scenario/broker-address'],
    ['an unknown name', 'use: umqtt.simple, count: 1, client-id: "${{ j }}"', 'scenario/unknown-name'],
  ])('does not take %s', (_, group, code) => {
    const found = codes(`fleet:\n  g: { ${group} }\n${STEPS}`)
    expect(found.map((one) => one.replace(/^\d+:\d+ /, ''))).toContain(code.replace(/^\d+:\d+ /, ''))
  })

  it('draws random for a device once, and the same again with the same seed', () => {
    const text = `fleet:\n  g: { use: umqtt.simple, count: 2, client-id: "\${{ i }}-\${{ random }}", will: { topic: "w/\${{ random }}", payload: x } }\n${STEPS}`
    const [a, b] = [0, 0].map(() => fleetOf(text).fleet!.groups[0]!)
    expect(a!.member(1).clientId).toMatch(/^1-0\.\d+$/)
    expect(a!.member(1)).toEqual(a!.member(1))
    expect(a!.member(1)).toEqual(b!.member(1))
    expect(a!.member(1).clientId.slice(2)).not.toBe(a!.member(0).clientId.slice(2))
    expect(a!.member(1).will!.topic).not.toContain(a!.member(1).clientId.slice(2))
  })

  it('makes a topic for each message where it has seq, random or now', () => {
    const [group] = fleetOf(
      `fleet:\n  g: { use: umqtt.simple, count: 2, publish: [{ topic: "a/\${{ i }}/\${{ seq }}", every: 1s, size: 40 }, { topic: "b/\${{ now }}", every: 1s, size: 40 }, { topic: c, every: 1s, size: 40 }] }\n${STEPS}`,
    ).fleet!.groups
    const [seq, now, same] = group!.publications
    const values = { i: 1, seq: 7, random: 0.5, now: 12 }
    expect([seq!.topic!(values), seq!.tracked]).toEqual(['a/1/7', true])
    expect([now!.topic!(values), now!.tracked]).toEqual(['b/12', false])
    expect(same!.topic).toBe(null)
    expect(group!.member(1).topics).toEqual(['', '', 'c'])
  })

  it.each([
    ['client-id: "${{ seq }}"', 'seq is the number of one message, and this value is of one device'],
    ['client-id: "${{ i }}-${{ now }}"', 'now is the time of one message, and this value is of one device'],
    ['with: { user: "u-${{ seq }}" }', 'seq is the number of one message, and this value is of one device'],
    ['will: { topic: a, payload: "${{ now }}" }', 'now is the time of one message, and this value is of one device'],
    ['subscribe: [{ topic: "${{ seq }}" }]', 'seq is the number of one message, and this value is of one device'],
    ['connect: { keepalive: "${{ i + 10 }}s" }', 'i is the number of one device, and this value is of the whole group'],
    ['arrival: { after: "${{ i }}s" }', 'i is the number of one device, and this value is of the whole group'],
    ['brokers: ["h${{ i }}:1883"]', 'i is the number of one device, and this value is of the whole group'],
    [
      'publish: [{ topic: a, every: "${{ i + 1 }}s", size: 40 }]',
      'i is the number of one device, and this value is of the whole group',
    ],
    [
      'publish: [{ topic: a, every: 1s, size: "${{ 40 + seq }}" }]',
      'seq is the number of one message, and this value is of the whole group',
    ],
    ['poll: "${{ random * 10 }}ms"', 'random is drawn for one device or message, and this value is of the whole group'],
  ])('has no place for it in %s', (words, message) => {
    const text = `fleet:\n  g: { use: umqtt.simple, ${words}, count: 2 }\n${STEPS}`
    const { diagnostics } = compiled(`vars: {}\n${text}`)
    const [{ at, code, message: got }] = diagnostics.all as [Diagnostic]
    expect([code, got]).toEqual(['scenario/fleet-name', message])
    // It points at the text with the expression.
    expect(`g: { use: umqtt.simple, ${words}`.slice(at.column - 3, at.column - 3 + at.length)).toMatch(/^".*\$\{\{.*"$/)
  })

  it.each([
    [
      'two client ids that are the same',
      'count: 12, client-id: "d-${{ i % 10 }}"',
      'scenario/fleet-ids',
      /devices 0 and 10 of g/,
    ],
    [
      'an expression that is to be text',
      'count: 3, client-id: "d-$${{ i }}"',
      'scenario/fleet-ids',
      /all devices of g have the client id/,
    ],
    [
      'what cannot be made for the last device',
      'count: 3, client-id: "d-${{ i }}", with: { user: "u${{ 1 / (2 - i) }}" }',
      'scenario/expression-value',
      /device 2 of g/,
    ],
    [
      'a filter that only the last device has',
      "count: 3, subscribe: [{ topic: \"${{ i == 2 ? 'a#' : 'a' }}\" }]",
      'scenario/topic-filter',
      /#/,
    ],
    [
      'half a shared subscription',
      'count: 1, subscribe: [{ topic: $share/g }]',
      'scenario/topic-filter',
      /\$share\/GROUP\/FILTER/,
    ],
    [
      'a shared subscription without a group',
      'count: 1, subscribe: [{ topic: $share//a }]',
      'scenario/topic-filter',
      /GROUP/,
    ],
    [
      'to follow what is sent anywhere',
      'count: 1, publish: [{ topic: "a/${{ random }}", every: 1s, size: 40, track: true }]',
      'scenario/fleet-track',
      /cannot be followed/,
    ],
    [
      'a wildcard that comes from a message',
      "count: 1, publish: [{ topic: \"a/${{ seq == 0 ? '+' : 'b' }}\", every: 1s, size: 40 }]",
      'scenario/topic-name',
      /wildcard/,
    ],
  ])('does not take %s', (_, words, code, message) => {
    const { diagnostics } = compiled(`fleet:\n  g: { use: umqtt.simple, ${words} }\n${STEPS}`)
    expect(diagnostics.all).toMatchObject([{ code, message: expect.stringMatching(message) }])
  })

  it('runs a firmware, with options for each device', () => {
    const plan = fleetOf(
      `fleet:\n  g: { use: esphome, count: 3, client-id: "n\${{ i }}", with: { topic_prefix: "a/\${{ i }}", reboot_timeout: 60s } }\n${STEPS}`,
    )
    const [group] = plan.fleet!.groups
    expect([group!.client.name, group!.firmware?.name, group!.ping]).toEqual(['esp-mqtt', 'esphome', null])
    expect(group!.member(2)).toMatchObject({ clientId: 'n2', options: { topic_prefix: 'a/2', reboot_timeout: 60 } })
  })

  it.each([
    ['use: esphome, with: { topic_prefx: x }', 'unknown-option', /esphome has no option "topic_prefx"/, /topic_prefix/],
    ['use: esphome, with: { keepalive: 15 }', 'option-type', /keepalive is a time/, /15s/],
    ['use: esphome, with: { session.keepalive: 5s }', 'unknown-option', /esphome has no option/, /it has topic_prefix/],
    ['use: robust-resubscribe', 'missing-option', /needs the option "topic"/, /with: { topic/],
    ['use: button-led', 'fleet-firmware', /cannot run button-led: nobody presses its button/, /it runs .*esphome/],
    ['use: puppet', 'fleet-firmware', /cannot run puppet/, /esphome/],
    ['use: esphome, publish: []', 'fleet-firmware', /publish is for groups of a library/, /use: esp-mqtt/],
    [
      'use: tasmota, will: { topic: a, payload: b }',
      'fleet-firmware',
      /will is for groups of a library/,
      /pubsubclient/,
    ],
    [
      'use: pubsubclient-reconnect, with: { id: same }',
      'fleet-ids',
      /all devices of g have the client id "same"/,
      /same-/,
    ],
    ['use: tasmota, client-id: same', 'fleet-ids', /all devices of g have the client id "same"/, /same-/],
  ])('does not take %s', (words, code, message, hint) => {
    const { diagnostics } = compiled(`fleet:\n  g: { ${words}, count: 2 }\n${STEPS}`)
    expect(diagnostics.all).toEqual([
      expect.objectContaining({
        code: `scenario/${code}`,
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    ])
  })

  it('tells what a firmware itself finds wrong with its options, once', () => {
    const text = (keepalive: string): string =>
      `fleet:\n  g: { use: quec-reconnect, count: 5, with: { topic: a, keepalive: ${keepalive} } }\n${STEPS}`
    expect(compiled(text('3s')).diagnostics.all).toMatchObject([
      { code: 'client/bad-option', message: 'quec-reconnect: keepalive is neither 0 nor at least 5' },
    ])
    expect(compiled(text('5s')).diagnostics.all).toEqual([])
  })

  it('cannot stop what a firmware publishes', () => {
    const text = (does: string): string =>
      `fleet:\n  g: { use: esphome, count: 2 }\nsteps:\n  - fleet: { group: g, ${does} }\n`
    expect(codes(text('publishing: off'))).toEqual(['6:24 scenario/fleet-firmware'])
    expect(codes(text('power: off'))).toEqual([])
  })

  it('takes a client of the project, and asks of it what it has methods for', () => {
    const known = clients['umqtt.simple']
    const verbs = { ...known.verbs, subscribe: () => null, will: () => null }
    expect(register<unknown>(clients, 'own.client', { ...known, name: 'own.client', verbs })).toBe(true)
    try {
      const group = (more: string): string => `fleet:\n  g: { use: own.client, count: 2${more} }\n${STEPS}`
      expect(compiled(group('')).diagnostics.all).toEqual([])
      expect(
        compiled(group(', subscribe: [{ topic: a }], will: { topic: b, payload: c }')).diagnostics.all,
      ).toMatchObject([
        { code: 'scenario/fleet-client', message: 'own.client has no method for subscribe' },
        { code: 'scenario/fleet-client', message: 'own.client has no method for will' },
      ])
    } finally {
      unregister(clients, 'own.client')
    }
  })

  it('takes no device that is not an emulated client', () => {
    expect(compiled(`fleet:\n  g: { use: mqttjs, count: 2 }\n${STEPS}`).diagnostics.all).toMatchObject([
      { code: 'scenario/fleet-client', message: expect.stringMatching(/^a fleet cannot run mqttjs: /) },
    ])
  })

  it('knows its groups and its linked devices in steps and claims', () => {
    const group = 'fleet:\n  g: { use: umqtt.simple, count: 10, link: 20% }\n'
    expect(codes(`${group}steps:\n  - fleet: { group: h, power: off }\n`)).toEqual(['6:21 scenario/unknown-group'])
    expect(codes(`${group}steps:\n  - expect: { fleet: { group: h, connected: 1% } }\n`)).toEqual([
      '6:31 scenario/unknown-group',
    ])
    const disturb = (device: string): string =>
      `${group}steps:\n  - disturb: { device: ${device}, direction: up, packet: publish, do: drop }\n`
    expect(codes(disturb('g-4'))).toEqual([])
    expect(codes(disturb('g-9'))).toEqual([])
    expect(codes(disturb('g-3'))).toEqual(['6:24 scenario/unknown-device'])
    // It has a link, and no puppet to call.
    expect(codes(`${group}steps:\n  - ping: g-4\n`)).toEqual(['6:11 scenario/unknown-device'])
  })

  it('is as the command line says', () => {
    const text = `fleet:\n  a: { use: umqtt.simple, count: 10 }\nsteps:\n  - delay: 1s\n  - delay: 5s\n  - delay: 2s\n`
    const plan = fleetOf(text, { count: { '*': 77 }, rate: 10, duration: 50_000 })
    expect(plan.fleet).toMatchObject({ devices: 77, groups: [{ count: 77 }] })
    expect(arrivalTime(plan.fleet!.groups[0]!.arrival, 20)).toBe(2000)
    const delays = plan.steps.map((step) => step.kind === 'action' && step.args({ saved: {}, i: 0 }))
    expect(delays).toEqual([1000, 50_000, 2000])
    expect(() => compiled(text, { count: { b: 1 } })).toThrow(/unknown group b/)
  })
})

describe('a load for which there is no time', () => {
  const load = (group: string, steps: string, head = '') =>
    compiled(`${head}fleet:\n  g: { use: umqtt.simple, ${group} }\nsteps: [${steps}]\n`).diagnostics.all

  it('is refused with the numbers, by its arrivals', () => {
    const found = load('count: 500000, arrival: { rate: 400/s }', 'delay: 1s', 'timeout: 3m\n')
    expect(found).toMatchObject([
      {
        code: 'scenario/too-long',
        message:
          '500000 devices of g take 1250s to arrive, and the scenario ends after 3m, its timeout: only 72000 would come',
        hint: 'timeout: longer than 1250s, a higher rate, or fewer devices',
        at: { line: 5 },
      },
    ])
  })

  it('is refused with the numbers, by its delays', () => {
    expect(load('count: 1', '{ delay: 50s }, { delay: 20s }')).toMatchObject([
      { message: 'the delays of the steps take 70s, and the scenario ends after 1m, its timeout' },
    ])
  })

  it('is refused by what the command line makes of it', () => {
    const text = `fleet:\n  g: { use: umqtt.simple, count: 10 }\n${STEPS}`
    expect(compiled(text, { rate: 1, count: { g: 61 } }).diagnostics.all).toMatchObject([{ code: 'scenario/too-long' }])
    expect(compiled(text, { duration: 60_000 }).diagnostics.all).toMatchObject([{ code: 'scenario/too-long' }])
    expect(compiled(text, { rate: 1, count: { g: 60 }, duration: 59_999 }).diagnostics.all).toEqual([])
  })

  it('is not refused for a delay that is not in each run', () => {
    expect(load('count: 1', '{ delay: 2m, if: false }')).toEqual([])
  })
})

describe('arrivals', () => {
  const times = (arrival: string, count: number): number[] => {
    const plan = fleetOf(`fleet:\n  g: { use: umqtt.simple, count: ${count}, arrival: ${arrival} }\n${STEPS}`)
    return Array.from({ length: count }, (_, i) => Math.round(arrivalTime(plan.fleet!.groups[0]!.arrival, i)))
  }

  it('come at a rate, over a time, in steps, on a ramp', () => {
    expect(times('{ rate: 10/s }', 4)).toEqual([0, 100, 200, 300])
    expect(times('{ over: 2s, after: 1s }', 4)).toEqual([1000, 1500, 2000, 2500])
    expect(times('{ after: 1s }', 3)).toEqual([1000, 1000, 1000])
    expect(times('{ steps: [{ rate: 0/s, for: 2s }, { rate: 10/s, for: 1s }] }', 2)).toEqual([2000, 2100])
    expect(times('{ steps: [{ rate: 2/s, for: 1s }, { rate: 10/s, for: 1s }] }', 5)).toEqual([0, 500, 1000, 1100, 1200])
    // 10 + 30 devices a second over two: 40 in the time of the ramp, the last rate afterwards.
    const ramp = times('{ ramp: { from: 10/s, to: 30/s, over: 2s } }', 44)
    expect(ramp[40]).toBe(2000)
    expect(ramp[43]).toBe(2100)
    expect(ramp[1]).toBeGreaterThan(90)
  })

  it('put exactly a share of a group into a share of it', () => {
    for (const [count, share, wanted] of [
      [10_000, 0.3, 3000],
      [1000, 0.01, 10],
      [7, 1, 7],
      [3, 0.999, 2],
    ] as const)
      expect(Array.from({ length: count }, (_, i) => isInShare(i, share)).filter(Boolean)).toHaveLength(wanted)
  })
})

describe('a bound', () => {
  const fleet = 'fleet:\n  g: { use: umqtt.simple, count: 1 }\nsteps:\n  - id: ramp\n    delay: 1s\nslo:\n'
  it.each([
    ['an unknown metric', '{ metric: publish_time, p99: { lt: 1s } }', 'scenario/bad-value'],
    ['no bound', '{ metric: connect_time }', 'scenario/slo-bound'],
    ['a total of a time', '{ metric: connect_time, total: { lt: 1 } }', 'scenario/slo-statistic'],
    ['a percentile of a count', '{ metric: connects, p99: { lt: 1 } }', 'scenario/slo-statistic'],
    ['an unknown phase', '{ metric: connects, phase: rampe, total: { lt: 1 } }', 'scenario/slo-phase'],
    ['an unknown group', '{ metric: connects, group: h, total: { lt: 1 } }', 'scenario/unknown-group'],
    ['a phase of the ledger', '{ metric: messages_lost, phase: ramp, total: { eq: 0 } }', 'scenario/slo-phase'],
    ['a bare number for a time', '{ metric: connect_time, p99: { lt: 1 } }', 'scenario/bare-number'],
    ['a bare number for a time, by itself', '{ metric: connect_time, max: 0 }', 'scenario/bare-number'],
    ['a size for a time', '{ metric: connect_time, max: { lt: 64KiB } }', 'scenario/bad-value'],
    ['a rate for a time', '{ metric: connect_time, max: { lt: 10/s } }', 'scenario/bad-value'],
    ['a percentage for a time', '{ metric: connect_time, max: { lte: 50% } }', 'scenario/bad-value'],
    ['a duration for a count', '{ metric: connects, total: { lt: 5s } }', 'scenario/slo-bound'],
    ['text for a count', '{ metric: connects, total: { eq: "0" } }', 'scenario/slo-bound'],
    ['half a count', '{ metric: connects, total: { lt: 1.5 } }', 'scenario/bad-value'],
    ['a duration for a rate', '{ metric: connect_rate, peak: { lt: 10m } }', 'scenario/bad-value'],
    ['a bare number for a rate', '{ metric: connect_rate, mean: { gt: 50 } }', 'scenario/bare-number'],
    ['another unit inside not', '{ metric: connect_time, max: { not: { lt: 3 } } }', 'scenario/bare-number'],
    ['another unit inside in', '{ metric: connects, total: { in: [1, 2s] } }', 'scenario/slo-bound'],
    ['a list', '{ metric: connects, total: [1] }', 'scenario/slo-bound'],
    ['JSON', '{ metric: connects, total: { json: 1 } }', 'scenario/slo-bound'],
    ['a regular expression', '{ metric: connects, total: /1/ }', 'scenario/slo-bound'],
    ['a bound that nothing meets', '{ metric: connects, total: { gt: 5, lt: 5 } }', 'scenario/bad-value'],
  ])('does not take %s', (_, slo, code) => {
    const found = codes(`${fleet}  - ${slo}\n`)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(code)
  })

  it('is read in the unit of its metric', () => {
    const read = (slo: string): unknown => fleetOf(`${fleet}  - ${slo}\n`).slos[0]!.bound
    expect(read('{ metric: connect_time, p99: { gt: 1ms, lte: 1.5s } }')).toEqual({ gt: 1, lte: 1500 })
    expect(read('{ metric: connect_rate, peak: { lt: 600/m } }')).toEqual({ lt: 10 })
    expect(read('{ metric: messages_lost, total: 0 }')).toBe(0)
    expect(read('{ metric: connects, total: { not: { in: [1, 2] } } }')).toEqual({ not: { in: [1, 2] } })
  })

  it('needs a fleet', () => {
    expect(
      codes('devices: { a: { use: raw } }\nsteps:\n  - connect: a\nslo:\n  - { metric: connects, total: 1 }\n'),
    ).toEqual(['7:5 scenario/slo-without-fleet'])
  })

  it('is one for each statistic', () => {
    const plan = fleetOf(`${fleet}  - { metric: connect_time, phase: ramp, p50: { lt: 1s }, p99: { lt: 2s } }\n`)
    expect(plan.slos.map(({ statistic, phase, bound }) => [statistic, phase, bound])).toEqual([
      ['p50', 'ramp', { lt: 1000 }],
      ['p99', 'ramp', { lt: 2000 }],
    ])
  })
})
