// What went wrong with a scenario, as errors whose stack is one line that points into the YAML: vitest prints the lines
// around it, with a caret, as it does with code.

import { resolve } from 'node:path'
import { type Place, Problem } from '../../emulators/index.ts'
import type { Verdict } from '../judge/index.ts'
import { printable, visible } from '../outside/index.ts'
import { stepAt } from '../plan/index.ts'
import { explained, placeOfTrouble } from '../report/index.ts'
import { decisive, type ScenarioRun } from '../run/index.ts'
import { type Diagnostic, renderDiagnostic } from '../scenario/index.ts'

/** How vitest calls it before the message. */
export type FailureName = 'ClaimFailed' | 'Inconclusive' | 'ScenarioFailed' | 'Broken' | 'Interrupted' | 'ScenarioWrong'

/** `what` names the line in the stack: the verb that stands there. */
export function errorAt(name: FailureName, message: string, at: Place, what: string): Error {
  const told = printable(message)
  const error = new Error(told)
  error.name = name
  // In brackets, or a path with spaces is cut.
  error.stack = `${name}: ${told}\n    at ${what} (${resolve(at.file)}:${at.line}:${at.column})`
  return error
}

/** Null when the run is as it should be: passed, skipped, or failed as was known. */
export function failureOf(run: ScenarioRun): Error | null {
  if (run.status === 'passed' || run.status === 'skipped' || run.status === 'gap') return null
  const errors = decisive(run).map((verdict) => ofVerdict(verdict, run))
  const trouble = ofTrouble(run, errors.length > 0)
  if (trouble !== null) errors.push(trouble)
  return together(errors, run.plan.name)
}

/** All mistakes of a file, each with its place; `text` of a file that is not the scenario is shown here. */
export function mistakesOf(
  found: readonly { readonly diagnostic: Diagnostic; readonly text: string }[],
  file: string,
): Error {
  const errors = found.map(({ diagnostic, text }) => {
    const { code, message, hint, at } = diagnostic
    const elsewhere = resolve(at.file) !== resolve(file)
    const told = elsewhere ? renderDiagnostic(diagnostic, text).trimEnd() : lines(code, message, hint)
    return errorAt('ScenarioWrong', told, at, code)
  })
  return together(errors, file)
}

/** A Problem with a place in some file; others are thrown as they are. */
export function located(error: unknown): unknown {
  if (!(error instanceof Problem)) return error
  const { code, message, hint, at } = error
  if (at !== undefined) return errorAt('ScenarioWrong', lines(code, message, hint), at, code)
  const plain = new Error(printable(lines(code, message, hint)))
  plain.name = 'ScenarioWrong'
  plain.stack = `ScenarioWrong: ${plain.message}`
  return plain
}

function ofVerdict(verdict: Verdict, run: ScenarioRun): Error {
  const inconclusive = verdict.kind === 'inconclusive'
  const message = [visible(verdict.title), ...explained(verdict, run, false), ...recordOf(run)].join('\n')
  const verb = stepAt(run.plan, verdict.step)?.verb ?? 'scenario'
  return errorAt(inconclusive ? 'Inconclusive' : 'ClaimFailed', message, verdict.place, verb)
}

function ofTrouble(run: ScenarioRun, known: boolean): Error | null {
  const { problem, bug, plan, status } = run
  if (bug !== undefined) {
    const told = bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)
    return errorAt('Broken', `internal/bug: a bug in mqtt-hil, please report it:\n${told}`, plan.place, 'scenario')
  }
  if (problem !== null) {
    const name = status === 'broken' ? 'Broken' : 'ScenarioFailed'
    const told = [lines(problem.code, problem.message, problem.hint), ...(known ? [] : recordOf(run))].join('\n')
    return errorAt(name, told, placeOfTrouble(run), problem.code)
  }
  if (status === 'interrupted') return errorAt('Interrupted', 'the run was stopped', placeOfTrouble(run), 'scenario')
  return known ? null : errorAt('ScenarioFailed', `it ended as ${status}`, plan.place, 'scenario')
}

const recordOf = ({ artifacts, seed }: ScenarioRun): string[] => [
  ...(artifacts === null ? [] : [`  record: ${artifacts}`]),
  `  seed: ${seed}`,
]

function lines(code: string, message: string, hint: string | undefined): string {
  return [`${visible(message)} (${code})`, ...(hint === undefined ? [] : [`  hint: ${visible(hint)}`])].join('\n')
}

/** vitest shows each error of an AggregateError by itself. */
const together = (errors: readonly Error[], what: string): Error =>
  errors.length === 1 ? errors[0]! : new AggregateError(errors, `${errors.length} of ${what}`)
