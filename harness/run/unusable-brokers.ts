// A broker that lets nobody in will not let the next thousand scenarios in either. After a few in a row that end in the
// same problem of reaching it, the scenarios that are left on it are not run.

import type { Problem } from '../../emulators/index.ts'
import type { Plan } from '../plan/model/index.ts'
import type { ScenarioRun } from './result.ts'

/** Problems that do not depend on the scenario: the next one would meet the same. */
const OF_THE_BROKER: ReadonlySet<string> = new Set([
  'broker/bad-options',
  'broker/login-refused',
  'broker/no-mqtt',
  'broker/no-observer',
  'broker/no-tls',
  'broker/not-installed',
  'broker/refused',
  'broker/unreachable',
  'broker/wants-tls',
  'broker/web-refused',
])

/** Fewer might be chance: a broker that is restarted beside the run. */
const IN_A_ROW = 3

export interface UnusableBroker {
  readonly broker: string
  readonly problem: Problem
  /** Scenarios that were not run because of it. */
  readonly notRun: number
}

export class UnusableBrokers {
  readonly #rows = new Map<string, { problem: Problem; length: number; notRun: number }>()

  heard({ plan, problem, status }: ScenarioRun): void {
    const { name } = plan.given.broker
    if (status === 'skipped' || this.#isUnusable(name)) return
    if (status !== 'broken' || problem === null || !OF_THE_BROKER.has(problem.code)) {
      this.#rows.delete(name)
      return
    }
    const row = this.#rows.get(name)
    if (row?.problem.code === problem.code && row.problem.message === problem.message) row.length++
    else this.#rows.set(name, { problem, length: 1, notRun: 0 })
  }

  /** Whether a plan is left out because of its broker; it is counted then. */
  leavesOut(plan: Plan): boolean {
    const { name } = plan.given.broker
    if (plan.skip !== null || !this.#isUnusable(name)) return false
    this.#rows.get(name)!.notRun++
    return true
  }

  get all(): readonly UnusableBroker[] {
    return [...this.#rows].flatMap(([broker, { problem, notRun }]) => (notRun > 0 ? [{ broker, problem, notRun }] : []))
  }

  #isUnusable(name: string): boolean {
    return (this.#rows.get(name)?.length ?? 0) >= IN_A_ROW
  }
}
