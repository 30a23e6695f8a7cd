// Failures that have one cause, told once: 19 variants of a scenario that fail at the same line in the same way, or all
// scenarios that a broker let nobody into.

import { decisive, type ScenarioRun } from '../run/index.ts'

/** Runs that failed in the same way, in the order in which they were run; the first is shown in full. */
export interface Cause {
  readonly first: ScenarioRun
  readonly others: readonly ScenarioRun[]
}

export function groupByCause(runs: readonly ScenarioRun[]): readonly Cause[] {
  const causes = new Map<string, { first: ScenarioRun; others: ScenarioRun[] }>()
  for (const run of runs) {
    const key = causeOf(run)
    const known = causes.get(key)
    if (known === undefined) causes.set(key, { first: run, others: [] })
    else known.others.push(run)
  }
  return [...causes.values()]
}

/** The same text for runs that failed in the same way. */
export function causeOf(run: ScenarioRun): string {
  const { problem, bug, plan, status } = run
  if (bug !== undefined) return `bug ${bug instanceof Error ? bug.stack : bug}`
  const verdicts = decisive(run).map(({ kind, place, got }) => [kind, place.line, place.column, shapeOf(got)])
  // A problem of the environment is the same whatever scenario met it.
  if (verdicts.length === 0 && problem !== null && problem.at === undefined)
    return JSON.stringify([status, problem.code, shapeOf(problem.message), shapeOf(problem.hint ?? '')])
  const trouble = problem === null ? null : [problem.code, shapeOf(problem.message)]
  return JSON.stringify([status, plan.file, verdicts, trouble])
}

/** Without what differs from run to run: numbers of events, times, ids, folders of ours, and values in quotes. An exit code stays. */
const shapeOf = (text: string): string =>
  text
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\bhil-[a-z]+-\w{6}\b/g, 'hil')
    .replace(/\bhex [0-9a-f]+/g, 'hex')
    .replace(
      /\bexit code (\d+)/g,
      (_, code: string) => `exit code ${[...code].map((d) => String.fromCharCode(97 + Number(d))).join('')}`,
    )
    .replace(/\d+(\.\d+)?/g, '0')
