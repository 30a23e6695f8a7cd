// Calls are claims by themselves, and claims are made about calls.

import { describe, expect, it } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import type { CallEvent, Fact } from '../evidence/index.ts'
import type { CallPlan, CallStep } from '../plan/model/index.ts'
import {
  action,
  base,
  claimStep,
  ended,
  expectation,
  type Happening,
  judged,
  kinds,
  pattern,
  planOf,
  prohibition,
  started,
} from './testing.ts'

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

  it('return the value true, when that is asked for', () => {
    expect(verdict({ returns: true }, [[1, event('returned', { value: true })]])?.kind).toBe('pass')
    expect(verdict({ returns: true }, [[1, event('returned', { value: false })]])?.kind).toBe('fail')
    expect(verdict({}, [[1, event('returned', { value: false })]])?.kind).toBe('pass')
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

  it('that hang are inconclusive when the harness was late, but not when the scenario has no time left', () => {
    const hanging = (at: number): Happening[] => [
      [0, started('0')],
      [0, event('started')],
      [at, event('running'), 60],
    ]
    expect(judged(planOf([call()]), hanging(1055))).toMatchObject([{ kind: 'inconclusive' }])
    expect(judged(planOf([call()]), hanging(1060))).toMatchObject([{ kind: 'fail' }])
    expect(judged(planOf([call()]), hanging(1014))).toMatchObject([{ kind: 'fail' }])
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
    expect(early).toMatchObject([{ kind: 'inconclusive' }])
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
