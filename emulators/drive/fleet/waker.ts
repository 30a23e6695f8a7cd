// Wakes the fleet when its next timer is due. Node's own timers are a millisecond coarse, which alone
// would put 0.6 ms on every latency that is counted from the intended time. So a helper thread sleeps
// exactly and knocks, from the first moment on that must not be late (a thread takes megabytes and tens of milliseconds to
// begin, and what libraries wait for need not be so exact); when moments come thick and fast it is not asked, because one coarse wake then
// serves many of them and a knock costs some 50 µs of CPU.

import { Worker } from 'node:worker_threads'
import { type Clock, instant, type Timer } from '../../core/time.ts'

/** The helper knocks this much early (ms) and the rest is spun away: a thread takes that long to wake. */
const EARLY = 0.06
/** Up to so far away (ms) the helper is asked; farther ones are first waited for with a coarse timer. */
const NEAR = 2
/** So many exact wakes in so many ms are enough; then only coarse ones for a while, which serve many moments each. */
const ENOUGH = 150
const WINDOW = 100
const COARSE = 5000

const HELPER = `
const { workerData, parentPort } = require('node:worker_threads')
const state = new Int32Array(workerData)
const due = new Float64Array(workerData, 8)
const now = () => { const [s, n] = process.hrtime(); return s * 1e3 + n / 1e6 }
for (;;) {
  const seen = Atomics.load(state, 0)
  const when = due[0]
  if (when === 0) { Atomics.wait(state, 0, seen); continue }
  if (when < 0) break
  const left = when - now()
  if (left > 0 && Atomics.wait(state, 0, seen, left) !== 'timed-out') continue
  if (Atomics.load(state, 0) !== seen) continue
  due[0] = 0
  parentPort.postMessage(0)
}`

export interface Waker {
  /** Calls the wake function at `at` (ms of `now`) or soon after; a new moment takes the place of an old one. `exact`: a millisecond is too late. */
  arm(at: number, exact: boolean): void
  now(): number
  /** It wakes once a millisecond, and serves many moments each time. */
  readonly isCoarse: boolean
  close(): void
}

/** What `performance.now()` lacks to the system's clock: the best of some looks, the first of which load code. */
const SINCE_BOOT = ((): number => {
  let best = { width: Number.POSITIVE_INFINITY, offset: 0 }
  for (let k = 0; k < 10; k++) {
    const before = performance.now()
    const [seconds, nanoseconds] = process.hrtime()
    const width = performance.now() - before
    if (width < best.width) best = { width, offset: seconds * 1e3 + nanoseconds / 1e6 - before - width / 2 }
  }
  return best.offset
})()

/** The system's monotonic clock in ms: the same for every process of this machine. */
export const monotonic = (): number => performance.now() + SINCE_BOOT

/** By a clock that is never late. */
export const clockWaker =
  (clock: Clock) =>
  (wake: () => void): Waker =>
    new ClockWaker(clock, wake)

class ClockWaker implements Waker {
  readonly isCoarse = false
  readonly #clock: Clock
  readonly #wake: () => void
  #timer: Timer | null = null
  #at = Number.POSITIVE_INFINITY

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  now(): number {
    return this.#clock.now()
  }

  arm(at: number): void {
    if (at === this.#at) return
    this.close()
    if (at === Number.POSITIVE_INFINITY) return
    this.#at = at
    this.#timer = this.#clock.at(instant(at), () => {
      this.#at = Number.POSITIVE_INFINITY
      this.#wake()
    })
  }

  close(): void {
    this.#at = Number.POSITIVE_INFINITY
    this.#timer?.cancel()
    this.#timer = null
  }
}

/** `exact: false` never starts the helper thread: wakes are up to a millisecond and more late. */
export function realWaker(wake: () => void, { exact = true }: { readonly exact?: boolean } = {}): Waker {
  return new RealWaker(wake, exact)
}

class RealWaker implements Waker {
  readonly #wake: () => void
  readonly #helps: boolean
  readonly #state = new Int32Array(new SharedArrayBuffer(16))
  readonly #due = new Float64Array(this.#state.buffer as SharedArrayBuffer, 8)
  #helper: Worker | null = null
  #timer: NodeJS.Timeout | null = null
  #shortest: NodeJS.Timeout | null = null
  #at = Number.POSITIVE_INFINITY
  #exact = false
  #windowEnds = 0
  #wakes = 0

  constructor(wake: () => void, exact: boolean) {
    this.#wake = wake
    this.#helps = exact
  }

  now(): number {
    return monotonic()
  }

  get isCoarse(): boolean {
    return !this.#exact || (this.#wakes === ENOUGH && monotonic() < this.#windowEnds)
  }

  arm(at: number, exact: boolean): void {
    if (at === this.#at && (this.#exact || !exact)) return
    this.#at = at
    this.#exact = this.#helps && (exact || this.#helper !== null)
    this.#set()
  }

  close(): void {
    this.#at = Number.POSITIVE_INFINITY
    for (const timer of [this.#timer, this.#shortest]) if (timer !== null) clearTimeout(timer)
    this.#ask(-1)
    this.#helper?.unref()
    this.#helper = null
  }

  #set(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#at === Number.POSITIVE_INFINITY) return
    const now = monotonic()
    const left = this.#at - now
    if (this.#exact && left < NEAR && this.#mayBeExact(now)) this.#ask(this.#at - EARLY)
    else this.#later(Math.max(1, this.#exact && left >= NEAR ? Math.floor(left - 1) : Math.ceil(left)))
  }

  /** A timer of one millisecond is the commonest; it is made once. */
  #later(ms: number): void {
    if (ms !== 1) this.#timer = setTimeout(this.#fire, ms)
    else if (this.#shortest === null) this.#shortest = setTimeout(this.#fire, 1)
    else this.#shortest.refresh()
  }

  #mayBeExact(now: number): boolean {
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + WINDOW
      this.#wakes = 0
    } else if (this.#wakes === ENOUGH) return false
    this.#wakes++
    if (this.#wakes === ENOUGH) this.#windowEnds = now + COARSE
    return true
  }

  #ask(when: number): void {
    if (this.#helper === null) {
      if (when < 0) return
      this.#helper = new Worker(HELPER, { eval: true, workerData: this.#state.buffer, stdout: false })
      this.#helper.on('message', this.#fire)
    }
    this.#due[0] = when
    Atomics.add(this.#state, 0, 1)
    Atomics.notify(this.#state, 0)
  }

  readonly #fire = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    let left = this.#at - monotonic()
    if (left === Number.POSITIVE_INFINITY) return
    if (left > 2 * EARLY) {
      this.#set()
      return
    }
    while (left > 0) left = this.#at - monotonic()
    this.#at = Number.POSITIVE_INFINITY
    this.#wake()
  }
}
