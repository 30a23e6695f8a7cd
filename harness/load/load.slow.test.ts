// Whole fleets on a real broker, in shards that are processes of their own: what the ledger finds of
// planted faults, what becomes of devices that steps switch off, and what bounds come to. They wait most of their time:
// so several at once.

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { brokers } from '../brokers/index.ts'
import type { LoadResult } from '../run/index.ts'
import {
  allPublish,
  COLLECTOR,
  claimsOf,
  measureFleet,
  publishers,
  residueOf,
  runFleet,
  untilHeard,
} from './testing.ts'

describe.concurrent('the ledger', () => {
  it('finds that nothing was lost', async () => {
    const { ledger, counts } = await measureFleet(publishers(20) + allPublish(200))
    const all = { connects: 21, messages_published: 200, messages_acked: 200, messages_received: 200 }
    expect(counts.all).toMatchObject(all)
    expect(ledger).toMatchObject({ expected: 200, arrived: 200, lost: 0, duplicated: 0, reordered: 0, unconfirmed: 0 })
    expect(ledger.byQos).toMatchObject([{ qos: 1, expected: 200, lost: 0 }])
  })

  it('finds planted loss, duplication and reordering by count and by name', async () => {
    const planted = `
observer: ["t/#"]
steps:
  - id: lose
    disturb: { device: sensors-9, direction: up, packet: publish, nth: 3, times: 2, do: { rewrite: { topic: elsewhere } } }
  - id: double
    disturb: { device: sensors-19, direction: up, packet: publish, nth: 5, do: duplicate }
  - id: swap
    disturb: { device: sensors-29, direction: up, packet: publish, nth: 2, do: hold }
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
  - expect: { packet: { from: sensors-29, type: publish }, count: { min: 4 } }
  - release: { id: swap, held: 1 }
${untilHeard(299)}`
    // In virtual time, where none is late because the machine is slow.
    const { load } = await runFleet(publishers(30, '\n    link: 10%', 0) + planted, { clock: 'virtual' })
    const found = load!.ledger.first.map(({ kind, from, to, topic, seq }) => `${kind} ${from} ${to} ${topic} ${seq}`)
    expect(found).toEqual([
      'lost sensors-9 collector-0 t/9 2',
      'lost sensors-9 collector-0 t/9 3',
      'duplicated sensors-19 collector-0 t/19 4',
      'reordered sensors-29 collector-0 t/29 1',
    ])
    const sums = { expected: 300, arrived: 298, lost: 2, unexplained: 2, duplicated: 1, reordered: 1 }
    expect(load!.ledger).toMatchObject(sums)
  })

  it('knows why messages did not arrive when a connection was gone', async () => {
    const fleet = publishers(10).replace('times: 10', 'times: 30')
    const { ledger } = await measureFleet(`${fleet}
observer: ["t/#"]
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
  - delay: 500ms
  - fleet: { group: collector, power: off }
  - delay: 3s
`)
    expect(ledger.lost).toBeGreaterThan(50)
    expect(ledger.unexplained).toBe(0)
    expect(Object.keys(ledger.reasons)).toEqual(['the receiver had no connection'])
  })
})

describe.concurrent('steps', () => {
  const sensors = (more: string): string => `
fleet:
  sensors: { use: umqtt.robust, count: 40, connect: { keepalive: 2s, clean: true }, ping: 500ms${more} }
`

  it('switch a share off without a word, and on again', async () => {
    const run = await runFleet(`${sensors('')}
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
  - fleet: { group: sensors, share: 30%, power: off }
  - expect: { fleet: { group: sensors, at-most: 70%, connected: 70% }, within: 60s }
  - fleet: { group: sensors, power: on }
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
`)
    const { load, problem } = run
    expect(problem).toBe(null)
    expect(claimsOf(run)).toEqual(['pass', 'pass', 'pass'])
    expect(load!.counts.all).toMatchObject({ connects: 52, reconnects: 12 })
  })

  it('cut the network of a share, whose library comes back by itself', async () => {
    const run = await runFleet(`${sensors('')}
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
  - fleet: { group: sensors, share: 50%, network: down, mode: close }
  - expect: { fleet: { group: sensors, at-most: 50%, connected: 50% }, within: 60s }
  - fleet: { group: sensors, network: up }
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
`)
    const { load } = run
    expect(claimsOf(run)).toEqual(['pass', 'pass', 'pass'])
    expect(load!.counts.all!.reconnects).toBe(20)
    expect(load!.errors['connect: EHOSTUNREACH']).toBeGreaterThanOrEqual(20)
  })

  it('restart the broker, and every device comes back by its policy', async () => {
    const run = await runFleet(`${sensors(', reconnect: { backoff: exponential, base: 400ms, max: 1s, jitter: full }')}
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
  - id: storm
    broker: { restart: { down-for: 1s } }
  - expect: { fleet: { group: sensors, connected: 100% }, after: storm.end, within: 60s }
`)
    const { load } = run
    expect(claimsOf(run)).toEqual(['pass', 'pass'])
    expect(load!.counts.storm).toMatchObject({ reconnects: 40 })
    expect(load!.times.storm!.recovery_time!.count).toBe(40)
    // Nobody can have come back while the broker was down.
    expect(load!.times.storm!.recovery_time!.min).toBeGreaterThan(900_000)
  })
})

describe.concurrent('libraries that return false', { timeout: 200_000 }, () => {
  const text = (use: string, options: string): string => `
timeout: 180s
fleet:${COLLECTOR}
  sensors:
    use: ${use}
    with: ${options}
    count: 20
    subscribe: [{ topic: "cmd/\${{ i }}" }]
    publish: [{ topic: "t/\${{ i }}", every: 300ms, size: 32 }]
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
  - fleet: { group: sensors, network: down, mode: close }
  - expect: { fleet: { group: sensors, at-most: 0% }, within: 60s }
  - fleet: { group: sensors, network: up }
  - expect: { fleet: { group: sensors, connected: 100% }, within: 120s }
`

  // By itself arduino-mqtt waits a second for an answer, and begins again: too little where the machine is slow.
  it.each([
    ['pubsubclient', '{}'],
    ['arduino-mqtt', '{ timeout: 60s }'],
  ])('%s: devices come back as the example does, and go on', async (use, options) => {
    const run = await runFleet(text(use, options))
    const { load, bug } = run
    expect([bug, claimsOf(run)]).toEqual([undefined, ['pass', 'pass', 'pass']])
    expect(load!.counts.all!.reconnects).toBe(20)
    expect(load!.errors['false: loop'] ?? 0).toBeGreaterThan(0)
  })
})

/** What came late is a matter of the machine. */
const withoutLate = ({ ledger }: LoadResult): unknown => ({
  ...ledger,
  late: 0,
  first: ledger.first.filter(({ kind }) => kind !== 'late'),
  groups: Object.fromEntries(Object.entries(ledger.groups).map(([name, group]) => [name, { ...group, late: 0 }])),
})

describe.concurrent('a run', () => {
  it('is the same again with the same seed, in however many parts', async () => {
    const text = publishers(30) + allPublish(300)
    const [one, three] = [await measureFleet(text), await measureFleet(text, { shards: 3 })]
    expect(three.shards.map((s) => s.devices)).toEqual([11, 10, 10])
    expect(withoutLate(three)).toEqual(withoutLate(one))
    for (const name of ['messages_published', 'messages_acked', 'messages_received', 'connects'])
      expect(three.counts.all![name]).toBe(one.counts.all![name])
    expect(three.times.all!.publish_ack_time!.count).toBe(300)
  })

  it('misses a bound that cannot be met, and says by how much', async () => {
    const { status, verdicts, load } = await runFleet(`${publishers(5)}${allPublish(50)}
slo:
  - { metric: publish_ack_time, max: { lt: 0ms } }
  - { metric: messages_lost, total: { eq: 0 } }
  - { metric: messages_received, total: { gte: 50 } }
  - { metric: generator_lag, p99: { lt: 10s } }
`)
    expect(load!.slos.map((s) => s.verdict)).toEqual(['fail', 'pass', 'pass', 'pass'])
    expect(status).toBe('failed')
    const missed = verdicts.find((v) => v.kind === 'fail')!
    expect(missed).toMatchObject({ step: 'slo.0', expected: 'max of publish_ack_time < 0ms' })
    expect(missed.got).toMatch(/^[\d.]+m?s$/)
  })

  it('says nothing of the broker when the generator was late', async () => {
    const bound = 'slo:\n  - { metric: generator_lag, max: { lt: 0ms }, on-breach: inconclusive }\n'
    const { status, load } = await runFleet(publishers(3) + allPublish(30) + bound)
    expect(load!.slos.map((s) => s.verdict)).toEqual(['inconclusive'])
    expect(status).toBe('inconclusive')
  })

  it('drives every client library', async () => {
    const groups = ['umqtt.simple', 'umqtt.robust', 'umqttsimple', 'minimqtt', 'quecpython']
    const fleet = groups
      .map((use) => {
        const name = use.replace('.', '-')
        return `  ${name}:
    use: ${use}
    count: 3
    subscribe: [{ topic: "cmd/${name}/\${{ i }}", qos: 1 }]
    publish: [{ topic: "t/${name}/\${{ i }}", every: 200ms, size: 64, qos: 1, times: 3 }]`
      })
      .join('\n')
    const { ledger, errors } = await measureFleet(`
fleet:
  collector: { use: umqtt.simple, count: 1, subscribe: [{ topic: "t/+/+", qos: 1 }] }
${fleet}
observer: ["t/#"]
steps:
${groups.map((use) => `  - expect: { fleet: { group: ${use.replace('.', '-')}, connected: 100% }, within: 60s }`).join('\n')}
${untilHeard(45)}`)
    expect(errors).toEqual({})
    expect(ledger).toMatchObject({ expected: 45, arrived: 45, lost: 0 })
  })

  it('sends payloads that are made for each message, and follows them', async () => {
    const { ledger } = await measureFleet(`
fleet:
  collector: { use: umqtt.simple, count: 1, subscribe: [{ topic: "t/+", qos: 0 }] }
  sensors:
    use: umqtt.simple
    count: 2
    arrival: { after: 1500ms, over: 400ms }
    publish:
      - { topic: "t/\${{ i }}", every: 100ms, times: 4, json: { id: "\${{ i }}", n: "\${{ seq }}", t: "\${{ round(random * 100) }}" } }
observer: ["t/#"]
steps:
  - expect: { message: { topic: t/1, payload: { json: { id: 1, n: 3 } } }, within: 60s }
  - delay: 500ms
`)
    expect(ledger).toMatchObject({ expected: 8, arrived: 8 })
  })

  it('leaves neither sessions nor retained messages at a broker that others use', async () => {
    await using broker = await brokers.aedes.open()
    const url = `mqtt://${broker.host}:${broker.port}`
    const run = await runFleet(
      `
fleet:
  fl:
    use: umqtt.simple
    count: 40
    connect: { keepalive: 60s, clean: false }
    will: { topic: "will/\${{ i }}", payload: gone, retain: true }
    subscribe: [{ topic: "fl/#", qos: 1 }]
    publish:
      - { topic: "fl/\${{ i }}", every: 300ms, times: 2, size: 40, retain: true, qos: 1 }
      - { topic: "each/\${{ i }}/\${{ seq }}", every: 300ms, times: 2, payload: x, retain: true, qos: 1 }
  robust: { use: umqtt.robust, count: 2, connect: { keepalive: 60s }, ping: 200ms }
steps:
  - expect: { fleet: { group: fl, connected: 100% }, within: 60s }
  - expect: { fleet: { group: robust, connected: 100% }, within: 60s }
  - fleet: { group: robust, network: down, mode: close }
  - expect: { fleet: { group: robust, at-most: 0% }, within: 60s }
  - fleet: { group: robust, network: up }
  - expect: { fleet: { group: robust, connected: 100% }, within: 60s }
  - delay: 1500ms
`,
      { open: () => brokers.external.open({ url }) },
    )
    expect(run.problem).toBe(null)
    expect(claimsOf(run)).toEqual(['pass', 'pass', 'pass', 'pass'])
    expect(run.load!.counts.all!.messages_acked).toBe(160)
    expect(await residueOf(url, ['fl-0', 'fl-39', 'robust-1'])).toEqual({ retained: [], sessions: [] })
  })

  it('tells a device that has not noticed the end of its connection from one that connects', async () => {
    const run = await runFleet(`
fleet:
  silent: { use: quecpython, count: 3, connect: { keepalive: 600s } }
steps:
  - expect: { fleet: { group: silent, connected: 100% }, within: 60s }
  - fleet: { group: silent, network: down, mode: close }
  - expect: { fleet: { group: silent, at-most: 0% }, within: 60s }
`)
    expect(claimsOf(run)).toEqual(['pass', 'pass'])
    const last = run.events.findLast((event) => event.kind === 'fleet')
    expect(last).toMatchObject({ connected: 0, connecting: 0, disconnected: 3, ended: 0 })
  })

  it('counts an attempt that nobody answers as one that failed', async () => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const text = `
fleet:
  waiting: { use: umqtt.simple, count: 3, brokers: ["127.0.0.1:${port}"] }
steps:
  - delay: 2s
`
    const { load } = await runFleet(text)
    server.close()
    expect(load!.counts.all).toMatchObject({ connect_attempts: 3, connect_failures: 3 })
    expect(load!.errors).toMatchObject({ 'connect: no answer': 3 })
  })
})
