// Runs one scenario: acquires broker, links and devices, performs the steps while the judge
// watches, and gives everything back in reverse, whatever happened.

import {
  after,
  type Clock,
  type Duration,
  milliseconds,
  Problem,
  realClock,
  seeded,
  showDuration,
  type Timer,
} from '../../emulators/index.ts'
import { type Broker, type BrokerKind, brokers, type Gap, versionFits } from '../brokers/index.ts'
import type { Attachment, Device } from '../devices/index.ts'
import { type Event, LagMeter, Secrets, Timeline } from '../evidence/index.ts'
import { Judge, STOPPED, TIME_UP, type Verdict } from '../judge/index.ts'
import { type Link, openLink } from '../link/index.ts'
import { linkedMembers } from '../plan/index.ts'
import type { Plan } from '../plan/model/plan.ts'
import type { Stage } from '../steps/index.ts'
import { Cancellation, CancelledError, type StopReason } from './cancellation.ts'
import { lint, openDevice, openDeviceLink } from './device-setup.ts'
import { JudgeTimer } from './judge-timer.ts'
import type { FleetRun, FleetScene, LoadResult, OpenFleet } from './load.ts'
import { Observer } from './observer.ts'
import { Performer } from './performer.ts'
import { redactProblem, redactText, secretsOf } from './redact.ts'
import { ResourceStack } from './resource-stack.ts'
import { isEnvironment, type ScenarioRun, type Status } from './result.ts'
import { cleanUp, findResidue, lockBroker } from './shared-broker.ts'

/** From the end of the observer's connection to the exit of a broker that died. */
const BROKER_EXIT_GRACE = milliseconds(300)

export interface ConductOptions {
  readonly openBroker: () => Promise<Broker>
  /** Puts something between a device and its link; for tests of the harness with devices that are made worse. */
  readonly attach?: ((device: string, link: Link) => Promise<Attachment & AsyncDisposable>) | undefined
  readonly openFleet?: OpenFleet | undefined
  readonly seed: number
  /** Aborted on Ctrl-C and by the global timeout. */
  readonly signal: AbortSignal
  readonly repetition: number
  readonly attempt: number
  /** Called with a step's path when it begins. */
  readonly onStep?: ((path: string) => void) | undefined
}

/** What of a run is only to be written. */
export interface Unwritten {
  readonly brokerLog: string
  /** By name. */
  readonly extraFiles: Readonly<Record<string, string>>
}

export async function conduct(plan: Plan, options: ConductOptions): Promise<ScenarioRun & Unwritten> {
  const startedAt = new Date()
  const clock = realClock()
  const lag = new LagMeter({ clock, onStall: (stalled) => timeline.record({ kind: 'lag', stalled }) })
  const secrets = new Secrets(plan.secrets)
  const timeline = new Timeline(clock, lag, secrets)
  lint(timeline)
  timeline.subscribe((event) => {
    if (event.kind === 'step' && event.phase === 'started') options.onStep?.(event.step)
  })
  const judge = new Judge(plan)
  let performer: Performer | null = null
  const stop = new Cancellation((reason) => {
    if (reason.kind === 'time-up') performer?.tellHanging()
    timeline.record({ kind: 'fault', what: reason.kind === 'time-up' ? TIME_UP : STOPPED })
  })
  const ending: Ending = { reason: null, outcome: null, bug: undefined, problem: null }
  const loaded: Loaded = { fleet: null, result: null, verdicts: [], files: {} }
  const clockwork = new JudgeTimer(judge, timeline, clock, lag)
  let events: readonly Event[] = []
  const about = { kind: '', version: '', log: '' }

  const interrupt = (): void => stop.stop({ kind: 'interrupted' })
  options.signal.addEventListener('abort', interrupt)
  if (options.signal.aborted) interrupt()
  const bench = new ResourceStack()
  lag.start()
  try {
    const broker = await stop.race(bench.take('the broker', options.openBroker()))
    Object.assign(about, { kind: broker.name, version: broker.version })
    secrets.learn(secretsOf(broker))
    broker.onDeath((death) => {
      timeline.record({ kind: 'broker', change: 'died', detail: death.message })
      stop.stop({ kind: 'broken', error: death })
    })
    bench.onRelease("the broker's log", () => {
      about.log = broker.log()
    })
    if (broker.sharedAs !== undefined) {
      await stop.race(bench.take('its turn at the broker', lockBroker(broker.sharedAs)))
      bench.onRelease('what it left at the broker', () => cleanUp(broker, findResidue(events)))
    }
    judge.onVerdict((verdict) => {
      if (verdict.step.startsWith('always.') && verdict.kind !== 'pass') stop.stop({ kind: 'always' })
    })
    ending.outcome = await withTimeLimit(plan.timeout, clock, stop, () =>
      perform(plan, {
        broker,
        bench,
        timeline,
        clock,
        judge,
        stop,
        seed: options.seed,
        attach: options.attach,
        openFleet: options.openFleet,
        loaded,
        performing: (p) => {
          performer = p
        },
      }),
    )
  } catch (error) {
    explain(error, stop.reason, ending)
  } finally {
    await count(loaded, ending)
    judge.end()
    // What happens while things are given back is no evidence: a link that closes makes a broker publish a will.
    events = [...timeline.events]
    clockwork.stop()
    await bench[Symbol.asyncDispose]()
    lag.stop()
    options.signal.removeEventListener('abort', interrupt)
  }
  return {
    plan,
    status: statusOf(ending, judge, loaded),
    broker: { name: plan.given.broker.name, kind: about.kind, version: about.version, gaps: contractGaps(about) },
    gap: null,
    verdicts: [...judge.verdicts, ...loaded.verdicts].map((verdict) => redactText(verdict, secrets)),
    load: loaded.result,
    events,
    problem: redactProblem(reasonOf(ending, judge) ?? bench.troubles[0] ?? null, secrets),
    bug: ending.bug,
    seed: options.seed,
    startedAt,
    duration: clock.now(),
    repetition: options.repetition,
    attempt: options.attempt,
    artifacts: null,
    extraFiles: loaded.files,
    brokerLog: secrets.text(about.log),
  }
}

const contractGaps = ({ kind, version }: { kind: string; version: string }): readonly Gap[] =>
  (brokers as Readonly<Record<string, BrokerKind>>)[kind]?.gaps.filter((gap) => versionFits(version, gap.versions)) ??
  []

interface Ending {
  reason: StopReason | null
  outcome: 'passed' | 'failed' | 'inconclusive' | null
  bug: unknown
  problem: Problem | null
}

interface Loaded {
  fleet: FleetRun | null
  result: LoadResult | null
  verdicts: readonly Verdict[]
  files: Readonly<Record<string, string>>
}

/** Whatever the steps came to: what the fleet has measured is kept. */
async function count(loaded: Loaded, ending: Ending): Promise<void> {
  const { fleet } = loaded
  if (fleet === null) return
  try {
    loaded.result = await fleet.finish(ending.outcome !== 'passed')
    loaded.verdicts = fleet.judge(loaded.result)
    loaded.files = fleet.files(loaded.result)
  } catch (error) {
    if (ending.problem !== null || ending.bug !== undefined) return
    if (error instanceof Problem) ending.problem = error
    else ending.bug = error
  }
}

interface Scene {
  readonly openFleet: OpenFleet | undefined
  readonly loaded: Loaded
  readonly broker: Broker
  readonly bench: ResourceStack
  readonly timeline: Timeline
  readonly clock: Clock
  readonly judge: Judge
  readonly stop: Cancellation
  readonly seed: number
  readonly attach: ConductOptions['attach']
  readonly performing: (performer: Performer) => void
}

async function perform(plan: Plan, scene: Scene): Promise<'passed' | 'failed' | 'inconclusive'> {
  const { broker, bench, timeline, clock, judge, stop, attach } = scene
  let lost: Problem | null = null
  const onLost = (problem: Problem): void => {
    lost = problem
    // When the broker has died, its death is the better reason, and is about to be heard of.
    void pause(BROKER_EXIT_GRACE, clock, stop).then(
      () => stop.stop({ kind: 'broken', error: problem }),
      () => {},
    )
  }
  const observer = await bench.take(
    'the observer',
    Promise.resolve(new Observer(broker, plan.observe, timeline, onLost)),
  )
  await stop.race(observer.subscribe())
  const links = new Map<string, Link>()
  const devices = new Map<string, Device>()
  const random = seeded(scene.seed)
  const around = { broker, bench, timeline, clock, stop, random, attach }
  for (const device of plan.devices) {
    const taken = await openDeviceLink(device, around)
    links.set(device.name, taken.link)
    devices.set(device.name, await openDevice(device, taken, around))
  }
  for (const { name, waitsForBoot } of plan.devices)
    if (!waitsForBoot) await stop.race(bench.during(`the boot of ${name}`, devices.get(name)!.boot()))

  const detours: FleetScene['detours'][number][] = []
  for (const { name, group, i } of linkedMembers(plan.fleet)) {
    const upstream = () => ({ host: broker.host, port: broker.port })
    const link = await stop.race(
      bench.take(`the link of ${name}`, openLink({ device: name, upstream, recorder: timeline, refusesByReset: true })),
    )
    links.set(name, link)
    detours.push({ group, i, host: link.host, port: link.port })
  }
  const fleet = plan.fleet === null ? null : await openFleet(plan, scene, detours)
  const stage: Stage = {
    fleet,
    device: (name) => devices.get(name)!,
    link: (name) => links.get(name)!,
    links: [...links.values()],
    random: (label) => random.fork(label),
    broker,
    recorder: timeline,
    clock,
    pause: (d) => pause(d, clock, stop),
    until: (done) => stop.race(done),
    observerAway: () => observer.away(),
    observerBack: () => observer.subscribe(),
  }
  const performer = new Performer(stage, judge, stop)
  scene.performing(performer)
  bench.onRelease('the steps under way', () => performer.settled())
  await fleet?.start()
  const outcome = await performer.perform(plan)
  if (lost !== null) throw lost
  return outcome
}

async function openFleet(plan: Plan, scene: Scene, detours: FleetScene['detours']): Promise<FleetRun> {
  const { bench, broker, timeline, seed, stop, loaded } = scene
  if (scene.openFleet === undefined)
    throw new Problem('run/no-fleet', 'nothing here runs fleets', { hint: 'hil load runs them' })
  const fleet = await stop.race(bench.take('the fleet', scene.openFleet({ plan, broker, timeline, seed, detours })))
  fleet.failed.catch((error: unknown) => stop.stop({ kind: 'broken', error }))
  loaded.fleet = fleet
  return fleet
}

export async function pause(d: Duration, clock: Clock, stop: Cancellation): Promise<void> {
  let timer: Timer | undefined
  const over = new Promise<void>((resolve) => {
    timer = clock.at(after(clock.now(), d), resolve)
  })
  try {
    await stop.race(over)
  } finally {
    // A timer left behind would keep the process alive.
    timer?.cancel()
  }
}

async function withTimeLimit<T>(limit: Duration, clock: Clock, stop: Cancellation, work: () => Promise<T>): Promise<T> {
  const timer = clock.at(after(clock.now(), limit), () => stop.stop({ kind: 'time-up', limit }))
  try {
    return await work()
  } finally {
    timer.cancel()
  }
}

function explain(error: unknown, reason: StopReason | null, ending: Ending): void {
  // When the broker dies, whatever was going on fails too; the death is the reason to tell.
  const cause = reason?.kind === 'broken' ? reason.error : error
  ending.reason = reason
  if (cause instanceof Problem) ending.problem = cause
  else if (!(cause instanceof CancelledError)) ending.bug = cause
  else if (reason?.kind === 'time-up')
    ending.problem = new Problem('scenario/time-up', `the time limit of ${showDuration(reason.limit)} was reached`, {
      hint: 'timeout: on the scenario or the step sets another',
    })
}

/** A verdict that says it already is enough. */
function reasonOf({ problem }: Ending, judge: Judge): Problem | null {
  const judged = judge.verdicts.some((v) => v.kind === 'fail')
  return judged && problem !== null && !isEnvironment(problem) ? null : problem
}

function statusOf(ending: Ending, judge: Judge, { verdicts }: Loaded): Status {
  const { reason, problem, bug, outcome } = ending
  if (reason?.kind === 'interrupted') return 'interrupted'
  if (bug !== undefined) return 'broken'
  if (reason?.kind === 'time-up') return 'failed'
  if (problem !== null) return isEnvironment(problem) ? 'broken' : 'failed'
  if (judge.verdicts.some((v) => v.kind === 'fail') || outcome === 'failed') return 'failed'
  // A bound that was missed by a generator that could not keep up is no finding.
  if ([...judge.verdicts, ...verdicts].some((v) => v.kind === 'inconclusive')) return 'inconclusive'
  return verdicts.some((v) => v.kind === 'fail') ? 'failed' : 'passed'
}
