// A scenario that is made up as it goes along: a program asks for devices, steps and claims one by one, and the judge
// holds them against one timeline as it would those of a file. Nothing is started before it is asked for.

import { type Clock, type Duration, type Problem, realClock, seeded } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import type { Device } from '../devices/index.ts'
import { LagMeter, Secrets, Timeline } from '../evidence/index.ts'
import { Judge, type Verdict } from '../judge/index.ts'
import type { Link } from '../link/index.ts'
import {
  type BrokerFacts,
  type DevicePlan,
  IncrementalCompiler,
  type Plan,
  type Step,
  type YamlMap,
} from '../plan/index.ts'
import type { Stage } from '../steps/index.ts'
import { Cancellation, CancelledError } from './cancellation.ts'
import { pause } from './conductor.ts'
import { type DeviceEnv, lint, openDevice, openDeviceLink } from './device-setup.ts'
import { JudgeTimer } from './judge-timer.ts'
import { Observer } from './observer.ts'
import { Performer } from './performer.ts'
import { secretsOf } from './redact.ts'
import { ResourceStack } from './resource-stack.ts'
import { cleanUp, findResidue, lockBroker } from './shared-broker.ts'

export interface RigSettings {
  /** Names the program in messages; files that devices name are looked for from its folder. */
  readonly file: string
  readonly openBroker: () => Promise<Broker>
  readonly broker: BrokerFacts
  /** Filters that the observer subscribes to, once it is asked for. */
  readonly observe: readonly string[]
  readonly seed: number
  /** How long a call may take that says nothing. */
  readonly timeout: Duration
  /** Aborted: whatever is awaited ends. */
  readonly signal: AbortSignal
}

export interface StepResult {
  readonly outcome: 'passed' | 'failed' | 'inconclusive'
  /** Of what has one: claims and calls, and actions that failed. */
  readonly verdict: Verdict | null
  /** The step's path in the record. */
  readonly path: string
}

export class InteractiveSession implements AsyncDisposable {
  readonly timeline: Timeline
  readonly pieces: IncrementalCompiler
  /** What has been performed so far, for reports. */
  readonly plan: Plan
  readonly #settings: RigSettings
  readonly #clock: Clock = realClock()
  readonly #lag: LagMeter
  readonly #secrets = new Secrets([])
  readonly #judge: Judge
  readonly #clockwork: JudgeTimer
  readonly #bench = new ResourceStack()
  readonly #stop: Cancellation
  readonly #steps: Step[] = []
  readonly #random: ReturnType<typeof seeded>
  readonly #links = new Map<string, Link>()
  readonly #devices = new Map<string, Device>()
  readonly #interrupt = (): void => this.#stop.stop({ kind: 'interrupted' })
  #broker: Promise<Broker> | null = null
  #observer: Promise<Observer> | null = null
  #performer: Performer | null = null
  #moments = 0

  constructor(settings: RigSettings) {
    this.#settings = settings
    const clock = this.#clock
    this.#lag = new LagMeter({ clock, onStall: (stalled) => void this.timeline.record({ kind: 'lag', stalled }) })
    this.timeline = new Timeline(clock, this.#lag, this.#secrets)
    lint(this.timeline)
    this.pieces = new IncrementalCompiler(settings)
    this.plan = emptyPlan(settings, this.#steps)
    this.#judge = new Judge(this.plan)
    this.#stop = new Cancellation((reason) => {
      if (reason.kind === 'interrupted') this.#performer?.tellHanging()
    })
    this.#random = seeded(settings.seed)
    this.#clockwork = new JudgeTimer(this.#judge, this.timeline, clock, this.#lag)
    settings.signal.addEventListener('abort', this.#interrupt)
    if (settings.signal.aborted) this.#interrupt()
    this.#lag.start()
  }

  /** Started by the first who asks. Throws Problem `broker/…`. */
  broker(): Promise<Broker> {
    this.#broker ??= this.#take()
    return this.#broker
  }

  /** Resolves when the observer is subscribed; what is published from then on it sees. Throws Problem `broker/…`. */
  async observer(): Promise<void> {
    this.#observer ??= this.broker().then(async (broker) => {
      const lost = (problem: Problem): void => this.#stop.stop({ kind: 'broken', error: problem })
      const observer = new Observer(broker, this.#settings.observe, this.timeline, lost)
      await this.#bench.take('the observer', Promise.resolve(observer))
      await this.#race(observer.subscribe())
      return observer
    })
    await this.#observer
  }

  /** A port in front of the broker for a program of the caller's own. Throws Problem `scenario/…`, `link/…`, `broker/…`. */
  async link(name: string, tls: DevicePlan['tls'] = null): Promise<{ link: Link; ca: string | undefined }> {
    const plan = this.pieces.link(name, tls)
    const { link, security } = await this.#race(openDeviceLink(plan, await this.#around()))
    this.#links.set(name, link)
    return { link, ca: security.tls?.trust.ca }
  }

  /** A device as words under `devices:` say it, booted. Throws Problem `scenario/…`, `link/…`, `broker/…`. */
  async device(name: string, words: YamlMap): Promise<Link> {
    const { plan, secrets } = this.pieces.device(name, words)
    this.#secrets.learn(secrets)
    const around = await this.#around()
    const taken = await this.#race(openDeviceLink(plan, around))
    this.#links.set(name, taken.link)
    const device = await openDevice(plan, taken, around)
    this.#devices.set(name, device)
    await this.#race(this.#bench.during(`the boot of ${name}`, device.boot()))
    return taken.link
  }

  /**
   * One step. Throws Problem `scenario/…` when it is wrong, and what the broker died of. When the rig is given back
   * meanwhile it never settles: whoever waited for it has ended, and a rejection would be nobody's.
   */
  async perform(words: YamlMap): Promise<StepResult> {
    const stage = await this.#stage()
    const path = String(this.#steps.length)
    const step = this.pieces.step(words, this.#steps.length)
    this.#steps.push(step)
    this.#performer ??= new Performer(stage, this.#judge, this.#stop)
    try {
      const outcome = await this.#performer.step(step, path)
      return { outcome, verdict: this.#verdict(path), path }
    } catch (error) {
      if (error instanceof CancelledError && this.#stop.reason?.kind === 'interrupted') return new Promise(() => {})
      const verdict = this.#verdict(path)
      if (verdict !== null && !(error instanceof CancelledError)) return { outcome: 'failed', verdict, path }
      throw this.#reason(error)
    }
  }

  /** Now, for `after:` of later claims. */
  mark(): string {
    const id = `mark${++this.#moments}`
    const path = String(this.#steps.length)
    this.pieces.moment(id)
    this.#steps.push(momentOf(id, path, this.plan))
    this.timeline.record({ kind: 'step', step: path, phase: 'started' })
    this.timeline.record({ kind: 'step', step: path, phase: 'ended', outcome: 'passed' })
    return id
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clockwork.stop()
    this.#stop.stop({ kind: 'interrupted' })
    await this.#performer?.settled()
    await this.#bench[Symbol.asyncDispose]()
    this.#lag.stop()
    this.#settings.signal.removeEventListener('abort', this.#interrupt)
    const [trouble] = this.#bench.troubles
    if (trouble !== undefined) throw trouble
  }

  async #take(): Promise<Broker> {
    const broker = await this.#race(this.#bench.take('the broker', this.#settings.openBroker()))
    this.#secrets.learn(secretsOf(broker))
    broker.onDeath((death) => {
      this.timeline.record({ kind: 'broker', change: 'died', detail: death.message })
      this.#stop.stop({ kind: 'broken', error: death })
    })
    if (broker.sharedAs !== undefined) {
      await this.#race(this.#bench.take('its turn at the broker', lockBroker(broker.sharedAs)))
      this.#bench.onRelease('what it left at the broker', () => cleanUp(broker, findResidue(this.timeline.events)))
    }
    return broker
  }

  async #around(): Promise<DeviceEnv> {
    return {
      broker: await this.broker(),
      bench: this.#bench,
      timeline: this.timeline,
      clock: this.#clock,
      stop: this.#stop,
      random: this.#random,
    }
  }

  async #stage(): Promise<Stage> {
    const broker = await this.broker()
    const clock = this.#clock
    return {
      fleet: null,
      device: (name) => this.#devices.get(name)!,
      link: (name) => this.#links.get(name)!,
      links: { [Symbol.iterator]: () => this.#links.values() },
      random: (label) => this.#random.fork(label),
      broker,
      recorder: this.timeline,
      clock,
      pause: (d) => pause(d, clock, this.#stop),
      until: (done) => this.#stop.race(done),
      observerAway: () => void this.#observer?.then((observer) => observer.away()),
      observerBack: async () => (await this.#observer)?.subscribe(),
    }
  }

  #verdict(path: string): Verdict | null {
    return this.#judge.verdicts.findLast((verdict) => verdict.step === path) ?? null
  }

  async #race<T>(work: Promise<T>): Promise<T> {
    try {
      return await this.#stop.race(work)
    } catch (error) {
      throw this.#reason(error)
    }
  }

  /** When the broker dies, whatever was going on fails too; the death is the reason to tell. */
  #reason(error: unknown): unknown {
    const { reason } = this.#stop
    if (reason?.kind === 'broken') return reason.error
    return error instanceof CancelledError ? new Error('the test ended before this did') : error
  }
}

function emptyPlan({ file, broker, seed, timeout, observe }: RigSettings, steps: readonly Step[]): Plan {
  return {
    name: file,
    file,
    text: '',
    secrets: [],
    place: { file, line: 1, column: 1, length: 1 },
    tags: [],
    verifies: [],
    gaps: [],
    timeout,
    variant: '',
    skip: null,
    unfit: false,
    broker: null,
    observe,
    given: { vars: {}, seed, timeout, broker },
    devices: [],
    fleet: null,
    slos: [],
    always: [],
    steps,
  }
}

const momentOf = (id: string, path: string, { place }: Plan): Step => ({
  kind: 'repeat',
  times: 0,
  steps: [],
  path,
  id,
  verb: 'delay',
  title: id,
  place,
  timeout: null,
  condition: null,
  verifies: [],
})
