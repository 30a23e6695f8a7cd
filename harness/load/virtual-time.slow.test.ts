// Fleets in virtual time: one seed is one record, each library comes back as its habit is, to the millisecond, and what is
// counted is what real time counts.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { writeTimeline } from '../evidence/index.ts'
import type { LoadResult, ScenarioRun } from '../run/index.ts'
import { filesOf } from './index.ts'
import { allPublish, claimsOf, measureFleet, publishers, runFleet } from './testing.ts'

const digestOf = ({ events, load }: ScenarioRun): string =>
  createHash('sha256')
    .update(writeTimeline({}, events))
    .update(JSON.stringify(filesOf(load!)))
    .digest('hex')

const virtual = (text: string, seed = 7): Promise<ScenarioRun> => runFleet(text, { clock: 'virtual', seed })

/** All that a fleet can meet: chance in arrivals, beats and payloads, a link with a disturbance, an outage, lost power. */
const EVENTFUL = `
timeout: 10m
fleet:
  collector: { use: umqtt.simple, count: 1, reconnect: { backoff: fixed, base: 100ms }, subscribe: [{ topic: "t/+", qos: 1 }] }
  sensors:
    use: umqtt.robust
    count: 30
    arrival: { over: 1s }
    link: 10%
    reconnect: { backoff: exponential, base: 1s, max: 8s, jitter: full }
    publish: [{ topic: "t/\${{ i }}", every: 2s, jitter: 30%, size: 80, qos: 1 }]
  nodes: { use: esphome, count: 5, client-id: "node-\${{ i }}" }
steps:
  - id: ramp
    expect: { fleet: { group: sensors, connected: 100% }, within: 30s }
  - disturb: { device: sensors-29, direction: up, packet: publish, chance: 30%, times: 5, do: duplicate }
  - delay: 10s
  - id: storm
    broker: { restart: { down-for: 3s } }
  - expect: { fleet: { group: sensors, connected: 100% }, after: storm.end, within: 30s }
  - fleet: { group: sensors, share: 30%, power: cycle }
  - fleet: { group: nodes, network: down, mode: reset }
  - expect: { fleet: { group: nodes, at-most: 0% }, within: 5s }
  - delay: 30s
slo:
  - { metric: recovery_time, group: sensors, phase: storm, max: { lt: 20s } }
`

describe('a fleet in virtual time', () => {
  it('has one record for one seed, byte for byte, with all that it measured, and another one for another seed', async () => {
    const first = await virtual(EVENTFUL)
    expect([first.problem, first.bug]).toEqual([null, undefined])
    expect(first.status).toBe('passed')
    expect(first.duration).toBeGreaterThan(40_000)
    expect(first.load!.counts.all!.messages_published).toBeGreaterThan(500)
    expect(digestOf(await virtual(EVENTFUL))).toBe(digestOf(first))
    expect(digestOf(await virtual(EVENTFUL, 8))).not.toBe(digestOf(first))
  })

  it('comes back by the habit of each library, to the millisecond', async () => {
    const { times } = await measureFleet(
      `
timeout: 5m
fleet:
  robust: { use: umqtt.robust, count: 25, connect: { keepalive: 60s } }
  arduino: { use: arduino-mqtt, count: 25 }
  pubsub: { use: pubsubclient, count: 25 }
steps:
  - expect: { fleet: { group: robust, connected: 100% }, within: 10s }
  - expect: { fleet: { group: arduino, connected: 100% }, within: 10s }
  - expect: { fleet: { group: pubsub, connected: 100% }, within: 10s }
  - id: storm
    broker: { restart: { down-for: 3500ms } }
  - delay: 30s
`,
      { clock: 'virtual' },
    )
    // Beats from the loss on: every 2 s, every second, every 5 s; the broker is back after 3.5 s. µs.
    const longest = (group: string): number => times[`all/${group}`]!.recovery_time!.max / 1e6
    expect(longest('robust')).toBeCloseTo(4, 1)
    expect(longest('arduino')).toBeCloseTo(4, 1)
    expect(longest('pubsub')).toBeCloseTo(5, 1)
  })

  it('counts what real time counts', async () => {
    const text = publishers(20) + allPublish(200)
    const counted = ({ counts, ledger }: LoadResult): unknown => {
      const { connects, messages_published, messages_acked, messages_received } = counts.all!
      return { connects, messages_published, messages_acked, messages_received, ledger }
    }
    const [inReal, inVirtual] = [await measureFleet(text), await measureFleet(text, { clock: 'virtual' })]
    expect(counted(inVirtual)).toEqual(counted(inReal))
    expect(inVirtual.ledger).toMatchObject({ expected: 200, arrived: 200, lost: 0 })
  })

  it('is never late, and takes nothing of the machine', async () => {
    const { generator, shards, system, series } = await measureFleet(publishers(20) + allPublish(200), {
      clock: 'virtual',
    })
    expect(generator).toMatchObject({ saturated: false, why: null })
    expect(generator.lagP99).toBeLessThan(1)
    expect(shards).toEqual([
      { where: 'this process', devices: 21, complete: true, attempts: 1, clockOffset: 0, cpu: 0, memory: 0 },
    ])
    expect(system).toEqual({ broker: null, kernel: null })
    expect(Math.max(...series.seconds.generatorCpu)).toBe(0)
  })

  it('misses a bound, and finds by name what was lost', async () => {
    const run = await virtual(`
timeout: 5m
fleet:
  collector: { use: umqtt.simple, count: 1, subscribe: [{ topic: "t/+", qos: 1 }] }
  sensors:
    use: umqtt.simple
    count: 10
    link: 10%
    arrival: { after: 1s }
    publish: [{ topic: "t/\${{ i }}", every: 1s, size: 64 }]
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 20s }
  - disturb: { device: sensors-9, direction: up, packet: publish, nth: 20, do: drop }
  - delay: 30s
slo:
  - { metric: messages_unexplained, total: { eq: 0 } }
`)
    expect(claimsOf(run)).toEqual(['pass'])
    expect(run.status).toBe('failed')
    expect(run.load!.slos).toMatchObject([{ got: '1', verdict: 'fail' }])
    expect(run.load!.ledger.first).toMatchObject([{ kind: 'lost', from: 'sensors-9', topic: 't/9' }])
  })

  it('refuses workers, whose time is their own', async () => {
    const { problem } = await runFleet(publishers(1) + allPublish(10), { clock: 'virtual', remote: true })
    expect(problem).toMatchObject({ code: 'time/real', message: expect.stringContaining('other machines') })
  })
})
