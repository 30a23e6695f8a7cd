// Fleets over a real Redis, with `hil worker` processes: the same totals as in one process, and a worker
// that is killed in the middle is told of and its shard begun again by another.

import { describe, expect, it } from 'vitest'
import { brokers } from '../../brokers/index.ts'
import { freePort } from '../../free-port.testing.ts'
import { QueueShards } from '../index.ts'
import { allPublish, claimsOf, measureFleet, publishers, runFleet } from '../testing.ts'
import { redis, redisHere, worker } from './queue.testing.ts'

describe.skipIf(redisHere.skip)(`over Redis${redisHere.why}`, () => {
  it('two workers come to the same totals as one process', async () => {
    const url = await redis()
    await Promise.all([worker(url), worker(url)])
    const text = publishers(30) + allPublish(300)
    const here = await measureFleet(text)
    const notes: string[] = []
    const transport = () => new QueueShards({ url, workers: 2, note: (n) => notes.push(n) })
    const there = await measureFleet(text, { transport, remote: true, shards: 2 })
    expect(notes).toEqual([])
    expect(there.shards.map(({ devices, complete, attempts }) => [devices, complete, attempts])).toEqual([
      [16, true, 1],
      [15, true, 1],
    ])
    expect(new Set(there.shards.map((s) => s.where)).size).toBe(2)
    // One machine, one clock.
    for (const shard of there.shards) expect(Math.abs(shard.clockOffset)).toBeLessThan(50)
    expect(there.ledger).toEqual(here.ledger)
    for (const name of ['connects', 'messages_published', 'messages_acked', 'messages_received'])
      expect(there.counts.all![name]).toBe(here.counts.all![name])
    for (const metric of ['connect_time', 'publish_ack_time', 'end_to_end_time'])
      expect(there.times.all![metric]!.count).toBe(here.times.all![metric]!.count)
  }, 120_000)

  it('a worker that is killed is told of, and another begins its shard again', async () => {
    const url = await redis()
    const workers = await Promise.all([worker(url), worker(url)])
    const notes: string[] = []
    let killed = false
    const transport = () => new QueueShards({ url, workers: 2, note: (n) => notes.push(n) })
    const watcher = {
      onPhase(name: string) {
        if (name !== 'loss' || killed) return
        killed = true
        workers[1]!.kill('SIGKILL')
        void worker(url)
      },
    }
    const run = await runFleet(
      `
timeout: 100s
fleet:
  sensors: { use: umqtt.simple, count: 40 }
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 30s }
  - id: loss
    expect: { fleet: { group: sensors, at-most: 50% }, within: 30s }
  - expect: { fleet: { group: sensors, connected: 100% }, within: 30s }
`,
      { transport, remote: true, shards: 2, watchers: [watcher], open: () => brokers.aedes.open() },
    )
    expect(run.problem).toBe(null)
    expect(claimsOf(run)).toEqual(['pass', 'pass', 'pass'])
    // A worker that the machine kept waiting for 4 s is missed and heard again: that is no loss.
    for (let again = indexOfHeard(notes); again >= 0; again = indexOfHeard(notes)) {
      const shard = notes[again]!.slice(0, 'shard 1 '.length)
      notes.splice(again, 1)
      notes.splice(
        notes.slice(0, again).findLastIndex((n) => n.startsWith(shard)),
        1,
      )
    }
    expect(notes).toHaveLength(2)
    expect(notes[0]).toMatch(/^shard [12] at .* is lost: (no message from it for 4 s|another worker has its job)$/)
    expect(notes[1]).toMatch(/^shard [12] goes on at .*, from its beginning$/)
    expect(run.load!.shards.map((s) => s.attempts).sort()).toEqual([1, 2])
    expect(run.load!.shards.every((s) => s.complete)).toBe(true)
    // Its figures before that are gone with it, which is no small print.
    const verdict = run.verdicts.find((v) => v.step === 'slo.shards')
    expect(verdict).toMatchObject({ kind: 'inconclusive' })
    expect(verdict!.got).toMatch(/was begun 2 times/)
    expect(run.status).toBe('inconclusive')
  }, 120_000)

  it('says that nobody answers', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    const transport = () => new QueueShards({ url, workers: 1, note: () => {} })
    const { status, problem } = await runFleet(publishers(1) + allPublish(10), { transport, remote: true })
    expect(status).toBe('broken')
    expect(problem).toMatchObject({ code: 'run/queue', hint: 'redis-server --port 6379 starts one' })
  })
})

const indexOfHeard = (notes: readonly string[]) => notes.findIndex((n) => n.endsWith(' is heard again'))
