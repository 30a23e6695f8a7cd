// Random claims over the record of a real run: what the judge says when it reads the record, the naive judge says, too.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { judgeInHindsight } from '../judge/index.ts'
import { NaiveJudge } from '../judge/naive.testing.ts'
import { claims } from '../judge/random.testing.ts'
import { randomRuns } from '../judge/random-runs.testing.ts'
import { claimStep, planOf } from '../judge/testing.ts'
import { judgedAgain, kindsOf, runText } from './testing.ts'

const RUNS = randomRuns(300, 2000)

const SCENARIO = `
name: two devices, a disturbance, a pause, and a link that goes down
version: 1
devices:
  blue: { use: umqtt.simple }
  green: { use: raw, auto: [puback] }
steps:
  - parallel: [{ connect: blue }, { connect: green }]
  - subscribe: { device: green, topics: [a, b], qos: 1 }
  - expect: { packet: { to: green, type: suback } }
  - publish: { device: blue, topic: a, payload: "1", qos: 1 }
  - id: again
    disturb: { device: green, direction: down, packet: publish, times: 1, do: duplicate }
  - publish: { device: blue, topic: a, payload: "2", qos: 1 }
  - repeat:
      times: 3
      steps:
        - publish: { device: blue, topic: b, payload: "\${{ i }}", qos: 1 }
        - expect: { message: { topic: b } }
  - delay: 100ms
  - network: { device: green, state: down, mode: blackhole }
  - publish: { device: blue, topic: a, payload: "3", qos: 1 }
  - never: { packet: { to: green, type: publish }, for: 100ms }
`

it(`two judges agree on ${RUNS.numRuns} lists of random claims over a recorded run`, {
  timeout: 60_000 + RUNS.numRuns * 100,
}, async () => {
  const run = await runText(SCENARIO)
  expect(run.status).toBe('passed')
  expect(kindsOf(judgedAgain(run))).toEqual(kindsOf(run.verdicts))
  // The recorded steps are not among those of the claims, but while they went on somebody looked.
  const { at, lag = 0 } = run.events.at(-1)!
  const watchedUntil = at - lag
  fc.assert(
    fc.property(claims, (list) => {
      const plan = planOf(list.map((claim, k) => claimStep(String(k), claim)))
      const { verdicts, events } = judgeInHindsight(plan, run.events)
      const naive = new NaiveJudge(plan, events, Math.max(watchedUntil, events.at(-1)!.at)).verdicts()
      expect(Object.fromEntries(verdicts.map(({ step, kind }) => [step, kind]))).toEqual(Object.fromEntries(naive))
    }),
    RUNS,
  )
})
