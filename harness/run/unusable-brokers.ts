// A broker that lets nobody in will not let the next thousand scenarios in either. After a few in a row that end in the
// same problem of reaching it, the scenarios that are left on it are not run.

import { Problem } from '../../emulators/index.ts'
import { HOW_TO_LOG_IN } from '../brokers/index.ts'
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

/** Where only devices are refused: a few scenarios may be about just that. */
const LOGINS_IN_A_ROW = 10

/** Return and reason codes of a CONNACK that refuse a login. */
const REFUSED_LOGIN: ReadonlySet<number> = new Set([4, 5, 134, 135])

export interface UnusableBroker {
  readonly broker: string
  readonly problem: Problem
  /** Scenarios that were not run because of it. */
  readonly notRun: number
}

export class UnusableBrokers {
  readonly #rows = new Map<string, { problem: Problem; length: number; notRun: number; readonly limit: number }>()

  heard(run: ScenarioRun): void {
    const { plan, status } = run
    const { name } = plan.given.broker
    if (status === 'skipped' || this.#isUnusable(name)) return
    const isBroken = status === 'broken'
    const problem = isBroken ? run.problem : refusedLogins(run)
    if (problem === null || !OF_THE_BROKER.has(problem.code)) {
      this.#rows.delete(name)
      return
    }
    const row = this.#rows.get(name)
    if (row?.problem.code === problem.code && row.problem.message === problem.message) row.length++
    else this.#rows.set(name, { problem, length: 1, notRun: 0, limit: isBroken ? IN_A_ROW : LOGINS_IN_A_ROW })
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
    const row = this.#rows.get(name)
    return row !== undefined && row.length >= row.limit
  }
}

/** Without an observer the devices are the first to be refused: of a broker by its URL, whose login they are given. */
function refusedLogins({ status, broker, events }: ScenarioRun): Problem | null {
  if (status !== 'failed' || broker.kind !== 'external') return null
  const codes = events.flatMap((event) =>
    event.kind === 'packet' && event.packet.type === 'connack' ? [event.packet.returnCode] : [],
  )
  if (codes.length === 0 || !codes.every((code) => REFUSED_LOGIN.has(code))) return null
  return new Problem('broker/login-refused', `the broker refuses the login of every device (CONNACK ${codes[0]})`, {
    hint: HOW_TO_LOG_IN,
  })
}
