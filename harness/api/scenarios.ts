// Scenarios as `hil check` and `hil run` take them.

import { z } from 'zod'
import { OPTIONS, parseOptions } from '../config/index.ts'
import type { SuiteListener, SuiteResult } from '../run/index.ts'
import { type Diagnostic, isError, renderDiagnostic, timeSpan } from '../scenario/index.ts'
import type { RunScenarioOptions } from '../select/index.ts'
import { checkArguments, count, oneOrMore } from './doors.ts'
import { SILENT } from './reporters.ts'
import { checkSuite, openSuite, wrongScenarios } from './suite.ts'

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
  checkArguments({ paths: oneOrMore, config: z.string().optional() }, { paths, config }, 'checkScenario')
  const mistakes: Mistake[] = []
  const onDiagnostic = (diagnostic: Diagnostic, text: string): void => {
    const { code, message, hint, at } = diagnostic
    const { file, line, column } = at
    const severity = isError(diagnostic) ? 'error' : 'warning'
    const shown = renderDiagnostic(diagnostic, text, { color: false })
    mistakes.push({ code, message, hint, severity, file, line, column, text: shown })
  }
  await checkSuite({ paths: [paths].flat(), config, onDiagnostic })
  return mistakes
}

/** How scenarios are run; what is not said here the config says. */
export interface RunScenariosOptions
  extends Pick<RunScenarioOptions, 'seed' | 'output' | 'signal' | 'vars' | 'bind' | 'timeout' | 'clock'> {
  /** Names of the config's brokers, kinds, or URLs; of several each scenario runs on each. Default: as the config says. */
  readonly broker?: string | readonly string[] | undefined
  /** Only those with these tags; `!TAG`: without. */
  readonly tags?: string | readonly string[] | undefined
  /** Only those whose name matches this regular expression. */
  readonly grep?: string | undefined
  /** The config file; default: harness.config.ts of the current folder, if there is one. */
  readonly config?: string | undefined
  /** How many run side by side; default: as many as the machine has time for. */
  readonly jobs?: number | undefined
  /** Runs of one that failed; default: the config's, else 0. */
  readonly retries?: number | undefined
  /** Runs of each; default: 1. */
  readonly repeatEach?: number | undefined
  /** Stop after so many failures; default: never. */
  readonly maxFailures?: number | undefined
  /** For all of it: text with its unit, or milliseconds; default: no limit. */
  readonly globalTimeout?: string | number | undefined
  /** Reporters that write files, by their names (`junit`, `html`, …). `json` is always among them. */
  readonly reporters?: readonly string[] | undefined
  /** What hears of it as it goes; each callback may be missing. */
  readonly listeners?: readonly SuiteListener[] | undefined
}

const OPTIONS_HERE = {
  broker: OPTIONS.brokerOrBrokers,
  tags: OPTIONS.tags,
  grep: z.string(),
  vars: OPTIONS.vars,
  bind: OPTIONS.bind,
  clock: OPTIONS.clock,
  config: OPTIONS.config,
  jobs: count(1),
  retries: count(0),
  repeatEach: count(1),
  maxFailures: count(0),
  timeout: OPTIONS.timeout,
  globalTimeout: timeSpan(),
  seed: OPTIONS.seed,
  output: OPTIONS.output,
  reporters: z.array(z.string()),
  listeners: z.array(z.custom<SuiteListener>((value) => typeof value === 'object' && value !== null)),
  signal: OPTIONS.signal,
} satisfies { readonly [K in keyof RunScenariosOptions]-?: unknown }

const schema = z.strictObject(OPTIONS_HERE).partial()

/**
 * Runs files and folders of scenarios, side by side, as `hil run` does, and writes records and results.json into `output` (default: results).
 * Throws Problem `scenario/wrong` with every mistake, `config/bad-option` for an option that there is not, and those of `select/…`
 * and `config/…`.
 */
export async function runScenarios(
  paths: string | readonly string[],
  given: RunScenariosOptions = {},
): Promise<SuiteResult> {
  checkArguments({ paths: oneOrMore }, { paths }, 'runScenarios')
  const { broker, tags, grep, vars, bind, clock, config, timeout, seed, ...rest } = parseOptions(
    schema,
    given,
    'runScenarios',
  )
  const wrong: string[] = []
  const suite = await openSuite({
    ...{ paths: [paths].flat(), grep, vars, bind, clock, config, timeout, seed },
    ...(tags === undefined ? {} : { tags: [tags].flat() }),
    ...(broker === undefined ? {} : { broker: [broker].flat() }),
    onDiagnostic(diagnostic, text) {
      if (isError(diagnostic)) wrong.push(renderDiagnostic(diagnostic, text, { color: false }))
    },
  })
  if (wrong.length > 0) throw wrongScenarios(wrong)
  const { reporters = [], ...how } = rest
  return suite.run({ ...how, reporters: { names: ['json', ...reporters], terminal: SILENT } })
}
