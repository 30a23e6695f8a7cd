// A recorded run is judged to the same verdicts, with the same words and the same evidence.

import { expect, test } from 'vitest'
import { judgedAgain, plansIn, run, runText, scenario } from './testing.ts'

const FILES = [
  'scenarios/01-hello.scenario.yaml',
  'scenarios/03-will-on-fin.scenario.yaml',
  'scenarios/04-will-on-reset.scenario.yaml',
  'scenarios/06-no-will-after-disconnect.scenario.yaml',
  'scenarios/08-robust-lost-subscriptions.scenario.yaml',
  'scenarios/09-robust-new-packet-id.scenario.yaml',
  'scenarios/10-publish-hangs.scenario.yaml',
  'scenarios/11-qos-acks.scenario.yaml',
  'scenarios/12-retained.scenario.yaml',
  'fixtures/scenarios/hanging-call.scenario.yaml',
  'fixtures/scenarios/time-up-in-call.scenario.yaml',
  'fixtures/scenarios/time-up.scenario.yaml',
  'fixtures/scenarios/wrong-always.scenario.yaml',
  'fixtures/scenarios/wrong-bit.scenario.yaml',
  'fixtures/scenarios/wrong-count.scenario.yaml',
  'fixtures/scenarios/wrong-id.scenario.yaml',
  'fixtures/scenarios/wrong-order.scenario.yaml',
  'fixtures/scenarios/wrong-silence.scenario.yaml',
  'fixtures/scenarios/wrong-time.scenario.yaml',
]

/** All but when it was decided: live the clock tells, in a record the next event. */
const said = (verdicts: readonly { readonly at: unknown }[]): unknown[] => verdicts.map(({ at: _, ...rest }) => rest)

test.concurrent.each(FILES)('%s', async (file) => {
  for (const plan of plansIn(file)) {
    const ran = await run(plan)
    // On a machine that is busy enough it cannot be judged; the record then says so again.
    expect(['inconclusive', file.startsWith('fixtures') ? 'failed' : 'passed']).toContain(ran.status)
    expect(ran.verdicts.length).toBeGreaterThan(0)
    expect(said(judgedAgain(ran))).toEqual(said(ran.verdicts))
  }
})

test('what happens while things are given back is not judged', async () => {
  const ran = await runText(`name: a will at the very end
version: 1
devices:
  blue: { use: umqtt.simple, with: { keepalive: 10s }, will: { topic: gone, payload: x } }
always:
  - never: { message: { topic: gone } }
steps:
  - connect: blue
`)
  expect(ran.status).toBe('passed')
  expect(judgedAgain(ran).map((v) => v.kind)).toEqual(['pass', 'pass'])
})

/** A step that would save x, and is left out. */
const NOT_SAVED = '  - { if: false, expect: { message: { topic: t }, save: { x: topic } } }\n'

test('values that the run could not resolve', async () => {
  const ran = await runText(
    scenario(`  - connect: blue\n${NOT_SAVED}  - publish: { device: blue, topic: t, payload: "\${{ saved.x }}" }`),
  )
  expect(ran.verdicts).toMatchObject([
    { step: '0', kind: 'pass' },
    { step: '2', kind: 'fail' },
  ])
  expect(said(judgedAgain(ran))).toEqual(said(ran.verdicts))
})

test('a condition that could not be resolved', async () => {
  const ran = await runText(scenario(`${NOT_SAVED}  - { if: "\${{ saved.x }}", connect: blue }\n  - connect: blue`))
  expect(ran.status).toBe('failed')
  expect(ran.verdicts).toMatchObject([{ step: '1', kind: 'fail', got: expect.stringContaining('x') }])
  expect(said(judgedAgain(ran))).toEqual(said(ran.verdicts))
})

test('a call on a device that is off', async () => {
  const ran = await runText(scenario('  - power: { device: blue, state: off }\n  - connect: blue'))
  expect(ran.status).toBe('failed')
  expect(ran.verdicts).toMatchObject([{ step: '1', kind: 'fail', got: expect.stringContaining('blue is off') }])
  expect(said(judgedAgain(ran))).toEqual(said(ran.verdicts))
})
