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
  /** Rejects with Stopped; never resolves. */
  readonly stopped: Promise<never>
  #reject: (error: CancelledError) => void = () => {}
  #reason: StopReason | null = null
  readonly #onStop: (reason: StopReason) => void

  /** `onStop` hears of it before anybody who waits does. */
  constructor(onStop: (reason: StopReason) => void = () => {}) {
    this.#onStop = onStop
    this.stopped = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.stopped.catch(() => {}) // nobody may be waiting just then
  }

  get reason(): StopReason | null {
    return this.#reason
  }

  /** The first reason counts. */
  stop(reason: StopReason): void {
    if (this.#reason !== null) return
    this.#reason = reason
    this.#onStop(reason)
    this.#reject(new CancelledError(reason))
  }

  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.stopped])
  }
}
