// Rates by phase and group, and what a shard's meter keeps for them, against a plain list of what happened.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Meter } from '../shard/meter.ts'
import { decodeHistogram } from './histogram.ts'
import { ratesOf } from './rates.ts'

const GROUPS = ['a', 'b']
const METRICS = [
  ['connect_rate', 'connect_attempts'],
  ['publish_rate', 'messages_published'],
  ['receive_rate', 'messages_received'],
] as const

it('are those of the phase, all of its turns, and of the group', () => {
  const event = fc.record({
    at: fc.integer({ min: 0, max: 9999 }),
    group: fc.nat(1),
    kind: fc.nat(2),
    shard: fc.nat(1),
  })
  const phase = fc.record({ name: fc.constantFrom('ramp', 'steady', 'all'), after: fc.integer({ min: 0, max: 4000 }) })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.array(phase, { maxLength: 4 }), (events, later) => {
      const sorted = [...events].sort((x, y) => x.at - y.at)
      const starts = [{ name: 'start', from: 0 }]
      for (const { name, after } of later) starts.push({ name, from: starts.at(-1)!.from + after })
      const phases = starts.map(({ name, from }, k) => ({ name, from, to: starts[k + 1]?.from ?? 20_000 }))
      const meters = [new Meter(2), new Meter(2)]
      let begun = 1
      for (const { at, group, kind, shard } of sorted) {
        for (; begun < phases.length && phases[begun]!.from <= at; begun++)
          for (const meter of meters) meter.phase(phases[begun]!.name, phases[begun]!.from)
        meters[shard]!.count(METRICS[kind]![1], group, at)
      }
      const until = 10_000
      const rates = ratesOf({ groups: GROUPS, phases, until, series: meters.flatMap((meter) => meter.report().rates) })
      const turnOf = (at: number): number => phases.findLastIndex(({ from }) => from <= at)
      const names = [...new Set(phases.map(({ name }) => name))].filter((name) => name !== 'all')
      for (const where of [...names, 'all'])
        for (const group of [null, 0, 1])
          for (const [kind, [metric]] of METRICS.entries()) {
            const turns = where === 'all' ? [null] : [...phases.keys()].filter((k) => phases[k]!.name === where)
            const of = sorted.filter((e) => e.kind === kind && (group === null || e.group === group))
            const inTurn = turns.map((turn) => of.filter((e) => turn === null || turnOf(e.at) === turn))
            const ms = turns.map((turn) =>
              turn === null ? until : Math.max(0, Math.min(until, phases[turn]!.to) - phases[turn]!.from),
            )
            const time = ms.reduce((sum, one) => sum + one, 0)
            const total = inTurn.flat().length
            // Any ten buckets of a tenth of a second that follow each other.
            const peaks = inTurn.flatMap((list) =>
              list.map(({ at }) => {
                const last = Math.floor(at / 100)
                return list.filter((e) => Math.floor(e.at / 100) <= last && Math.floor(e.at / 100) > last - 10).length
              }),
            )
            expect(rates[group === null ? where : `${where}/${GROUPS[group]}`]![metric]).toEqual({
              mean: time === 0 ? null : (total * 1000) / time,
              peak: Math.max(0, ...peaks),
            })
          }
    }),
  )
})

it('and times of a phase that comes again are added to what it had', () => {
  const meter = new Meter(1)
  for (const [name, at] of [
    ['burst', 100],
    ['pause', 200],
    ['burst', 300],
  ] as const) {
    meter.phase(name, at)
    meter.time('connect_time', 0, at, 5)
    meter.count('connects', 0, at)
  }
  const { times, counts } = meter.report()
  expect(decodeHistogram(times['burst|0|connect_time']!).totalCount).toBe(2)
  expect(counts).toEqual({ 'burst|0|connects': 2, 'pause|0|connects': 1 })
})

it('and what happened in one of two turns that begin at the same moment counts once', () => {
  const meter = new Meter(1)
  meter.phase('steady', 0)
  meter.phase('steady', 0)
  meter.count('messages_published', 0, 500)
  const phases = [
    { name: 'steady', from: 0, to: 0 },
    { name: 'steady', from: 0, to: 20_000 },
  ]
  const { steady } = ratesOf({ groups: ['a'], phases, until: 10_000, series: meter.report().rates })
  expect(steady!.publish_rate).toEqual({ mean: 0.1, peak: 1 })
})
