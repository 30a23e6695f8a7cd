// Bounds on what a load run measures, as a plan has them.

import type { Place } from '../../../emulators/index.ts'
import type { ValueMatcher } from '../../scenario/index.ts'

/** Durations: each sample is one, in ms. */
export const TIMES = [
  'connect_time',
  'connect_time_sent',
  'recovery_time',
  'publish_ack_time',
  'publish_ack_time_sent',
  'end_to_end_time',
  'end_to_end_time_sent',
  'generator_lag',
] as const

/** Counts: with a rate a second. */
export const COUNTS = [
  'connects',
  'reconnects',
  'connect_failures',
  'disconnects',
  'messages_published',
  'messages_acked',
  'messages_received',
  'messages_skipped',
  'messages_failed',
  'messages_lost',
  'messages_duplicated',
  'messages_reordered',
  'messages_late',
  'messages_unexplained',
  'program_errors',
] as const

/** Of counts: how many a second. */
export const RATES = ['connect_rate', 'publish_rate', 'receive_rate'] as const

export type TimeMetric = (typeof TIMES)[number]

export type CountMetric = (typeof COUNTS)[number]

export type RateMetric = (typeof RATES)[number]

export type Metric = TimeMetric | CountMetric | RateMetric

export const STATISTICS = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'max', 'mean', 'total', 'peak'] as const

export type Statistic = (typeof STATISTICS)[number]

export interface SloPlan {
  readonly metric: Metric
  /** null: the whole run. */
  readonly phase: string | null
  readonly group: string | null
  readonly statistic: Statistic
  /** Of ms, counts, or rate per second. */
  readonly bound: ValueMatcher
  readonly onBreach: 'fail' | 'inconclusive'
  readonly place: Place
}
