// Anchors, the ends of claims under always, and saved values.

import { describe, expect, it } from 'vitest'
import { type Duration, milliseconds, Problem } from '../../emulators/index.ts'
import type { Fact } from '../evidence/index.ts'
import { saveFrom } from '../expect/index.ts'
import type { Anchor, Step } from '../plan/model/index.ts'
import {
  action,
  claimStep,
  deferred,
  ended,
  expectation,
  type Happening,
  judged,
  kinds,
  message,
  parallel,
  planOf,
  prohibition,
  repeat,
  said,
  started,
  window,
} from './testing.ts'

const packet: Fact = {
  kind: 'packet',
  device: 'blue',
  direction: 'up',
  connection: 1,
  packet: { type: 'pingreq', flags: 0, length: 0 },
  raw: Uint8Array.of(0xc0, 0),
  offset: 0,
  delivered: true,
}
const boot: Fact = { kind: 'device', device: 'blue', change: 'boot' }
describe('anchors', () => {
  /** A message 100 to 200 ms after the anchor. */
  const after = (anchor: Anchor) =>
    claimStep('9', expectation([message({ topic: 't' })], { after: anchor, window: window(100, 200) }))
  const at = (anchor: Anchor, record: readonly Happening[], steps: readonly Step[] = []): string[] => {
    const plan = planOf([
      ...steps,
      ...Array.from({ length: 9 - steps.length }, (_, k) => action(`x${k}`)),
      after(anchor),
    ])
    return kinds(plan, record).filter((v) => v.startsWith('9'))
  }

  it('last-packet-from: the last that went through, wherever it was made', () => {
    const anchor: Anchor = { kind: 'last-packet-from', device: 'blue' }
    const record: Happening[] = [
      [100, packet],
      [200, packet],
      [250, { ...packet, delivered: false }],
      [260, { ...packet, direction: 'down' }],
      [270, { ...packet, device: 'green' }],
      [275, { ...packet, end: 'device' }],
      [280, started('9')],
      [350, said('t')],
    ]
    expect(at(anchor, record)).toEqual(['9 pass'])
    expect(at(anchor, [...record.slice(0, -1), [290, said('t')]])).toEqual(['9 fail'])
  })

  it('last-packet-from: of one that was late, when it left for the broker', () => {
    const anchor: Anchor = { kind: 'last-packet-from', device: 'blue' }
    const record: Happening[] = [
      [100, { ...packet, end: 'device' }],
      [200, { ...packet, end: 'broker' }],
      [280, started('9')],
    ]
    expect(at(anchor, [...record, [350, said('t')]])).toEqual(['9 pass'])
    expect(at(anchor, [...record, [290, said('t')]])).toEqual(['9 fail'])
  })

  it('boot: the latest', () => {
    const anchor: Anchor = { kind: 'boot', device: 'blue' }
    expect(
      at(anchor, [
        [0, boot],
        [500, boot],
        [500, started('9')],
        [650, said('t')],
      ]),
    ).toEqual(['9 pass'])
    expect(
      at(anchor, [
        [0, boot],
        [500, started('9')],
        [650, said('t')],
      ]),
    ).toEqual(['9 fail'])
  })

  it('one that is not there is a failure that says so', () => {
    const plan = planOf([claimStep('0', expectation([message({})], { after: { kind: 'boot', device: 'blue' } }))])
    expect(judged(plan, [[0, started('0')]])).toMatchObject([
      { kind: 'fail', got: expect.stringContaining('the boot of blue did not happen') },
    ])
  })

  it('a step’s start and its end', () => {
    const press = action('0', 'press')
    const record = (t: number): Happening[] => [
      [100, started('0')],
      [400, ended('0')],
      [400, started('9')],
      [t, said('t')],
    ]
    expect(at({ kind: 'step', id: 'press', edge: 'end' }, record(550), [press])).toEqual(['9 pass'])
    expect(at({ kind: 'step', id: 'press', edge: 'start' }, record(550), [press])).toEqual(['9 fail'])
  })

  it('what came before the anchor is not seen, though the step began later', () => {
    const press = action('0', 'press')
    const record: Happening[] = [
      [90, said('t')],
      [100, started('0')],
      [100, ended('0')],
      [110, started('9')],
      [250, said('t')],
    ]
    expect(at({ kind: 'step', id: 'press', edge: 'start' }, record, [press])).toEqual(['9 pass'])
  })

  it('an expect’s first and last match', () => {
    const three = claimStep('0', expectation([message({ topic: 'a' })], { count: { min: 3, max: 3 } }), 'three')
    const record: Happening[] = [
      [0, started('0')],
      [10, said('a')],
      [20, said('a')],
      [900, said('a')],
      [1000, ended('0')],
      [1000, started('9')],
      [1050, said('t')],
    ]
    expect(at({ kind: 'step', id: 'three', edge: 'last' }, record, [three])).toEqual(['9 pass'])
    expect(at({ kind: 'step', id: 'three', edge: 'first' }, record, [three])).toEqual(['9 fail'])
  })

  // A counterexample of naive.test.ts: the claim is decided at 10 ms, and a branch beside it goes on before its step is over.
  it('what an expect found is no moment before its step is over', () => {
    const found = claimStep('0.0', expectation([message({ topic: 'a' })]), 'found')
    const after = { kind: 'step', id: 'found', edge: 'first' } as const
    const beside = (path: string) => claimStep(path, prohibition([message({ topic: 't' })], { after }))
    const plan = planOf([parallel('0', [found, beside('0.1')]), beside('1')])
    const record: Happening[] = [
      [0, started('0')],
      [0, started('0.0')],
      [10, said('a')],
      [10, started('0.1')],
      [10, ended('0.0')],
      [10, ended('0.1')],
      [10, ended('0')],
      [10, started('1')],
    ]
    expect(kinds(plan, record)).toEqual(['0.0 pass', '0.1 fail', '1 pass'])
  })

  it('since: start looks at everything, and measures from the step', () => {
    const claim = claimStep(
      '0',
      expectation([message({ topic: 't' })], {
        after: { kind: 'start' },
        sinceStart: true,
        count: { min: 2, max: 2 },
        window: { from: Number.NEGATIVE_INFINITY as Duration, to: milliseconds(100) },
      }),
    )
    const record: Happening[] = [
      [1, said('t')],
      [5000, started('0')],
      [5050, said('t')],
    ]
    expect(kinds(planOf([claim]), record)).toEqual(['0 pass'])
    expect(kinds(planOf([claim]), [...record, [5060, said('t')]])).toEqual(['0 fail'])
    // The step began when its stamp says, however late the harness was with what it saw then.
    const late = record.map(([at, fact]): Happening => [at, fact, 300])
    expect(kinds(planOf([claim]), [late[0]!, [4999, said('t'), 300], late[1]!])).toEqual(['0 pass'])
  })
})

describe('always … until', () => {
  const until = (anchor: Anchor) =>
    planOf(
      [action('0', 'cut')],
      [claimStep('always.0', prohibition([message({ topic: 't' })], { window: null, until: anchor }))],
    )
  const record = (t: number): Happening[] =>
    (
      [
        [100, started('0')],
        [300, ended('0')],
        [400, boot],
        [t, said('t')],
      ] as Happening[]
    ).toSorted(([a], [b]) => a - b)

  it.each<[string, Anchor, number]>([
    ['a step', { kind: 'step', id: 'cut', edge: 'start' }, 100],
    ['a step’s end', { kind: 'step', id: 'cut', edge: 'end' }, 300],
    ['a boot', { kind: 'boot', device: 'blue' }, 400],
  ])('%s ends it, not earlier and not later', (_, anchor, end) => {
    expect(kinds(until(anchor), record(end - 1))).toEqual(['always.0 fail'])
    expect(kinds(until(anchor), record(end + 1))).toEqual(['always.0 pass'])
  })

  it('without one it holds to the end of the run', () => {
    const plan = planOf([], [claimStep('always.0', prohibition([message({ topic: 't' })], { window: null }))])
    expect(kinds(plan, record(9000))).toEqual(['always.0 fail'])
    expect(kinds(plan, [[1, boot]])).toEqual(['always.0 pass'])
  })
})

describe('saved values', () => {
  const save = claimStep(
    '0',
    expectation([message({ topic: 'a' })], { save: { what: saveFrom.parse('topic'), got: saveFrom.parse('payload') } }),
  )

  it('are those of the last match, for the steps behind', () => {
    const seen: unknown[] = []
    const later = deferred('1', (scope) => {
      seen.push(scope.saved)
      return expectation([message({ topic: 'b' })])
    })
    judged(planOf([save, later]), [
      [0, started('0')],
      [1, said('a', 'x')],
      [2, ended('0')],
      [3, started('1')],
    ])
    expect(seen).toEqual([{ what: 'a', got: Uint8Array.of(0x78) }])
  })

  it('a round knows its number, the innermost one', () => {
    const seen: number[] = []
    const step = deferred('0.0.0', (scope) => {
      seen.push(scope.i)
      return prohibition([message({})], { window: milliseconds(0) })
    })
    judged(planOf([repeat('0', 2, [repeat('0.0', 3, [step])])]), [
      [0, started('0#1.0#2.0')],
      [1, started('0#0.0#1.0')],
    ])
    expect(seen).toEqual([2, 1])
  })

  it('what cannot be resolved is a failure of its step, also when a record is judged again', () => {
    const broken = deferred('0', () => {
      throw new Problem('scenario/unknown-name', 'saved has no "x"')
    })
    expect(judged(planOf([broken]), [[0, started('0')]])).toMatchObject([
      { step: '0', kind: 'fail', got: 'saved has no "x"' },
    ])
  })
})
