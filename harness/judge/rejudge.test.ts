// Claims held against a record that was made without them.

import { expect, it } from 'vitest'
import type { Fact } from '../evidence/index.ts'
import { judgeInHindsight } from './rejudge.ts'
import { claimStep, expectation, message, planOf, prohibition, said, stamped, window } from './testing.ts'

const boot: Fact = { kind: 'device', device: 'blue', change: 'boot' }
const connected: Fact = { kind: 'socket', device: 'blue', change: 'connected', by: 'device', connection: 1 }

it('stamps no step before what stands above it, also where a window was over before the first connection', () => {
  const plan = planOf([
    claimStep('0', prohibition([message({})], { window: window(0, 20).to, after: { kind: 'boot', device: 'blue' } })),
    claimStep('1', expectation([message({})], { window: window(0, 100) })),
  ])
  const record = stamped([
    [10, boot],
    [50, connected, 30],
    [90, said('a')],
  ])
  const { verdicts, events } = judgeInHindsight(plan, record)
  const times = events.map(({ at }) => at)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(verdicts.map(({ step, kind }) => `${step} ${kind}`)).toEqual(['0 pass', '1 pass'])
})
