// What `hil check` does. With --json nothing but JSON is on standard output, whatever is wrong; docs/results.md has its
// shape.

import { Problem } from '../../../emulators/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { type Diagnostic, isError } from '../../scenario/index.ts'
import { type Selection, select } from '../../select/index.ts'
import { nothingMatched, printDiagnostics } from '../selection.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { CheckArguments } from './command.ts'

export async function checkAction(args: CheckArguments): Promise<ExitCode> {
  const out = terminal()
  if (args.json) return checkAsJson(args, out)
  const selected = await select(args, { onDiagnostic: printDiagnostics(out) })
  const { files, jobs, errors } = selected
  if (errors > 0) {
    out.printError(`${errors} ${errors === 1 ? 'error' : 'errors'} in ${count(files.length, 'file')}\n`)
    return EXIT.usage
  }
  if (jobs.length === 0) {
    out.printError(nothingMatched(selected))
    return EXIT.nothingMatched
  }
  out.print(`${count(files.length, 'file')}, ${count(jobs.length, 'scenario')}: nothing wrong\n`)
  for (const [reason, n] of skips(selected)) out.print(`  ${n} will be skipped: ${reason}\n`)
  return EXIT.passed
}

/** How many scenarios are skipped, by the reason. */
function skips({ jobs }: Selection): ReadonlyMap<string, number> {
  const reasons = new Map<string, number>()
  for (const { skip } of jobs.map(({ plan }) => plan))
    if (skip !== null) reasons.set(skip, (reasons.get(skip) ?? 0) + 1)
  return reasons
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

export const CHECK_VERSION = 1

async function checkAsJson(args: CheckArguments, out: Terminal): Promise<ExitCode> {
  const found: Diagnostic[] = []
  let selected: Pick<Selection, 'files' | 'jobs'> = { files: [], jobs: [] }
  /** What is not a mistake of a scenario: a folder that is not there, a config that cannot be read. */
  let problem: Problem | null = null
  try {
    selected = await select(args, { onDiagnostic: (diagnostic) => void found.push(diagnostic) })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    problem = error
  }
  const diagnostics = [...found.map(shown), ...(problem === null ? [] : [shown(problem)])]
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const summary = {
    files: selected.files.length,
    scenarios: selected.jobs.length,
    errors,
    warnings: diagnostics.length - errors,
  }
  out.print(
    `${JSON.stringify({ schema: 'mqtt-hil/check', version: CHECK_VERSION, ...summary, diagnostics }, null, 2)}\n`,
  )
  if (errors > 0) return EXIT.usage
  return selected.jobs.length === 0 ? EXIT.nothingMatched : EXIT.passed
}

/** A place is null for what stands in no file. */
function shown(one: Diagnostic | Problem) {
  const { code, message, at, hint } = one
  return {
    file: at?.file ?? null,
    line: at?.line ?? null,
    column: at?.column ?? null,
    length: at?.length ?? null,
    code,
    severity: one instanceof Problem || isError(one) ? 'error' : 'warning',
    message,
    hint: hint ?? null,
  }
}
