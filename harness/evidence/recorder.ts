// The timeline of one run: stamps each fact, masks what is secret, and tells whoever listens. Every listener hears
// the events in the order of `seq`, even when a listener records another one while it is being told.

import { type Clock, type Instant, Problem } from '../../emulators/index.ts'
import type { Event, Fact, FactKind, Recorder } from './event.ts'
import { EventLog } from './event-log.ts'
import type { LagMeter } from './lag.ts'
import { isKept, withBytesKept } from './lazy-bytes.ts'
import { Secrets } from './secrets.ts'
import { Spool } from './spool.ts'

/** `unmasked`: the same event with its secrets, for who judges it and tells nobody. */
export type Listener = (event: Event, unmasked: Event) => void

interface Subscription {
  readonly listener: Listener
  /** The first event that it hears: those before it can be read from `events`. */
  readonly from: number
}

export interface RecordLimits {
  /** Bytes of memory. */
  readonly record: number
  /** Bytes of the temporary file that long payloads are in. */
  readonly disk: number
}

export const DEFAULT_RECORD_LIMITS: RecordLimits = { record: 256 * 1024 * 1024, disk: 4 * 1024 * 1024 * 1024 }

export interface TimelineSettings {
  /** False: listeners hear the events, and they are forgotten. */
  readonly keeps: boolean
  readonly limits: RecordLimits
  /** Called once; what devices and brokers send is not recorded from then on. */
  readonly onLimit: (problem: Problem) => void
}

const DEFAULT_SETTINGS: TimelineSettings = { keeps: true, limits: DEFAULT_RECORD_LIMITS, onLimit: () => {} }

/** Kinds of events of which others decide how many there are. */
const OF_OTHERS: ReadonlySet<FactKind> = new Set(['packet', 'bytes', 'frame', 'message', 'serial'])

/** What an event costs in memory beside its bytes and texts. */
const EVENT_BYTES = 600

/** Long bytes are counted as the spool has them: at most a part of them is in memory. */
function costOf(event: Event): number {
  if (event.kind === 'packet' || event.kind === 'bytes')
    return EVENT_BYTES + (isKept(event, 'raw') ? 0 : event.raw.length)
  if (event.kind === 'message') return EVENT_BYTES + (isKept(event, 'payload') ? 0 : event.payload.length)
  return EVENT_BYTES + (event.kind === 'serial' ? 2 * event.line.length : 0)
}

/** The events so far, in order, and those to come. */
export class Timeline implements Recorder {
  readonly #clock: Clock
  readonly #lag: LagMeter | undefined
  readonly #secrets: Secrets
  readonly #settings: TimelineSettings
  readonly #spool = new Spool()
  readonly #log: EventLog
  /** What the listeners are to be told: an event, and the same with its secrets. */
  readonly #untold: { readonly event: Event; readonly unmasked: Event }[] = []
  readonly #subscriptions = new Set<Subscription>()
  #telling = false

  /** How many events there are, kept or not. */
  #count = 0
  #cost = 0
  #limitPassed = false

  constructor(clock: Clock, lag?: LagMeter, secrets = new Secrets(), settings: Partial<TimelineSettings> = {}) {
    this.#clock = clock
    this.#lag = lag
    this.#secrets = secrets
    this.#settings = { ...DEFAULT_SETTINGS, ...settings }
    // In real time nobody should wait for the disk; and a day is long.
    this.#log = new EventLog(clock.isVirtual === true, (events) => this.#left(events))
  }

  /** All so far; it grows. In virtual time those of long ago are read from disk when they are looked at. */
  get events(): readonly Event[] {
    return this.#log.live()
  }

  /** All so far. */
  snapshot(): readonly Event[] {
    return this.#log.snapshot()
  }

  at(seq: number): Event | undefined {
    return this.#log.at(seq)
  }

  now(): Instant {
    return this.#clock.now()
  }

  /** Listeners have been told when it returns, unless a listener called it: then they are told next. */
  record(fact: Fact): Event {
    const at = this.#clock.now()
    const lag = this.#lag?.lag(at) ?? 0
    const stamp = { at, seq: this.#count, ...(lag >= 1 ? { lag } : {}) }
    const shown = this.#secrets.fact(fact)
    const stamped: Event = { ...shown, ...stamp }
    if (this.#limitPassed && OF_OTHERS.has(fact.kind)) return stamped
    const event = this.#settings.keeps ? withBytesKept(stamped, (bytes) => this.#spool.keep(bytes)) : stamped
    this.#count++
    if (this.#settings.keeps) this.#log.push(event)
    const unmasked: Event = shown === fact ? event : ({ ...fact, ...stamp } as Event)
    this.#untold.push({ event, unmasked })
    this.#tell()
    this.#watch(event)
    return event
  }

  /** The returned function ends it; safe to call from the listener itself. */
  subscribe(listener: Listener): () => void {
    const subscription = { listener, from: this.#count }
    this.#subscriptions.add(subscription)
    return () => void this.#subscriptions.delete(subscription)
  }

  /** What devices and brokers send is no longer recorded once it is too much. */
  #watch(event: Event): void {
    const { keeps, limits, onLimit } = this.#settings
    if (!keeps || this.#limitPassed) return
    this.#cost += costOf(event)
    const [what, limit] =
      this.#cost > limits.record
        ? ['memory', limits.record]
        : this.#spool.spooled + this.#log.bytesOnDisk > limits.disk
          ? ['disk', limits.disk]
          : [null, 0]
    if (what === null) return
    this.#limitPassed = true
    onLimit(
      new Problem('run/record-limit', `the record takes more than ${limit} bytes of ${what}`, {
        hint: `raise limits.${what === 'memory' ? 'record' : 'disk'} in the config, or let less be sent`,
      }),
    )
  }

  #left(events: readonly Event[]): void {
    for (const event of events) this.#cost -= costOf(event)
  }

  #tell(): void {
    if (this.#telling) return
    this.#telling = true
    const failures: unknown[] = []
    for (let told = this.#untold.shift(); told !== undefined; told = this.#untold.shift()) {
      const { event, unmasked } = told
      for (const { listener, from } of this.#subscriptions) {
        if (event.seq < from) continue
        try {
          listener(event, unmasked)
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
