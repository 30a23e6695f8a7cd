// How many connects a fleet has under way. A broker accepts from a queue of some hundred; what a
// generator throws on top of that is dropped by the kernel and tried again a second later, which looks
// like a slow broker. So a connect holds its place from the SYN to the broker's first byte.

export interface Connecting {
  /** Its turn has come. */
  begin(): void
}

/** A broker that accepts and says nothing keeps a place no longer than this (ms). */
const WINDOW_LIMIT = 1000

export class ConnectWindow {
  readonly size: number
  #waiting: (Connecting | null)[] = []
  #head = 0
  readonly #under = new Map<Connecting, number>()

  constructor(size: number) {
    this.size = size
  }

  /** Connects that wait for their turn. */
  get queued(): number {
    return this.#waiting.length - this.#head
  }

  get inFlight(): number {
    return this.#under.size
  }

  /** When the oldest place is taken away at the latest; Infinity when nobody waits for it. */
  get due(): number {
    if (this.queued === 0) return Number.POSITIVE_INFINITY
    for (const since of this.#under.values()) return since + WINDOW_LIMIT
    return Number.POSITIVE_INFINITY
  }

  enter(one: Connecting, now: number): void {
    if (this.#under.size >= this.size) {
      this.#waiting.push(one)
      return
    }
    this.#under.set(one, now)
    one.begin()
  }

  /** It has been answered, has failed, or does not want to any more; who is not in here is not minded. */
  leave(one: Connecting, now: number): void {
    if (this.#under.delete(one)) this.#next(now)
  }

  /** It was waiting for its turn and is gone. */
  forget(one: Connecting): void {
    const at = this.#waiting.indexOf(one, this.#head)
    if (at >= 0) this.#waiting[at] = null
  }

  /** Takes their places from those that have had them for too long. */
  expire(now: number): void {
    for (const [one, since] of this.#under) {
      if (since + WINDOW_LIMIT > now) break
      this.#under.delete(one)
    }
    this.#next(now)
  }

  #next(now: number): void {
    while (this.#under.size < this.size && this.#head < this.#waiting.length) {
      const one = this.#waiting[this.#head]!
      this.#waiting[this.#head++] = null
      if (one === null) continue
      this.#under.set(one, now)
      one.begin()
    }
    if (this.#head < 1024 || this.#head * 2 < this.#waiting.length) return
    this.#waiting = this.#waiting.slice(this.#head)
    this.#head = 0
  }
}
