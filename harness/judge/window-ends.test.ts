// The ends of windows: what lies exactly on them, what lag and stalls move over them, and who closes them early.

import { describe, expect, it } from 'vitest'
import { type Duration, type Instant, milliseconds } from '../../emulators/index.ts'
import { type Fact, type PacketEvent, TIME_UP } from '../evidence/index.ts'
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
  pattern,
  planOf,
  prohibition,
  said,
  stamped,
  started,
  window,
} from './testing.ts'

const t = message({ topic: 't' })
const skipped = (step: string): Fact => ({ kind: 'step', step, phase: 'ended', outcome: 'skipped' })
const stalled = (ms: number): Fact => ({ kind: 'lag', stalled: ms })
const from = (to: number) => ({ from: Number.NEGATIVE_INFINITY as Duration, to: milliseconds(to) })
/** The verdicts when nothing more is told than the record. */
const recorded = (plan: Parameters<typeof judged>[0], happenings: readonly Happening[]): string[] => {
  const judge = new Judge(plan)
  for (const event of stamped(happenings)) judge.observe(event)
  judge.end()
  return judge.verdicts.map((v) => `${v.step} ${v.kind}`)
}

describe('the very end of a window', () => {
  it('is inside: of a never, of a count, of an expect', () => {
    const at = (claim: ReturnType<typeof prohibition> | ReturnType<typeof expectation>, ms: number) =>
      kinds(planOf([claimStep('0', claim)]), [
        [10, started('0')],
        [ms, said('t')],
      ])
    const never = prohibition([t], { window: milliseconds(100) })
    expect([at(never, 110), at(never, 110.5)]).toEqual([['0 fail'], ['0 pass']])
    const none = expectation([t], { count: { min: 0, max: 0 }, window: from(100) })
    expect([at(none, 110), at(none, 110.5)]).toEqual([['0 fail'], ['0 pass']])
    expect([
      at(expectation([t], { window: from(100) }), 110),
      at(expectation([t], { window: from(100) }), 110.5),
    ]).toEqual([['0 pass'], ['0 fail']])
  })

  it('a timer closes it, and so does the end of the record', () => {
    const never = planOf([claimStep('0', prohibition([t], { window: milliseconds(100) }))])
    const judge = new Judge(never)
    for (const event of stamped([[10, started('0')]])) judge.observe(event)
    judge.tick(109 as Instant)
    expect(judge.verdicts).toEqual([])
    judge.tick(110 as Instant)
    expect(judge.verdicts).toMatchObject([{ kind: 'pass' }])
    expect(
      recorded(never, [
        [10, started('0')],
        [110, said('x')],
      ]),
    ).toEqual(['0 pass'])
    expect(
      recorded(never, [
        [10, started('0')],
        [109, said('x')],
      ]),
    ).toEqual(['0 inconclusive'])
    expect(
      recorded(never, [
        [10, started('0')],
        [110, TIME_UP],
      ]),
    ).toEqual(['0 pass'])
    expect(
      recorded(never, [
        [10, started('0')],
        [109, TIME_UP],
      ]),
    ).toEqual(['0 fail'])
  })

  it('a never that begins where an event may have been before is unsure only then', () => {
    const plan = planOf([action('0'), claimStep('1', prohibition([t], { window: milliseconds(100) }))])
    const at = (ms: number, lag: number) =>
      kinds(plan, [
        [10, started('0')],
        [10, started('1')],
        [ms, said('t'), lag],
      ])
    expect(at(15, 5)).toEqual(['1 fail'])
    expect(at(15, 6)).toEqual(['1 inconclusive'])
  })

  it('the lag of the anchor moves it, too', () => {
    const plan = planOf([
      claimStep('0', expectation([message({ topic: 'from' })]), 'found'),
      claimStep(
        '1',
        expectation([t], { window: window(50, 100), after: { kind: 'step', id: 'found', edge: 'first' } }),
      ),
    ])
    const at = (ms: number, lag: number) =>
      kinds(plan, [
        [0, started('0')],
        [20, said('from'), lag],
        [20, ended('0')],
        [21, started('1')],
        [ms, said('t')],
      ])[1]
    expect([at(70, 0), at(69, 0), at(69, 1), at(120, 0), at(120, 1), at(119, 1)]).toEqual([
      '1 pass',
      '1 fail',
      '1 inconclusive',
      '1 pass',
      '1 inconclusive',
      '1 pass',
    ])
  })
})

describe('a beat', () => {
  const beat = (count: { min: number; max: number } | null, ...at: readonly (number | readonly [number, number])[]) =>
    kinds(
      planOf([
        claimStep(
          '0',
          expectation([t], {
            every: { of: milliseconds(100), tolerance: milliseconds(10) },
            count: count ?? { min: 2, max: Number.POSITIVE_INFINITY },
            watched: count === null || count.max !== Number.POSITIVE_INFINITY,
            window: from(400),
          }),
        ),
      ]),
      [
        [0, started('0')],
        ...at.map((one): Happening => (typeof one === 'number' ? [one, said('t')] : [one[0], said('t'), one[1]])),
      ],
    )[0]

  it('holds at both ends of its tolerance, and a millisecond further it does not', () => {
    expect(beat(null, 90, 200, 290, 400)).toBe('0 pass')
    expect(beat(null, 90, 201, 291, 400)).toBe('0 fail')
    expect(beat(null, 90, 179, 290, 400)).toBe('0 fail')
  })

  it('goes on to the end of the window: silence is a gap', () => {
    expect(beat(null, 90, 190, 290)).toBe('0 pass')
    expect(beat(null, 89, 189, 289)).toBe('0 fail')
    expect(beat(null, 92, 192, [292, 3])).toBe('0 inconclusive')
    expect(beat({ min: 2, max: 9 }, 100, 200)).toBe('0 fail')
    expect(beat({ min: 2, max: 2 }, 100, 200)).toBe('0 pass')
    expect(beat({ min: 2, max: Number.POSITIVE_INFINITY }, 100, 200)).toBe('0 pass')
    expect(beat(null)).toBe('0 fail')
  })
})

describe('who closes a window early', () => {
  const one = expectation([t], { count: { min: 1, max: 1 }, window: from(1000) })

  it('a timeout fails what was satisfied so far, a record that ends leaves it unproven', () => {
    const record: Happening[] = [
      [0, started('0')],
      [10, said('t')],
    ]
    expect(recorded(planOf([claimStep('0', one)]), [...record, [500, TIME_UP]])).toEqual(['0 fail'])
    expect(recorded(planOf([claimStep('0', one)]), [...record, [500, said('x')]])).toEqual(['0 inconclusive'])
    expect(recorded(planOf([claimStep('0', expectation([t], { window: from(1000) }))]), record.slice(0, 1))).toEqual([
      '0 inconclusive',
    ])
  })

  it('a missing event is waited for as long as the harness stood still', () => {
    const plan = planOf([claimStep('0', expectation([t], { window: from(100) }))])
    const record: Happening[] = [
      [0, started('0')],
      [90, stalled(60)],
      [205, said('t')],
    ]
    expect(judged(plan, record)[0]?.got).toContain('too late: #2 205ms')
    expect(judged(plan, record.toSpliced(1, 1))[0]?.got).not.toContain('too late')
  })

  it('a boot before the first step ends no claim under always; one after it does', () => {
    const always = claimStep('always.0', prohibition([t], { window: null, until: { kind: 'boot', device: 'blue' } }))
    const boot: Fact = { kind: 'device', device: 'blue', change: 'boot' }
    const plan = planOf([action('0')], [always])
    expect(
      recorded(plan, [
        [0, boot],
        [1, started('0')],
        [2, said('t')],
      ]),
    ).toEqual(['always.0 fail'])
    expect(
      recorded(plan, [
        [1, started('0')],
        [2, boot],
        [3, said('t')],
      ]),
    ).toEqual(['always.0 pass'])
  })

  it('a skipped step has no moments', () => {
    const always = claimStep(
      'always.0',
      prohibition([t], { window: null, until: { kind: 'step', id: 'cut', edge: 'end' } }),
    )
    expect(
      recorded(planOf([action('0', 'cut')], [always]), [
        [1, skipped('0')],
        [2, said('t')],
      ]),
    ).toEqual(['always.0 fail'])
    const after = claimStep('1', expectation([t], { after: { kind: 'step', id: 'cut', edge: 'end' } }))
    expect(
      recorded(planOf([action('0', 'cut'), after]), [
        [1, skipped('0')],
        [2, started('1')],
        [3, said('t')],
      ]),
    ).toEqual(['1 fail'])
  })
})

describe('the last packet of a device', () => {
  const packet: PacketEvent = {
    kind: 'packet',
    device: 'blue',
    direction: 'up',
    connection: 1,
    packet: { type: 'pingreq', flags: 0, length: 0 },
    raw: Uint8Array.of(0xc0, 0),
    offset: 0,
    delivered: true,
  }
  const claim = claimStep(
    '0',
    expectation([t], { after: { kind: 'last-packet-from', device: 'blue' }, window: window(100, 150) }),
  )

  it('is the last before the event: one that was under way when the claim began counts', () => {
    const plan = planOf([claim])
    expect(
      kinds(plan, [
        [0, packet],
        [10, started('0')],
        [20, packet],
        [130, said('t')],
      ]),
    ).toEqual(['0 pass'])
    expect(
      kinds(plan, [
        [0, packet],
        [10, started('0')],
        [20, packet],
        [110, said('t')],
      ]),
    ).toEqual(['0 fail'])
    expect(
      kinds(plan, [
        [0, packet],
        [10, started('0')],
        [20, { ...packet, direction: 'down' }],
        [130, said('t')],
      ]),
    ).toEqual(['0 pass'])
  })
})

describe('a list', () => {
  const suback = (...granted: number[]): Fact => ({
    kind: 'packet',
    device: 'blue',
    direction: 'down',
    connection: 1,
    packet: { type: 'suback', flags: 0, length: 4, packetId: 1, granted },
    raw: new Uint8Array(),
    offset: 0,
    delivered: true,
  })
  const refused = pattern('packet', { to: 'blue', type: 'suback', match: { granted: { gte: 128 } } })
  const one = (claim: Parameters<typeof claimStep>[1], fact: Fact) =>
    kinds(planOf([claimStep('0', claim)]), [
      [0, started('0')],
      [1, fact],
    ])[0]

  it('satisfies an expect with all of its elements, and breaks a claim that forbids with any', () => {
    expect(one(expectation([refused], { window: from(10) }), suback(0, 128))).toBe('0 fail')
    expect(one(expectation([refused], { window: from(10) }), suback(128, 128))).toBe('0 pass')
    expect(one(prohibition([refused], { window: milliseconds(10) }), suback(0, 128))).toBe('0 fail')
    expect(one(expectation([refused], { count: { min: 0, max: 0 }, window: from(10) }), suback(0, 128))).toBe('0 fail')
    expect(one(expectation([refused], { count: { min: 0, max: 0 }, window: from(10) }), suback(0, 1))).toBe('0 pass')
  })
})

describe('the cursor after a parallel', () => {
  it('keeps the latest find of each stream, whichever branch it was', () => {
    const find = (path: string, topic: string) =>
      claimStep(path, expectation([message({ topic })], { window: from(20) }))
    const plan = planOf([parallel('0', [find('0.0', 'b'), find('0.1', 'a')]), find('1', 'b'), find('2', 'b')])
    const record: Happening[] = [
      [0, started('0')],
      [1, started('0.0')],
      [1, started('0.1')],
      [2, said('a')],
      [3, said('b')],
      [4, ended('0.0')],
      [4, ended('0.1')],
      [5, ended('0')],
      [6, started('1')],
      [30, said('b')],
    ]
    expect(kinds(plan, record).slice(0, 3)).toEqual(['0.1 pass', '0.0 pass', '1 fail'])
  })
})
