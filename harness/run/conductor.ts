// Runs one scenario: acquires broker, links and devices, performs the steps while the judge
// watches, and gives everything back in reverse, whatever happened.

import { type Clock, type Duration, milliseconds, Problem, showDuration } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import type { Attachment, Device } from '../devices/index.ts'
import { type Event, STOPPED, TIME_UP } from '../evidence/index.ts'
import { Judge, type Verdict } from '../judge/index.ts'
import { type Link, openLink } from '../link/index.ts'
import { linkedMembers } from '../plan/index.ts'
import type { Plan } from '../plan/model/index.ts'
import {
  type BoardTurn,
  CancelledError,
  DEFAULT_WAIT_FOR_BOARD,
  JudgeTimer,
  type Limits,
  lockBoards,
  openDevice,
  openDeviceLink,
  prepareObserver,
  redactProblem,
  redactText,
  Session,
  type StopReason,
} from '../session/index.ts'
import { SkippedError, type Stage } from '../steps/index.ts'
import { inRealTime, inVirtualTime, type VirtualProgress } from '../virtual-time/index.ts'
import { makesClaimAbout, unexpectedRestart } from './board-restart.ts'
import type { FleetRun, FleetScene, LoadResult, OpenFleet } from './load.ts'
import { Performer } from './performer.ts'
import { isEnvironment, type ScenarioRun, type Status, statusOfVerdicts } from './result.ts'
import { runBroker } from './run-broker.ts'

/** From the end of the observer's connection to the exit of a broker that died. */
const BROKER_EXIT_GRACE = milliseconds(300)

export interface ConductOptions {
  readonly openBroker: () => Promise<Broker>
  /** Puts something between a device and its link; for tests of the harness with devices that are made worse. */
  readonly attach?: ((device: string, link: Link) => Promise<Attachment & AsyncDisposable>) | undefined
  readonly openFleet?: OpenFleet | undefined
  readonly seed: number
  /** Default: those of `limitsOf`. */
  readonly limits?: Limits | undefined
  /** Aborted on Ctrl-C and by the global timeout. */
  readonly signal: AbortSignal
  readonly repetition: number
  readonly attempt: number
  /** Called with a step's path when it begins. */
  readonly onStep?: ((path: string) => void) | undefined
  /** In virtual time: how far it is, about once a second. */
  readonly onTime?: ((time: VirtualProgress) => void) | undefined
  /** How long to wait for a real board that somebody else uses; default: 5 minutes. */
  readonly waitForBoard?: Duration | undefined
  /** Called when a board must be waited for, with who has it. */
  readonly onWaiting?: ((text: string) => void) | undefined
  /** Default: real. What has real time of its own must not be given to the virtual one; see `ownTime`. */
  readonly clock?: 'real' | 'virtual' | undefined
  /** Gets each event as it is recorded. */
  readonly onEvent?: ((event: Event) => void) | undefined
}

/** What of a run is only to be written. */
export interface Unwritten {
  readonly brokerLog: string
  /** By name. */
  readonly extraFiles: Readonly<Record<string, string>>
}

/** Runs a plan once. Never throws: what went wrong is in the run's status, problem or bug. */
export async function conduct(plan: Plan, options: ConductOptions): Promise<ScenarioRun & Unwritten> {
  const { waitForBoard: patience = DEFAULT_WAIT_FOR_BOARD, onWaiting, signal } = options
  let turn: BoardTurn
  try {
    // Before the run's clock starts: how long it waits is no part of it.
    turn = await lockBoards(plan, { patience, onWaiting, signal })
  } catch (error) {
    return new Conductor(plan, { ...options, openBroker: () => Promise.reject(error) }).conduct()
  }
  try {
    const mine = turn.plan
    await prepareObserver(mine.observe)
    if (options.clock !== 'virtual') return await inRealTime(() => new Conductor(mine, options).conduct())
    return await inVirtualTime(options.seed, (clock) => new Conductor(mine, options, clock).conduct(), options.onTime)
  } finally {
    await turn[Symbol.asyncDispose]()
  }
}

type Outcome = 'passed' | 'failed' | 'inconclusive'

/** How the steps ended: with an outcome, or before it with a reason. */
interface Ending {
  readonly outcome: Outcome | null
  readonly reason: StopReason | null
  readonly problem: Problem | null
  readonly bug: unknown
  /** The reason of a step that skipped what follows. */
  readonly skipped?: string | undefined
}

/** What a fleet measured, and what its bounds say of it. */
interface Measured {
  readonly result: LoadResult | null
  readonly verdicts: readonly Verdict[]
  readonly files: Readonly<Record<string, string>>
}

const NOTHING_MEASURED: Measured = { result: null, verdicts: [], files: {} }

class Conductor {
  readonly #plan: Plan
  readonly #options: ConductOptions
  readonly #session: Session
  readonly #judge: Judge
  readonly #timer: JudgeTimer
  #broker: Broker | null = null
  #performer: Performer | null = null
  #fleet: FleetRun | null = null
  readonly #devices = new Map<string, Device>()
  /** The record is complete. */
  #given = false

  /** Default: real time. */
  constructor(plan: Plan, options: ConductOptions, clock?: Clock) {
    this.#plan = plan
    this.#options = options
    this.#session = new Session({
      clock,
      secrets: plan.secrets,
      seed: options.seed,
      limits: options.limits,
      onStop: ({ kind }) => {
        if (kind === 'time-up') this.#performer?.tellHanging()
        this.#session.timeline.record(kind === 'time-up' ? TIME_UP : STOPPED)
      },
    })
    this.#session.timeline.subscribe((event) => {
      if (!this.#given) options.onEvent?.(event)
      const restarted = unexpectedRestart(event, plan)
      if (restarted !== null) this.#session.cancellation.stop({ kind: 'broken', error: restarted })
      if (event.kind === 'step' && event.phase === 'started') options.onStep?.(event.step)
    })
    this.#judge = new Judge(plan, { past: this.#session.timeline })
    this.#timer = new JudgeTimer(this.#judge, this.#session.timeline, this.#session.clock, this.#session.lag)
  }

  async conduct(): Promise<ScenarioRun & Unwritten> {
    const startedAt = new Date()
    const steps = await this.#steps()
    const { measured, ending: ended } = await this.#measured(steps)
    this.#judge.end()
    const ending = this.#withoutBoard(ended)
    // What explains a failure may still be on its way: the backtrace of a crash, for instance.
    if (ending.outcome !== 'passed' && ending.reason?.kind !== 'interrupted') await this.#consolesQuiet()
    // What happens while things are given back is no evidence: a link that closes makes a broker publish a will.
    const events = this.#session.timeline.snapshot()
    this.#given = true
    this.#timer.stop()
    await this.#session[Symbol.asyncDispose]()
    const { secrets, resources, clock, brokerLog } = this.#session
    const verdicts = this.#judge.verdicts
    const status = statusOf(ending, verdicts, measured.verdicts)
    return {
      plan: status === 'skipped' ? { ...this.#plan, skip: ending.skipped! } : this.#plan,
      clock: this.#options.clock ?? 'real',
      status,
      broker: runBroker(this.#broker, this.#plan.given.broker.name),
      gap: null,
      verdicts: [...verdicts, ...measured.verdicts].map((verdict) => redactText(verdict, secrets)),
      load: measured.result,
      events,
      problem: redactProblem(reasonOf(ending, verdicts) ?? resources.troubles[0] ?? null, secrets),
      bug: ending.bug,
      seed: this.#options.seed,
      startedAt,
      duration: clock.now(),
      repetition: this.#options.repetition,
      attempt: this.#options.attempt,
      artifacts: null,
      extraFiles: { ...this.#boards(), ...measured.files },
      brokerLog,
    }
  }

  /** A claim that fails while a board's port is away says nothing of the board: that is the reason, unless it is claimed. */
  #withoutBoard(ending: Ending): Ending {
    const { outcome, reason, problem, bug } = ending
    const failed =
      outcome === 'failed' || reason?.kind === 'time-up' || this.#judge.verdicts.some(({ kind }) => kind === 'fail')
    const timeUp = reason?.kind === 'time-up'
    if (!failed || (problem !== null && !timeUp) || bug !== undefined) return ending
    for (const device of this.#devices.values()) {
      const away = device.away?.() ?? null
      if (away !== null && !makesClaimAbout(this.#plan, device.name)) return { ...ending, reason: null, problem: away }
    }
    return ending
  }

  /** Which real boards took part. */
  #boards(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#devices.values()].flatMap(({ name, identity }) =>
        identity === undefined ? [] : [[`${name}.board.json`, `${JSON.stringify(identity(), null, 2)}\n`]],
      ),
    )
  }

  async #consolesQuiet(): Promise<void> {
    await Promise.all([...this.#devices.values()].map((device) => device.consoleQuiet?.()))
  }

  async #steps(): Promise<Ending> {
    const { cancellation } = this.#session
    this.#session.endOn(this.#options.signal)
    try {
      const broker = await this.#session.openBroker(this.#options.openBroker)
      this.#broker = broker
      await this.#session.shareBroker(broker)
      this.#judge.onVerdict((verdict) => {
        if (verdict.step.startsWith('always.') && verdict.kind !== 'pass') cancellation.stop({ kind: 'always' })
      })
      const outcome = await this.#session.within(this.#plan.timeout, () => this.#perform(broker))
      return { outcome, reason: null, problem: null, bug: undefined }
    } catch (error) {
      return endingOf(error, cancellation.reason)
    }
  }

  /** Whatever the steps came to: what the fleet has measured is kept. */
  async #measured(ending: Ending): Promise<{ readonly measured: Measured; readonly ending: Ending }> {
    const fleet = this.#fleet
    if (fleet === null) return { measured: NOTHING_MEASURED, ending }
    try {
      const interrupted = ending.reason?.kind === 'interrupted'
      const result = await fleet.finish(
        interrupted ? 'interrupted' : ending.outcome === 'passed' ? 'settled' : 'as-it-is',
      )
      this.#session.leaves(fleet.residue())
      return { measured: { result, verdicts: fleet.judge(result), files: fleet.files(result) }, ending }
    } catch (error) {
      const known = ending.problem !== null || ending.bug !== undefined
      return { measured: NOTHING_MEASURED, ending: known ? ending : { ...ending, ...blame(error) } }
    }
  }

  async #perform(broker: Broker): Promise<Outcome> {
    const session = this.#session
    const { resources, timeline, clock, cancellation, random } = session
    let lost: Problem | null = null
    const observer = await session.observe(broker, this.#plan, (problem) => {
      lost = problem
      // When the broker has died, its death is the better reason, and is about to be heard of.
      void session.pause(BROKER_EXIT_GRACE).then(
        () => cancellation.stop({ kind: 'broken', error: problem }),
        () => {},
      )
    })
    const { links, devices } = await this.#openDevices(broker)
    const detours = await this.#openDetours(broker, links)
    const fleet = this.#plan.fleet === null ? null : await this.#openFleet(broker, detours)
    const stage: Stage = {
      fleet,
      device: (name) => devices.get(name)!,
      link: (name) => links.get(name)!,
      links: [...links.values()],
      random: (label) => random.fork(label),
      broker,
      recorder: timeline,
      clock,
      pause: (duration) => session.pause(duration),
      until: (done) => cancellation.race(done),
      observerAway: () => observer.away(),
      observerBack: () => observer.subscribe(),
    }
    const performer = new Performer(stage, this.#judge, cancellation)
    this.#performer = performer
    resources.onRelease('the steps under way', () => performer.settled())
    await fleet?.start()
    const outcome = await performer.perform(this.#plan)
    if (lost !== null) throw lost
    return outcome
  }

  async #openDevices(broker: Broker): Promise<{ links: Map<string, Link>; devices: ReadonlyMap<string, Device> }> {
    const env = { session: this.#session, broker, attach: this.#options.attach }
    const { resources, cancellation } = this.#session
    const links = new Map<string, Link>()
    const devices = this.#devices
    for (const plan of this.#plan.devices) {
      const opened = await openDeviceLink(plan, env)
      links.set(plan.name, opened.link)
      devices.set(plan.name, await openDevice(plan, opened, env))
    }
    for (const { name, waitsForBoot } of this.#plan.devices)
      if (!waitsForBoot) await cancellation.race(resources.during(`the boot of ${name}`, devices.get(name)!.boot()))
    return { links, devices }
  }

  /** Links for those devices of a fleet that have one of their own; added to `links`. */
  async #openDetours(broker: Broker, links: Map<string, Link>): Promise<FleetScene['detours']> {
    const detours: FleetScene['detours'][number][] = []
    for (const { name, group, i } of linkedMembers(this.#plan.fleet)) {
      const link = await this.#session.take(
        `the link of ${name}`,
        openLink({
          device: name,
          upstream: () => ({ host: broker.host, port: broker.port }),
          recorder: this.#session.timeline,
          clock: this.#session.clock,
          limits: this.#session.limits,
          onLimit: (problem) => this.#session.limitPassed(problem),
          refusesByReset: true,
        }),
      )
      links.set(name, link)
      detours.push({ group, i, host: link.host, port: link.port })
    }
    return detours
  }

  async #openFleet(broker: Broker, detours: FleetScene['detours']): Promise<FleetRun> {
    const { openFleet, seed } = this.#options
    if (openFleet === undefined)
      throw new Problem('run/no-fleet', 'fleets cannot be run here', { hint: 'hil load runs them' })
    const { timeline, cancellation, clock } = this.#session
    const fleet = await this.#session.take(
      'the fleet',
      openFleet({ plan: this.#plan, broker, timeline, seed, clock, detours }),
    )
    fleet.failed.catch((error: unknown) => cancellation.stop({ kind: 'broken', error }))
    this.#fleet = fleet
    return fleet
  }
}

const blame = (error: unknown): Pick<Ending, 'problem' | 'bug'> =>
  error instanceof Problem ? { problem: error, bug: undefined } : { problem: null, bug: error }

function endingOf(error: unknown, reason: StopReason | null): Ending {
  if (error instanceof SkippedError && reason === null)
    return { outcome: null, reason, problem: null, bug: undefined, skipped: error.message }
  // When the broker dies, whatever was going on fails too; the death is the reason to tell.
  const cause = reason?.kind === 'broken' ? reason.error : error
  if (!(cause instanceof CancelledError)) return { outcome: null, reason, ...blame(cause) }
  if (reason?.kind === 'limit') return { outcome: null, reason, problem: reason.problem, bug: undefined }
  const problem =
    reason?.kind === 'time-up'
      ? new Problem('scenario/time-up', `the time limit of ${showDuration(reason.limit)} was reached`, {
          hint: 'timeout: on the scenario or the step sets another',
        })
      : null
  return { outcome: null, reason, problem, bug: undefined }
}

/** A verdict that says it already is enough. */
function reasonOf({ problem }: Ending, verdicts: readonly Verdict[]): Problem | null {
  const judged = verdicts.some((v) => v.kind === 'fail')
  return judged && problem !== null && !isEnvironment(problem) ? null : problem
}

function statusOf(
  { reason, problem, bug, outcome, skipped }: Ending,
  claims: readonly Verdict[],
  bounds: readonly Verdict[],
): Status {
  if (reason?.kind === 'interrupted') return 'interrupted'
  if (bug !== undefined) return 'broken'
  if (reason?.kind === 'limit') return 'inconclusive'
  if (reason?.kind === 'time-up') return 'failed'
  if (problem !== null) return isEnvironment(problem) ? 'broken' : 'failed'
  const status = outcome === 'failed' ? 'failed' : statusOfVerdicts([...claims, ...bounds])
  return skipped !== undefined && status === 'passed' ? 'skipped' : status
}
