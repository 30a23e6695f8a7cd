// Scenarios that were chosen: what there is to run, and the run itself. `hil run`, `check`, `list` and `watch` stand on it.

import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { FleetOverrides, Plan } from '../plan/index.ts'
import { guarded, prepareOutput } from '../report/index.ts'
import { runSuite, type SuiteListener, type SuiteOptions, type SuiteResult } from '../run/index.ts'
import {
  type Checked,
  check,
  type Job,
  type OnDiagnostic,
  requireHardware,
  type SelectArguments,
  type Selection,
  select,
  skipLargeFleets,
  smallFleets,
  suiteJobOf,
  withPlan,
} from '../select/index.ts'
import { limitsOf } from '../session/index.ts'
import {
  ACCESS,
  anObject,
  aTerminal,
  callable,
  checkArguments,
  checkOptions,
  count,
  OPTIONS,
  optional,
  span,
  spanOrText,
} from './doors.ts'
import { failedIn } from './last-results.ts'
import { type ReporterTerminal, reportersNamed, SILENT } from './reporters.ts'

export type { Plan } from '../plan/index.ts'
export type { ScenarioRun, Status, SuiteListener, SuiteResult } from '../run/index.ts'
export type { AccessArguments, Checked, OnDiagnostic, SelectArguments } from '../select/index.ts'

/** Where records and results go when nobody says. */
export const DEFAULT_OUTPUT = 'results'

/** Which scenarios, and what is put in them; what is not said here the config says. */
export interface SuiteSelection extends SelectArguments {
  /** For scenarios that set none: text with its unit, or milliseconds; default: a minute. */
  readonly timeout?: SelectTimeout
  /** For all chance; default: chosen by chance, and told in the results. */
  readonly seed?: number | undefined
  /** For scenarios with a fleet: other numbers than theirs. */
  readonly fleet?: FleetOverrides | undefined
  /** Hears of each mistake, with the text of its file. */
  readonly onDiagnostic?: OnDiagnostic | undefined
}
type SelectTimeout = NonNullable<Parameters<typeof select>[1]>['timeout']

/** How a suite is run. What is not said here the config says. */
export interface SuiteRun {
  /** A folder for records and results. */
  readonly output?: string | undefined
  readonly jobs?: number | 'auto' | undefined
  readonly retries?: number | undefined
  /** Runs of each; default: 1. */
  readonly repeatEach?: number | undefined
  readonly seedEach?: boolean | undefined
  /** Stop after so many failures; 0: never, which is the default. */
  readonly maxFailures?: number | undefined
  /** Milliseconds for everything; 0: no limit, which is the default. */
  readonly globalTimeout?: number | undefined
  readonly waitForBoard?: SuiteOptions['waitForBoard']
  readonly signal?: AbortSignal | undefined
  /** Names of reporters, and what they print to; default: `json`, which writes results.json. */
  readonly reporters?: { readonly names: readonly string[]; readonly terminal: ReporterTerminal } | undefined
  /** Who else hears of it. What one of them throws is told to `onTrouble`. */
  readonly listeners?: readonly SuiteListener[] | undefined
  /** A reporter or a listener failed; default: the first is thrown when the run is over. */
  readonly onTrouble?: ((error: unknown) => void) | undefined
  /** Runs fleets; default: those of up to 200 devices, in this process. */
  readonly openFleet?: SuiteOptions['openFleet']
}

const SELECTION = {
  ...ACCESS,
  paths: z.array(z.string()),
  grep: z.string(),
  tags: z.array(z.string()),
  broker: z.array(z.string()),
  vars: OPTIONS.vars,
  bind: OPTIONS.bind,
  clock: OPTIONS.clock,
  config: OPTIONS.config,
  timeout: spanOrText,
  seed: z.number(),
  fleet: optional({
    count: z.record(z.string(), z.number()),
    rate: z.number(),
    duration: z.number(),
  } satisfies { readonly [K in keyof FleetOverrides]-?: unknown }),
  onDiagnostic: callable<OnDiagnostic>(),
} satisfies { readonly [K in keyof SuiteSelection]-?: unknown }

const RUN = {
  output: OPTIONS.output,
  jobs: z.union([count(1), z.literal('auto')], { message: "expected a whole number from 1, or 'auto'" }),
  retries: count(0),
  repeatEach: count(1),
  seedEach: z.boolean(),
  maxFailures: count(0),
  globalTimeout: span,
  waitForBoard: span,
  signal: OPTIONS.signal,
  reporters: z.strictObject({ names: z.array(z.string()), terminal: aTerminal }),
  listeners: z.array(anObject<SuiteListener>('an object of callbacks')),
  onTrouble: callable<(error: unknown) => void>(),
  openFleet: callable<NonNullable<SuiteRun['openFleet']>>(),
} satisfies { readonly [K in keyof SuiteRun]-?: unknown }

const selectionSchema = optional(SELECTION)
const runSchema = optional(RUN)

/** Chosen scenarios, each on each broker. */
export class Suite {
  /** All that the config and the selection came to. */
  readonly selection: Selection
  readonly seed: number
  readonly #jobs: readonly Job[]

  constructor(selection: Selection, seed: number, jobs: readonly Job[]) {
    this.selection = selection
    this.seed = seed
    this.#jobs = jobs
  }

  get plans(): readonly Plan[] {
    return this.#jobs.map(({ plan }) => plan)
  }

  get jobs(): readonly Job[] {
    return this.#jobs
  }

  /** What the config says, with the defaults filled in. */
  get config(): ResolvedConfig {
    return this.selection.config
  }

  /** The folder for records: what is given, else the config's, else `results`. */
  outputOf(given: string | undefined): string {
    return given ?? this.config.output ?? DEFAULT_OUTPUT
  }

  where(choose: (plan: Plan) => boolean): Suite {
    checkArguments({ choose: callable() }, { choose }, 'where')
    return this.#with(this.#jobs.filter(({ plan }) => choose(plan)))
  }

  /** The `part`th of `parts`, from 1: the parts are disjoint and cover all. */
  part(part: number, parts: number): Suite {
    checkArguments({ part: count(1), parts: count(1) }, { part, parts }, 'part')
    return this.#with(this.#jobs.filter((_, k) => k % parts === part - 1))
  }

  /** What failed in the run whose results.json is in `output`. Throws Problem `cli/no-last-run`. */
  async lastFailed(output: string): Promise<Suite> {
    checkArguments({ output: z.string() }, { output }, 'lastFailed')
    const failed = await failedIn(output, new Set(this.plans.map(({ given }) => given.broker.name)).size > 1)
    return this.where(failed)
  }

  /** Throws Problem `select/…` when a scenario needs a board that is not here. */
  requireHardware(): void {
    requireHardware(this.plans)
  }

  /** Runs them, side by side as far as they can. A failed claim is no exception. Throws Problem `cli/unknown-reporter`, `run/…`. */
  async run(how: SuiteRun = {}): Promise<SuiteResult> {
    checkOptions(runSchema, how, 'run')
    const { config } = this
    const output = this.outputOf(how.output)
    const troubles: unknown[] = []
    const onTrouble = how.onTrouble ?? ((error) => void troubles.push(error))
    const { names, terminal } = how.reporters ?? { names: ['json'], terminal: SILENT }
    const reporters = reportersNamed(names, terminal)
    await prepareOutput(output)
    const result = await runSuite(
      this.#jobs.map(suiteJobOf),
      {
        openFleet: how.openFleet ?? smallFleets,
        jobs: how.jobs ?? config.jobs ?? 'auto',
        retries: how.retries ?? config.retries ?? 0,
        limits: limitsOf(config.limits),
        repeatEach: how.repeatEach ?? 1,
        seedEach: how.seedEach,
        maxFailures: how.maxFailures ?? 0,
        seed: this.seed,
        globalTimeout: how.globalTimeout ?? 0,
        output,
        waitForBoard: how.waitForBoard,
        signal: how.signal ?? new AbortController().signal,
      },
      [...reporters.map((one) => guarded(one, onTrouble)), ...(how.listeners ?? [])],
    )
    if (troubles.length > 0) throw troubles[0]
    return result
  }

  #with(jobs: readonly Job[]): Suite {
    return new Suite(this.selection, this.seed, jobs)
  }
}

/** For functions that are given one. */
export const aSuite = z.custom<Suite>((value) => value instanceof Suite, {
  message: 'expected a suite, as openSuite gives it',
})

/**
 * Finds and reads scenarios; nothing is run. What is wrong in a file goes to `onDiagnostic`, and `selection.errors` counts it: a suite
 * with errors is not to be run. `fleets`: scenarios with more devices than 200 are chosen as well.
 * Throws Problem `select/…` and `config/…` for what is wrong with the selection itself.
 */
export async function openSuite(selection: SuiteSelection = {}, fleets: 'small' | 'all' = 'small'): Promise<Suite> {
  checkOptions(selectionSchema, selection, fleets === 'all' ? 'openLoad' : 'openSuite')
  const { timeout, seed = anySeed(), fleet, onDiagnostic = () => {}, ...args } = selection
  const selected = await select(args, { seed, timeout, fleet, onDiagnostic })
  const jobs = fleets === 'all' ? selected.jobs : selected.jobs.map((job) => withPlan(job, skipLargeFleets))
  return new Suite(selected, seed, jobs)
}

export const anySeed = (): number => Math.floor(Math.random() * 2 ** 32)

/** Throws Problem `scenario/wrong` with every mistake in the scenarios. */
export function wrongScenarios(rendered: readonly string[]): Problem {
  return new Problem(
    'scenario/wrong',
    `${rendered.length} ${rendered.length === 1 ? 'error' : 'errors'}\n${rendered.join('\n')}`,
  )
}

/**
 * Finds everything that is wrong with scenarios, those with large fleets as well; nothing is run. What is wrong goes to
 * `onDiagnostic`, in the order of the files; many files are shared out to threads.
 * Throws Problem `select/…` and `config/…` for what is wrong with the selection itself.
 */
export async function checkSuite(selection: SuiteSelection = {}): Promise<Checked> {
  checkOptions(selectionSchema, selection, 'checkSuite')
  const { timeout, seed = anySeed(), fleet, onDiagnostic = () => {}, ...args } = selection
  return check(args, { seed, timeout, fleet, onDiagnostic })
}
