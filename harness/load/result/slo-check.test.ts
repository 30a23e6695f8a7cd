// What bounds say of a result: each metric by its phase and group, what was not measured, and what the generator's own
// lag leaves of a figure.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { milliseconds } from '../../../emulators/index.ts'
import { compile, type Plan } from '../../plan/index.ts'
import type { LedgerCounts, LoadResult, Percentiles } from '../../run/index.ts'
import type { Measured } from './figure.ts'
import { generatorResult } from './generator-lag.ts'
import { boundsOf, verdictsOf } from './slo-check.ts'

const planOf = (slo: string): Plan => {
  const text = `name: x
version: 1
fleet: { a: { use: umqtt.simple, count: 1 }, b: { use: umqtt.simple, count: 1 } }
steps: [{ id: ramp, delay: 1s }, { id: steady, delay: 1s }]
slo: [${slo}]
`
  const { plans, diagnostics } = compile('x.scenario.yaml', text, {
    broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
  })
  expect(diagnostics.all).toEqual([])
  return plans[0]!
}

/** µs. */
const spread = (us: number, count = 100): Percentiles => ({
  count,
  min: us,
  mean: us + 1,
  p50: us + 2,
  p90: us + 3,
  p95: us + 4,
  p99: us + 5,
  p999: us + 6,
  max: us + 7,
})

const counts = (more: Partial<LedgerCounts> = {}): LedgerCounts => ({
  expected: 10,
  arrived: 5,
  lost: 1,
  unexplained: 2,
  duplicated: 3,
  reordered: 4,
  late: 6,
  ...more,
})

function resultWith(more: Partial<Measured>): Measured {
  const phases = ['start', 'ramp', 'steady'].map((name, k) => ({ name, from: k * 1000, to: k * 1000 + 1000 }))
  const times = more.times ?? {}
  return {
    groups: [{ name: 'a' }, { name: 'b' }],
    phases,
    times,
    counts: {},
    rates: {},
    ledger: { ...counts(), unconfirmed: 0, groups: {}, byQos: [], reasons: {}, first: [] },
    generator: generatorResult(times, more.phases ?? phases),
    ...more,
  } as Measured
}

const check = (slo: string, more: Partial<Measured>): string[] =>
  boundsOf(planOf(slo), resultWith(more)).map(({ verdict, got }) => `${verdict} ${got}`)

describe('a bound on a time', () => {
  it.each([
    ['p50', '1ms'],
    ['p90', '2ms'],
    ['p95', '3ms'],
    ['p99', '4ms'],
    ['p99.9', '5ms'],
    ['max', '6ms'],
    ['mean', '0.5ms'],
  ])('is held against %s', (statistic, wanted) => {
    const times = {
      all: {
        connect_time: { ...spread(0), mean: 500, p50: 1000, p90: 2000, p95: 3000, p99: 4000, p999: 5000, max: 6000 },
      },
    }
    expect(check(`{ metric: connect_time, ${statistic}: ${wanted} }`, { times })).toEqual([`pass ${wanted}`])
  })

  it('is held in its phase, and of its group', () => {
    const times = {
      all: { connect_time: spread(1000) },
      ramp: { connect_time: spread(2000) },
      'all/b': { connect_time: spread(3000) },
      'ramp/b': { connect_time: spread(4000) },
    }
    const p50 = (more: string): string[] => check(`{ metric: connect_time${more}, p50: { gte: 0ms } }`, { times })
    expect(p50('')).toEqual(['pass 1ms'])
    expect(p50(', phase: ramp')).toEqual(['pass 2ms'])
    expect(p50(', group: b')).toEqual(['pass 3ms'])
    expect(p50(', phase: ramp, group: b')).toEqual(['pass 4ms'])
    expect(p50(', phase: steady')).toEqual(['inconclusive no sample'])
    expect(p50(', group: a')).toEqual(['inconclusive no sample'])
  })

  it('says by how much it was missed, as the breach is to be taken', () => {
    const times = { all: { connect_time: spread(1_500_000) } }
    expect(check('{ metric: connect_time, p50: { lt: 1s } }', { times })).toEqual(['fail 1.50s'])
    expect(check('{ metric: connect_time, p50: { lt: 1s }, on-breach: inconclusive }', { times })).toEqual([
      'inconclusive 1.50s',
    ])
  })

  it('of the generator’s lag is of all groups', () => {
    const times = { all: { generator_lag: spread(1000) }, 'all/a': { generator_lag: spread(1000) } }
    expect(check('{ metric: generator_lag, group: b, p50: { lt: 2ms } }', { times })).toEqual(['pass 1ms'])
  })
})

describe('a bound on a count, a rate or the ledger', () => {
  it('is held in its phase, and of its group; nothing counted is 0', () => {
    const figures = { all: { connects: 1 }, ramp: { connects: 2 }, 'all/b': { connects: 3 }, 'ramp/b': { connects: 4 } }
    const total = (more: string): string[] =>
      check(`{ metric: connects${more}, total: { gte: 0 } }`, { counts: figures })
    expect(total('')).toEqual(['pass 1'])
    expect(total(', phase: ramp')).toEqual(['pass 2'])
    expect(total(', group: b')).toEqual(['pass 3'])
    expect(total(', phase: ramp, group: b')).toEqual(['pass 4'])
    expect(total(', phase: steady')).toEqual(['pass 0'])
  })

  it('of a rate is held in its phase, and of its group', () => {
    const rates = {
      all: { publish_rate: { mean: 1, peak: 10 } },
      ramp: { publish_rate: { mean: 2, peak: 20 } },
      'ramp/b': { publish_rate: { mean: null, peak: 40 } },
    }
    const rate = (more: string, statistic = 'mean'): string[] =>
      check(`{ metric: publish_rate${more}, ${statistic}: { gt: 0/s } }`, { rates })
    expect(rate('')).toEqual(['pass 1/s'])
    expect(rate('', 'peak')).toEqual(['pass 10/s'])
    expect(rate(', phase: ramp')).toEqual(['pass 2/s'])
    expect(rate(', phase: ramp, group: b', 'peak')).toEqual(['pass 40/s'])
    expect(rate(', phase: ramp, group: b')).toEqual(['inconclusive ramp took no time'])
  })

  it.each([
    ['messages_lost', 1],
    ['messages_unexplained', 2],
    ['messages_duplicated', 3],
    ['messages_reordered', 4],
    ['messages_late', 6],
  ])('reads %s from the ledger', (metric, n) => {
    expect(check(`{ metric: ${metric}, total: ${n} }`, {})).toEqual([`pass ${n}`])
    expect(check(`{ metric: ${metric}, total: ${n + 1} }`, {})).toEqual([`fail ${n}`])
  })

  it('of a ledger that followed nothing is inconclusive', () => {
    const ledger: LoadResult['ledger'] = {
      ...counts({ expected: 0, lost: 0 }),
      unconfirmed: 0,
      groups: { a: counts({ lost: 7 }), b: counts({ expected: 0, lost: 0 }) },
      byQos: [],
      reasons: {},
      first: [],
    }
    const lost = (more: string): string[] => check(`{ metric: messages_lost${more}, total: { gte: 0 } }`, { ledger })
    expect(lost('')[0]).toMatch(/^inconclusive the ledger followed no message: /)
    expect(lost(', group: b')[0]).toMatch(/^inconclusive the ledger followed no message of b: /)
    expect(lost(', group: a')).toEqual(['pass 7'])
  })
})

it('is inconclusive in a phase that did not begin, whatever it bounds', () => {
  const phases = [{ name: 'start', from: 0, to: 1000 }]
  for (const slo of ['connects, total: 0', 'connect_rate, peak: { lt: 5/s }', 'connect_time, max: { lt: 5s }'])
    expect(check(`{ phase: steady, metric: ${slo} }`, { phases })).toEqual([
      'inconclusive the phase steady did not begin',
    ])
})

describe('the generator’s own lag', () => {
  /** The lag of phase ramp at its p99 and max, ms, and a time measured there, ms. */
  const lagged = (p99: number, max: number, ms: number): Partial<Measured> => ({
    times: {
      all: { connect_time: spread(ms * 1000), generator_lag: spread(0) },
      ramp: {
        connect_time: spread(ms * 1000),
        generator_lag: { ...spread(0), p99: p99 * 1000, max: max * 1000 },
      },
      steady: { connect_time: spread(ms * 1000) },
    },
    counts: { ramp: { connects: 5 } },
    rates: { ramp: { connect_rate: { mean: 100, peak: 100 } }, steady: { connect_rate: { mean: 100, peak: 100 } } },
  })
  const verdict = (slo: string, more: Partial<Measured>): string => boundsOf(planOf(slo), resultWith(more))[0]!.verdict
  const BOUND = '{ metric: connect_time, phase: ramp, p50: { lt: 200ms } }'

  it('leaves a bound as it is up to 20 ms', () => {
    expect(verdict(BOUND, lagged(20, 5000, 201))).toBe('fail')
    expect(verdict(BOUND, lagged(20.001, 5000, 201))).toBe('inconclusive')
  })

  it('leaves one that comes out the same without it', () => {
    expect(verdict(BOUND, lagged(100, 150, 199))).toBe('pass')
    expect(verdict(BOUND, lagged(100, 150, 499))).toBe('inconclusive')
    expect(verdict(BOUND, lagged(100, 150, 501))).toBe('fail')
    const above = '{ metric: connect_time, phase: ramp, p50: { gt: 200ms } }'
    expect(verdict(above, lagged(100, 150, 199))).toBe('fail')
    expect(verdict(above, lagged(100, 150, 499))).toBe('inconclusive')
    expect(verdict(above, lagged(100, 150, 501))).toBe('pass')
  })

  it('leaves nothing of a time or a rate when it was the limit', () => {
    expect(verdict(BOUND, lagged(250, 260, 1))).toBe('pass')
    expect(verdict(BOUND, lagged(251, 260, 1))).toBe('inconclusive')
    expect(verdict('{ metric: connect_rate, phase: ramp, peak: { gt: 1/s } }', lagged(251, 260, 1))).toBe(
      'inconclusive',
    )
  })

  it('does not touch other phases, counts and the ledger', () => {
    const late = lagged(900, 1000, 201)
    expect(verdict('{ metric: connect_time, phase: steady, p50: { lt: 200ms } }', late)).toBe('fail')
    expect(verdict('{ metric: connect_rate, phase: steady, peak: { lt: 99/s } }', late)).toBe('fail')
    expect(verdict('{ metric: connects, phase: ramp, total: 5 }', late)).toBe('pass')
    expect(verdict('{ metric: messages_lost, total: 1 }', late)).toBe('pass')
  })

  it('touches a figure of the whole run when samples of it are of that phase', () => {
    const whole = '{ metric: connect_time, p50: { lt: 200ms } }'
    const late = lagged(100, 150, 201)
    expect(verdict(whole, late)).toBe('inconclusive')
    const { connect_time: _, ...ramp } = late.times!.ramp!
    expect(verdict(whole, { ...late, times: { ...late.times, ramp } })).toBe('fail')
  })

  it('goes by the latest of several phases', () => {
    const late = lagged(100, 150, 201)
    const steady = { connect_time: spread(201_000), generator_lag: { ...spread(0), p99: 30_000, max: 40_000 } }
    // 201 ms less twice 40 ms would still be more than 120 ms; less twice 150 ms it is not.
    const whole = '{ metric: connect_time, p50: { gt: 120ms } }'
    expect(verdict(whole, { ...late, times: { ...late.times, steady } })).toBe('inconclusive')
    const { ramp: _, ...only } = late.times!
    expect(verdict(whole, { ...late, times: { ...only, steady } })).toBe('pass')
  })

  it('leaves a rate of which nothing was counted while it was late', () => {
    const idle = lagged(900, 1000, 1)
    const rates = { ...idle.rates, all: { connect_rate: { mean: 100, peak: 100 } } }
    const whole = '{ metric: connect_rate, peak: { lt: 99/s } }'
    expect(verdict(whole, { ...idle, rates })).toBe('inconclusive')
    const ramp = { connect_rate: { mean: 0, peak: 0 } }
    expect(verdict(whole, { ...idle, rates: { ...rates, ramp } })).toBe('fail')
  })

  it.each([
    ['lt', 'inconclusive'],
    ['lte', 'pass'],
    ['gt', 'fail'],
    ['gte', 'inconclusive'],
  ])('counts the end of a bound as its own: %s', (key, wanted) => {
    // p50 is 100.002 ms: the bound is exactly at the measured value.
    const times = { ...lagged(100, 30, 100).times }
    const exact = { ...times.ramp, connect_time: { ...spread(0), p50: 100_000 } }
    const more = { ...lagged(100, 30, 100), times: { ...times, ramp: exact } }
    expect(verdict(`{ metric: connect_time, phase: ramp, p50: { ${key}: 100ms } }`, more)).toBe(wanted)
  })

  it('moves a rate by the share of a second that it takes', () => {
    const peak = (bound: string): string =>
      verdict(`{ metric: connect_rate, phase: ramp, peak: ${bound} }`, lagged(100, 100, 1))
    expect(peak('{ lt: 111/s }')).toBe('pass')
    expect(peak('{ lt: 109/s }')).toBe('inconclusive')
    expect(peak('{ lt: 91/s }')).toBe('inconclusive')
    expect(peak('{ lt: 89/s }')).toBe('fail')
  })

  it('may be what made messages late', () => {
    const late = '{ metric: messages_late, total: { lte: 5 } }'
    expect(verdict(late, {})).toBe('fail')
    expect(verdict(late, lagged(100, 150, 1))).toBe('inconclusive')
    expect(verdict('{ metric: messages_late, total: { lte: 6 } }', lagged(100, 150, 1))).toBe('pass')
  })

  it('is left to a bound of the scenario on it', () => {
    const guarded = `${BOUND}, { metric: generator_lag, phase: ramp, p99: { lt: 10s } }`
    expect(verdict(guarded, lagged(900, 1000, 201))).toBe('fail')
  })

  it('names the phase, and fails no run that has no such bound', () => {
    const result = resultWith(lagged(100, 150, 201))
    expect(boundsOf(planOf(BOUND), result)[0]!.got).toMatch(
      /^201ms; the generator was late in ramp \(p99 100 ms, max 150 ms\)/,
    )
    const plan = planOf('{ metric: connects, total: 0 }')
    const whole = { ...result, slos: boundsOf(plan, result), shards: [], duration: 3000 } as unknown as LoadResult
    expect(verdictsOf(plan, whole).map(({ kind, step }) => `${step} ${kind}`)).toEqual(['slo.0 pass'])
    expect(result.generator).toMatchObject({ saturated: true, late: [{ phase: 'ramp', p99: 100, max: 150 }] })
  })

  it('settles a bound exactly when every value in between gives the same answer', () => {
    const ms = fc.integer({ min: 0, max: 60 })
    const ends = fc
      .record({ lt: ms, lte: ms, gt: ms, gte: ms }, { requiredKeys: [] })
      .filter((bound) => Object.keys(bound).length > 0)
    fc.assert(
      fc.property(ends, fc.integer({ min: 0, max: 60 }), fc.integer({ min: 21, max: 25 }), (bound, value, max) => {
        const held = (v: number): boolean =>
          v < (bound.lt ?? 1000) && v <= (bound.lte ?? 1000) && v > (bound.gt ?? -1) && v >= (bound.gte ?? -1)
        const plan = planOf(BOUND)
        const own = { ...plan, slos: [{ ...plan.slos[0]!, bound }] }
        const got = boundsOf(own, resultWith(lagged(21, max, value)))[0]!.verdict
        // spread() puts p50 2 µs above its base: on every whole ms and just beside it.
        const low = Math.max(0, value + 0.002 - 2 * max)
        const between = Array.from({ length: 121 }, (_, k) => Math.floor(low) + k / 2).filter(
          (v) => v > low && v < value + 0.002,
        )
        const answers = new Set([low, ...between, value + 0.002].map(held))
        if (answers.size === 1)
          expect(got === 'inconclusive' ? answers.has(false) : got === (answers.has(true) ? 'pass' : 'fail')).toBe(true)
        else expect(got).toBe('inconclusive')
      }),
    )
  })
})

describe('a run in several shards', () => {
  it.each([
    [[{ complete: true, attempts: 1 }], 'pass'],
    [[{ complete: true, attempts: 2 }], 'inconclusive'],
    [
      [
        { complete: true, attempts: 1 },
        { complete: false, attempts: 1 },
      ],
      'inconclusive',
    ],
  ])('is inconclusive when one of them was lost or restarted: %j', (shards, kind) => {
    const plan = planOf('{ metric: messages_lost, total: 1 }')
    const result = resultWith({})
    const whole = {
      ...result,
      slos: boundsOf(plan, result),
      duration: 1,
      shards: shards.map((one) => ({ where: 'here', ...one })),
    }
    expect(verdictsOf(plan, whole as unknown as LoadResult).at(-1)!.kind).toBe(kind)
  })
})
