// Claims about a program that has ended: decided soon after its end, unless somebody may boot it again.

import { describe, expect, it } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { type Fact, STALL } from '../evidence/index.ts'
import type { Expectation, Pattern, Plan, Step } from '../plan/model/index.ts'
import { LAST_WORDS } from './gone.ts'
import { Judge } from './judge.ts'
import {
  action,
  claimStep,
  expectation,
  type Happening,
  message,
  parallel,
  pattern,
  planOf,
  stamped,
  started,
} from './testing.ts'

const exit: Fact = { kind: 'exit', device: 'dut', code: 3, signal: null }
const boot: Fact = { kind: 'device', device: 'dut', change: 'boot' }
const line = (text: string): Fact => ({ kind: 'serial', device: 'dut', line: text, stream: 'out' })
const says = (text: string): Pattern => pattern('serial', { device: 'dut', line: text })
const lag: Fact = { kind: 'lag', stalled: 300 } as Fact

const ofPrograms = (steps: readonly Step[], shows: Plan['devices'][number]['shows'] = new Set(['exit'])): Plan => ({
  ...planOf(steps),
  devices: [{ name: 'dut', shows } as Plan['devices'][number]],
})
const waits = (patterns: readonly Pattern[], rest: Partial<Expectation> = {}) =>
  claimStep('0', expectation(patterns, { window: { from: milliseconds(0), to: milliseconds(10_000) }, ...rest }))

/** When the judge wants to be told the time, after these; and what it says then. */
function heard(plan: Plan, happenings: readonly Happening[], options?: { inOrder: boolean }) {
  const judge = new Judge(plan, options)
  for (const event of stamped(happenings)) judge.observe(event)
  const due = judge.due
  if (due !== null) judge.tick(due)
  return { due, verdicts: judge.verdicts.map(({ kind, got }) => `${kind}: ${got}`) }
}

const WHOLE = 10_050
const SOON = 700 + LAST_WORDS

describe('a program that has ended', () => {
  it('says nothing more: the claim fails soon after, and tells the end', () => {
    expect(
      heard(ofPrograms([waits([says('ok')])]), [
        [0, started('0')],
        [700, exit],
      ]),
    ).toEqual({
      due: SOON,
      verdicts: ['fail: no matching event; dut exited with code 3 (#1), so nothing more can come of it'],
    })
  })

  it('is waited for as long as the harness stood still', () => {
    const { due } = heard(ofPrograms([waits([says('ok')])]), [
      [0, started('0')],
      [700, exit],
      [900, lag],
    ])
    expect(due).toBe(SOON + 300 + STALL)
  })

  it('had its last words on the way: they count', () => {
    const { verdicts } = heard(ofPrograms([waits([says('ok')])]), [
      [0, started('0')],
      [700, exit],
      [710, line('ok')],
    ])
    expect(verdicts).toEqual([expect.stringMatching(/^pass/)])
  })

  it('gets the same verdict from a record that ends there', () => {
    const judge = new Judge(ofPrograms([waits([says('ok')])]))
    for (const event of stamped([
      [0, started('0')],
      [700, exit],
      [SOON, { kind: 'step', step: '0', phase: 'ended', outcome: 'failed' }],
    ]))
      judge.observe(event)
    judge.end()
    expect(judge.verdicts.map(({ kind }) => kind)).toEqual(['fail'])
  })

  it.each<[string, readonly Pattern[], Partial<Expectation>]>([
    ['packets', [pattern('packet', { from: 'dut', type: 'connect' })], {}],
    ['its exit with another code', [pattern('exit', { device: 'dut', code: 0 })], {}],
    ['one of several', [says('a'), says('b')], { want: { mode: 'any', patterns: [says('a'), says('b')] } }],
    [
      'all, one of which is its',
      [says('a'), message({})],
      { want: { mode: 'all', patterns: [says('a'), message({})] } },
    ],
    ['a count', [says('a')], { count: { min: 2, max: Number.POSITIVE_INFINITY } }],
  ])('ends claims about %s', (_, patterns, rest) => {
    expect(
      heard(ofPrograms([waits(patterns, rest)]), [
        [0, started('0')],
        [700, exit],
      ]).due,
    ).toBe(SOON)
  })

  it.each<[string, readonly Pattern[], Partial<Expectation>]>([
    ['messages, which others may publish', [message({})], {}],
    ['packets to it', [pattern('packet', { to: 'dut' })], {}],
    ['packets at the broker, which may be held back', [pattern('packet', { from: 'dut', at: 'broker' })], {}],
    ['what is typed', [pattern('serial', { device: 'dut', line: 'a', stream: 'in' })], {}],
    ['one of several, which others make', [], { want: { mode: 'any', patterns: [says('a'), message({})] } }],
  ])('does not end claims about %s', (_, patterns, rest) => {
    expect(
      heard(ofPrograms([waits(patterns, rest)]), [
        [0, started('0')],
        [700, exit],
      ]).due,
    ).toBe(WHOLE)
  })

  it('does not end a claim that has all it wants, and watches for more', () => {
    const watched = waits([says('a')], { count: { min: 1, max: 1 }, watched: true })
    expect(
      heard(ofPrograms([watched]), [
        [0, started('0')],
        [600, line('a')],
        [700, exit],
      ]).due,
    ).toBe(10_000)
  })

  it('and is booted again is waited for', () => {
    expect(
      heard(ofPrograms([waits([says('ok')])]), [
        [0, started('0')],
        [700, exit],
        [800, boot],
      ]).due,
    ).toBe(WHOLE)
  })

  it('may be booted beside the claim: by another branch, by chaos, by a test', () => {
    const claim = waits([says('ok')])
    const branch = { ...claim, path: '0.0' }
    const record = (path: string): readonly Happening[] => [
      [0, started(path)],
      [700, exit],
    ]
    const beside = ofPrograms([parallel('0', [branch, action('0.1', null, 'boot')])])
    expect(heard(beside, [[0, started('0')], ...record('0.0').map(([at, fact]): Happening => [at, fact])]).due).toBe(
      WHOLE,
    )
    expect(heard(ofPrograms([claim, action('1', null, 'chaos')]), record('0')).due).toBe(WHOLE)
    expect(heard(ofPrograms([claim]), record('0'), { inOrder: false }).due).toBe(WHOLE)
    expect(heard(ofPrograms([claim], null), record('0')).due).toBe(WHOLE)
  })
})
