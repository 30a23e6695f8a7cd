// One discrete-event clock, and the loop that moves it. The clock goes to the next due moment only when nothing of the
// run can go on: no microtask, no immediate, no file that is being read, no thread that somebody holds the clock for.

import { type Clock, type Instant, instant, type Random, seeded, type Timer } from '../../emulators/index.ts'
import { type Due, DueQueue } from './queue.ts'
import { real } from './real.ts'

/** What a program that never waits has computed for when it lets the world go on, ms. */
const BUSY_MS = 1
/**
 * What a turn of the loop takes, ms. What was sent in one turn is heard of in the next, before its immediates. A power of
 * two, so that times of the record stay short.
 */
export const TURN_MS = 1 / 8
/**
 * How long the clock is held without a word, ms: a program that computes for ever. From then on the clock goes on without it,
 * and the run ends by its own time limit. Processor time of this process, because on a busy machine a program that has
 * hardly begun is no such program; and real time for one that does not even compute.
 */
const STANDSTILL: Standstill = { processorMs: 30_000, realMs: 600_000 }

export interface Standstill {
  readonly processorMs: number
  readonly realMs: number
}

/** Work of the operating system that ends by itself, and is not seen by the loop before it has: files, names, keys. */
const UNDER_WAY = /^(FSReq|GetAddrInfoReq|PBKDF2|RandomBytes|KeyGen|Sign|Zlib)/

export class World {
  readonly clock: Clock
  /** Whatever would be chance: ids, names, the first packet id of a client. */
  readonly random: Random
  readonly #queue = new DueQueue()
  #now = 0
  #armed = 0
  #phase: Due['phase'] = 'event'
  #holds = 0
  #parked = false
  #standstill: NodeJS.Timeout | undefined
  #isHeldForEver = false
  #over = false
  #turn = (): void => this.#settle()
  readonly #most: Standstill

  constructor(seed: number, most: Standstill = STANDSTILL) {
    this.#most = most
    this.random = seeded(seed).fork('virtual time')
    this.clock = {
      isVirtual: true,
      now: () => instant(this.#now),
      at: (when, fire) => this.at(when, fire),
      hold: () => this.hold(),
      busy: (then) => void this.at(this.#now + BUSY_MS, then),
    }
  }

  get now(): Instant {
    return instant(this.#now)
  }

  at(when: number, fire: () => void): Timer {
    return this.#arm(Math.max(when, this.#now), 'event', fire)
  }

  /** As libuv: after all that is heard of in this turn, or in the next one when asked for by an immediate. */
  immediate(fire: () => void): Timer {
    return this.#arm(this.#phase === 'event' ? this.#now : this.#now + TURN_MS, 'immediate', fire)
  }

  /** The clock stands still until what is returned was called: somebody outside of the loop is at work. */
  hold(): () => void {
    let held = true
    this.#holds++
    return () => {
      if (!held) return
      held = false
      this.#holds--
      if (this.#parked) this.#wake()
    }
  }

  /** Lets time pass until the work has settled. What is still armed then never fires. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    real.setImmediate(this.#turn)
    try {
      return await work()
    } finally {
      this.#over = true
      real.clearTimeout(this.#standstill)
    }
  }

  #park(): void {
    this.#parked = true
    this.#watch(processorTime(), real.now())
  }

  /** Looks again after what is left of the processor time at the earliest. */
  #watch(usedBefore: number, since: number): void {
    const { processorMs, realMs } = this.#most
    const left = Math.min(processorMs - (processorTime() - usedBefore), realMs - (real.now() - since))
    if (left > 0) {
      this.#standstill = real.setTimeout(
        () => this.#watch(usedBefore, since),
        Math.max(1, Math.min(left, processorMs / 4)),
      )
      return
    }
    this.#isHeldForEver = true
    this.#wake()
  }

  #wake(): void {
    this.#parked = false
    real.clearTimeout(this.#standstill)
    real.setImmediate(this.#turn)
  }

  /** A turn in which everything that is no timer of ours has run: promises, ticks, and immediates that libraries took early. */
  #settle(): void {
    if (!this.#over) real.setImmediate(() => this.#step())
  }

  #step(): void {
    if (this.#over) return
    const next = this.#next()
    if (next === 'parked') {
      this.#park()
      return
    }
    real.setImmediate(this.#turn)
    if (next === 'waiting') return
    const { fire, phase } = next
    this.#phase = phase
    next.fire = null
    fire?.()
  }

  #next(): Due | 'waiting' | 'parked' {
    // Nothing else happens meanwhile: whether a thread is done before or after it would be chance.
    if (this.#holds > 0 && !this.#isHeldForEver) return 'parked'
    const first = this.#queue.first
    if (first !== undefined && first.when <= this.#now) return this.#queue.shift()!
    if (first === undefined || isUnderWay()) return 'waiting'
    this.#now = first.when
    return this.#queue.shift()!
  }

  #arm(when: number, phase: Due['phase'], fire: () => void): Timer {
    const due: Due = { when, phase, order: this.#armed++, fire }
    this.#queue.push(due)
    return {
      cancel() {
        due.fire = null
      },
    }
  }
}

/** Of all threads of this process, ms. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const isUnderWay = (): boolean => process.getActiveResourcesInfo().some((name) => UNDER_WAY.test(name))
