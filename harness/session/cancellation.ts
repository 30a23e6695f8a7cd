// Why a run stops before its last step. Everything that waits races against `stopped`, so a run
// ends at once whatever it was waiting for.

import type { Duration, Problem } from '../../emulators/index.ts'

export type StopReason =
  | { readonly kind: 'time-up'; readonly limit: Duration }
  | { readonly kind: 'always' }
  | { readonly kind: 'broken'; readonly error: unknown }
  | { readonly kind: 'interrupted' }
  /** More was sent than may be held. */
  | { readonly kind: 'limit'; readonly problem: Problem }

export class CancelledError extends Error {
  readonly reason: StopReason

  constructor(reason: StopReason) {
    super(`stopped: ${reason.kind}`)
    this.reason = reason
  }
}

export class Cancellation {
  /** Those who wait; a promise for all of them would hold on to each that ever waited. */
  readonly #waiting = new Set<(error: CancelledError) => void>()
  #reason: StopReason | null = null
  readonly #onStop: (reason: StopReason) => void

  /** `onStop` hears of it before anybody who waits does. */
  constructor(onStop: (reason: StopReason) => void = () => {}) {
    this.#onStop = onStop
  }

  get reason(): StopReason | null {
    return this.#reason
  }

  /** The first reason counts. */
  stop(reason: StopReason): void {
    if (this.#reason !== null) return
    this.#reason = reason
    this.#onStop(reason)
    for (const reject of this.#waiting) reject(new CancelledError(reason))
    this.#waiting.clear()
  }

  /** Rejects with CancelledError when the session stops before the work has settled. */
  race<T>(work: Promise<T>): Promise<T> {
    if (this.#reason !== null) return Promise.race([work, Promise.reject(new CancelledError(this.#reason))])
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject)
      work.then(
        (value) => {
          this.#waiting.delete(reject)
          resolve(value)
        },
        (error: unknown) => {
          this.#waiting.delete(reject)
          reject(error)
        },
      )
    })
  }
}
