// What somebody who looks on is told while a fleet runs: the live view, the metrics for Prometheus.

import type { LoadResult } from '../../run/index.ts'
import type { Budget } from '../coordinator/budget.ts'

export interface LoadSnapshot {
  /** ms of the run. */
  readonly at: number
  readonly phase: string
  readonly groups: readonly {
    readonly name: string
    readonly devices: number
    readonly off: number
    readonly connecting: number
    readonly connected: number
    readonly ended: number
    /** Lost their connections and do not try to connect. */
    readonly disconnected: number
  }[]
  /** Since the start. */
  readonly totals: Readonly<Record<string, number>>
  /** A second, over the last one. */
  readonly rates: Readonly<Record<string, number>>
  /** Of the last second with samples; µs. */
  readonly times: Readonly<Record<string, { readonly p50: number; readonly p99: number }>>
  readonly errors: Readonly<Record<string, number>>
  /** Connects that wait for their turn, and those under way. */
  readonly connecting: { readonly queued: number; readonly inFlight: number }
  /** Percent of one core. */
  readonly generatorCpu: number
  readonly brokerCpu: number | null
  readonly shards: { readonly total: number; readonly lost: number }
}

export interface LoadWatcher {
  onBegin?(about: {
    readonly name: string
    readonly devices: number
    readonly seed: number
    /** null: it is run elsewhere, or in virtual time. */
    readonly budget: Budget | null
    readonly isVirtual: boolean
  }): void
  onPhase?(name: string, at: number): void
  onSnapshot?(snapshot: LoadSnapshot): void
  /** In a sentence: a shard was lost, and what became of it. */
  onNote?(text: string): void
  onResult?(result: LoadResult): void
}
