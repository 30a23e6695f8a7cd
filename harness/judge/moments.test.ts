// Anchors, branches, rounds, saved values and calls: what the judge knows of a run beside its events.

import { describe, expect, it } from 'vitest'
import { type Duration, type Instant, milliseconds, Problem } from '../../emulators/index.ts'
import type { CallEvent, Fact } from '../evidence/index.ts'
import type {
  ActionStep,
  Anchor,
  CallPlan,
  CallStep,
  Claim,
  Deferred,
  ParallelStep,
  RepeatStep,
  Step,
} from '../plan/plan.ts'
import { Judge, STOPPED, TIME_UP } from './judge.ts'
import {
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
const base = (path: string, verb: string, id: string | null = null) => ({
  ...claimStep(path, expectation([]), id),
  verb,
})

const action = (path: string, id: string | null = null): ActionStep => ({
  ...base(path, 'delay', id),
  kind: 'action',
  action: {} as never,
  args: () => null,
})
const parallel = (path: string, steps: readonly Step[]): ParallelStep => ({
  ...base(path, 'parallel'),
  kind: 'parallel',
  steps,
})
const repeat = (path: string, times: number, steps: readonly Step[], id: string | null = null): RepeatStep => ({
  ...base(path, 'repeat', id),
  kind: 'repeat',
  times,
  steps,
})
const deferred = (path: string, claim: Deferred<Claim>): Step => ({ ...claimStep(path, expectation([])), claim })

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
const kinds = (plan: Parameters<typeof judged>[0], happenings: readonly Happening[], until?: number): string[] =>
  judged(plan, happenings, until).map((v) => `${v.step} ${v.kind}`)

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
      [280, started('9')],
      [350, said('t')],
    ]
    expect(at(anchor, record)).toEqual(['9 pass'])
    expect(at(anchor, [...record.slice(0, -1), [290, said('t')]])).toEqual(['9 fail'])
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
      { kind: 'fail', got: expect.stringContaining('no the boot of blue') },
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
    expect(kinds(plan, [[1, said('a')], ...round(0, 2), ...round(1, 4)])).toEqual(['0#0.0 pass', '0#1.0 fail'])
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
      '0#1.0.0 fail',
      '0#1.0.1 fail',
    ])
  })
})

describe('saved values', () => {
  const save = claimStep('0', expectation([message({ topic: 'a' })], { save: { what: 'topic', got: 'payload' } }))

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

describe('calls', () => {
  const call = (plan: Partial<CallPlan> = {}, id: string | null = null): CallStep => ({
    ...base('0', 'publish', id),
    kind: 'call',
    call: () => ({
      device: 'blue',
      call: { verb: 'ping' },
      within: milliseconds(1000),
      start: false,
      returns: undefined,
      raises: undefined,
      ...plan,
    }),
  })
  const event = (state: CallEvent['state'], rest: Partial<CallEvent> = {}): Fact => ({
    kind: 'call',
    device: 'blue',
    id: '0',
    method: 'ping',
    state,
    ...rest,
  })
  const raised = (type: string, ...args: string[]): Fact => event('raised', { error: { type, args } })
  const verdict = (plan: Partial<CallPlan>, happenings: readonly Happening[]) =>
    judged(planOf([call(plan)]), [[0, started('0')], [0, event('started')], ...happenings])[0]

  it('return in time, whatever', () => {
    expect(verdict({}, [[1000, event('returned', { value: 5 })]])).toMatchObject({ kind: 'pass', evidence: [2] })
    expect(verdict({}, [[1001, event('returned')]])).toMatchObject({ kind: 'fail', evidence: [2] })
  })

  it('return what they should', () => {
    expect(verdict({ returns: 5 }, [[1, event('returned', { value: 5 })]])?.kind).toBe('pass')
    expect(verdict({ returns: 5 }, [[1, event('returned', { value: 6 })]])?.kind).toBe('fail')
    expect(verdict({ returns: null }, [[1, event('returned', { value: null })]])?.kind).toBe('pass')
    expect(verdict({ returns: null }, [[1, event('returned', { value: 0 })]])?.kind).toBe('fail')
  })

  it('raise what they should, and nothing else', () => {
    const raises = { type: 'OSError', errno: 'ECONNRESET' }
    expect(verdict({ raises }, [[1, raised('OSError', 'ECONNRESET')]])?.kind).toBe('pass')
    expect(verdict({ raises }, [[1, raised('OSError', 'EIO')]])?.kind).toBe('fail')
    expect(verdict({ raises }, [[1, event('returned')]])?.kind).toBe('fail')
    expect(verdict({}, [[1, raised('OSError', 'EIO')]])?.got).toBe('it raised OSError(EIO)')
  })

  it('that hang fail with where; that are lost with why', () => {
    expect(verdict({}, [[1050, event('running', { detail: 'read(1) for 1s' })]])?.got).toBe(
      'it has not ended: read(1) for 1s',
    )
    expect(verdict({}, [[5, event('lost')]])?.got).toContain('reset or lost power')
  })

  it('started only: pass at their start, and their end is another claim’s', () => {
    expect(verdict({ start: true }, [])).toMatchObject({ kind: 'pass', evidence: [1] })
    const plan = planOf([
      call({ start: true }, 'pub'),
      claimStep('1', expectation([pattern('call', { id: 'pub', raised: 'OSError' })])),
    ])
    const record: Happening[] = [
      [0, started('0')],
      [0, event('started', { id: 'pub' })],
      [1, ended('0')],
      [2, started('1')],
      [90, { ...(raised('OSError', 'EIO') as CallEvent), id: 'pub' }],
    ]
    expect(kinds(plan, record)).toEqual(['0 pass', '1 pass'])
  })

  it('are inconclusive when the harness may have been late itself', () => {
    const late: Happening[] = [
      [0, started('0')],
      [0, event('started')],
      [1020, event('returned'), 40],
    ]
    expect(judged(planOf([call()]), late)).toMatchObject([{ kind: 'inconclusive' }])
    expect(judged(planOf([call()]), [...late.slice(0, 2), [1041, event('returned'), 40]])).toMatchObject([
      { kind: 'fail' },
    ])
  })

  it('of another device, another step or before it are none of theirs', () => {
    const others: Happening[] = [
      [1, event('returned', { id: '7' })],
      [2, event('returned', { device: 'green' })],
      [3, event('returned', { value: 1 })],
    ]
    expect(verdict({}, others)).toMatchObject({ kind: 'pass', evidence: [4] })
    const early = judged(planOf([call()]), [
      [0, event('returned')],
      [1, started('0')],
    ])
    expect(early).toMatchObject([{ kind: 'fail' }])
  })

  it('that could not be made say why', () => {
    const step: Fact = { kind: 'step', step: '0', phase: 'ended', outcome: 'failed', detail: 'blue is off' }
    expect(
      judged(planOf([call()]), [
        [0, started('0')],
        [1, step],
      ]),
    ).toMatchObject([{ kind: 'fail', got: 'it was not made: blue is off' }])
  })

  it('running: passes when it runs on to the end of the window, fails when it ends or was never started', () => {
    const running = claimStep(
      '1',
      prohibition([pattern('call', { id: 'pub', running: true })], { window: milliseconds(500), started: 'pub' }),
    )
    const plan = planOf([call({ start: true }, 'pub'), running])
    const begun: Happening[] = [
      [0, started('0')],
      [0, event('started', { id: 'pub' })],
      [1, ended('0')],
      [2, started('1')],
    ]
    const over = event('returned', { id: 'pub' })
    expect(kinds(plan, begun)).toEqual(['0 pass', '1 pass'])
    expect(kinds(plan, [...begun, [400, over]])).toEqual(['0 pass', '1 fail'])
    expect(kinds(plan, begun.toSpliced(3, 0, [1, over]))).toEqual(['0 pass', '1 fail'])
    expect(kinds(planOf([action('0'), running]), [[2, started('1')]])).toEqual(['1 fail'])
  })
})

describe('the end', () => {
  const waiting = claimStep('0', expectation([message({ topic: 't' })], { window: window(0, 60_000) }))
  const watching = claimStep('always.0', prohibition([message({ topic: 't' })], { window: null }))
  const fault = (what: string): Fact => ({ kind: 'fault', what })

  it('time up: open claims are decided, actions under way fail, and what comes then is too late', () => {
    const plan = planOf([parallel('0', [{ ...waiting, path: '0.0' }, action('0.1')])], [watching])
    const verdicts = judged(plan, [
      [0, started('0')],
      [0, started('0.0')],
      [0, started('0.1')],
      [500, fault(TIME_UP)],
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
        [5, fault(STOPPED)],
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
  const kind = (...happenings: Happening[]) => judged(planOf([never]), [[10, started('0')], ...happenings])[0]?.kind

  it('is inconclusive at both ends, sure between', () => {
    expect(kind([15, said('t'), 10])).toBe('inconclusive')
    expect(kind([50, said('t'), 10])).toBe('fail')
    expect(kind([115, said('t'), 10])).toBe('inconclusive')
    expect(kind([130, said('t'), 10])).toBe('pass')
  })
})
