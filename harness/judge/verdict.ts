// What the judge says of one claim. Three kinds: `inconclusive` means that the evidence cannot
// carry the claim, because the harness itself lagged more than the margin.

import type { Instant, Place } from '../../emulators/index.ts'

/** `inconclusive`: the harness itself lagged by more than the margin, so nobody can tell. */
export type VerdictKind = 'pass' | 'fail' | 'inconclusive'

/** A claim's window in the time of the run (ms). `null`: it has no end on that side. */
export interface ClaimedWindow {
  readonly anchor: Instant
  readonly from: Instant | null
  readonly to: Instant | null
}

/** What a claim came to, with the events that decided it. */
export interface Verdict {
  readonly kind: VerdictKind
  /** The step's path in the record, with repetitions: `3`, `5#2.1`, `always.0`. */
  readonly step: string
  readonly place: Place
  readonly title: string
  /** What was claimed, in words, with its window. */
  readonly expected: string
  /** What was seen, in words. */
  readonly got: string
  /** The events (by seq) that decided it. */
  readonly evidence: readonly number[]
  /** Events near the claim that may explain a failure: near misses, the last of the stream. */
  readonly nearby: readonly number[]
  /** When it may come, or must not; absent for what has no time of its own. */
  readonly window?: ClaimedWindow | undefined
  /** When it was decided, in ms of the run. */
  readonly at: Instant
}

/** What a case hands to the judge, which knows step, place and title. */
export type ClaimResult = Pick<Verdict, 'kind' | 'expected' | 'got' | 'evidence' | 'nearby' | 'window'>
