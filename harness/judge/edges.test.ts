// The very ends of windows, tolerances and lags: one millisecond to either side is another verdict.

import { describe, expect, it } from 'vitest'
import { type Duration, type Instant, milliseconds } from '../../emulators/index.ts'
import { Judge } from './judge.ts'
import {
  action,
  claimStep,
  ended,
  expectation,
  type Happening,
  judged,
  kinds,
  message,
  parallel,
  planOf,
  prohibition,
  said,
  stamped,
  started,
  window,
} from './testing.ts'
import { between, claimed, type Moment, position } from './window.ts'

const moment = (at: number, lag?: number): Moment => ({
  at: at as Instant,
  seq: at,
  ...(lag === undefined ? {} : { lag }),
})
const a = message({ topic: 'a' })

describe('a window from 100 to 200 ms', () => {
  it.each([
    [99, 'early'],
    [100, 'inside'],
    [200, 'inside'],
    [201, 'late'],
  ])('%i ms after its anchor is %s', (at, where) => {
    expect(position(window(100, 200), moment(0), moment(at))).toBe(where)
  })

  // An event may have happened earlier than it was seen, and so may the anchor, which makes the time between longer.
  it.each([
    ['the event', 0, 20, 110, 'uncertain'],
    ['the event', 0, 20, 120, 'inside'],
    ['the event', 0, 20, 220, 'uncertain'],
    ['the event', 0, 20, 221, 'late'],
    ['the anchor', 20, 0, 79, 'early'],
    ['the anchor', 20, 0, 80, 'uncertain'],
    ['the anchor', 20, 0, 180, 'inside'],
    ['the anchor', 20, 0, 181, 'uncertain'],
  ])('when %s may be late (%i, %i ms), %i ms is %s', (_, anchorLag, lag, at, where) => {
    expect(position(window(100, 200), moment(0, anchorLag), moment(at, lag))).toBe(where)
  })

  it('counts from both lags', () => {
    expect(between(moment(1000, 7), moment(1050, 5))).toEqual({ least: 45, most: 57 })
  })

  it.each([
    [210, 'uncertain'],
    [211, 'late'],
  ])('when the harness stood still for 10 ms, %i ms is %s', (at, where) => {
    expect(position(window(100, 200), moment(0), moment(at), 10)).toBe(where)
  })

  it('is drawn by the times of its ends, and an end that there is not by none', () => {
    expect(claimed(moment(50), window(100, 200))).toEqual({ anchor: 50, from: 150, to: 250 })
    const open = { from: Number.NEGATIVE_INFINITY as Duration, to: Number.POSITIVE_INFINITY as Duration }
    expect(claimed(moment(50), open)).toEqual({ anchor: 50, from: null, to: null })
  })
})

describe('a beat of 100 ± 10 ms', () => {
  const every = { of: milliseconds(100), tolerance: milliseconds(10) }
  const plan = planOf([claimStep('0', expectation([a], { every, count: { min: 2, max: 2 }, window: window(0, 500) }))])
  const beats = (gap: number, lag?: number): Happening[] => [
    [0, started('0')],
    [50, said('a')],
    [50 + gap, said('a'), lag],
  ]

  it.each([
    [89, 'fail'],
    [90, 'pass'],
    [110, 'pass'],
    [111, 'fail'],
  ])('%i ms apart: %s', (gap, kind) => {
    expect(kinds(plan, beats(gap))).toEqual([`0 ${kind}`])
  })

  it.each([
    [94, 5, 'inconclusive'],
    [95, 5, 'pass'],
    [115, 5, 'inconclusive'],
    [116, 5, 'fail'],
  ])('%i ms apart, of which %i may be lag: %s', (gap, lag, kind) => {
    expect(kinds(plan, beats(gap, lag))).toEqual([`0 ${kind}`])
  })
})

describe('a never for 1 s', () => {
  const plan = planOf([claimStep('0', prohibition([a]))])
  /** The verdicts when time is told at `now`, after what happened by then. */
  const at = (now: number, happenings: readonly Happening[]): string[] => {
    const judge = new Judge(plan)
    for (const event of stamped(happenings)) judge.observe(event)
    judge.tick(now as Instant)
    return judge.verdicts.map(({ kind }) => kind)
  }

  it('is over at the end of its window, and not before', () => {
    expect(at(1009, [[10, started('0')]])).toEqual([])
    expect(at(1010, [[10, started('0')]])).toEqual(['pass'])
  })

  it('is broken by what comes a millisecond before its end, and not by what comes a millisecond after it', () => {
    expect(
      at(1009, [
        [10, started('0')],
        [1009, said('a')],
      ]),
    ).toEqual(['fail'])
    expect(
      at(1011, [
        [10, started('0')],
        [1011, said('a')],
      ]),
    ).toEqual(['pass'])
  })
})

describe('an expect within 1 s', () => {
  it('that has not come says so as soon as its time and the grace for what is late are over', () => {
    const plan = planOf([claimStep('0', expectation([a], { window: window(0, 1000) }))])
    const judge = new Judge(plan)
    for (const event of stamped([[10, started('0')]])) judge.observe(event)
    judge.tick(1059 as Instant)
    expect(judge.verdicts).toEqual([])
    judge.tick(1060 as Instant)
    expect(judge.verdicts.map(({ kind }) => kind)).toEqual(['fail'])
  })
})

describe('after a parallel', () => {
  const b = message({ topic: 'a', payload: 'second' })
  const first = (path: string) => claimStep(path, expectation([message({ topic: 'a', payload: 'first' })]))
  const second = (path: string) => claimStep(path, expectation([b]))
  const record: Happening[] = [
    [1, started('0')],
    [1, ended('0')],
    [2, started('1')],
    [2, started('1.0')],
    [2, started('1.1')],
    [3, said('a', 'first')],
    [4, said('a', 'second')],
    [5, ended('1.0')],
    [5, ended('1.1')],
    [5, ended('1')],
    [6, started('2')],
  ]

  // What the branch that found more has found counts, whichever branch it was.
  it.each([
    ['the first', [first('1.0'), second('1.1')]],
    ['the last', [second('1.0'), first('1.1')]],
  ])('the latest that a branch found is past, also when %s branch found an earlier one', (_, branches) => {
    const plan = planOf([action('0'), parallel('1', branches), second('2')])
    expect(kinds(plan, record).toSorted()).toEqual(['1.0 pass', '1.1 pass', '2 fail'])
    expect(judged(plan, [...record, [7, said('a', 'second')]]).map(({ kind }) => kind)).toEqual([
      'pass',
      'pass',
      'pass',
    ])
  })
})
