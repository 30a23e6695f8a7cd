// The one list of everything in a fleet that waits for a time: a binary heap in flat arrays. Cancelling
// costs nothing: an entry whose owner no longer has that `due` is passed over when its time comes.

/** Waits for one moment at a time; `due` is Infinity when it waits for none. Milliseconds. */
export interface Timed {
  due: number
  /** A millisecond late is too late. */
  readonly exact?: boolean
  fire(now: number): void
}

export class TimerHeap {
  readonly #times: number[] = []
  readonly #owners: Timed[] = []

  /** When the next entry is due, a cancelled one included; Infinity when there is none. */
  get next(): number {
    return this.#times.length > 0 ? this.#times[0]! : Number.POSITIVE_INFINITY
  }

  /** Whether it is one that must not be late. */
  get nextIsExact(): boolean {
    return this.#owners[0]?.exact === true
  }

  get size(): number {
    return this.#times.length
  }

  /** Sets the owner's `due`; an earlier wish of the same owner is forgotten. */
  set(owner: Timed, due: number): void {
    if (owner.due === due) return
    owner.due = due
    if (due !== Number.POSITIVE_INFINITY) this.#push(owner, due)
  }

  /** The first owner whose time has come by `now`, its `due` cleared; null when nobody's has. */
  take(now: number): Timed | null {
    while (this.#times.length > 0 && this.#times[0]! <= now) {
      const time = this.#times[0]!
      const owner = this.#owners[0]!
      this.#dropFirst()
      if (owner.due !== time) continue
      owner.due = Number.POSITIVE_INFINITY
      return owner
    }
    return null
  }

  #push(owner: Timed, time: number): void {
    const times = this.#times
    const owners = this.#owners
    let at = times.length
    times.push(time)
    owners.push(owner)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (times[up]! <= time) break
      times[at] = times[up]!
      owners[at] = owners[up]!
      at = up
    }
    times[at] = time
    owners[at] = owner
  }

  #dropFirst(): void {
    const times = this.#times
    const owners = this.#owners
    const time = times.pop()!
    const owner = owners.pop()!
    const size = times.length
    if (size === 0) return
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      if (down >= size) break
      if (down + 1 < size && times[down + 1]! < times[down]!) down++
      if (times[down]! >= time) break
      times[at] = times[down]!
      owners[at] = owners[down]!
      at = down
    }
    times[at] = time
    owners[at] = owner
  }
}
