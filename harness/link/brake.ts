// Who stops and starts the source of one direction. There may be several reasons to stop it at once, and it goes on
// only when none is left: two that paused and resumed it on their own would undo each other.

export interface Pausable {
  pause(): unknown
  resume(): unknown
}

/** `sink`: the receiver takes no more; `waiting`: too much waits for a disturbance; `turn`: others are to have a turn. */
export type BrakeReason = 'sink' | 'waiting' | 'turn'

export class Brake {
  readonly #source: Pausable
  readonly #reasons = new Set<BrakeReason>()
  #released = false

  constructor(source: Pausable) {
    this.#source = source
  }

  hold(reason: BrakeReason): void {
    if (this.#released) return
    this.#reasons.add(reason)
    if (this.#reasons.size === 1) this.#source.pause()
  }

  /** Until everything else of this process has had its turn. */
  yield(): void {
    if (this.#reasons.has('turn')) return
    this.hold('turn')
    setImmediate(() => this.free('turn'))
  }

  free(reason: BrakeReason): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#source.resume()
  }

  /** For good: what comes is no longer passed on. */
  release(): void {
    this.#released = true
    this.#reasons.clear()
    this.#source.resume()
  }
}
