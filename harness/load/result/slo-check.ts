// What the scenario's bounds say of a result, each as a verdict that points at its line.

import type { Instant, Place } from '../../../emulators/index.ts'
import type { Verdict, VerdictKind } from '../../judge/index.ts'
import { type Plan, type SloPlan, unitOf } from '../../plan/index.ts'
import type { LoadResult, SloResult } from '../../run/index.ts'
import { matchValue, showMatcher, type ValueMatcher } from '../../scenario/index.ts'
import { figureOf, type Measured } from './figure.ts'
import { doubtOf } from './generator-lag.ts'

export const boundsOf = (plan: Plan, result: Measured): SloResult[] =>
  plan.slos.map((slo) => ({
    metric: slo.metric,
    phase: slo.phase ?? 'all',
    group: slo.group,
    statistic: slo.statistic,
    bound: showBound(slo),
    ...check(slo, result, isGuarded(plan)),
    line: slo.place.line,
  }))

/** A bound on the generator's lag that was written down takes the place of ours. */
const isGuarded = (plan: Plan): boolean => plan.slos.some(({ metric }) => metric === 'generator_lag')

function check(slo: SloPlan, result: Measured, guarded: boolean): Pick<SloResult, 'got' | 'verdict'> {
  const figure = figureOf(slo, result)
  if ('missing' in figure) return { got: figure.missing, verdict: 'inconclusive' }
  const got = showValue(slo, figure.value)
  const doubt = guarded ? null : doubtOf(slo, figure.value, result)
  if (doubt !== null) return { got: `${got}; ${doubt}`, verdict: 'inconclusive' }
  return { got, verdict: matchValue(slo.bound, figure.value) ? 'pass' : slo.onBreach }
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
  return own
}

const SUFFIX = { duration: 'ms', rate: '/s', count: '' } as const

function showValue({ metric }: SloPlan, value: number): string {
  const unit = unitOf(metric)
  if (unit !== 'duration') return `${Number(value.toFixed(1))}${SUFFIX[unit]}`
  return value >= 1000 ? `${(value / 1000).toFixed(2)}s` : `${Number(value.toFixed(value < 10 ? 2 : 1))}ms`
}

function showBound({ metric, bound }: SloPlan): string {
  const suffix = SUFFIX[unitOf(metric)]
  const quantity = (n: unknown): string =>
    suffix === 'ms' && Number(n) >= 1000 ? `${Number(n) / 1000}s` : `${n}${suffix}`
  const show = (one: ValueMatcher): string => {
    if (typeof one === 'number') return `= ${quantity(one)}`
    if (typeof one !== 'object' || one === null) return `is ${showMatcher(one)}`
    if ('not' in one) return `not ${show(one.not)}`
    if ('in' in one) return one.in.map(show).join(' or ')
    return Object.entries(one)
      .map(([key, n]) => `${WORDS[key]} ${quantity(n)}`)
      .join(', ')
  }
  return show(bound)
}

const WORDS: Readonly<Record<string, string>> = { lt: '<', lte: '≤', gt: '>', gte: '≥' }
