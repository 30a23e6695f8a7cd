// What a shard measures: times by phase, group and metric; counts likewise; and everything over time in
// buckets. A sample belongs to the phase in which it was meant to happen, so that what an outage held up
// is not forgotten with it.

import type { Histogram } from 'hdr-histogram-js'
import { COUNTS, type CountMetric, LEDGER, RATES, type RateMetric, TIMES, type TimeMetric } from '../../plan/index.ts'
import { encodeHistogram, newHistogram, record } from '../result/histogram.ts'

/** Counts over time, beside those that have bounds. */
export const SERIES: readonly SeriesName[] = ['connect_attempts', ...COUNTS.filter((name) => !LEDGER.has(name))]
export type SeriesName = 'connect_attempts' | CountMetric

export const STATES = ['off', 'connecting', 'connected', 'ended', 'disconnected'] as const

/** ms. */
export const BUCKET = 100
const FIRST_PHASE = 'start'

/** What rates are made of: these are counted over time by phase and group as well. */
export const COUNTED: Readonly<Record<RateMetric, SeriesName>> = {
  connect_rate: 'connect_attempts',
  publish_rate: 'messages_published',
  receive_rate: 'messages_received',
}
/** By the place in SERIES: the place among rates, or -1. */
const RATE_OF: readonly number[] = SERIES.map((name) => RATES.findIndex((rate) => COUNTED[rate] === name))

/** Events of one phase over time: the first of `counts` is of bucket `first` of the run, `BUCKET` ms each. */
export interface RateSeries {
  readonly phase: string
  readonly group: number
  readonly metric: RateMetric
  /** The phase is named by its start as well, because it may come again; ms of the run. */
  readonly from: number
  readonly first: number
  readonly counts: readonly number[]
}

export interface MeterReport {
  /** `PHASE|GROUP|METRIC`, with the group's number. */
  readonly times: Readonly<Record<string, string>>
  readonly counts: Readonly<Record<string, number>>
  /** By name: from the start on, `BUCKET` ms each. */
  readonly series: Readonly<Record<string, readonly number[]>>
  readonly rates: readonly RateSeries[]
  /** By group, then state, at the end of each bucket. */
  readonly states: readonly (readonly (readonly number[])[])[]
  readonly errors: Readonly<Record<string, number>>
}

type Counting = { readonly first: number; readonly counts: number[] }

export class Meter {
  readonly #groups: number
  readonly #phases: { readonly name: string; readonly from: number }[] = [{ name: FIRST_PHASE, from: 0 }]
  readonly #times = new Map<string, Histogram>()
  /** By phase, then group and metric: looked at for each sample. */
  readonly #fast: (Histogram | undefined)[][] = [[]]
  #interval: (Histogram | undefined)[] = []
  readonly #counts: number[][] = [[]]
  /** By phase, then group and rate. */
  readonly #rates: (Counting | undefined)[][] = [[]]
  readonly #series: number[][] = SERIES.map(() => [])
  readonly #states: number[][][]
  readonly #errors = new Map<string, number>()
  readonly totals: number[] = SERIES.map(() => 0)

  constructor(groups: number) {
    this.#groups = groups
    this.#states = Array.from({ length: groups }, () => STATES.map(() => []))
  }

  /** `at`: ms of the run. */
  phase(name: string, at: number): void {
    this.#phases.push({ name, from: at })
    this.#fast.push([])
    this.#counts.push([])
    this.#rates.push([])
  }

  /** A sample of so many ms, meant for `at` (ms of the run). */
  time(metric: TimeMetric, group: number, at: number, ms: number): void {
    const m = TIMES.indexOf(metric)
    const phase = this.#phaseAt(at)
    const key = group * TIMES.length + m
    let histogram = this.#fast[phase]![key]
    if (histogram === undefined) {
      const name = `${this.#phases[phase]!.name}|${group}|${metric}`
      // A phase that comes again goes on with what it had.
      histogram = this.#times.get(name) ?? newHistogram()
      this.#fast[phase]![key] = histogram
      this.#times.set(name, histogram)
    }
    record(histogram, ms)
    this.#interval[m] ??= newHistogram()
    record(this.#interval[m], ms)
  }

  count(name: SeriesName, group: number, at: number, by = 1): void {
    const k = SERIES.indexOf(name)
    this.totals[k]! += by
    const list = this.#series[k]!
    const bucket = Math.max(0, Math.floor(at / BUCKET))
    while (list.length <= bucket) list.push(0)
    list[bucket]! += by
    const phase = this.#phaseAt(at)
    const counts = this.#counts[phase]!
    const key = group * SERIES.length + k
    counts[key] = (counts[key] ?? 0) + by
    const rate = RATE_OF[k]!
    if (rate >= 0) this.#rate(this.#rates[phase]!, group * RATES.length + rate, bucket, by)
  }

  #rate(series: (Counting | undefined)[], key: number, bucket: number, by: number): void {
    let one = series[key]
    if (one === undefined) {
      one = { first: bucket, counts: [] }
      series[key] = one
    }
    const k = Math.max(0, bucket - one.first)
    while (one.counts.length <= k) one.counts.push(0)
    one.counts[k]! += by
  }

  error(kind: string): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1)
  }

  /** How many devices of the group are in each state, for the buckets up to `at`. */
  states(group: number, counts: readonly number[], at: number): void {
    const bucket = Math.floor(at / BUCKET)
    for (const [k, list] of this.#states[group]!.entries()) while (list.length <= bucket) list.push(counts[k]!)
  }

  /** Since the last call: for the live view, and for percentiles second by second. */
  takeInterval(): Record<string, string> {
    const taken: Record<string, string> = {}
    for (const [m, histogram] of this.#interval.entries())
      if (histogram !== undefined && histogram.totalCount > 0) {
        taken[TIMES[m]!] = encodeHistogram(histogram)
        histogram.reset()
      }
    return taken
  }

  errors(): Record<string, number> {
    return Object.fromEntries(this.#errors)
  }

  report(): MeterReport {
    const counts: Record<string, number> = {}
    for (const [p, list] of this.#counts.entries())
      for (let group = 0; group < this.#groups; group++)
        for (const [k, name] of SERIES.entries()) {
          const n = list[group * SERIES.length + k] ?? 0
          const key = `${this.#phases[p]!.name}|${group}|${name}`
          if (n > 0) counts[key] = (counts[key] ?? 0) + n
        }
    return {
      times: Object.fromEntries([...this.#times].map(([key, histogram]) => [key, encodeHistogram(histogram)])),
      counts,
      series: Object.fromEntries(SERIES.map((name, k) => [name, this.#series[k]!])),
      rates: this.#rates.flatMap((list, p) =>
        list.flatMap((one, key) => {
          if (one === undefined) return []
          const { name, from } = this.#phases[p]!
          const group = Math.floor(key / RATES.length)
          return { phase: name, from, group, metric: RATES[key % RATES.length]!, ...one }
        }),
      ),
      states: this.#states,
      errors: this.errors(),
    }
  }

  /** Nearly always the last one. */
  #phaseAt(at: number): number {
    let k = this.#phases.length - 1
    while (k > 0 && this.#phases[k]!.from > at) k--
    return k
  }
}
