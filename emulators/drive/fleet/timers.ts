// Calls whoever waits for a time, from one list and one timer of Node's for the whole fleet. So many at a time: then
// sockets have their turn.

import { type Timed, TimerHeap } from './heap.ts'
import type { Waker } from './waker.ts'
import type { ConnectWindow } from './window.ts'
import type { WriteCoalescer } from './write-coalescer.ts'

const TIMERS_A_TURN = 512
/** Less than a millisecond. */
const A_WHILE = 0.5

export class FleetTimers {
  readonly #heap = new TimerHeap()
  readonly #waker: Waker
  readonly #window: ConnectWindow
  readonly #out: WriteCoalescer
  readonly #onLateness: (late: number, now: number) => void
  /** The window's connects that take too long. */
  readonly #expiry: Timed
  #soon: NodeJS.Immediate | null = null
  #turning = false
  #closed = false

  /** `onLateness`: a timer was served so late; ms. */
  constructor(
    waker: (wake: () => void) => Waker,
    window: ConnectWindow,
    out: WriteCoalescer,
    onLateness: (late: number, now: number) => void,
  ) {
    this.#waker = waker(() => this.#turn())
    this.#window = window
    this.#out = out
    this.#onLateness = onLateness
    this.#expiry = { due: Number.POSITIVE_INFINITY, fire: (now) => window.expire(now) }
  }

  now(): number {
    return this.#waker.now()
  }

  /** Calls `fire` of its owner at `due`; Infinity calls it off. */
  at(owner: Timed, due: number): void {
    this.#heap.set(owner, due)
    if (due < Number.POSITIVE_INFINITY) this.arm()
  }

  /** Looks anew for the first moment that somebody waits for. */
  arm(): void {
    if (this.#closed || this.#turning) return
    const { due } = this.#window
    if (due !== this.#expiry.due) this.#heap.set(this.#expiry, due)
    const { next } = this.#heap
    if (next === Number.POSITIVE_INFINITY) return
    if (next > this.now()) this.#waker.arm(next, this.#heap.nextIsExact)
    else
      this.#soon ??= setImmediate(() => {
        this.#soon = null
        this.#turn()
      })
  }

  /** Nobody is called any more. */
  close(): void {
    this.#closed = true
    this.#waker.close()
  }

  #turn(): void {
    if (this.#closed) return
    this.#turning = true
    let served = 0
    for (; served < TIMERS_A_TURN; served++) {
      const now = this.now()
      const due = this.#heap.next
      const owner = this.#heap.take(now)
      if (owner === null) break
      this.#onLateness(now - due, now)
      owner.fire(now)
    }
    this.#turning = false
    this.#out.flush()
    // What has become due meanwhile waits for the next wake where those come each millisecond anyhow.
    if (served < TIMERS_A_TURN && this.#waker.isCoarse && this.#heap.next <= this.now())
      this.#waker.arm(this.now() + A_WHILE, false)
    else this.arm()
  }
}
