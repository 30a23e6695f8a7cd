// Runs many scenarios, some side by side, and keeps their order in the results.

import { setMaxListeners } from 'node:events'
import type { Duration } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import { deviceKinds } from '../devices/index.ts'
import type { Plan } from '../plan/model/index.ts'
import { type Limits, limitsOf } from '../session/index.ts'
import type { VirtualProgress } from '../virtual-time/index.ts'
import { AdaptiveLimit } from './adaptive-limit.ts'
import { clearRecords, folderNames, recordFolder, runningHeader, writeArtifacts } from './artifacts.ts'
import { conduct } from './conductor.ts'
import { withGap } from './gap.ts'
import { Journal } from './journal.ts'
import type { OpenFleet } from './load.ts'
import type { ScenarioRun } from './result.ts'
import { type UnusableBroker, UnusableBrokers } from './unusable-brokers.ts'

/** A plan with its broker, opened for each run. */
export interface SuiteJob {
  readonly plan: Plan
  readonly openBroker: () => Promise<Broker>
  /** The same with another seed, for a plan that says `seed`. */
  readonly replan?: ((seed: number) => Plan) | undefined
  /** Default: real. */
  readonly clock?: 'real' | 'virtual' | undefined
}

export interface SuiteOptions {
  /** Absent: scenarios with a fleet cannot be run. */
  readonly openFleet?: OpenFleet | undefined
  /** How many run side by side. */
  readonly jobs: number | 'auto'
  readonly retries: number
  /** Default: those of `limitsOf`. */
  readonly limits?: Limits | undefined
  readonly repeatEach: number
  /** Stop after so many failures; 0: never. */
  readonly maxFailures: number
  readonly seed: number
  /** In virtual time, too, each repetition has a seed of its own. */
  readonly seedEach?: boolean | undefined
  /** Milliseconds for everything; 0: no limit. */
  readonly globalTimeout: number
  readonly output: string
  /** How long a scenario waits for a real board that somebody else uses; default: 5 minutes. */
  readonly waitForBoard?: Duration | undefined
  readonly signal: AbortSignal
}

/** What happens, for reporters; every callback may be missing. */
export interface SuiteListener {
  onBegin?(plans: readonly Plan[], options: SuiteOptions): void
  onScenarioBegin?(plan: Plan, repetition: number, attempt: number): void
  /** A step of a scenario begins; `path` is its path in the record, such as `5#2.1`. */
  onStep?(plan: Plan, repetition: number, path: string): void
  /** About once a second of real time: how far a run in virtual time is. */
  onTime?(plan: Plan, repetition: number, time: VirtualProgress): void
  /** It waits for a real board; `text` says for which, and who has it. */
  onWaiting?(plan: Plan, repetition: number, text: string): void
  onScenarioEnd?(run: ScenarioRun, final: boolean): void
  onEnd?(result: SuiteResult): void | Promise<void>
}

export interface ScenarioResult {
  /** All attempts, in order; the last one counts. */
  readonly attempts: readonly ScenarioRun[]
  readonly run: ScenarioRun
  /** Passed, but not at the first attempt. */
  readonly flaky: boolean
}

/** All runs of a suite in the order of its scenarios; `duration` in milliseconds. */
export interface SuiteResult {
  readonly scenarios: readonly ScenarioResult[]
  /** Planned and not run: the suite was stopped before their turn. */
  readonly notRun: readonly Plan[]
  /** Brokers that let nobody in, so that scenarios were left out. */
  readonly unusable: readonly UnusableBroker[]
  readonly interrupted: boolean
  readonly timedOut: boolean
  readonly startedAt: Date
  readonly duration: number
  readonly output: string
}

export async function runSuite(
  jobs: readonly SuiteJob[],
  options: SuiteOptions,
  listeners: readonly SuiteListener[],
): Promise<SuiteResult> {
  const startedAt = new Date()
  const begun = performance.now()
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  // Each scenario that runs listens to it, and there may be many side by side: that is no leak.
  setMaxListeners(0, signal)
  let timedOut = false
  const timer =
    options.globalTimeout > 0
      ? setTimeout(() => {
          timedOut = true
          stop.abort()
        }, options.globalTimeout)
      : undefined
  await clearRecords(options.output)
  const plans = jobs.map(({ plan }) => plan)
  for (const listener of listeners) listener.onBegin?.(plans, options)

  const folders = folderNames(plans)
  const turns: Turn[] = Array.from({ length: options.repeatEach }, (_, repetition) =>
    jobs.map((job) => ({ ...job, repetition, folder: folders.get(job.plan)! })),
  ).flat()
  const results: (ScenarioResult | undefined)[] = turns.map(() => undefined)
  const brokers = new UnusableBrokers()
  let failures = 0
  const take = async (k: number): Promise<void> => {
    const result = await attempt(turns[k]!, options, signal, listeners)
    results[k] = result
    brokers.heard(result.run)
    if (isBad(result.run)) failures++
  }
  using room = new AdaptiveLimit(options.jobs)
  for (const k of turns.keys()) {
    await room.free()
    if (signal.aborted || (options.maxFailures > 0 && failures >= options.maxFailures)) break
    if (brokers.leavesOut(turns[k]!.plan)) continue
    room.begin(take(k))
  }
  await room.empty()
  clearTimeout(timer)

  const result: SuiteResult = {
    scenarios: results.filter((r) => r !== undefined),
    notRun: turns.filter((_, k) => results[k] === undefined).map((turn) => turn.plan),
    unusable: brokers.all,
    interrupted: options.signal.aborted,
    timedOut,
    startedAt,
    duration: performance.now() - begun,
    output: options.output,
  }
  for (const listener of listeners) await listener.onEnd?.(result)
  return result
}

/**
 * Each repetition draws anew, and the same again with the same seed. In virtual time a repetition with another seed is
 * another run, and one with the same seed must be the same: there it draws anew only when that was asked for.
 */
const seedOf = ({ seed, seedEach }: SuiteOptions, repetition: number, isVirtual: boolean): number =>
  isVirtual && seedEach !== true ? seed : (seed + repetition * 7919) >>> 0

const isBad = ({ status }: ScenarioRun): boolean => status !== 'passed' && status !== 'skipped' && status !== 'gap'

interface Turn extends SuiteJob {
  readonly repetition: number
  readonly folder: string
}

async function attempt(
  turn: Turn,
  options: SuiteOptions,
  signal: AbortSignal,
  listeners: readonly SuiteListener[],
): Promise<ScenarioResult> {
  const { plan, repetition } = turn
  const attempts: ScenarioRun[] = []
  for (let number = 0; ; number++) {
    for (const listener of listeners) listener.onScenarioBegin?.(plan, repetition, number)
    const run = plan.skip === null ? await once(turn, number, options, signal, listeners) : skipped(plan, repetition)
    attempts.push(run)
    const final = !isBad(run) || number >= options.retries || signal.aborted
    for (const listener of listeners) listener.onScenarioEnd?.(run, final)
    if (final) return { attempts, run, flaky: attempts.length > 1 && run.status === 'passed' }
  }
}

async function once(
  { plan: given, openBroker, replan, clock, repetition, folder }: Turn,
  attempt: number,
  options: SuiteOptions,
  signal: AbortSignal,
  listeners: readonly SuiteListener[],
): Promise<ScenarioRun> {
  const isVirtual = clock === 'virtual'
  const seed = seedOf(options, repetition, isVirtual)
  const plan = seed === options.seed ? given : (replan?.(seed) ?? given)
  const journal =
    isVirtual || hasConsoles(plan)
      ? new Journal(
          recordFolder(options.output, folder, { plan, repetition, attempt }),
          runningHeader(plan, seed),
          (options.limits ?? limitsOf()).disk,
          isVirtual,
        )
      : null
  const run = await conduct(plan, {
    openBroker,
    clock,
    waitForBoard: options.waitForBoard,
    onWaiting: (text) => {
      for (const listener of listeners) listener.onWaiting?.(given, repetition, text)
    },
    ...(journal === null ? {} : { onEvent: (event) => journal.write(event) }),
    onTime: (time) => {
      for (const listener of listeners) listener.onTime?.(given, repetition, time)
    },
    openFleet: options.openFleet,
    seed,
    limits: options.limits,
    signal,
    repetition,
    attempt,
    onStep: (path) => {
      for (const listener of listeners) listener.onStep?.(given, repetition, path)
    },
  })
  return writeArtifacts(withGap(run), options.output, folder, journal?.end() ?? null)
}

/** What they say may be the only trace of a run that was killed. */
const hasConsoles = (plan: Plan): boolean => plan.devices.some(({ use }) => deviceKinds[use]?.hasConsole === true)

/** The run of a plan that is not run. */
export function skipped(plan: Plan, repetition: number): ScenarioRun {
  return {
    plan,
    status: 'skipped',
    broker: { name: plan.given.broker.name, kind: '', version: '', gaps: [] },
    gap: null,
    verdicts: [],
    load: null,
    events: [],
    problem: null,
    bug: undefined,
    seed: 0,
    startedAt: new Date(),
    duration: 0,
    repetition,
    attempt: 0,
    artifacts: null,
  }
}
