// How long a device waits before it connects again, by the policies that have names. `attempt` counts
// from 0: also the first attempt after a loss waits, or a fleet that lost its broker comes back as one.

import type { Duration } from '../core/time.ts'

export interface Backoff {
  readonly kind: 'fixed' | 'exponential' | 'decorrelated'
  readonly base: Duration
  /** No wait is longer. */
  readonly max: Duration
  /** `full`: anything from 0 to the wait. `equal`: half of it, and anything from 0 to the other half. */
  readonly jitter: 'none' | 'full' | 'equal'
}

/** Milliseconds. `previous`: the wait before, 0 at first; `chance`: a float in [0, 1). */
export function waitOf(backoff: Backoff, attempt: number, previous: number, chance: number): number {
  const { kind, base, max, jitter } = backoff
  if (kind === 'decorrelated') {
    const high = Math.max(base, previous * 3)
    return Math.min(max, base + chance * (high - base))
  }
  const wait = Math.min(max, kind === 'fixed' ? base : base * 2 ** Math.min(attempt, 30))
  if (jitter === 'full') return wait * chance
  return jitter === 'equal' ? wait / 2 + (wait / 2) * chance : wait
}
