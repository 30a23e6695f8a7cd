// How the command line shows what a selection found wrong, or did not find.

import { SUFFIX, showDiagnostic } from '../api/show.ts'
import type { Checked, OnDiagnostic } from '../api/suite.ts'
import type { Terminal } from './terminal.ts'

/** Prints each diagnostic with the line that it is about. */
export const printDiagnostics =
  ({ printError, color }: Terminal): OnDiagnostic =>
  (diagnostic, text) =>
    printError(`${showDiagnostic(diagnostic, text, { color })}\n`)

/** Why there is nothing to run, ready to print. */
export function nothingMatched({ files, scenarios }: Pick<Checked, 'files' | 'scenarios'>): string {
  const why =
    files.length === 0
      ? `no file there ends in ${SUFFIX}`
      : `none of ${scenarios} ${scenarios === 1 ? 'scenario' : 'scenarios'} in ${files.length} ${files.length === 1 ? 'file' : 'files'} is selected`
  const hint = files.length === 0 ? 'name a folder of scenarios' : 'hil list shows all scenarios'
  return `error cli/nothing-matched\n  ${why}\n  hint: ${hint}\n`
}
