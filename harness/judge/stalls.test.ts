// An answer may wait for the harness more than once on its way: all its stalls since the question count.

import { describe, expect, it } from 'vitest'
import { type Instant, milliseconds } from '../../emulators/index.ts'
import { type Fact, STALL } from '../evidence/index.ts'
import { Stalls } from './stalls.ts'
import {
  action,
  claimStep,
  ended,
  expectation,
  type Happening,
  kinds,
  message,
  planOf,
  said,
  started,
  window,
} from './testing.ts'

const stall = (stalled: number): Fact => ({ kind: 'lag', stalled })

describe('stalls', () => {
  const stalls = new Stalls()
  for (const [at, stalled] of [
    [100, 30],
    [200, 40],
    [320, 50],
  ] as const)
    stalls.observe({ ...stall(stalled), at: at as Instant, seq: 0 } as never)

  it('count when they lie between two moments, or begin there, and as much more as is not told at once', () => {
    const between = (from: number, to: number): number => stalls.between(from as Instant, to as Instant)
    expect(between(0, 1000)).toBe(120 + STALL)
    expect(between(100, 1000)).toBe(90 + STALL)
    expect(between(110, 260)).toBe(40 + STALL)
    expect(between(110, 280)).toBe(90 + STALL)
    expect(between(320, 1000)).toBe(0)
  })

  it('put off what is due while they begin, also one that begins only because of another', () => {
    const reach = (from: number, to: number): number => stalls.reach(from as Instant, to as Instant)
    expect(reach(0, 60)).toBe(60)
    expect(reach(0, 80)).toBe(110)
    expect(reach(0, 150)).toBe(220)
    expect(reach(0, 201)).toBe(321)
    expect(reach(100, 150)).toBe(150)
  })
})

describe('an expect within 100 ms', () => {
  const plan = planOf([claimStep('0', expectation([message({ topic: 't' })], { window: window(0, 100) }))])
  const verdict = (...happenings: readonly Happening[]): string[] => kinds(plan, [[0, started('0')], ...happenings])

  it('fails when the answer is later than all stalls explain', () => {
    expect(verdict([40, stall(30)], [80, stall(30)], [181, said('t')])).toEqual(['0 fail'])
  })

  it('is inconclusive when they may be the reason, each of them shorter than the delay', () => {
    expect(verdict([40, stall(30)], [80, stall(30)], [150, said('t')])).toEqual(['0 inconclusive'])
  })

  it('is inconclusive when the harness stood still after what it had lost already', () => {
    expect(verdict([110, stall(70), 70], [310, stall(140), 140], [311, said('t')])).toEqual(['0 inconclusive'])
  })

  it('passes in time, whatever stalls there were', () => {
    expect(verdict([40, stall(30)], [80, stall(30)], [95, said('t')])).toEqual(['0 pass'])
  })

  it('fails when nothing comes, also after as long as the harness has lost', () => {
    expect(verdict([40, stall(30)], [1000, said('u')])).toEqual(['0 fail'])
  })

  it('is not excused by a stall before it began', () => {
    const late: Happening[] = [
      [0, stall(500)],
      [10, started('0')],
      [150, said('t')],
    ]
    expect(kinds(plan, late)).toEqual(['0 fail'])
  })
})

// Counterexamples of naive.test.ts. A missing event is waited for as long as the harness stood still; a claim that has what
// it needs is over with its window, also when that lies before the claim.
describe('a window in the past that the harness stood still after', () => {
  const begin = action('0', 'begin')
  const after = { kind: 'step', id: 'begin', edge: 'start' } as const
  const none = claimStep('1', expectation([message({})], { count: { min: 0, max: 0 }, window: window(0, 10), after }))
  const beat = claimStep(
    '1',
    expectation([message({})], {
      count: { min: 2, max: Number.POSITIVE_INFINITY },
      every: { of: milliseconds(0), tolerance: milliseconds(40) },
      watched: true,
      window: window(0, 50),
      after,
    }),
  )

  it('ends for a claim that nothing comes, and what came after it is outside', () => {
    const record: Happening[] = [
      [0, started('0')],
      [12, stall(5)],
      [12, said('a')],
      [100, ended('0')],
      [100, started('1')],
    ]
    expect(kinds(planOf([begin, none]), record)).toEqual(['1 pass'])
  })

  it('ends for a beat that has come often enough, and its silence is a gap', () => {
    const record: Happening[] = [
      [0, started('0')],
      [0, said('a')],
      [1, said('a')],
      [52, stall(5)],
      [52, said('a')],
      [100, ended('0')],
      [100, started('1')],
    ]
    expect(kinds(planOf([begin, beat]), record)).toEqual(['1 fail'])
  })

  it('is the same as for a claim that watched it', () => {
    const live: Happening[] = [
      [0, started('0')],
      [0, ended('0')],
      [0, started('1')],
      [12, stall(5)],
      [12, said('a')],
    ]
    expect(kinds(planOf([begin, none]), live)).toEqual(['1 pass'])
  })
})
