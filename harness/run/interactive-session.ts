// A scenario that is made up as it goes along: a program asks for devices, steps and claims one by one, and the judge
// holds them against one timeline as it would those of a file. Nothing is started before it is asked for.

import { after, type Duration, Problem, showDuration, type Timer } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import { type Device, IDLE_KIND } from '../devices/index.ts'
import { type Event, TIME_UP, type Timeline } from '../evidence/index.ts'
import { Judge, type Verdict } from '../judge/index.ts'
import type { Link } from '../link/index.ts'
import { type DevicePlan, IncrementalCompiler, type Plan, type Step, type YamlMap } from '../plan/index.ts'
import {
  CancelledError,
  type DeviceEnv,
  JudgeTimer,
  type Observer,
  openDevice,
  openDeviceLink,
  redactText,
  Session,
} from '../session/index.ts'
import type { Stage } from '../steps/index.ts'
import { asScenario } from './as-scenario.ts'
import type { Unwritten } from './conductor.ts'
import { emptyPlan, momentOf, turned } from './interactive-plan.ts'
import type { Beginning, InteractiveSettings, PartLimits } from './interactive-settings.ts'
import { Performer } from './performer.ts'
import type { ScenarioRun } from './result.ts'
import { runBroker } from './run-broker.ts'

/** What a session does not know of itself. */
export type RunFacts = Pick<ScenarioRun, 'status' | 'attempt' | 'repetition'> & Pick<Plan, 'name' | 'file'>

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
  readonly #settings: InteractiveSettings
  readonly #session: Session
  readonly #judge: Judge
  readonly #timer: JudgeTimer
  readonly #steps: Step[] = []
  readonly #plans: DevicePlan[] = []
  readonly #asked: { readonly devices: [string, YamlMap][]; readonly steps: YamlMap[] } = { devices: [], steps: [] }
  /** Steps whose claim was not to hold. */
  readonly #turned = new Set<string>()
  readonly #startedAt = new Date()
  #opened: Broker | null = null
  /** Up to when it was given back. */
  #events: readonly Event[] | null = null
  readonly #links = new Map<string, Link>()
  readonly #devices = new Map<string, Device>()
  #broker: Promise<Broker> | null = null
  #observer: Promise<Observer> | null = null
  #performer: Performer | null = null
  #limit: Timer | null = null
  #part: PartLimits
  #ignore: () => void = () => {}
  #beginning: Beginning = { anchor: null, seq: 0, at: 0 }
  #moments = 0

  constructor(settings: InteractiveSettings) {
    this.#settings = settings
    this.#session = new Session({
      seed: settings.seed,
      onStop: ({ kind }) => {
        this.#performer?.tellHanging()
        if (kind === 'time-up') this.timeline.record(TIME_UP)
      },
    })
    const { timeline, clock, lag } = this.#session
    this.timeline = timeline
    this.#part = settings
    const timeout = (): Duration => this.#part.timeout
    this.pieces = new IncrementalCompiler({
      ...settings,
      get timeout() {
        return timeout()
      },
    })
    this.plan = emptyPlan(settings, this.#steps, this.#plans)
    this.#judge = new Judge(this.plan, { inOrder: false })
    this.#timer = new JudgeTimer(this.#judge, timeline, clock, lag)
    this.limitTo(settings)
  }

  /** How long the session, or its part, as a whole has; absent: no limit. */
  get budget(): Duration | undefined {
    return this.#part.budget
  }

  /** It was given back: nothing can be asked any more. */
  get isOver(): boolean {
    return this.#events !== null
  }

  /** Where the session, or its part, begins. */
  get beginning(): Beginning {
    return this.#beginning
  }

  /** These limits are in place of those before. */
  limitTo(limits: PartLimits): void {
    this.rest()
    const { clock, cancellation } = this.#session
    const { budget, signal } = limits
    this.#part = limits
    this.#ignore = this.#session.endOn(signal)
    if (budget === undefined) return
    this.#limit = clock.at(after(clock.now(), budget), () => cancellation.stop({ kind: 'time-up', limit: budget }))
  }

  /** A new part begins here. */
  begin(): void {
    const anchor = this.mark()
    this.#beginning = { anchor, seq: this.timeline.events.length, at: this.timeline.now() }
  }

  /** No limit holds until there is another. */
  rest(): void {
    this.#limit?.cancel()
    this.#ignore()
  }

  /** What is not as it was when it was opened: links that are down, devices that are off, disturbances of these ids. */
  changed(disturbances: Iterable<string>) {
    const down = [...this.#links].filter(([, { state }]) => state.kind === 'down').map(([name]) => name)
    const off = [...this.#devices].filter(([, { running }]) => !running).map(([name]) => name)
    const links = [...this.#links.values()]
    return { down, off, disturbed: [...disturbances].filter((id) => links.some((one) => one.holding(id, 0) !== null)) }
  }

  /** Started by the first who asks. Throws Problem `broker/…`. */
  broker(): Promise<Broker> {
    this.#broker ??= this.#openBroker()
    return this.#broker
  }

  /**
   * Resolves when the observer is subscribed; what is published from then on it sees. It speaks MQTT 5 where the broker says
   * that it has it: which devices and claims are to come nobody knows yet. Throws Problem `broker/…`.
   */
  async observer(): Promise<void> {
    this.#observer ??= this.broker().then(async (broker) => {
      const { cancellation } = this.#session
      return this.#orReason(
        this.#session.observe(
          broker,
          { ...this.#settings, observes5: broker.protocols?.includes(5) === true },
          (error) => cancellation.stop({ kind: 'broken', error }),
        ),
      )
    })
    await this.#observer
  }

  /** A port in front of the broker for a program of the caller's own. Throws Problem `scenario/…`, `link/…`, `broker/…`. */
  async link(name: string, tls: DevicePlan['tls'] = null): Promise<{ link: Link; ca: string | undefined }> {
    const plan = this.pieces.link(name, tls)
    const { link, security } = await this.#orReason(openDeviceLink(plan, await this.#env()))
    this.#links.set(name, link)
    this.#keep(plan, { use: IDLE_KIND, ...(tls === null ? {} : { link: { tls: true } }) })
    return { link, ca: security.tls?.trust.ca }
  }

  /** A device as words under `devices:` say it, booted. Throws Problem `scenario/…`, `link/…`, `broker/…`. */
  async device(name: string, words: YamlMap): Promise<Link> {
    const { plan, secrets } = this.pieces.device(name, words)
    this.#session.secrets.learn(secrets)
    this.#keep(plan, words)
    const env = await this.#env()
    const opened = await this.#orReason(openDeviceLink(plan, env))
    this.#links.set(name, opened.link)
    const device = await openDevice(plan, opened, env)
    this.#devices.set(name, device)
    const { cancellation, resources } = this.#session
    await this.#orReason(cancellation.race(resources.during(`the boot of ${name}`, device.boot())))
    return opened.link
  }

  /**
   * One step. Throws Problem `scenario/…` when it is wrong, and what the broker died of. When the session is given back
   * meanwhile it never settles: whoever waited for it has ended, and a rejection would be nobody's.
   */
  async perform(words: YamlMap): Promise<StepResult> {
    const stage = await this.#stage()
    const path = String(this.#steps.length)
    const { step, secrets, claims5 } = this.pieces.step(words, this.#steps.length)
    this.#session.secrets.learn(secrets)
    if (claims5) await this.#needs5()
    this.#steps.push(step)
    this.#asked.steps.push(words)
    const { cancellation } = this.#session
    this.#performer ??= new Performer(stage, this.#judge, cancellation)
    try {
      const outcome = await this.#performer.step(step, path)
      return { outcome, verdict: this.#verdict(path), path }
    } catch (error) {
      if (error instanceof CancelledError && cancellation.reason?.kind === 'interrupted') return new Promise(() => {})
      const verdict = this.#verdict(path)
      const isUp = cancellation.reason?.kind === 'time-up'
      if (verdict !== null && (isUp || !(error instanceof CancelledError))) return { outcome: 'failed', verdict, path }
      throw this.#reason(error)
    }
  }

  /** Now, for `after:` of later claims. */
  mark(): string {
    const id = `mark${++this.#moments}`
    const path = String(this.#steps.length)
    this.pieces.moment(id)
    this.#steps.push(momentOf(id, path, this.plan))
    this.#asked.steps.push({ id, delay: '0ms' })
    this.timeline.record({ kind: 'step', step: path, phase: 'started' })
    this.timeline.record({ kind: 'step', step: path, phase: 'ended', outcome: 'passed' })
    return id
  }

  /** The claim of this step was not to hold: its verdict is to be read the other way round. */
  turn(path: string): void {
    this.#turned.add(path)
  }

  /** What it was, as the run of a scenario; complete once it is given back. */
  run({ name, file, status, attempt, repetition }: RunFacts) {
    const { broker, seed } = this.#settings
    const { text, lines } = asScenario(name, this.#asked, [`What a test of ${file} did, in the words of scenarios.`])
    const at = (line: number) => ({ file, line, column: 5, length: 1 })
    const steps = this.#steps.map((step, k) => ({ ...step, place: at(lines[k]!) }))
    return {
      plan: { ...this.plan, name, file, steps, text: this.#session.secrets.text(text), devices: [...this.#plans] },
      status,
      broker: runBroker(this.#opened, broker.name),
      gap: null,
      verdicts: this.#judge.verdicts.map((verdict) => {
        const placed = { ...verdict, place: at(lines[Number.parseInt(verdict.step, 10)] ?? 1) }
        return redactText(this.#turned.has(verdict.step) ? turned(placed) : placed, this.#session.secrets)
      }),
      load: null,
      events: this.#events ?? [...this.timeline.events],
      problem: null,
      bug: undefined,
      seed,
      startedAt: this.#startedAt,
      duration: this.timeline.now(),
      repetition,
      attempt,
      artifacts: null,
      extraFiles: {},
      brokerLog: this.#session.brokerLog,
      asJudged: Object.fromEntries(this.#judge.verdicts.map(({ step, kind }) => [step, kind])),
    } satisfies ScenarioRun & Unwritten
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#events ??= [...this.timeline.events]
    this.#timer.stop()
    this.#limit?.cancel()
    this.#session.cancellation.stop({ kind: 'interrupted' })
    await this.#performer?.settled()
    await this.#session[Symbol.asyncDispose]()
    const [trouble] = this.#session.resources.troubles
    if (trouble !== undefined) throw trouble
  }

  #keep(plan: DevicePlan, words: YamlMap): void {
    this.#plans.push(plan)
    this.#asked.devices.push([plan.name, words])
  }

  async #openBroker(): Promise<Broker> {
    return this.#orReason(
      this.#session.openBroker(this.#settings.openBroker).then(async (broker) => {
        this.#opened = broker
        await this.#session.shareBroker(broker)
        return broker
      }),
    )
  }

  async #env(): Promise<DeviceEnv> {
    return { session: this.#session, broker: await this.broker() }
  }

  async #stage(): Promise<Stage> {
    const broker = await this.broker()
    const { clock, cancellation, random } = this.#session
    return {
      fleet: null,
      device: (name) => this.#devices.get(name)!,
      link: (name) => this.#links.get(name)!,
      links: { [Symbol.iterator]: () => this.#links.values() },
      random: (label) => random.fork(label),
      broker,
      recorder: this.timeline,
      clock,
      pause: (duration) => this.#session.pause(duration),
      until: (done) => cancellation.race(done),
      observerAway: () => void this.#observer?.then((observer) => observer.away()),
      observerBack: async () => (await this.#observer)?.subscribe(),
    }
  }

  /** Throws Problem `scenario/needs-mqtt5`, where no message has properties. */
  async #needs5(): Promise<void> {
    const observer = await this.#observer
    if (observer === null || observer.speaks5) return
    const { name } = this.#settings.broker
    throw new Problem(
      'scenario/needs-mqtt5',
      `properties are of MQTT 5, and ${name} does not say that it has it: its messages have no properties`,
      {
        hint: 'take a broker that has it, such as aedes@2, mosquitto or reference',
      },
    )
  }

  #verdict(path: string): Verdict | null {
    return this.#judge.verdicts.findLast((verdict) => verdict.step === path) ?? null
  }

  async #orReason<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw this.#reason(error)
    }
  }

  /** When the broker dies, whatever was going on fails too; the death is the reason to tell. */
  #reason(error: unknown): unknown {
    const { reason } = this.#session.cancellation
    if (reason?.kind === 'broken') return reason.error
    if (reason?.kind === 'time-up')
      return new Problem('scenario/time-up', `nothing can be asked any more: ${showDuration(reason.limit)} are over`, {
        hint: 'give the test more time: test(name, { timeout: 30_000 }, …)',
      })
    return error instanceof CancelledError ? new Error('the test ended before this did') : error
  }
}
