// What an RTOS gives to tasks, made of a board's calls: a lock, and its tick. Threads change only where they wait, so
// looking and taking cannot be parted.

import { atOnce, settled } from './at-once.ts'
import { currentThread, type Program, Signal, signal, type ThreadHandle, waitFor } from './board.ts'
import { type Duration, type Instant, milliseconds } from './core/time.ts'

/**
 * A mutex that its holder may take again, as FreeRTOS's recursive one. Giving it back does not hand it over: whoever
 * waits takes it when it next runs, if nobody else has it by then.
 */
export class RecursiveLock {
  readonly #name: string
  /** Made when somebody has to wait. */
  #freed: Signal | null = null
  #owner: ThreadHandle | null = null
  #depth = 0
  #waiting = 0

  constructor(name: string) {
    this.#name = name
  }

  take(): Program<void> {
    const me = atOnce()?.self()
    if (me === undefined || (this.#owner !== null && this.#owner !== me)) return this.#wait()
    this.#owner = me
    this.#depth++
    return settled(undefined)
  }

  *#wait(): Program<void> {
    const me = yield* currentThread()
    while (this.#owner !== null && this.#owner !== me) {
      this.#waiting++
      this.#freed ??= new Signal(this.#name)
      try {
        yield* waitFor(this.#freed, null)
      } finally {
        this.#waiting--
      }
    }
    this.#owner = me
    this.#depth++
  }

  give(): Program<void> {
    if (--this.#depth > 0) return settled(undefined)
    this.#owner = null
    return this.#waiting > 0 ? signal(this.#freed!) : settled(undefined)
  }
}

/**
 * How long a wait of so many RTOS ticks takes that begins at `now` (the board's clock): it ends at the tick that is so
 * many after the last one. `hz`: ticks a second.
 */
export function untilTick(now: Instant, ticks: number, hz: number): Duration {
  const period = 1000 / hz
  return milliseconds(Math.max(0, Math.floor(now / period) * period + ticks * period - now))
}
