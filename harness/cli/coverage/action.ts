// What `hil coverage` does: reads results.json of each folder and holds them against the table of statements.

import { Problem } from '../../../emulators/core/problem.ts'
import { readCoverage, showCoverage, totalsLine } from '../../api/coverage.ts'
import { parsePercent } from '../../api/show.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'
import type { CoverageArguments } from './command.ts'

export async function coverageAction(args: CoverageArguments): Promise<ExitCode> {
  const out = terminal()
  const least = leastOf(args.require)
  const folders = args.results === undefined || args.results.length === 0 ? 'results' : args.results
  const { mqtt, side } = args
  const coverage = await readCoverage(folders, { mqtt, side })
  out.print(args.json ? `${JSON.stringify(coverage, null, 2)}\n` : showCoverage(coverage, out.color))
  const { covered, of } = coverage.totals.yes
  if (covered >= least * of) return EXIT.passed
  out.printError(`${totalsLine(coverage)}; ${args.require} are required\n`)
  return EXIT.failed
}

function leastOf(required: string | undefined): number {
  if (required === undefined) return 0
  const parsed = parsePercent(required)
  if (parsed.ok) return parsed.value
  throw new Problem('cli/bad-percent', `--require: ${parsed.reason}`, { hint: parsed.hint })
}
