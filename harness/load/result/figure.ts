// The figure that a bound is held against: a number from the result of a load, or why there is none.

import { LEDGER, type SloPlan, unitOf } from '../../plan/index.ts'
import type { LedgerCounts, LoadResult, Percentiles } from '../../run/index.ts'

/** All of a result but what its bounds say of it. */
export type Measured = Omit<LoadResult, 'slos'>

/** `value`: ms, counts, or rate per second. `missing`: why nothing was measured. */
export type Figure = { readonly value: number } | { readonly missing: string }

export const whereOf = ({ phase, group }: Pick<SloPlan, 'phase' | 'group'>): string =>
  `${phase ?? 'all'}${group === null ? '' : `/${group}`}`

export function figureOf(slo: SloPlan, result: Measured): Figure {
  const { metric, phase, group } = slo
  if (phase !== null && !result.phases.some(({ name }) => name === phase))
    return { missing: `the phase ${phase} did not begin` }
  if (group !== null && !result.groups.some(({ name }) => name === group)) return { missing: `unknown group ${group}` }
  if (LEDGER.has(metric)) return ledgerFigure(slo, result)
  const where = whereOf(slo)
  switch (unitOf(metric)) {
    case 'duration': {
      // The generator's lag belongs to no group.
      const found = result.times[metric === 'generator_lag' ? (phase ?? 'all') : where]?.[metric]
      return found === undefined || found.count === 0 ? NO_SAMPLE : { value: found[PERCENTILES[slo.statistic]!] / 1000 }
    }
    case 'rate': {
      const rate = result.rates[where]?.[metric]
      const value = slo.statistic === 'mean' ? rate?.mean : rate?.peak
      return value == null ? { missing: `${phase ?? 'the run'} took no time` } : { value }
    }
    case 'count':
      return { value: result.counts[where]?.[metric] ?? 0 }
  }
}

const NO_SAMPLE: Figure = { missing: 'no sample' }

/** A ledger that followed nothing says nothing of loss. */
function ledgerFigure({ metric, group }: SloPlan, { ledger }: Measured): Figure {
  const counts: LedgerCounts | undefined = group === null ? ledger : ledger.groups[group]
  if (counts === undefined || counts.expected === 0)
    return {
      missing: `the ledger followed no message${group === null ? '' : ` of ${group}`}: nothing that was published is tracked and subscribed to in the fleet`,
    }
  return { value: counts[metric.replace('messages_', '') as 'lost'] }
}

const PERCENTILES: Readonly<Record<string, keyof Percentiles>> = {
  p50: 'p50',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  'p99.9': 'p999',
  max: 'max',
  mean: 'mean',
}
