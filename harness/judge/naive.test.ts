// Two judges, one answer: the judge that watches a run, the same judge over the record, and a naive one that was written
// from docs/semantics.md alone agree on random claims over random timelines. HIL_RANDOM_RUNS=1000000 tries more of them;
// HIL_RANDOM_SEED and HIL_RANDOM_PATH, as a failure prints them, try a counterexample again.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Event } from '../evidence/index.ts'
import type { Plan } from '../plan/model/plan.ts'
import { Judge } from './judge.ts'
import { NaiveJudge } from './naive.testing.ts'
import { type RandomRun, randomRun, simulate } from './random.testing.ts'
import { randomRuns } from './random-runs.testing.ts'
import type { Verdict } from './verdict.ts'

const RUNS = randomRuns(1000, 5000)

const kinds = (verdicts: readonly Verdict[]) => Object.fromEntries(verdicts.map(({ step, kind }) => [step, kind]))

function rejudged(plan: Plan, events: readonly Event[]): readonly Verdict[] {
  const judge = new Judge(plan)
  for (const event of events) judge.observe(event)
  judge.end()
  return judge.verdicts
}

function agree(run: RandomRun): void {
  const { events, verdicts, until } = simulate(run)
  const live = kinds(verdicts)
  expect(kinds(rejudged(run.plan, events))).toEqual(live)
  const naive = Object.fromEntries(new NaiveJudge(run.plan, events, until).verdicts())
  const claims = Object.fromEntries(Object.entries(live).filter(([path]) => path in naive))
  expect(claims).toEqual(naive)
}

it(`agree on ${RUNS.numRuns} random runs`, { timeout: 60_000 + RUNS.numRuns * 20 }, () => {
  fc.assert(fc.property(randomRun, agree), RUNS)
})
