// What `hil coverage` does: reads results.json of each folder and holds them against the table of statements.

import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../../emulators/index.ts'
import { coverageOf, isAbout, type RanScenario, showCoverage, statementsOf, totalsLine } from '../../coverage/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { describeErrno } from '../../report/index.ts'
import { parsePercent } from '../../scenario/index.ts'
import { terminal } from '../terminal.ts'
import type { CoverageArguments } from './command.ts'

export async function coverageAction(args: CoverageArguments): Promise<ExitCode> {
  const out = terminal()
  const least = leastOf(args.require)
  const folders = args.results === undefined || args.results.length === 0 ? ['results'] : args.results
  const scenarios = (await Promise.all(folders.map(readResults))).flat()
  const side = args.side === undefined ? null : args.side === 'broker' ? 'server' : args.side
  const coverage = coverageOf(statementsOf(args.mqtt), scenarios.filter(isAbout(args.mqtt)), side)
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

const strings = z.array(z.string())

/** What coverage needs of results.json; the rest is not looked at. */
const results = z.object({
  schema: z.literal('mqtt-hil/results'),
  scenarios: z.array(
    z.object({
      name: z.string(),
      file: z.string(),
      variant: z.string(),
      status: z.string(),
      reason: z.string().nullable(),
      verifies: strings,
      tags: strings.optional(),
      broker: z.object({ name: z.string(), version: z.string() }),
      bindings: z.record(z.string(), z.string()),
      steps: z.array(
        z.object({ verdict: z.string().optional(), verifies: strings.optional(), violates: strings.optional() }),
      ),
    }),
  ),
})

async function readResults(path: string): Promise<readonly RanScenario[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const file = isFolder ? join(path, 'results.json') : path
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('cli/no-results', `${file} cannot be read: ${describeErrno(cause)}`, {
      hint: 'name the output folder of a run, results by default',
      cause,
    })
  })
  try {
    return results.parse(JSON.parse(text)).scenarios as readonly RanScenario[]
  } catch {
    // told below
  }
  throw new Problem('cli/no-results', `${file} is not the results of a run`, { hint: 'hil run writes results.json' })
}
