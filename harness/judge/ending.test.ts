// How claims are decided at the end of the run, and where the harness itself was late.

import { describe, expect, it } from 'vitest'
import { type Instant, milliseconds } from '../../emulators/index.ts'
import { type Fact, STOPPED, TIME_UP } from '../evidence/index.ts'
import { Judge } from './judge.ts'
import {
  action,
  claimStep,
  expectation,
  type Happening,
  judged,
  message,
  parallel,
  planOf,
  prohibition,
  said,
  stamped,
  started,
  window,
} from './testing.ts'

describe('the end', () => {
  const waiting = claimStep('0', expectation([message({ topic: 't' })], { window: window(0, 60_000) }))
  const watching = claimStep('always.0', prohibition([message({ topic: 't' })], { window: null }))

  it('time up: open claims are decided, actions under way fail, and what comes then is too late', () => {
    const plan = planOf([parallel('0', [{ ...waiting, path: '0.0' }, action('0.1')])], [watching])
    const verdicts = judged(plan, [
      [0, started('0')],
      [0, started('0.0')],
      [0, started('0.1')],
      [500, TIME_UP],
      [501, said('t')],
    ])
    expect(verdicts.map((v) => `${v.step} ${v.kind}`).toSorted()).toEqual(['0.0 fail', '0.1 fail', 'always.0 pass'])
    expect(verdicts.find((v) => v.step === '0.1')?.expected).toContain('within the time limit of 1m')
    expect(verdicts.find((v) => v.step === '0.0')?.got).toContain("the scenario's time was up")
  })

  it('stopped from outside: what is open stays undecided', () => {
    expect(
      judged(planOf([waiting], [watching]), [
        [0, started('0')],
        [5, STOPPED],
        [6, said('t')],
      ]),
    ).toEqual([])
  })

  it('a step that ends with a reason fails once, whatever it is', () => {
    const told = (step: string): Fact => ({ kind: 'step', step, phase: 'ended', outcome: 'failed', detail: 'no' })
    const plan = planOf([parallel('0', [action('0.0')]), waiting])
    expect(
      judged(plan, [
        [0, started('0')],
        [0, started('0.0')],
        [1, told('0.0')],
        [1, told('0')],
      ]).map((v) => v.step),
    ).toEqual(['0.0'])
  })

  it('decides once: more events, ticks and ends change nothing', () => {
    const judge = new Judge(planOf([waiting]))
    for (const event of stamped([
      [0, started('0')],
      [1, said('t')],
      [2, said('t')],
    ]))
      judge.observe(event)
    judge.tick(90_000 as Instant)
    judge.end()
    judge.end()
    expect(judge.verdicts).toHaveLength(1)
  })
})

describe('counting with lag', () => {
  const claim = claimStep(
    '0',
    expectation([message({ topic: 't' })], { count: { min: 2, max: 2 }, window: window(0, 100) }),
  )
  const count = (...happenings: Happening[]) => judged(planOf([claim]), [[0, started('0')], ...happenings])[0]?.kind

  it('is inconclusive when one may or may not lie in the window', () => {
    expect(count([50, said('t')], [110, said('t'), 20])).toBe('inconclusive')
    expect(count([50, said('t')], [60, said('t')], [110, said('t'), 20])).toBe('inconclusive')
    expect(count([50, said('t')], [110, said('t'), 20], [145, said('t')])).toBe('inconclusive')
  })

  it('is sure where that one changes nothing', () => {
    expect(count([110, said('t'), 20])).toBe('fail')
    expect(count([1, said('t')], [2, said('t')], [3, said('t')], [110, said('t'), 20])).toBe('fail')
  })
})

describe('a never with lag', () => {
  const never = claimStep('0', prohibition([message({ topic: 't' })], { window: milliseconds(100) }))
  const kind = (...happenings: Happening[]) =>
    judged(planOf([action('0'), { ...never, path: '1' }]), [[10, started('0')], [10, started('1')], ...happenings])[0]
      ?.kind

  it('is inconclusive at both ends, sure between', () => {
    expect(kind([15, said('t'), 10])).toBe('inconclusive')
    expect(kind([50, said('t'), 10])).toBe('fail')
    expect(kind([115, said('t'), 10])).toBe('inconclusive')
    expect(kind([130, said('t'), 10])).toBe('pass')
  })
})
