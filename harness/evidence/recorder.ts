// The timeline of one run, in memory: stamps each fact, masks what is secret, and tells whoever listens. Every listener hears
// the events in the order of `seq`, even when a listener records another one while it is being told.

import type { Clock, Instant } from '../../emulators/index.ts'
import type { Event, Fact, Recorder } from './event.ts'
import type { LagMeter } from './lag.ts'
import { Secrets } from './secrets.ts'

export type Listener = (event: Event) => void

interface Subscription {
  readonly listener: Listener
  /** The first event that it hears: those before it can be read from `events`. */
  readonly from: number
}

export class Timeline implements Recorder {
  readonly #clock: Clock
  readonly #lag: LagMeter | undefined
  readonly #secrets: Secrets
  readonly #events: Event[] = []
  readonly #subscriptions = new Set<Subscription>()
  /** How many events have been told to the listeners. */
  #told = 0
  #telling = false

  constructor(clock: Clock, lag?: LagMeter, secrets = new Secrets()) {
    this.#clock = clock
    this.#lag = lag
    this.#secrets = secrets
  }

  get events(): readonly Event[] {
    return this.#events
  }

  now(): Instant {
    return this.#clock.now()
  }

  /** Listeners have been told when it returns, unless a listener called it: then they are told next. */
  record(fact: Fact): Event {
    const lag = this.#lag?.lag() ?? 0
    const stamp = { at: this.#clock.now(), seq: this.#events.length }
    const shown = this.#secrets.fact(fact)
    const event: Event = lag >= 1 ? { ...shown, ...stamp, lag } : { ...shown, ...stamp }
    this.#events.push(event)
    this.#tell()
    return event
  }

  /** The returned function ends it; safe to call from the listener itself. */
  subscribe(listener: Listener): () => void {
    const subscription = { listener, from: this.#events.length }
    this.#subscriptions.add(subscription)
    return () => void this.#subscriptions.delete(subscription)
  }

  #tell(): void {
    if (this.#telling) return
    this.#telling = true
    const failures: unknown[] = []
    while (this.#told < this.#events.length) {
      const event = this.#events[this.#told++]!
      for (const { listener, from } of this.#subscriptions) {
        if (event.seq < from) continue
        try {
          listener(event)
        } catch (failure) {
          failures.push(failure)
        }
      }
    }
    this.#telling = false
    // A listener that throws is a bug of ours; it must neither be lost nor cost the others their event.
    if (failures.length > 0) throw failures[0]
  }
}
