// Rates of a load, by phase and group. A mean is what was counted over the time of the phase, all of its turns when it
// comes again; a peak is the highest count of any one second, to a tenth of a second, within one turn.

import { RATES } from '../../plan/index.ts'
import type { LoadResult, RateFigure } from '../../run/index.ts'
import { BUCKET, type RateSeries } from '../shard/meter.ts'

/** Buckets of a second. */
const SECOND = Math.round(1000 / BUCKET)

export interface RatesOf {
  readonly groups: readonly string[]
  readonly phases: LoadResult['phases']
  /** When publishing ended, ms of the run: what comes later is no time of a rate. */
  readonly until: number
  /** Of all shards. */
  readonly series: readonly RateSeries[]
}

/** By phase or `all`, each also with `/GROUP`. */
export function ratesOf({ groups, phases, until, series }: RatesOf): LoadResult['rates'] {
  const turns = phases.map(({ name, from, to }) => ({ name, from, ms: Math.max(0, Math.min(to, until) - from) }))
  const rates: Record<string, Record<string, RateFigure>> = {}
  for (const metric of RATES)
    for (const group of [null, ...groups.keys()]) {
      const own = series.filter((one) => one.metric === metric && (group === null || one.group === group))
      const put = (where: string, ms: number, parts: readonly (readonly RateSeries[])[]): void => {
        const key = group === null ? where : `${where}/${groups[group]}`
        rates[key] ??= {}
        const lists = parts.map(sumOf)
        const total = lists.flat().reduce((sum, n) => sum + n, 0)
        rates[key][metric] = { mean: ms > 0 ? (total * 1000) / ms : null, peak: Math.max(0, ...lists.map(peakOf)) }
      }
      for (const name of new Set(turns.map((turn) => turn.name))) {
        const same = turns.filter((turn) => turn.name === name)
        // A turn that ends where it began, and another at the same moment, are one in the series.
        const begun = [...new Set(same.map(({ from }) => from))]
        const parts = begun.map((from) => own.filter((one) => one.phase === name && one.from === from))
        put(
          name,
          same.reduce((sum, { ms }) => sum + ms, 0),
          parts,
        )
      }
      put('all', until, [own])
    }
  return rates
}

/** Bucket by bucket, from the first that any of them has. */
function sumOf(series: readonly RateSeries[]): number[] {
  const first = Math.min(...series.map((one) => one.first))
  const sum: number[] = []
  for (const one of series)
    for (const [k, n] of one.counts.entries()) {
      const at = one.first - first + k
      while (sum.length <= at) sum.push(0)
      sum[at]! += n
    }
  return sum
}

/** The most in any second. */
function peakOf(counts: readonly number[]): number {
  let sum = 0
  let peak = 0
  for (const [k, n] of counts.entries()) {
    sum += n - (counts[k - SECOND] ?? 0)
    peak = Math.max(peak, sum)
  }
  return peak
}
