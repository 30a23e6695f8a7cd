// Every scenario of scenarios/link passes with its disturbance, and fails without it or when it hits another packet:
// otherwise it would show nothing. Each also gives the same verdicts when its record is judged again. In virtual time;
// that real time gives the same verdicts is shown by harness/cli/run/two-clocks.slow.test.ts.

import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { seconds } from '../../emulators/index.ts'
import { disturbances } from '../link/index.ts'
import { judgedAgain, kindsOf, plansOf, run } from './testing.ts'

const FOLDER = join(import.meta.dirname, '../../scenarios/link')
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.scenario.yaml'))
const names = files.map((name) => basename(name, '.scenario.yaml'))

interface Step {
  disturb?: Record<string, unknown>
  inject?: Record<string, unknown>
  release?: unknown
  delay?: string
}
interface Scenario {
  steps: Step[]
}

const textOf = (name: string): string => readFileSync(join(FOLDER, `${name}.scenario.yaml`), 'utf8')

function changed(name: string, change: (scenario: Scenario) => void): string {
  const scenario = parse(textOf(name)) as Scenario
  change(scenario)
  return stringify(scenario)
}

/** Its id stays, for the anchors. */
function without(step: Step): void {
  delete step.disturb
  delete step.inject
  delete step.release
  step.delay = '1ms'
}

const undisturbed = (name: string): string =>
  changed(name, ({ steps }) => {
    for (const step of steps) if (step.disturb ?? step.inject ?? step.release) without(step)
  })

/** Another packet of the same scenario, which passes the link there. */
const OTHER: Readonly<Record<string, Record<string, unknown>>> = {
  delay: { nth: 2 },
  drop: { nth: 1 },
  duplicate: { payload: 'one' },
  hold: { nth: 2 },
  rewrite: { nth: 2 },
  corrupt: { nth: 2 },
  truncate: { nth: 1 },
  cut: { nth: 1 },
  split: { packet: 'puback' },
  join: { nth: 2 },
  throttle: { topic: 't/small' },
}

const misdirected = (name: string): string =>
  changed(name, ({ steps }) => {
    const step = steps.find((one) => one.disturb !== undefined)!
    Object.assign(step.disturb!, OTHER[name])
  })

async function statusOf(text: string): Promise<{ status: string; failed: number; problem: string | undefined }> {
  const [plan] = plansOf(text, 'test.scenario.yaml', seconds(10))
  const ran = await run(plan!, { clock: 'virtual' })
  expect(kindsOf(judgedAgain(ran))).toEqual(kindsOf(ran.verdicts))
  const failed = ran.verdicts.filter((v) => v.kind === 'fail').length
  return { status: ran.status, failed, problem: ran.problem?.message }
}

test('there is one for each disturbance', () => {
  expect(names).toEqual(expect.arrayContaining([...Object.keys(disturbances), 'inject']))
  expect(Object.keys(OTHER).toSorted()).toEqual(Object.keys(disturbances).toSorted())
})

test.each(names)('%s passes', async (name) => {
  expect(await statusOf(textOf(name))).toEqual({ status: 'passed', failed: 0, problem: undefined })
})

test.each(names)('%s fails without', async (name) => {
  expect(await statusOf(undisturbed(name))).toMatchObject({ status: 'failed', failed: expect.toSatisfy((n) => n > 0) })
})

test.each(Object.keys(OTHER))('%s fails on another packet', async (name) => {
  expect(await statusOf(misdirected(name))).toMatchObject({ status: 'failed', failed: expect.toSatisfy((n) => n > 0) })
})

test.each([
  ['another topic', { packet: { type: 'publish', topic: 'cmd/green', payload: 'on' } }],
  ['the other side', { to: 'broker' }],
])('inject fails with %s', async (_, other) => {
  const text = changed('inject', ({ steps }) => {
    Object.assign(steps.find((one) => one.inject !== undefined)!.inject!, other)
  })
  expect(await statusOf(text)).toMatchObject({ status: 'failed', failed: expect.toSatisfy((n) => n > 0) })
})
