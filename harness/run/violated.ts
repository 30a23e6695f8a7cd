// Which statements of the specification a failed claim says are broken.

import type { Verdict } from '../judge/index.ts'
import { type Plan, statementsIn, stepAt } from '../plan/index.ts'
import type { ScenarioRun } from './result.ts'

/** The violations that it found; else what the claim tests, else what the whole scenario does. */
export function statementsOf(verdict: Verdict, run: Pick<ScenarioRun, 'plan' | 'events'>): readonly string[] {
  const found = verdict.evidence.flatMap((seq) => {
    const event = run.events[seq]
    return event?.kind === 'violation' ? [event.statement] : []
  })
  const own = stepAt(run.plan, verdict.step)?.verifies ?? []
  const named = found.length > 0 ? found : own
  return [...new Set(named.length > 0 ? named : ofTheWhole(run.plan))]
}

/** What the scenario as a whole tests, without what single steps of it do. */
function ofTheWhole(plan: Plan): readonly string[] {
  const ofSteps = new Set([...plan.always, ...plan.steps].flatMap(statementsIn))
  return plan.verifies.filter((statement) => !ofSteps.has(statement))
}
