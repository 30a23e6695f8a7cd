import { describe, expect, it } from 'vitest'
import { type Instant, milliseconds } from '../../emulators/index.ts'
import { TIME_UP } from '../evidence/index.ts'
import { Judge } from './judge.ts'
import {
  action,
  claimStep,
  ended,
  expectation,
  type Happening,
  judged,
  message,
  pattern,
  planOf,
  prohibition,
  said,
  stamped,
  started,
} from './testing.ts'

const window = (from: number, to: number) => ({ from: milliseconds(from), to: milliseconds(to) })
const one = (claim: Parameters<typeof claimStep>[1], happenings: readonly Happening[], until?: number) =>
  judged(planOf([claimStep('0', claim)]), [[0, started('0')], ...happenings], until)[0]

describe('expect', () => {
  const t = [message({ topic: 't' })]

  it('passes at the first match and names the event that decided it', () => {
    expect(
      one(expectation(t), [
        [10, said('other')],
        [20, said('t')],
      ]),
    ).toMatchObject({ kind: 'pass', evidence: [2] })
  })

  it('about a pin that fails shows what else changed, and what the program wrote', () => {
    const pin = pattern('signal', { device: 'blue', signal: 'led' })
    const verdict = one(expectation([pin]), [
      [10, { kind: 'signal', device: 'blue', signal: 'relay', value: 1 } as never],
      [20, { kind: 'serial', device: 'blue', line: 'LED broken', stream: 'out' } as never],
    ])
    expect(verdict).toMatchObject({ kind: 'fail', nearby: [1, 2] })
  })

  it('fails when nothing comes, and shows the near miss', () => {
    const verdict = one(expectation([message({ topic: 't', payload: 'a' })]), [[10, said('t', 'b')]])
    expect(verdict).toMatchObject({ kind: 'fail', evidence: [], nearby: [1] })
    expect(verdict?.got).toContain('payload: expected "a", got "b"')
  })

  it('fails what comes too early, at once: a later one does not make it good', () => {
    const claim = expectation(t, { window: window(100, 200) })
    expect(
      one(claim, [
        [50, said('t')],
        [150, said('t')],
      ]),
    ).toMatchObject({ kind: 'fail', evidence: [1] })
  })

  it('fails what comes just after the window as too late', () => {
    const verdict = one(expectation(t, { window: window(0, 100) }), [[130, said('t')]])
    expect(verdict).toMatchObject({ kind: 'fail', evidence: [1] })
    expect(verdict?.got).toContain('too late')
  })

  it('takes both ends of the window as inside', () => {
    expect(one(expectation(t, { window: window(100, 200) }), [[100, said('t')]])?.kind).toBe('pass')
    expect(one(expectation(t, { window: window(100, 200) }), [[200, said('t')]])?.kind).toBe('pass')
  })

  describe('when the harness lagged', () => {
    it('is inconclusive if the event may lie on either side of the end', () => {
      expect(one(expectation(t, { window: window(0, 100) }), [[120, said('t'), 40]])?.kind).toBe('inconclusive')
      expect(one(expectation(t, { window: window(100, 200) }), [[110, said('t'), 40]])?.kind).toBe('inconclusive')
    })

    it('still decides where the lag changes nothing', () => {
      expect(one(expectation(t, { window: window(0, 100) }), [[90, said('t'), 40]])?.kind).toBe('pass')
      expect(one(expectation(t, { window: window(0, 50) }), [[95, said('t'), 40]])?.kind).toBe('fail')
    })
  })

  describe('count', () => {
    const twice = expectation(t, { count: { min: 2, max: 2 }, window: window(0, 1000) })

    it('is exact: it waits out the window', () => {
      const judge = new Judge(planOf([claimStep('0', twice)]))
      const events = stamped([
        [0, started('0')],
        [10, said('t')],
        [20, said('t')],
        [900, said('t')],
      ])
      for (const event of events.slice(0, 3)) judge.observe(event)
      expect(judge.verdicts).toEqual([])
      judge.observe(events[3]!)
      expect(judge.verdicts).toMatchObject([{ kind: 'fail', evidence: [1, 2, 3] }])
    })

    it('passes at the end of the window, and fails one too few', () => {
      expect(
        one(twice, [
          [10, said('t')],
          [20, said('t')],
        ])?.kind,
      ).toBe('pass')
      expect(one(twice, [[10, said('t')]])?.kind).toBe('fail')
    })

    it('does not count what comes after the window', () => {
      expect(
        one(twice, [
          [10, said('t')],
          [20, said('t')],
          [1001, said('t')],
        ])?.kind,
      ).toBe('pass')
    })

    it('with only a minimum passes as soon as it is reached', () => {
      const claim = expectation(t, { count: { min: 2, max: Number.POSITIVE_INFINITY } })
      expect(
        one(claim, [
          [10, said('t')],
          [20, said('t')],
          [30, said('t')],
        ]),
      ).toMatchObject({ kind: 'pass', evidence: [1, 2] })
    })
  })

  describe('every', () => {
    const beat = expectation(t, {
      count: { min: 3, max: Number.POSITIVE_INFINITY },
      every: { of: milliseconds(100), tolerance: milliseconds(10) },
    })

    it('passes a beat within its tolerance', () => {
      expect(
        one(beat, [
          [10, said('t')],
          [110, said('t')],
          [219, said('t')],
        ])?.kind,
      ).toBe('pass')
    })

    it('fails the first gap that is too long or too short', () => {
      expect(
        one(beat, [
          [10, said('t')],
          [130, said('t')],
        ]),
      ).toMatchObject({ kind: 'fail', evidence: [1, 2] })
      expect(
        one(beat, [
          [10, said('t')],
          [90, said('t')],
        ]),
      ).toMatchObject({ kind: 'fail', evidence: [1, 2] })
    })

    it('is inconclusive about a gap that lag may have made', () => {
      expect(
        one(beat, [
          [10, said('t')],
          [130, said('t'), 30],
        ])?.kind,
      ).toBe('inconclusive')
    })
  })

  describe('many', () => {
    const a = message({ topic: 'a' })
    const b = message({ topic: 'b' })
    const sequence = expectation([], { want: { mode: 'sequence', patterns: [a, b] } })
    const all = expectation([], { want: { mode: 'all', patterns: [a, b] } })

    it('sequence: this order, gaps allowed', () => {
      expect(
        one(sequence, [
          [1, said('a')],
          [2, said('x')],
          [3, said('b')],
        ]),
      ).toMatchObject({ kind: 'pass', evidence: [1, 3] })
      expect(
        one(sequence, [
          [1, said('b')],
          [2, said('a')],
        ]),
      ).toMatchObject({ kind: 'fail', evidence: [2] })
    })

    it('all: any order, an event for each', () => {
      expect(
        one(all, [
          [1, said('b')],
          [2, said('a')],
        ])?.kind,
      ).toBe('pass')
      expect(
        one(all, [
          [1, said('b')],
          [2, said('b')],
        ])?.kind,
      ).toBe('fail')
    })

    it('all moves an event to another matcher when a later one needs its place', () => {
      const loose = message({})
      const claim = expectation([], { want: { mode: 'all', patterns: [loose, a] } })
      expect(
        one(claim, [
          [1, said('a')],
          [2, said('x')],
        ])?.kind,
      ).toBe('pass')
    })

    it('any: one of them', () => {
      const any = expectation([], { want: { mode: 'any', patterns: [a, b] } })
      expect(one(any, [[1, said('b')]])).toMatchObject({ kind: 'pass', evidence: [1] })
    })
  })
})

describe('never', () => {
  const claim = prohibition([message({ topic: 't' })])

  it('passes when its window closes, and not before', () => {
    expect(one(claim, [[10, said('x')]])?.kind).toBe('pass')
  })

  it('fails at the first match', () => {
    expect(one(claim, [[500, said('t')]])).toMatchObject({ kind: 'fail', evidence: [1] })
  })

  it('of a sequence: the whole of it, in its order', () => {
    const [a, b] = [message({ topic: 'a' }), message({ topic: 'b' })]
    const sequence = prohibition([], { want: { mode: 'sequence', patterns: [a, b] } })
    expect(
      one(sequence, [
        [1, said('a')],
        [2, said('a')],
        [3, said('c')],
      ])?.kind,
    ).toBe('pass')
    expect(
      one(sequence, [
        [1, said('b')],
        [2, said('a')],
      ])?.kind,
    ).toBe('pass')
    expect(
      one(sequence, [
        [1, said('a')],
        [2, said('c')],
        [3, said('b')],
      ]),
    ).toMatchObject({ kind: 'fail', evidence: [1, 3] })
    const twice = prohibition([], { want: { mode: 'sequence', patterns: [a, a] } })
    expect(one(twice, [[1, said('a')]])?.kind).toBe('pass')
    expect(
      one(twice, [
        [1, said('a')],
        [2, said('a')],
      ]),
    ).toMatchObject({ kind: 'fail', evidence: [1, 2] })
  })

  it('of all: each of them, in any order', () => {
    const patterns = [message({}), message({ topic: 'a' })]
    const all = prohibition([], { want: { mode: 'all', patterns } })
    expect(
      one(all, [
        [1, said('a')],
        [2, said('b')],
      ])?.kind,
    ).toBe('fail')
    expect(
      one(all, [
        [1, said('b')],
        [2, said('b')],
      ])?.kind,
    ).toBe('pass')
  })

  it('does not see what came before it or after it', () => {
    const verdicts = judged(planOf([action('0'), claimStep('1', claim)]), [
      [0, said('t')],
      [1, started('0')],
      [1, ended('0')],
      [1, started('1')],
      [1002, said('t')],
    ])
    expect(verdicts[0]?.kind).toBe('pass')
  })

  it('is unproven when the record ends inside its window, and fails when its time is up there', () => {
    expect(one(claim, [[10, said('x')]], 500)?.kind).toBe('inconclusive')
    expect(one(claim, [[500, TIME_UP]], 500)?.kind).toBe('fail')
  })

  it('under always ends where its anchor begins', () => {
    const always = claimStep(
      'always.0',
      prohibition(claim.want.patterns, { window: null, until: { kind: 'step', id: 'cut', edge: 'start' } }),
    )
    const plan = planOf([claimStep('0', prohibition([message({ topic: 'x' })]), 'cut')], [always])
    expect(
      judged(plan, [
        [5, said('t')],
        [10, started('0')],
      ])[0],
    ).toMatchObject({ kind: 'fail', step: 'always.0' })
    expect(
      judged(plan, [
        [10, started('0')],
        [20, said('t')],
      ])[0],
    ).toMatchObject({ kind: 'pass', step: 'always.0' })
  })
})

describe('where an expect looks', () => {
  const steps = (...topics: string[]) =>
    topics.map((topic, k) => claimStep(String(k), expectation([message({ topic })])))

  it('finds what came before the step began', () => {
    const verdicts = judged(planOf(steps('a')), [
      [1, said('a')],
      [50, started('0')],
    ])
    expect(verdicts).toMatchObject([{ kind: 'pass', evidence: [0] }])
  })

  it('does not take one event twice: consecutive expects on a stream assert order', () => {
    const record: Happening[] = [
      [1, said('a')],
      [2, started('0')],
      [3, ended('0')],
      [4, started('1')],
    ]
    expect(judged(planOf(steps('a', 'a')), record).map((v) => v.kind)).toEqual(['pass', 'fail'])
    const wrongOrder: Happening[] = [
      [1, said('b')],
      [2, said('a')],
      [3, started('0')],
      [4, ended('0')],
      [5, started('1')],
    ]
    expect(judged(planOf(steps('a', 'b')), wrongOrder).map((v) => v.kind)).toEqual(['pass', 'fail'])
  })

  it('measures from an anchor, and looks from there', () => {
    const first = claimStep('0', expectation([message({ topic: 'a' })]), 'first')
    const second = claimStep(
      '1',
      expectation([message({ topic: 'b' })], {
        after: { kind: 'step', id: 'first', edge: 'last' },
        window: window(100, 200),
      }),
    )
    const record = (at: number): Happening[] => [
      [0, started('0')],
      [50, said('a')],
      [51, ended('0')],
      [60, started('1')],
      [at, said('b')],
    ]
    expect(judged(planOf([first, second]), record(200)).map((v) => v.kind)).toEqual(['pass', 'pass'])
    expect(judged(planOf([first, second]), record(120)).map((v) => v.kind)).toEqual(['pass', 'fail'])
  })
})

it('decides the same when a record is judged in one go as when time was told step by step', () => {
  const plan = planOf([claimStep('0', expectation([message({ topic: 't' })], { window: window(0, 100) }))])
  const live = new Judge(plan)
  const record = stamped([
    [0, started('0')],
    [151, ended('0')],
    [400, said('t')],
  ])
  live.observe(record[0]!)
  for (let at = 1; at <= 151; at++) live.tick(at as Instant)
  for (const event of record.slice(1)) live.observe(event)
  live.end()
  const again = new Judge(plan)
  for (const event of record) again.observe(event)
  again.end()
  expect(again.verdicts.map(({ at: _, ...v }) => v)).toEqual(live.verdicts.map(({ at: _, ...v }) => v))
  expect(live.verdicts[0]?.kind).toBe('fail')
})

it('a window without an end is never due', () => {
  const claim = prohibition([message({ topic: 't' })], { window: null })
  expect(new Judge(planOf([], [claimStep('always.0', claim)])).due).toBeNull()
})
