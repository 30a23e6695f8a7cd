// What `hil check` does. With --json nothing but JSON is on standard output, whatever is wrong; docs/results.md has its
// shape.

import { Problem } from '../../../emulators/core/problem.ts'
import { type Diagnostic, isError } from '../../api/show.ts'
import { type Checked, checkSuite } from '../../api/suite.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { selectionOf } from '../selecting.ts'
import { nothingMatched, printDiagnostics } from '../selection.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { CheckArguments } from './command.ts'

export async function checkAction(args: CheckArguments): Promise<ExitCode> {
  const out = terminal()
  if (args.json) return checkAsJson(args, out)
  const found = await checkSuite({ ...selectionOf(args), onDiagnostic: printDiagnostics(out) })
  const { files, selected, errors, skips } = found
  if (errors > 0) {
    out.printError(`${errors} ${errors === 1 ? 'error' : 'errors'} in ${count(files.length, 'file')}\n`)
    return EXIT.usage
  }
  if (selected === 0) {
    out.printError(nothingMatched(found))
    return EXIT.nothingMatched
  }
  out.print(`${count(files.length, 'file')}, ${count(selected, 'scenario')}: nothing wrong\n`)
  for (const [reason, n] of skips) out.print(`  ${n} will be skipped: ${reason}\n`)
  return EXIT.passed
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

export const CHECK_VERSION = 1

async function checkAsJson(args: CheckArguments, out: Terminal): Promise<ExitCode> {
  const found: Diagnostic[] = []
  let checked: Checked | null = null
  /** What is not a mistake of a scenario: a folder that is not there, a config that cannot be read. */
  let problem: Problem | null = null
  try {
    checked = await checkSuite({ ...selectionOf(args), onDiagnostic: (diagnostic) => void found.push(diagnostic) })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    problem = error
  }
  const diagnostics = [...found.map(shown), ...(problem === null ? [] : [shown(problem)])]
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const scenarios = checked?.selected ?? 0
  const summary = {
    files: checked?.files.length ?? 0,
    scenarios,
    errors,
    warnings: diagnostics.length - errors,
  }
  out.print(
    `${JSON.stringify({ schema: 'mqtt-hil/check', version: CHECK_VERSION, ...summary, diagnostics }, null, 2)}\n`,
  )
  if (errors > 0) return EXIT.usage
  return scenarios === 0 ? EXIT.nothingMatched : EXIT.passed
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
