// How long this process may have been deaf: a heartbeat that notices its own lateness. A socket's
// bytes can lie in the kernel while the event loop stands still, so an event's stamp may be late by
// as much as the last stall, not only by what is overdue at this moment. A stall shorter than one
// period it sees where the system counts how long a thread waited for the processor (Linux does).

import type { Clock, Instant } from '../../emulators/index.ts'
import { runDelay } from './run-delay.ts'

/** Milliseconds between two heartbeats. */
export const PERIOD = 10
/** A beat later than this (ms) is a stall worth an event of its own; so are several smaller ones that come to more. */
export const STALL = 20
/** A beat later than this (ms) is late because others had the processor; timers alone are not that late. */
const SLOW = 4

export interface LagSettings {
  readonly clock: Pick<Clock, 'now'>
  /** Told how long (ms) this process stood still at most, when a beat or several in a row were later than `STALL`. */
  readonly onStall?: ((stalled: number) => void) | undefined
  /** Milliseconds that this thread has waited for the processor so far; default: what the system counts. */
  readonly runDelay?: (() => number) | undefined
}

export class LagMeter {
  readonly #clock: Pick<Clock, 'now'>
  readonly #onStall: (stalled: number) => void
  readonly #runDelay: () => number
  #timer: NodeJS.Timeout | undefined
  #lastBeat: Instant | undefined
  /** Of the last beat: what was waiting while it was late is handled only after it. */
  #lateness = 0
  /** Milliseconds that the thread had waited at the last beat. */
  #waited = 0
  /** The latest moment before which, as was told, nothing is unheard. */
  #heardUntil = Number.NEGATIVE_INFINITY as Instant
  /** What late beats, and waits between beats, came to that were no stall each, ms; each beat on time takes from it. */
  #untold = 0

  constructor(settings: LagSettings) {
    this.#clock = settings.clock
    this.#onStall = settings.onStall ?? (() => {})
    this.#runDelay = settings.runDelay ?? runDelay
  }

  /** Starts the heartbeat; it does not keep the process alive. */
  start(): void {
    if (this.#timer !== undefined) return
    this.reset()
    this.#timer = setInterval(() => this.beat(), PERIOD)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#lastBeat = undefined
    this.#lateness = 0
  }

  /** As if a beat had just come on time. */
  reset(): void {
    this.#lastBeat = this.#clock.now()
    this.#lateness = 0
    this.#untold = 0
    this.#waited = this.#runDelay()
    this.#heardUntil = Number.NEGATIVE_INFINITY as Instant
  }

  /** One heartbeat; the timer calls it, and tests on a virtual clock do. */
  beat(): void {
    const waited = this.#runDelay()
    const now = this.#clock.now()
    const overdue = this.#overdue(now)
    const late = Math.max(overdue, waited - this.#waited)
    this.#waited = waited
    this.#lastBeat = now
    this.#lateness = late
    // Beats that come on time show that the thread gets on, whatever it waited for in between.
    const lost = late > SLOW ? late : 0
    this.#untold = Math.max(0, this.#untold + (overdue > SLOW ? lost : lost - SLOW))
    if (this.#untold <= STALL) return
    this.#onStall(this.#untold)
    this.#untold = 0
  }

  /**
   * How many ms earlier than `now` an event that is recorded now may have happened; 0 when not started. What has been
   * decided by an earlier answer stays so: no later event may have happened before the moment that was told then.
   */
  lag(now: Instant = this.#clock.now()): number {
    if (this.#lastBeat === undefined) return 0
    // The lateness counts until the next beat: what piled up behind a stall is worked off in that time,
    // and when working it off takes long, the beat after it is overdue as well.
    const lag = Math.max(this.#overdue(now), this.#runDelay() - this.#waited) + this.#lateness
    const bounded = Math.min(lag, now - this.#heardUntil)
    this.#heardUntil = (now - bounded) as Instant
    return bounded
  }

  #overdue(now: Instant): number {
    if (this.#lastBeat === undefined) return 0
    const overdue = Math.max(0, now - this.#lastBeat - PERIOD)
    // A stall may have begun right after the last beat.
    return overdue > STALL ? overdue + PERIOD : overdue
  }
}
