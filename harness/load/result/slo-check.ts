// What the scenario's bounds say of a result, each as a verdict that points at its line. And the one
// bound that nobody has to write: when the generator itself was late, no figure here is the broker's.

import type { Instant, Place } from '../../../emulators/index.ts'
import type { Verdict, VerdictKind } from '../../judge/index.ts'
import { type Plan, RATES, type RateMetric, type SloPlan, TIMES, type TimeMetric } from '../../plan/index.ts'
import type { LoadResult, Percentiles, SloResult } from '../../run/index.ts'
import { matchValue, showMatcher } from '../../scenario/index.ts'

/** ms: later than that in one of a hundred cases, and the generator was the limit. */
export const MOST_LAG = 20

export function boundsOf(plan: Plan, result: Omit<LoadResult, 'slos'>): SloResult[] {
  return plan.slos.map((slo) => {
    const value = measured(slo, result)
    const met = value !== null && matchValue(slo.bound, value)
    return {
      metric: slo.metric,
      phase: slo.phase ?? 'all',
      group: slo.group,
      statistic: slo.statistic,
      bound: showBound(slo),
      got: value === null ? 'no sample' : showValue(slo, value),
      verdict: met ? 'pass' : value === null || slo.onBreach === 'inconclusive' ? 'inconclusive' : 'fail',
      line: slo.place.line,
    }
  })
}

export function verdictsOf(plan: Plan, result: LoadResult): Verdict[] {
  const at = result.duration as Instant
  const verdict = (
    kind: VerdictKind,
    step: string,
    place: Place,
    title: string,
    expected: string,
    got: string,
  ): Verdict => ({
    kind,
    step,
    place,
    title,
    expected,
    got,
    evidence: [],
    nearby: [],
    at,
  })
  const own = result.slos.map((slo, k) => {
    const of = `${slo.statistic} of ${slo.metric}${slo.group === null ? '' : ` of ${slo.group}`}`
    const where = slo.phase === 'all' ? '' : ` in ${slo.phase}`
    return verdict(
      slo.verdict,
      `slo.${k}`,
      plan.slos[k]!.place,
      `slo ${of}${where}`,
      `${of}${where} ${slo.bound}`,
      slo.got,
    )
  })
  const { generator } = result
  const partial = result.shards.flatMap(({ where, complete, attempts }, k) =>
    complete && attempts === 1
      ? []
      : [`shard ${k + 1} (${where}) ${complete ? `was begun ${attempts} times` : 'was lost'}`],
  )
  if (partial.length > 0)
    own.push(
      verdict(
        'inconclusive',
        'slo.shards',
        plan.place,
        'all shards run from start to end',
        'every shard once',
        partial.join(', '),
      ),
    )
  // A bound on the lag that was written down takes the place of ours.
  if (!generator.saturated) return own
  const expected = `the generator serves its timers within ${MOST_LAG} ms, 99 times of 100`
  return [
    ...own,
    verdict('inconclusive', 'slo.generator', plan.place, 'the generator keeps up', expected, generator.why!),
  ]
}

/** ms, counts, or so many a second; null: there was nothing to measure. */
function measured({ metric, phase, group, statistic }: SloPlan, result: Omit<LoadResult, 'slos'>): number | null {
  const where = `${phase ?? 'all'}${group === null ? '' : `/${group}`}`
  if (TIMES.includes(metric as TimeMetric)) {
    const found = result.times[where]?.[metric]
    return found === undefined ? null : found[KEYS[statistic] ?? 'max'] / 1000
  }
  if (RATES.includes(metric as RateMetric)) return rateOf(metric as RateMetric, phase, statistic, result)
  switch (metric) {
    case 'messages_lost':
      return result.ledger.lost
    case 'messages_unexplained':
      return result.ledger.unexplained
    case 'messages_duplicated':
      return result.ledger.duplicated
    case 'messages_reordered':
      return result.ledger.reordered
    case 'messages_late':
      return result.ledger.late
    default:
      return result.counts[where]?.[metric] ?? 0
  }
}

const KEYS: Readonly<Record<string, keyof Percentiles>> = {
  p50: 'p50',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  'p99.9': 'p999',
  max: 'max',
  mean: 'mean',
}

const COUNTED: Readonly<Record<RateMetric, string>> = {
  connect_rate: 'connect_attempts',
  publish_rate: 'messages_published',
  receive_rate: 'messages_received',
}

function rateOf(metric: RateMetric, phase: string | null, statistic: string, result: Omit<LoadResult, 'slos'>): number {
  const { series, phases, duration } = result
  const span = phases.find((p) => p.name === phase) ?? { from: 0, to: duration }
  const list = series.counts[COUNTED[metric]] ?? []
  const inside = list.filter((_, k) => series.at[k]! + series.bucket > span.from && series.at[k]! < span.to)
  if (statistic === 'mean') return (inside.reduce((a, b) => a + b, 0) * 1000) / Math.max(1, span.to - span.from)
  const width = Math.max(1, Math.round(1000 / series.bucket))
  let sum = 0
  let peak = 0
  for (const [k, n] of inside.entries()) {
    sum += n - (inside[k - width] ?? 0)
    peak = Math.max(peak, sum)
  }
  return (peak * 1000) / (width * series.bucket)
}

const unitOf = ({ metric }: SloPlan): 'ms' | '/s' | '' =>
  TIMES.includes(metric as TimeMetric) ? 'ms' : RATES.includes(metric as RateMetric) ? '/s' : ''

function showValue(slo: SloPlan, value: number): string {
  const unit = unitOf(slo)
  if (unit !== 'ms') return `${Number(value.toFixed(1))}${unit}`
  return value >= 1000 ? `${(value / 1000).toFixed(2)}s` : `${Number(value.toFixed(value < 10 ? 2 : 1))}ms`
}

function showBound(slo: SloPlan): string {
  const unit = unitOf(slo)
  const { bound } = slo
  if (typeof bound !== 'object' || bound === null || !Object.keys(bound).every((key) => WORDS[key] !== undefined))
    return `is ${showMatcher(bound)}`
  return Object.entries(bound as Record<string, number>)
    .map(([key, n]) => `${WORDS[key]} ${unit === 'ms' && n >= 1000 ? `${n / 1000}s` : `${n}${unit}`}`)
    .join(', ')
}

const WORDS: Readonly<Record<string, string>> = { lt: '<', lte: '≤', gt: '>', gte: '≥', eq: '=' }
