// The results of a run of vitest, in the form of `hil run`: each test is told by the worker that ran it, as a file in the
// output folder, and put together here, in vitest's own process, when all have ended.

import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reporter } from 'vitest/node'
import { version } from '../config/package.ts'
import { writeFileWhole } from '../outside/index.ts'
import { mergeResults, prepareOutput, type Results, resultsOf, writeHtml, writeReport } from '../report/index.ts'
import { clearRecords, type ScenarioRun } from '../run/index.ts'

/** What the JSON of vitest's reporters has of a test under `meta`. */
declare module 'vitest' {
  interface TaskMeta {
    mqttHil?: {
      readonly status: string
      readonly broker: string
      readonly verifies: readonly string[]
      readonly seed: number
      readonly gap?: string
      readonly artifacts?: string
    }
  }
}

/** In the output folder, while a run goes on. */
const TOLD = '.told'

const fileOf = (output: string, id: string): string =>
  join(output, TOLD, `${createHash('sha256').update(id).digest('hex').slice(0, 24)}.json`)

/** By the id of a test: its attempts so far. */
const attempts = new Map<string, ScenarioRun[]>()

/** In a worker: what one attempt at a test came to. `output`: an absolute path. */
export async function tellRun(output: string, id: string, run: ScenarioRun): Promise<void> {
  const before = run.attempt === 0 ? [] : (attempts.get(id) ?? [])
  const all = [...before, run]
  attempts.set(id, all)
  const flaky = all.length > 1 && run.status === 'passed'
  const results = resultsOf({
    scenarios: [{ run, attempts: all, flaky }],
    notRun: [],
    unusable: [],
    interrupted: false,
    timedOut: false,
    startedAt: run.startedAt,
    duration: run.duration,
    output,
  })
  await mkdir(join(output, TOLD), { recursive: true })
  await writeFileWhole(fileOf(output, id), JSON.stringify(results))
}

/** Writes results.json and report.html into the folder, at the end of each run of a watch, too. */
export class ResultsReporter implements Reporter {
  readonly #output: string
  /** By the id of a test, in the order in which they ended first. */
  readonly #told = new Map<string, Results>()
  #begun: Date | null = null

  constructor(output: string) {
    this.#output = output
  }

  async onTestRunStart(): Promise<void> {
    if (this.#begun === null) {
      await prepareOutput(this.#output)
      await clearRecords(this.#output)
      await rm(join(this.#output, TOLD), { recursive: true, force: true })
    }
    this.#begun = new Date()
  }

  async onTestCaseResult({ id }: { readonly id: string }): Promise<void> {
    const text = await readFile(fileOf(this.#output, id), 'utf8').catch(() => null)
    if (text !== null) this.#told.set(id, JSON.parse(text) as Results)
  }

  async onTestRunEnd(_modules: unknown, _errors: unknown, reason?: string): Promise<void> {
    const startedAt = this.#begun ?? new Date()
    const duration = Date.now() - startedAt.getTime()
    const results = mergeResults([...this.#told.values()], {
      startedAt,
      duration,
      interrupted: reason === 'interrupted',
    })
    await writeReport(this.#output, 'results.json', `${JSON.stringify(results, null, 2)}\n`)
    await writeHtml(this.#output, results, version())
    await rm(join(this.#output, TOLD), { recursive: true, force: true })
  }
}
