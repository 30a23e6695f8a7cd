// Each scenario run twice, with two bindings, on two brokers or in two kinds of time, and where their packets differ. The two runs of a
// scenario come one after the other: side by side they would disturb each other's times.

import { basename, join } from 'node:path'
import { z } from 'zod'
import { type Compared, compareRecords, differs } from '../compare/index.ts'
import { COMPARE_FOLDER } from '../evidence/index.ts'
import { type Plan, SUFFIX } from '../plan/index.ts'
import { prepareOutput } from '../report/index.ts'
import { runSuite, type ScenarioRun, type SuiteResult } from '../run/index.ts'
import { type Job, suiteJobOf } from '../select/index.ts'
import { callable, checkArguments, checkOptions, count, OPTIONS, optional } from './doors.ts'
import { aSuite, type Suite } from './suite.ts'

export { type Compared, parityTable, type RunDifference } from '../compare/index.ts'

/** How two suites are run against each other. */
export interface CompareOptions {
  /** The two differ by their brokers: what these send is held against each other in time as well. */
  readonly isRehearsal?: boolean | undefined
  /** Records go into its folder `compare`; default: as the first suite's config says. */
  readonly output?: string | undefined
  /** How many run side by side; default: 1. */
  readonly jobs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Hears of each scenario as soon as both its runs are over. */
  readonly onCompared?: ((compared: Compared) => void) | undefined
}

const schema = optional({
  isRehearsal: z.boolean(),
  output: OPTIONS.output,
  jobs: count(1),
  signal: OPTIONS.signal,
  onCompared: callable(),
} satisfies { readonly [K in keyof CompareOptions]-?: unknown })

/** What came of two suites: the runs, and where they differ. */
export interface Comparison {
  readonly result: SuiteResult
  readonly compared: readonly Compared[]
  /** Whether any scenario did not do the same in both. */
  readonly differs: boolean
}

/** Runs the scenarios of two suites, which are of the same files, and compares the records of each pair. Throws Problem `run/…`. */
export async function compareSuites(first: Suite, second: Suite, options: CompareOptions = {}): Promise<Comparison> {
  checkArguments({ first: aSuite, second: aSuite }, { first, second }, 'compareSuites')
  checkOptions(schema, options, 'compareSuites')
  const { isRehearsal = false, jobs = 1, onCompared = () => {}, signal = new AbortController().signal } = options
  const pairs = first.jobs.map((job) => new Pair(job, twin(job, second.jobs), isRehearsal))
  // A run's plan may say more than the one that was asked for, such as which board it was; its origin is the same.
  const pairOf = new Map(pairs.flatMap((pair) => pair.plans.map(({ given }) => [given, pair])))
  const output = join(first.outputOf(options.output), COMPARE_FOLDER)
  await prepareOutput(output)
  for (const pair of pairs) if (pair.runnable.length === 0) onCompared(pair.result)
  const result = await runSuite(
    pairs.flatMap(({ runnable }) => runnable.map(suiteJobOf)),
    { jobs, retries: 0, repeatEach: 1, maxFailures: 0, globalTimeout: 0, seed: first.seed, output, signal },
    [
      {
        onScenarioEnd(run) {
          const pair = pairOf.get(run.plan.given)!
          if (pair.ran(run)) onCompared(pair.result)
        },
      },
    ],
  )
  const compared = pairs.map((pair) => pair.result)
  return { result, compared, differs: compared.some(differs) }
}

const twin = ({ plan }: Job, jobs: readonly Job[]): Job | undefined =>
  jobs.find(({ plan: other }) => other.file === plan.file && other.name === plan.name && other.variant === plan.variant)

/** A scenario with the one binding and with the other, and what came of it. */
class Pair {
  readonly #jobs: readonly Job[]
  readonly #twin: Job | undefined
  readonly #runs: ScenarioRun[] = []

  /** On two brokers: what they send is held against each other in time as well. */
  readonly #isRehearsal: boolean

  constructor(job: Job, twin: Job | undefined, isRehearsal: boolean) {
    this.#isRehearsal = isRehearsal
    this.#twin = twin
    this.#jobs = twin === undefined ? [job] : [job, twin]
  }

  get plans(): readonly Plan[] {
    return this.#jobs.map(({ plan }) => plan)
  }

  /** Nothing when one of them is skipped: the other alone tells nothing. */
  get runnable(): readonly Job[] {
    return this.#twin === undefined || this.plans.some(({ skip }) => skip !== null) ? [] : this.#jobs
  }

  /** True when that was the second. */
  ran(run: ScenarioRun): boolean {
    this.#runs.push(run)
    return this.#runs.length === this.plans.length
  }

  get result(): Compared {
    const [plan] = this.plans
    const { file, variant } = plan!
    const title = `${basename(file, SUFFIX)}${variant === '' ? '' : ` [${variant}]`}`
    const [one, other] = this.plans.map((p) => this.#runs.find((run) => run.plan.given === p.given))
    if (one === undefined || other === undefined || UNUSABLE.has(one.status) || UNUSABLE.has(other.status))
      return { title, outcome: { kind: 'not-compared', why: this.#whyNot() } }
    const { differences, same } = compareRecords(one.events, other.events, {
      looping: loopingIn(this.plans),
      brokers: this.#isRehearsal,
    })
    const verdicts = one.status === other.status ? null : `${one.status} here and ${other.status} there`
    return { title, outcome: { kind: 'compared', same, differences, verdicts } }
  }

  #whyNot(): string {
    if (this.#twin === undefined) return 'it is not there in both'
    const skipped = this.plans.find(({ skip }) => skip !== null)
    if (skipped !== undefined) return skipped.skip!
    const unusable = this.#runs.find(({ status }) => UNUSABLE.has(status))
    return unusable === undefined
      ? 'it was not run'
      : `${unusable.status}: ${unusable.problem?.message ?? 'no reason is known'}`
  }
}

const UNUSABLE: ReadonlySet<string> = new Set(['skipped', 'broken', 'interrupted'])

const loopingIn = (plans: readonly Plan[]): readonly string[] =>
  plans.flatMap(({ devices }) => devices.filter(({ busy }) => busy !== null).map(({ name }) => name))
