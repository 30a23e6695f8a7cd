// Where an expect begins to look: between streams, in branches, from round to round.

import { describe, expect, it } from 'vitest'
import type { Fact } from '../evidence/index.ts'
import {
  action,
  claimStep,
  ended,
  expectation,
  type Happening,
  kinds,
  message,
  parallel,
  pattern,
  planOf,
  repeat,
  said,
  started,
} from './testing.ts'

describe('the cursor', () => {
  const a = message({ topic: 'a' })
  const serial = pattern('serial', { device: 'blue', line: 'a' })
  const line: Fact = { kind: 'serial', device: 'blue', line: 'a', stream: 'out' }

  it('between streams looks back to the last action: an answer may be recorded before what it answers', () => {
    const steps = [action('0'), claimStep('1', expectation([a])), claimStep('2', expectation([serial]))]
    const record = (lineAt: number): Happening[] =>
      (
        [
          [10, started('0')],
          [12, ended('0')],
          [30, said('a')],
          [lineAt, line],
          [41, started('1')],
          [42, ended('1')],
          [43, started('2')],
        ] as Happening[]
      ).toSorted(([x], [y]) => x - y)
    expect(kinds(planOf(steps), record(20))).toEqual(['1 pass', '2 pass'])
    expect(kinds(planOf(steps), record(5))).toEqual(['1 pass', '2 fail'])
  })

  it('in a parallel each branch has its own, and after it what any found is past', () => {
    const one = (path: string) => claimStep(path, expectation([a]))
    const plan = planOf([parallel('0', [one('0.0'), one('0.1')]), one('1')])
    const record: Happening[] = [
      [1, said('a')],
      [2, started('0')],
      [3, started('0.0')],
      [3, started('0.1')],
      [4, ended('0.0')],
      [4, ended('0.1')],
      [5, ended('0')],
      [6, started('1')],
    ]
    expect(kinds(plan, record)).toEqual(['0.0 pass', '0.1 pass', '1 fail'])
    expect(kinds(plan, [...record, [7, said('a')]])).toEqual(['0.0 pass', '0.1 pass', '1 pass'])
  })

  it('in a repeat goes on from round to round', () => {
    const plan = planOf([repeat('0', 2, [claimStep('0.0', expectation([a]))])])
    const round = (k: number, at: number): Happening[] => [
      [at, started(`0#${k}.0`)],
      [at + 1, ended(`0#${k}.0`)],
    ]
    expect(kinds(plan, [[1, said('a')], ...round(0, 2), ...round(1, 4)])).toEqual(['0#0.0 pass', '0#1.0 inconclusive'])
    expect(kinds(plan, [[1, said('a')], ...round(0, 2), [3, said('a')], ...round(1, 4)])).toEqual([
      '0#0.0 pass',
      '0#1.0 pass',
    ])
  })

  it('in a parallel of a repeat: the branches of one round are not those of the next', () => {
    const one = (path: string) => claimStep(path, expectation([a]))
    const plan = planOf([repeat('0', 2, [parallel('0.0', [one('0.0.0'), one('0.0.1')])])])
    const round = (k: number, at: number): Happening[] => [
      [at, started(`0#${k}.0`)],
      [at, started(`0#${k}.0.0`)],
      [at, started(`0#${k}.0.1`)],
      [at + 1, ended(`0#${k}.0.0`)],
      [at + 1, ended(`0#${k}.0.1`)],
      [at + 1, ended(`0#${k}.0`)],
    ]
    expect(kinds(plan, [[1, said('a')], ...round(0, 2), ...round(1, 4)])).toEqual([
      '0#0.0.0 pass',
      '0#0.0.1 pass',
      '0#1.0.0 inconclusive',
      '0#1.0.1 inconclusive',
    ])
  })
})
