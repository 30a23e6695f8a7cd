// How long the harness itself stood still, and when. A stamp's own lag bounds when one event was seen; what an
// answer waited for on its way through the harness (link, embedded broker, device) is all stalls since the question.

import type { Instant } from '../../emulators/index.ts'
import { type Event, STALL } from '../evidence/index.ts'

export class Stalls {
  readonly #stalls: { readonly at: Instant; readonly stalled: number }[] = []

  observe(event: Event): void {
    if (event.kind === 'lag') this.#stalls.push({ at: event.at, stalled: event.stalled })
  }

  /**
   * Milliseconds that the harness lost between two moments, at most. Where it lost some, it may have lost a little more
   * that is not told yet.
   */
  between(from: Instant, to: Instant): number {
    const told = this.#told(from, to)
    return told === 0 ? 0 : told + STALL
  }

  /**
   * Until when what was to come from one moment to another may still come: each stall that begins before then puts it off.
   */
  reach(from: Instant, to: Instant): Instant {
    let reached = to
    for (;;) {
      const further = (to + this.#told(from, reached)) as Instant
      if (further === reached) return reached
      reached = further
    }
  }

  #told(from: Instant, to: Instant): number {
    let sum = 0
    for (let k = this.#stalls.length - 1; k >= 0 && this.#stalls[k]!.at > from; k--) {
      const { at, stalled } = this.#stalls[k]!
      // One that ended after `to` may have begun before it.
      if (at - stalled < to) sum += stalled
    }
    return sum
  }
}
