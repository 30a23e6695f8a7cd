// What every session of the harness is made of, once: a clock, a lag meter, secrets, a timeline with its lints, what was
// taken and must be given back, and one way to stop. A scenario's run, a test in TypeScript and a recording stand on it.

import {
  after,
  type Clock,
  type Duration,
  type Problem,
  type Random,
  realClock,
  seeded,
  type Timer,
} from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import { type Event, LagMeter, Secrets, Timeline } from '../evidence/index.ts'
import { Linter } from '../lint/index.ts'
import type { Plan } from '../plan/index.ts'
import { Cancellation, type StopReason } from './cancellation.ts'
import { type Limits, limitsOf } from './limits.ts'
import { Observer } from './observer.ts'
import { secretsOf } from './redact.ts'
import { ResourceStack } from './resource-stack.ts'
import { cleanUp, findResidue, lockBroker, mergeResidue, type Residue } from './shared-broker.ts'

export interface SessionSettings {
  /** Texts that must not stand in the record. */
  readonly secrets?: readonly string[] | undefined
  /** Default: the machine's monotonic clock, from 0 at the start of the session. */
  readonly clock?: Clock | undefined
  /** Default: those of `limitsOf`. */
  readonly limits?: Limits | undefined
  /** False: the timeline tells its listeners of events and forgets them; default: true. */
  readonly keepsEvents?: boolean | undefined
  /** For all random choices. */
  readonly seed?: number | undefined
  /** Called when the session stops, before anything that waits learns of it. */
  readonly onStop?: ((reason: StopReason) => void) | undefined
}

export class Session implements AsyncDisposable {
  readonly clock: Clock
  readonly lag: LagMeter
  readonly secrets: Secrets
  readonly timeline: Timeline
  readonly resources = new ResourceStack()
  readonly cancellation: Cancellation
  readonly random: Random
  readonly limits: Limits
  readonly #signals: (() => void)[] = []
  readonly #residue: Residue[] = []
  #log = ''

  constructor({
    secrets = [],
    clock = realClock(),
    seed = 0,
    limits = limitsOf(),
    keepsEvents = true,
    onStop,
  }: SessionSettings = {}) {
    this.limits = limits
    this.clock = clock
    this.lag = new LagMeter({ clock, onStall: (stalled) => void this.timeline.record({ kind: 'lag', stalled }) })
    this.secrets = new Secrets(secrets)
    this.timeline = new Timeline(clock, this.lag, this.secrets, {
      keeps: keepsEvents,
      limits,
      onLimit: (problem) => this.limitPassed(problem),
    })
    this.cancellation = new Cancellation(onStop)
    this.random = seeded(seed)
    recordViolations(this.timeline)
    // In virtual time nothing is ever late.
    if (clock.isVirtual !== true) this.lag.start()
  }

  /** More was sent than may be held: the session stops. */
  limitPassed(problem: Problem): void {
    this.cancellation.stop({ kind: 'limit', problem })
  }

  /** The session is interrupted when the signal is aborted, unless what this returns is called before. */
  endOn(signal: AbortSignal): () => void {
    const interrupt = (): void => this.cancellation.stop({ kind: 'interrupted' })
    signal.addEventListener('abort', interrupt)
    const ignore = (): void => signal.removeEventListener('abort', interrupt)
    this.#signals.push(ignore)
    if (signal.aborted) interrupt()
    return ignore
  }

  /** Waits, unless the session stops; it is given back with the session either way. */
  take<T extends AsyncDisposable>(what: string, acquiring: Promise<T>): Promise<T> {
    return this.cancellation.race(this.resources.take(what, acquiring))
  }

  /** Rejects with CancelledError when the session stops before. */
  async pause(duration: Duration): Promise<void> {
    let timer: Timer | undefined
    const over = new Promise<void>((resolve) => {
      timer = this.clock.at(after(this.clock.now(), duration), resolve)
    })
    try {
      await this.cancellation.race(over)
    } finally {
      // A timer left behind would keep the process alive.
      timer?.cancel()
    }
  }

  /** Stops the session when the work takes longer than the limit. */
  async within<T>(limit: Duration, work: () => Promise<T>): Promise<T> {
    const timer = this.clock.at(after(this.clock.now(), limit), () =>
      this.cancellation.stop({ kind: 'time-up', limit }),
    )
    try {
      return await work()
    } finally {
      timer.cancel()
    }
  }

  /** The broker of the session. Its death is an event, and stops the session. Throws Problem `broker/…`. */
  async openBroker(open: () => Promise<Broker>): Promise<Broker> {
    const broker = await this.take('the broker', open())
    this.secrets.learn(secretsOf(broker))
    broker.onDeath((death) => {
      this.timeline.record({ kind: 'broker', change: 'died', detail: death.message })
      this.cancellation.stop({ kind: 'broken', error: death })
    })
    this.resources.onRelease("the broker's log", () => {
      this.#log = broker.log()
    })
    return broker
  }

  /** Waits for the turn at a broker that scenarios share. What the session leaves there is removed at its end. */
  async shareBroker(broker: Broker): Promise<void> {
    if (broker.sharedAs === undefined) return
    await this.take('its turn at the broker', lockBroker(broker.sharedAs))
    this.resources.onRelease('what it left at the broker', () => {
      const found = [findResidue(this.timeline.events), ...this.#residue]
      const hurry = this.cancellation.reason?.kind === 'interrupted'
      return cleanUp(broker, mergeResidue(found), hurry)
    })
  }

  /** More than the record shows was left at the broker. */
  leaves(residue: Residue): void {
    this.#residue.push(residue)
  }

  /** Subscribed when this resolves. Throws Problem `broker/…`. */
  async observe(
    broker: Broker,
    { observe, observes5 = false }: Pick<Plan, 'observe' | 'observes5'>,
    onLost: ConstructorParameters<typeof Observer>[3],
  ): Promise<Observer> {
    const observer = new Observer(broker, observe, this.timeline, onLost, observes5)
    await this.resources.take('the observer', Promise.resolve(observer))
    await this.cancellation.race(observer.subscribe())
    return observer
  }

  /** What the broker has logged, masked; complete once the session is given back. */
  get brokerLog(): string {
    return this.secrets.text(this.#log)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources[Symbol.asyncDispose]()
    this.lag.stop()
    for (const forget of this.#signals) forget()
  }
}

/** Records what breaks a statement of MQTT, on any link. */
function recordViolations(timeline: Timeline): void {
  const linter = new Linter()
  timeline.subscribe((event) => {
    for (const { by, ...found } of linter.observe(event))
      timeline.record({ kind: 'violation', device: deviceOf(event), by, ...found, of: event.seq })
  })
}

const deviceOf = (event: Event): string => ('device' in event ? (event.device ?? '') : '')
