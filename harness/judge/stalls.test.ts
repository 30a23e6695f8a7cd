// An answer may wait for the harness more than once on its way: all its stalls since the question count.

import { describe, expect, it } from 'vitest'
import type { Instant } from '../../emulators/index.ts'
import type { Fact } from '../evidence/index.ts'
import { Stalls } from './stalls.ts'
import { claimStep, expectation, type Happening, kinds, message, planOf, said, started, window } from './testing.ts'

const stall = (stalled: number): Fact => ({ kind: 'lag', stalled })

describe('stalls', () => {
  it('count when they lie between two moments, or begin there', () => {
    const stalls = new Stalls()
    for (const [at, stalled] of [
      [100, 30],
      [200, 40],
      [320, 50],
    ] as const)
      stalls.observe({ ...stall(stalled), at: at as Instant, seq: 0 } as never)
    const between = (from: number, to: number): number => stalls.between(from as Instant, to as Instant)
    expect(between(0, 1000)).toBe(120)
    expect(between(100, 1000)).toBe(90)
    expect(between(110, 260)).toBe(40)
    expect(between(110, 280)).toBe(90)
  })
})

describe('an expect within 100 ms', () => {
  const plan = planOf([claimStep('0', expectation([message({ topic: 't' })], { window: window(0, 100) }))])
  const verdict = (...happenings: readonly Happening[]): string[] => kinds(plan, [[0, started('0')], ...happenings])

  it('fails when the answer is later than all stalls explain', () => {
    expect(verdict([40, stall(30)], [80, stall(30)], [170, said('t')])).toEqual(['0 fail'])
  })

  it('is inconclusive when they may be the reason, each of them shorter than the delay', () => {
    expect(verdict([40, stall(30)], [80, stall(30)], [150, said('t')])).toEqual(['0 inconclusive'])
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
