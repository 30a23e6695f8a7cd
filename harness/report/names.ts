// What the runs of a suite are called, so that no two have one name: the scenario's, its combination of the matrix, its
// repetition, and where a suite has several brokers, the broker.

import { oneLine } from '../outside/index.ts'
import type { Plan } from '../plan/index.ts'
import type { ScenarioRun, SuiteResult } from '../run/index.ts'

/** A scenario's name with what tells its runs apart on one broker, on one line. */
export function titleOf(plan: Plan, repetition: number, attempt: number): string {
  const variant = plan.variant === '' ? '' : ` [${plan.variant}]`
  return oneLine(
    `${plan.name}${variant}${repetition === 0 ? '' : ` (repeat ${repetition})`}${attempt === 0 ? '' : ` (retry ${attempt})`}`,
  )
}

export interface RunNames {
  /** More than one broker. */
  readonly several: boolean
  /** ` on mosquitto`; empty when there is one broker. */
  on(plan: Plan): string
  /** Of a plan that was not run, too. */
  ofPlan(plan: Plan, repetition?: number): string
  of(run: ScenarioRun): string
}

/** For the plans of one suite. */
export function runNames(plans: readonly Plan[]): RunNames {
  const several = new Set(plans.map((plan) => plan.given.broker.name)).size > 1
  const on = (plan: Plan): string => (several ? ` on ${plan.given.broker.name}` : '')
  const ofPlan = (plan: Plan, repetition = 0): string => titleOf(plan, repetition, 0) + on(plan)
  return { several, on, ofPlan, of: (run) => ofPlan(run.plan, run.repetition) }
}

export const namesIn = ({ scenarios, notRun }: SuiteResult): RunNames =>
  runNames([...scenarios.map(({ run }) => run.plan), ...notRun])
