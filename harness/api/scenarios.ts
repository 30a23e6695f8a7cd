// Scenarios as `hil check` and `hil run` take them.

import { Problem } from '../../emulators/index.ts'
import type { Reporter } from '../report/index.ts'
import { guarded, prepareOutput, reporters } from '../report/index.ts'
import { runSuite, type SuiteResult } from '../run/index.ts'
import { type Diagnostic, isError, renderDiagnostic } from '../scenario/index.ts'
import { type RunScenarioOptions, select, skipLargeFleets, smallFleets, suiteJobOf, withPlan } from '../select/index.ts'
import { limitsOf } from '../session/index.ts'

/** What is wrong with a scenario, or might be. */
export interface Mistake {
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly severity: 'error' | 'warning'
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** As `hil check` shows it, with the line of the scenario. */
  readonly text: string
}

/** Looks at scenario files without running them. `paths`: files and folders. Empty: nothing is wrong. */
export async function checkScenario(paths: string | readonly string[], config?: string): Promise<readonly Mistake[]> {
  const mistakes: Mistake[] = []
  const onDiagnostic = (diagnostic: Diagnostic, text: string): void => {
    const { code, message, hint, at } = diagnostic
    const { file, line, column } = at
    const severity = isError(diagnostic) ? 'error' : 'warning'
    const shown = renderDiagnostic(diagnostic, text, { color: false })
    mistakes.push({ code, message, hint, severity, file, line, column, text: shown })
  }
  await select({ paths: [paths].flat(), config }, { onDiagnostic })
  return mistakes
}

/** A reporter that writes a file needs no terminal. */
const SILENT = { print: () => {}, color: false, live: false, width: 80 }

export interface RunScenariosOptions extends Pick<RunScenarioOptions, 'seed' | 'output' | 'signal'> {
  /** Names of the config's brokers, kinds, or URLs; of several each scenario runs on each. Default: as the config says. */
  readonly broker?: string | readonly string[] | undefined
  /** Only those with these tags; `!TAG`: without. */
  readonly tags?: readonly string[] | undefined
  /** The config file; default: harness.config.ts of the current folder, if there is one. */
  readonly config?: string | undefined
  /** How many run side by side; default: as many as the machine has time for. */
  readonly jobs?: number | undefined
  /** Runs of one that failed; default: 0. */
  readonly retries?: number | undefined
  /** What hears of it as it goes; each callback may be missing. */
  readonly listeners?: readonly Reporter[] | undefined
}

/**
 * Runs files and folders of scenarios, side by side, as `hil run` does, and writes records and results.json into `output` (default: results).
 * Throws Problem `scenario/wrong` with every mistake, and those of `select/…` and `config/…`.
 */
export async function runScenarios(
  paths: string | readonly string[],
  options: RunScenariosOptions = {},
): Promise<SuiteResult> {
  const { broker, tags, config: file, signal = new AbortController().signal } = options
  const wrong: string[] = []
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32)
  const { config, jobs } = await select(
    { paths: [paths].flat(), tag: tags, config: file, ...(broker === undefined ? {} : { broker: [broker].flat() }) },
    {
      seed,
      onDiagnostic(diagnostic, text) {
        if (isError(diagnostic)) wrong.push(renderDiagnostic(diagnostic, text, { color: false }))
      },
    },
  )
  if (wrong.length > 0) throw new Problem('scenario/wrong', `${wrong.length} errors\n${wrong.join('\n')}`)
  const output = options.output ?? config.output ?? 'results'
  await prepareOutput(output)
  const troubles: unknown[] = []
  const result = await runSuite(
    jobs.map((job) => suiteJobOf(withPlan(job, skipLargeFleets))),
    {
      openFleet: smallFleets,
      jobs: options.jobs ?? config.jobs ?? 'auto',
      retries: options.retries ?? config.retries ?? 0,
      limits: limitsOf(config.limits),
      repeatEach: 1,
      maxFailures: 0,
      seed,
      globalTimeout: 0,
      output,
      signal,
    },
    [reporters.json.create(SILENT), ...(options.listeners ?? [])].map((listener) =>
      guarded(listener, (error) => troubles.push(error)),
    ),
  )
  if (troubles.length > 0) throw troubles[0]
  return result
}
