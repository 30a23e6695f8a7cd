// A FreeRTOS event group: bits that a task may wait for, to the tick.

import { now, type Program, Signal, signal, sleep, waitFor } from '../../board.ts'
import { type Instant, milliseconds } from '../../core/time.ts'
import { untilTick } from '../../threads.ts'

/** A wait that has nothing to wait for still takes the time of a turn of a loop. */
const SPIN = milliseconds(1)

export class EventGroup {
  #bits = 0
  #changed: Signal | null = null
  readonly #hz: number

  /** `hz`: CONFIG_FREERTOS_HZ, ticks a second. */
  constructor(hz: number) {
    this.#hz = hz
  }

  get(bits: number): boolean {
    return (this.#bits & bits) === bits
  }

  *set(bits: number): Program<void> {
    this.#bits |= bits
    if (this.#changed !== null) yield* signal(this.#changed)
  }

  clear(bits: number): void {
    this.#bits &= ~bits
  }

  /**
   * Waits for so many ticks; null: for ever. Gives the tick with which it ended; null when a bit did. A wait ends with a
   * tick however late who plays the board comes to it, and so may the next one begin there: `from`, default now.
   */
  *wait(bits: number, ticks: number | null, from: Instant | null = null): Program<Instant | null> {
    if (ticks !== null && (ticks === 0 || this.get(bits))) {
      yield* sleep(SPIN)
      return null
    }
    const began = from ?? (yield* now())
    const limit = ticks === null ? null : untilTick(began, ticks, this.#hz)
    while (!this.get(bits)) {
      this.#changed ??= new Signal('event group')
      const left = limit === null ? null : milliseconds(began + limit - (yield* now()))
      if (left !== null && left <= 0) break
      if (!(yield* waitFor(this.#changed, left))) break
    }
    return limit === null || this.get(bits) ? null : ((began + limit) as Instant)
  }
}
