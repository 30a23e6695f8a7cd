// `html`: report.html, one file that needs nothing else: no server, no network. It is made from the
// results folder, so `hil report` makes the same one again, later or elsewhere.

import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '../../emulators/index.ts'
import { throughTemporary } from '../outside/index.ts'
import { bundledName } from '../plan/index.ts'
import { describeErrno } from '../run/index.ts'
import { coverageData } from './html-coverage.ts'
import { readRun } from './html-run.ts'
import { resultsOf } from './json.ts'
import type { ReportData, Results, RunData } from './page/model.ts'
import { packed, pageHead, pageTail } from './page.ts'
import type { ReporterKind } from './reporter.ts'

export const REPORT = 'report.html'

export const html: ReporterKind = {
  name: 'html',
  summary: 'report.html in the output folder, to look at',
  to: ['file'],
  create: ({ version }) => ({
    onEnd: async (result) => {
      await writeHtml(result.output, resultsOf(result) as Results, version ?? '')
    },
  }),
}

/**
 * Writes report.html into the folder that the results are of, run by run, so that many take no more memory than one.
 * @returns its path. Throws Problem `report/not-written`.
 */
export async function writeHtml(folder: string, results: Results, version: string): Promise<string> {
  const file = join(folder, REPORT)
  const data: ReportData = { version, results, coverage: coverageData(results) }
  try {
    await throughTemporary(file, (temporary) =>
      pipeline(Readable.from(page(data, folder)), createWriteStream(temporary, { flags: 'wx' })),
    )
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    throw new Problem('report/not-written', `${file} cannot be written: ${describeErrno(cause)}`, {
      hint: 'name another folder: --output FOLDER',
      cause,
    })
  }
  return file
}

/** What the first pages show: the steps of a run are most of the data, and come with the run. */
function withoutSteps(data: ReportData): ReportData {
  const scenarios = data.results.scenarios.map(({ steps: _, earlier = [], file, reason, ...scenario }) => ({
    ...scenario,
    file: bundledName(file),
    reason: reason?.replaceAll(file, bundledName(file)) ?? null,
    steps: [],
    earlier: earlier.map(({ status, reason, duration, artifacts }) => ({ status, reason, duration, artifacts })),
  }))
  return { ...data, results: { ...data.results, scenarios } }
}

async function* page(data: ReportData, folder: string): AsyncGenerator<string> {
  yield pageHead(data)
  yield `<script type="text/plain" id="report">${await packed(withoutSteps(data))}</script>\n`
  for (const [k, scenario] of data.results.scenarios.entries()) {
    const { events, ...run } = await readRun(folder, scenario)
    const rest: Omit<RunData, 'events'> = { ...run, steps: scenario.steps }
    yield `<script type="text/plain" id="run-${k}">${await packed(rest, { events })}</script>\n`
  }
  yield pageTail(data.results.scenarios.some(({ artifacts }) => artifacts.some((file) => file.endsWith('load.json'))))
}
