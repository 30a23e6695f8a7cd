// One scenario file from a program of your own: a test framework, a script, a farm of boards. It reads no config
// file and prints nothing; what a person would have read is thrown or returned.

import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import {
  type Config,
  callable,
  EXTENSIONS,
  OPTIONS,
  parseOptions,
  type ResolvedConfig,
  withExtensions,
} from '../config/index.ts'
import { compile } from '../plan/index.ts'
import {
  type ConductOptions,
  conduct,
  folderNames,
  readText,
  type ScenarioRun,
  skipped,
  writeArtifacts,
} from '../run/index.ts'
import { isError, renderDiagnostic } from '../scenario/index.ts'
import { brokerFor, factsOf, openChosen } from './brokers.ts'
import { skipLargeFleets, smallFleets } from './fleets.ts'
import { type Job, jobOf, withPlan } from './job.ts'

/** Those of a config file as well: `clients`, `devices`, `steps`, `matchers`, `disturbances` of your own, by their names. */
export interface RunScenarioOptions
  extends Pick<Config, 'clients' | 'devices' | 'steps' | 'matchers' | 'disturbances'> {
  /** A kind (`mosquitto`), a name of `brokers`, or `mqtt://HOST:PORT`. Default: the scenario's own, else `aedes`. */
  readonly broker?: string | undefined
  /** Brokers by names of your own, as in a config file. */
  readonly brokers?: Config['brokers']
  /** In place of the scenario's vars; values as text, read as YAML would. */
  readonly vars?: Readonly<Record<string, string>> | undefined
  /** Which device plays which role: `{ blue: 'umqtt.robust' }`, `{ blue: 'process:./firmware' }`. */
  readonly bind?: Readonly<Record<string, string>> | undefined
  /** For a scenario that sets none: `'5s'`, or milliseconds; default: a minute. */
  readonly timeout?: string | number | undefined
  /** The time that it runs in, whatever it says: `'virtual'` is as fast as the processor. Default: the scenario's own, else real. */
  readonly clock?: 'real' | 'virtual' | 'auto' | undefined
  /** For all chance in the run; default: chosen by chance, and told in the results. */
  readonly seed?: number | undefined
  /** A folder for the records and captures; default: nothing is written. */
  readonly output?: string | undefined
  /** Ends the run, which gives everything back. */
  readonly signal?: AbortSignal | undefined
  /** Puts something between a device and its link. */
  readonly attach?: ConductOptions['attach'] | undefined
}

const OPTIONS_HERE = {
  ...EXTENSIONS,
  broker: OPTIONS.broker,
  brokers: OPTIONS.brokers,
  vars: OPTIONS.vars,
  bind: OPTIONS.bind,
  timeout: OPTIONS.timeout,
  clock: OPTIONS.clock,
  seed: OPTIONS.seed,
  output: OPTIONS.output,
  signal: OPTIONS.signal,
  attach: callable<NonNullable<ConductOptions['attach']>>(),
} satisfies { readonly [K in keyof RunScenarioOptions]-?: unknown }

const schema = z.strictObject(OPTIONS_HERE).partial()

/** A scenario that lies in no file; `file` names it in messages, and its programs start in that one's folder. */
export interface ScenarioText {
  readonly text: string
  readonly file?: string | undefined
}

const TEXT = z.strictObject({ text: z.string(), file: z.string().optional() })

/**
 * Runs a scenario once for each combination of its matrix, one after the other, and gives all runs in that order.
 * A failed claim is no exception: look at `status` and `verdicts`.
 * Throws Problem `scenario/wrong` with every mistake in the scenario, `select/unreadable` when no such file,
 * `config/bad-option` for an option that there is not, and those of what the options say (`binding/…`, `select/unknown-broker`).
 */
export async function runScenario(
  scenario: string | ScenarioText,
  given: RunScenarioOptions = {},
): Promise<readonly ScenarioRun[]> {
  const options = parseOptions(schema, await withExtensions(given, process.cwd(), 'runScenario'), 'runScenario')
  const { file, text } =
    typeof scenario === 'string'
      ? { file: scenario, text: await readText(scenario) }
      : { file: 'scenario.yaml', ...parseOptions(TEXT, scenario, 'runScenario') }
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32)
  const signal = options.signal ?? new AbortController().signal
  const config = options.brokers === undefined ? {} : { brokers: options.brokers }
  const runs: ScenarioRun[] = []
  const jobs = jobsOf(file ?? 'scenario.yaml', text, config, seed, options)
  const names = folderNames(jobs.map(({ plan }) => plan))
  for (const { plan, broker, clock } of jobs) {
    if (plan.skip !== null) {
      runs.push(skipped(plan, 0))
      continue
    }
    const openBroker = () => openChosen(broker)
    const { attach } = options
    const around = { openBroker, openFleet: smallFleets, attach, clock, seed, signal }
    const run = await conduct(plan, { ...around, repetition: 0, attempt: 0 })
    runs.push(options.output === undefined ? run : await writeArtifacts(run, options.output, names.get(plan)!))
  }
  return runs
}

function jobsOf(
  file: string,
  text: string,
  config: Pick<ResolvedConfig, 'brokers'>,
  seed: number,
  options: z.output<typeof schema>,
): readonly Job[] {
  const compiled = compile(file, text, {
    timeout: options.timeout,
    vars: options.vars,
    seed,
    ...(options.bind === undefined ? {} : { bind: options.bind }),
    broker: (request) => factsOf(brokerFor(request, options.broker, {}, config)),
  })
  const wrong = compiled.diagnostics.all.filter(isError)
  if (wrong.length > 0)
    throw new Problem(
      'scenario/wrong',
      `${file}: ${wrong.length} ${wrong.length === 1 ? 'error' : 'errors'}\n${wrong
        .map((diagnostic) => renderDiagnostic(diagnostic, compiled.text, { color: false }))
        .join('\n')}`,
      { at: wrong[0]!.at },
    )
  return compiled.plans.map((plan) =>
    withPlan(jobOf(plan, options.broker, { clock: options.clock }, config), skipLargeFleets),
  )
}
