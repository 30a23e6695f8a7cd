// The reports of all shards as one result. Histograms are added bucket by bucket and counts summed, so
// that it does not matter in how many parts the fleet ran.

import type { Histogram } from 'hdr-histogram-js'
import { type Plan, TIMES } from '../../plan/index.ts'
import type { LoadResult, LoadSeries, Percentiles } from '../../run/index.ts'
import type { ShardResult } from '../coordinator/protocol.ts'
import type { ShardState } from '../coordinator/transport.ts'
import { BUCKET, SERIES, STATES } from '../shard/meter.ts'
import { generatorResult } from './generator-lag.ts'
import { curveOf, decodeHistogram, encodeHistogram, newHistogram, percentilesOf } from './histogram.ts'
import { ratesOf } from './rates.ts'
import { reconcile } from './reconcile.ts'
import { boundsOf } from './slo-check.ts'

/** At most so many points in a series: what is finer cannot be seen. */
const MOST_POINTS = 3000

export interface Second {
  /** By metric. */
  readonly times: Map<string, Histogram>
  /** Percent of a core, of all shards. */
  cpu: number
  broker: { readonly cpu: number; readonly memory: number } | null
}

export interface Gathered {
  readonly plan: Plan
  readonly seed: number
  readonly duration: number
  /** When publishing ended, ms of the run. */
  readonly quietAt: number
  readonly phases: readonly { readonly name: string; readonly from: number; readonly to: number }[]
  readonly states: readonly ShardState[]
  readonly results: readonly (ShardResult | null)[]
  readonly seconds: readonly (Second | undefined)[]
  readonly system: LoadResult['system']
}

export function resultOf(gathered: Gathered): LoadResult {
  const { plan, seed, duration, phases, states, results, system } = gathered
  const fleet = plan.fleet!
  const whole = results.filter((r) => r !== null)
  const histograms = mergedTimes(gathered, whole)
  const times: Record<string, Record<string, Percentiles>> = {}
  for (const [key, histogram] of histograms) {
    const [where, metric] = key.split('|') as [string, string]
    times[where] ??= {}
    times[where][metric] = percentilesOf(histogram)
  }
  const all = TIMES.flatMap((metric) => {
    const histogram = histograms.get(`all|${metric}`)
    return histogram === undefined ? [] : [[metric, histogram] as const]
  })
  const result: Omit<LoadResult, 'slos'> = {
    schema: 'mqtt-hil/fleet',
    version: 1,
    seed,
    devices: fleet.devices,
    groups: fleet.groups.map(({ name, client, count }) => ({ name, use: client.name, count })),
    shards: states.map((state, k) => ({
      where: state.where,
      devices: results[k]?.devices ?? 0,
      complete: results[k] !== null && results[k] !== undefined,
      attempts: state.attempts,
      clockOffset: state.clockOffset,
      cpu: results[k]?.cpu ?? 0,
      memory: results[k]?.memory ?? 0,
    })),
    duration,
    phases,
    times,
    histograms: Object.fromEntries(all.map(([metric, h]) => [metric, encodeHistogram(h)])),
    counts: mergedCounts(gathered, whole),
    rates: ratesOf({
      groups: fleet.groups.map((group) => group.name),
      phases,
      until: gathered.quietAt,
      series: whole.flatMap((r) => r.meter.rates),
    }),
    errors: summed(whole.map((r) => r.meter.errors)),
    ledger: reconcile(
      fleet,
      whole.map((r) => r.books),
    ),
    generator: generatorResult(times, phases),
    system,
    series: seriesOf(gathered, whole, all),
  }
  return { ...result, slos: boundsOf(plan, result) }
}

/** By `WHERE|METRIC`; where: a phase, `all`, or either with `/GROUP`. */
function mergedTimes({ plan }: Gathered, results: readonly ShardResult[]): Map<string, Histogram> {
  const merged = new Map<string, Histogram>()
  const groups = plan.fleet!.groups.map((group) => group.name)
  const add = (key: string, histogram: Histogram): void => {
    const into = merged.get(key) ?? newHistogram()
    into.add(histogram)
    merged.set(key, into)
  }
  for (const { meter } of results)
    for (const [key, text] of Object.entries(meter.times)) {
      const [phase, group, metric] = key.split('|') as [string, string, string]
      const histogram = decodeHistogram(text)
      for (const where of placesOf(phase, groups[Number(group)]!)) add(`${where}|${metric}`, histogram)
    }
  return merged
}

/** A step may have the id `all`. */
const placesOf = (phase: string, group: string): ReadonlySet<string> =>
  new Set([phase, 'all', `${phase}/${group}`, `all/${group}`])

function mergedCounts({ plan }: Gathered, results: readonly ShardResult[]): LoadResult['counts'] {
  const counts: Record<string, Record<string, number>> = { all: {} }
  const groups = plan.fleet!.groups.map((group) => group.name)
  for (const { meter } of results)
    for (const [key, n] of Object.entries(meter.counts)) {
      const [phase, group, name] = key.split('|') as [string, string, string]
      for (const where of placesOf(phase, groups[Number(group)]!)) {
        counts[where] ??= {}
        counts[where][name] = (counts[where][name] ?? 0) + n
      }
    }
  return counts
}

function summed(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const part of parts) for (const [key, n] of Object.entries(part)) sum[key] = (sum[key] ?? 0) + n
  return Object.fromEntries(Object.entries(sum).sort(([, a], [, b]) => b - a))
}

function seriesOf(
  { plan, duration, seconds }: Gathered,
  results: readonly ShardResult[],
  all: readonly (readonly [string, Histogram])[],
): LoadSeries {
  const buckets = Math.max(1, Math.ceil(duration / BUCKET))
  const width = Math.ceil(buckets / MOST_POINTS)
  const points = Math.ceil(buckets / width)
  const at = Array.from({ length: points }, (_, k) => k * width * BUCKET)
  const sums = (lists: readonly (readonly number[])[]): number[] =>
    at.map((_, k) => {
      let sum = 0
      for (const list of lists) for (let b = k * width; b < (k + 1) * width; b++) sum += list[b] ?? 0
      return sum
    })
  /** A state is not summed over time: it is what it was at the end of the point. */
  const lasts = (lists: readonly (readonly number[])[]): number[] =>
    at.map((_, k) => lists.reduce((sum, list) => sum + (list[Math.min((k + 1) * width, list.length) - 1] ?? 0), 0))
  const groups = plan.fleet!.groups
  const inSeconds = Array.from({ length: Math.ceil(duration / 1000) }, (_, s) => seconds[s])
  const each = (pick: (h: Histogram) => number): Record<string, (number | null)[]> =>
    Object.fromEntries(
      all.map(([metric]) => [
        metric,
        inSeconds.map((second) => {
          const h = second?.times.get(metric)
          return h === undefined || h.totalCount === 0 ? null : pick(h)
        }),
      ]),
    )
  return {
    at,
    bucket: width * BUCKET,
    counts: Object.fromEntries(SERIES.map((name) => [name, sums(results.map((r) => r.meter.series[name] ?? []))])),
    states: Object.fromEntries(
      groups.map(({ name }, g) => [
        name,
        Object.fromEntries(STATES.map((state, s) => [state, lasts(results.map((r) => r.meter.states[g]![s]!))])),
      ]),
    ),
    seconds: {
      at: inSeconds.map((_, s) => s * 1000),
      p50: each((h) => h.getValueAtPercentile(50)),
      p99: each((h) => h.getValueAtPercentile(99)),
      generatorCpu: inSeconds.map((second) => Math.round(second?.cpu ?? 0)),
      brokerCpu: inSeconds.map((second) =>
        second?.broker === undefined || second.broker === null ? null : Math.round(second.broker.cpu),
      ),
      brokerMemory: inSeconds.map((second) => second?.broker?.memory ?? null),
    },
    curves: Object.fromEntries(all.map(([metric, h]) => [metric, curveOf(h)])),
  }
}
