import { expect, test } from 'vitest'
import type { Plan } from '../plan/index.ts'
import type { ScenarioRun } from './result.ts'
import { UnusableBrokers } from './unusable-brokers.ts'

const plan = { skip: null, given: { broker: { name: 'ours' } } } as unknown as Plan

const failed = (kind: string, ...codes: readonly number[]): ScenarioRun =>
  ({
    plan,
    status: 'failed',
    problem: null,
    broker: { kind },
    events: codes.map((returnCode) => ({ kind: 'packet', packet: { type: 'connack', returnCode } })),
  }) as unknown as ScenarioRun

test('one by its URL that refuses the login of every device, ten scenarios in a row, is given up', () => {
  const brokers = new UnusableBrokers()
  for (let k = 0; k < 9; k++) brokers.heard(failed('external', 5, 5))
  expect(brokers.leavesOut(plan)).toBe(false)
  brokers.heard(failed('external', 5))
  expect(brokers.leavesOut(plan)).toBe(true)
  expect(brokers.all).toMatchObject([
    { broker: 'ours', problem: { code: 'broker/login-refused', message: expect.stringContaining('(CONNACK 5)') } },
  ])
})

test.each([
  ['one device got in', failed('external', 5, 0)],
  ['nobody was answered', failed('external')],
  ['it is one of ours, with users of its own', failed('mosquitto', 5)],
])('it is not given up when %s', (_, run) => {
  const brokers = new UnusableBrokers()
  for (let k = 0; k < 20; k++) brokers.heard(run)
  expect(brokers.leavesOut(plan)).toBe(false)
})
