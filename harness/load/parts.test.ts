// The parts of a load run, each by itself: stamps, books, trees of topics, budgets, histograms, results as
// text, and what Prometheus is told.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matches } from '../../emulators/index.ts'
import { STAMP_BYTES } from '../plan/index.ts'
import { kernelCounts, usageOf } from './coordinator/system.ts'
import { budgetOf, type HostCapacity, type Needs, serveMetrics } from './index.ts'
import { curveOf, decodeHistogram, encodeHistogram, newHistogram, percentilesOf, record } from './result/histogram.ts'
import { TopicTree } from './result/topic-tree.ts'
import { Tracker } from './shard/ledger.ts'
import { type MessageTag, readStamp, stampText, writeStamp } from './shard/message-tag.ts'
import type { LoadSnapshot } from './watch/load-probe.ts'

describe('a stamp', () => {
  const blank = (): MessageTag => ({ stream: 0, seq: 0, intended: 0, delay: 0 })
  const KEY = 0xdeadbeef
  const numbers = [fc.nat(62 ** 5 - 1), fc.nat(62 ** 5 - 1), fc.nat({ max: 62 ** 7 - 1 }), fc.nat(62 ** 5 - 1)] as const
  const around = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(...['hil:', 'hhil', 'hil:000'].map((t) => Buffer.from(t))),
  )

  it('comes back from any place in any payload', () => {
    fc.assert(
      fc.property(...numbers, around, around, (stream, seq, intended, delay, before, after) => {
        const bytes = Buffer.concat([before, Buffer.alloc(STAMP_BYTES), after])
        writeStamp(bytes, before.length, KEY, stream, seq, intended, delay)
        const found = blank()
        expect(readStamp(bytes, KEY, found)).toBe(true)
        expect(found).toEqual({ stream, seq, intended, delay })
      }),
    )
  })

  it('is text, of the length that is promised', () => {
    expect(stampText(KEY, 1, 2, 3, 4)).toMatch(/^hil:[0-9A-Za-z]{25}$/)
    expect(stampText(KEY, 1, 2, 3, 4)).toHaveLength(STAMP_BYTES)
  })

  it('holds a delay that is too long for it as the longest', () => {
    const found = blank()
    expect(readStamp(Buffer.from(stampText(KEY, 1, 2, 3, 62 ** 6)), KEY, found)).toBe(true)
    expect(found.delay).toBe(62 ** 5 - 1)
  })

  it('is not found where there is none', () => {
    const whole = stampText(KEY, 1, 2, 3, 4)
    const others = [
      '',
      'hil:',
      'x'.repeat(100),
      `hil:${'~'.repeat(25)}`,
      `hil:${'0'.repeat(25)}`,
      `hil:${'z'.repeat(25)}`,
    ]
    for (const payload of [...others, whole.slice(0, -1), whole.slice(1), whole.toUpperCase().replace('HIL', 'hil')])
      expect(readStamp(Buffer.from(payload), KEY, blank())).toBe(false)
  })

  it('of another run, or with one character changed, is none', () => {
    fc.assert(
      fc.property(...numbers, fc.nat(STAMP_BYTES - 1), fc.nat(60), (stream, seq, intended, delay, place, other) => {
        const stamp = Buffer.from(stampText(KEY, stream, seq, intended, delay))
        // One in 238,328 would be: with these keys none is.
        expect(readStamp(stamp, KEY ^ 1, blank())).toBe(false)
        const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.replace(
          String.fromCharCode(stamp[place]!),
          '',
        )
        stamp[place] = digits.charCodeAt(other)
        expect(readStamp(stamp, KEY, blank())).toBe(false)
      }),
      { seed: 7 },
    )
  })
})

describe('a tracker', () => {
  const told = (seqs: readonly number[]) => {
    const tracker = new Tracker()
    for (const seq of seqs) tracker.take(seq, false)
    const { top, duplicated, reordered } = tracker
    return { top, duplicated, reordered, missing: tracker.missing() }
  }

  it('counts as a plain list of what came would', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 40 }), (seqs) => {
        const seen = new Set<number>()
        let [top, duplicated, reordered] = [-1, 0, 0]
        for (const seq of seqs) {
          if (seen.has(seq)) duplicated++
          else if (seq < top) reordered++
          seen.add(seq)
          top = Math.max(top, seq)
        }
        const missing = Array.from({ length: top + 1 }, (_, k) => k).filter((k) => !seen.has(k))
        expect(told(seqs)).toEqual({ top, duplicated, reordered, missing })
      }),
    )
  })
})

describe('a tree of topics', () => {
  it('finds what matching one filter after the other finds', () => {
    const level = fc.constantFrom('a', 'b', '', '$x')
    const filter = fc
      .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([levels, all]) => [...levels, ...(all ? ['#'] : [])].join('/'))
    const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 8 }), topic, (filters, name) => {
        const tree = new TopicTree<number>()
        for (const [k, one] of filters.entries()) tree.add(one, k)
        const wanted = [...filters.keys()].filter((k) => matches(filters[k]!, name))
        expect(tree.find(name).sort((a, b) => a - b)).toEqual(wanted)
      }),
    )
  })
})

describe('histograms', () => {
  it('add up to the histogram of all samples, also after a journey as text', () => {
    const [a, b, both] = [newHistogram(), newHistogram(), newHistogram()]
    for (let k = 1; k <= 2000; k++) {
      record(k % 3 === 0 ? a : b, k / 7)
      record(both, k / 7)
    }
    const merged = decodeHistogram(encodeHistogram(a))
    merged.add(decodeHistogram(encodeHistogram(b)))
    expect(percentilesOf(merged)).toEqual(percentilesOf(both))
    expect(curveOf(merged)).toEqual(curveOf(both))
  })

  it('have their percentiles to three digits', () => {
    const h = newHistogram()
    for (let us = 1; us <= 100_000; us++) record(h, us / 1000)
    const { count, p50, p99, max } = percentilesOf(h)
    expect(count).toBe(100_000)
    for (const [got, wanted] of [
      [p50, 50_000],
      [p99, 99_000],
      [max, 100_000],
    ] as const)
      expect(Math.abs(got - wanted) / wanted).toBeLessThan(0.001)
  })
})

describe('the budget', () => {
  const here: HostCapacity = { cores: 2, descriptors: 20_000, ephemeral: 28_232, memory: 8 * 2 ** 30 }
  const needs: Needs = { devices: 1000, secured: 0, brokers: 1, loopback: true, shards: null, addresses: null }

  it('takes one process for few devices, else one for each core, or as many as descriptors ask for', () => {
    expect(budgetOf({ ...needs, devices: 100 }, here).shards).toBe(1)
    expect(budgetOf(needs, here).shards).toBe(2)
    expect(budgetOf({ ...needs, devices: 100_000 }, here).shards).toBe(6)
  })

  it('takes more local addresses on loopback, before the kernel becomes slow at finding ports', () => {
    expect(budgetOf({ ...needs, devices: 12_000 }, here).addresses).toEqual([])
    expect(budgetOf({ ...needs, devices: 30_000 }, here).addresses).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3'])
    expect(budgetOf({ ...needs, devices: 20_000, loopback: false }, here).addresses).toEqual([])
  })

  it.each([
    [
      'descriptors',
      { devices: 30_000, shards: 1 },
      /30000 devices in 1 process need 30060 file descriptors each, and a process has 20000/,
      /--shards 2/,
    ],
    [
      'ports',
      { devices: 30_000, loopback: false },
      /30000 devices need as many ports, and there are 28232 from one local address/,
      /--ifaddr with 2 addresses/,
    ],
    [
      'memory',
      { devices: 20_000, secured: 20_000, memory: 2 ** 30 },
      /need about \d+ MB, and 1024 MB are free/,
      /--count/,
    ],
  ])(
    'refuses what does not fit: %s',
    (_, { memory = here.memory, ...more }: Partial<Needs> & { memory?: number }, message, hint) => {
      const refused = (): unknown => budgetOf({ ...needs, ...more }, { ...here, memory })
      expect(refused).toThrow(message)
      try {
        refused()
      } catch (error) {
        expect(error).toMatchObject({ code: 'run/too-large', hint: expect.stringMatching(hint) })
      }
    },
  )
})

describe.skipIf(process.platform !== 'linux')('the machine', () => {
  it('tells the CPU and the memory of a process, and the kernel’s counts', () => {
    const before = usageOf(process.pid)!
    const since = process.cpuUsage()
    while (process.cpuUsage(since).user < 100_000) {
      // burn a tenth of a second
    }
    const after = usageOf(process.pid)!
    expect(after.cpu - before.cpu).toBeGreaterThanOrEqual(0.08)
    expect(after.memory).toBeGreaterThan(10 * 2 ** 20)
    expect(usageOf(2 ** 30)).toBe(null)
    expect(kernelCounts()!.retransmits).toBeGreaterThanOrEqual(0)
  })
})

describe('metrics', () => {
  const snapshot = (over: Partial<LoadSnapshot>): LoadSnapshot => ({
    at: 1000,
    phase: 'steady',
    groups: [{ name: 'sensors', devices: 10, off: 1, connecting: 2, connected: 6, ended: 0, disconnected: 1 }],
    totals: { connects: 9 },
    rates: {},
    times: { publish_ack_time: { p50: 250, p99: 1500 } },
    errors: { 'connect: ECONNREFUSED': 3 },
    connecting: { queued: 5, inFlight: 2 },
    generatorCpu: 40,
    brokerCpu: 12,
    shards: { total: 2, lost: 0 },
    ...over,
  })

  it('are found by Prometheus, and counters never go back', async () => {
    await using server = await serveMetrics(0)
    const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text()
    server.watcher.onSnapshot!(snapshot({}))
    const text = await scrape()
    for (const line of [
      'hil_devices{group="sensors",state="connected"} 6',
      'hil_time_seconds{metric="publish_ack_time",quantile="0.99"} 0.0015',
      'hil_events_total{event="connects"} 9',
      'hil_errors_total{kind="connect: ECONNREFUSED"} 3',
      'hil_cpu_percent{who="broker"} 12',
      'hil_connects_queued 5',
    ])
      expect(text).toContain(`${line}\n`)
    // A shard was lost, and its totals with it.
    server.watcher.onSnapshot!(snapshot({ totals: { connects: 4 }, shards: { total: 2, lost: 1 } }))
    expect(await scrape()).toContain('hil_events_total{event="connects"} 9\n')
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404)
    await expect(serveMetrics(server.port)).rejects.toMatchObject({
      code: 'run/metrics-port',
      message: `--metrics: port ${server.port} of 127.0.0.1 is in use by another program`,
      hint: 'choose another port, or 0 for any free one',
    })
    await expect(serveMetrics(0, '192.0.2.1')).rejects.toMatchObject({
      message: '--metrics: 192.0.2.1 is not an address of this machine',
    })
  })
})
