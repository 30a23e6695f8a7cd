// `slo`: bounds on what a load run measures. Each is held after the run and becomes a verdict of its own.

import { z } from 'zod'
import {
  childOf,
  Diagnostics,
  didYouMean,
  entryOf,
  type Node,
  type Scope,
  text,
  validate,
  valueMatcher,
} from '../../scenario/index.ts'
import {
  COUNTS,
  type Metric,
  RATES,
  type RateMetric,
  type SloPlan,
  STATISTICS,
  TIMES,
  type TimeMetric,
} from '../model/slo.ts'
import { interpolateNow } from './context.ts'
import { type BoundUnit, readBound } from './slo-bound.ts'

const OF_TIMES = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'max', 'mean'] as const
const OF_RATES = ['peak', 'mean'] as const

/** What is in it depends on the metric: see slo-bound.ts. */
const bound = (): z.ZodOptional<ReturnType<typeof valueMatcher>> => valueMatcher().optional()

export const slo = z.strictObject({
  metric: z.enum([...TIMES, ...COUNTS, ...RATES]).describe('what was measured'),
  phase: text().optional().describe('the id of a step: from its start to the next step that has one; default: all'),
  group: text().optional().describe('one group of the fleet; default: all'),
  p50: bound().describe('the median of a time'),
  p90: bound().describe('what 90 % of a time stay under'),
  p95: bound().describe('what 95 % of a time stay under'),
  p99: bound().describe('what 99 % of a time stay under'),
  'p99.9': bound().describe('what 99.9 % of a time stay under'),
  max: bound().describe('the longest time'),
  mean: bound().describe('the mean of a time or of a rate'),
  total: bound().describe('a count'),
  peak: bound().describe('the highest rate over any second'),
  'on-breach': z
    .enum(['fail', 'inconclusive'])
    .optional()
    .describe('inconclusive: then the run could not measure what it should; default: fail'),
})

export interface SloContext {
  readonly diagnostics: Diagnostics
  readonly scope: Scope
  readonly phases: readonly string[]
  readonly groups: readonly string[]
  readonly hasFleet: boolean
}

export function compileSlos(node: Node | undefined, context: SloContext): SloPlan[] {
  if (node?.kind !== 'list') return []
  if (!context.hasFleet)
    context.diagnostics.add({
      code: 'scenario/slo-without-fleet',
      message: 'slo bounds what a fleet measures, and this scenario has no fleet',
      at: node.items[0]?.place ?? node.place,
      hint: 'use expect and never for the claims of a scenario without a fleet',
    })
  return node.items.flatMap((item) => compileSlo(item, context))
}

function compileSlo(node: Node, { diagnostics, scope, phases, groups }: SloContext): SloPlan[] {
  const words = validate(slo, interpolateNow(node, scope, diagnostics), diagnostics)
  if (words === undefined) return []
  const filled = interpolateNow(node, scope, new Diagnostics())
  const { metric, phase = 'all', group, 'on-breach': onBreach = 'fail' } = words
  const unit = unitOf(metric)
  const allowed: readonly string[] = ALLOWED[unit]
  const given = STATISTICS.filter((name) => words[name] !== undefined)
  const misfit = given.find((name) => !allowed.includes(name))
  const complain = (code: string, message: string, hint: string, key: string): void =>
    diagnostics.add({
      code,
      message,
      at: entryOf(node, key)?.keyPlace ?? childOf(node, 'metric')?.place ?? node.place,
      hint,
    })
  if (given.length === 0)
    complain(
      'scenario/slo-bound',
      `${metric} has no bound`,
      `give one of ${allowed.join(', ')}, such as ${allowed.at(-1)}: { lt: ${EXAMPLES[unit]} }`,
      'metric',
    )
  if (misfit !== undefined)
    complain('scenario/slo-statistic', `${metric} has no ${misfit}`, `it has ${allowed.join(', ')}`, misfit)
  if (phase !== 'all' && !phases.includes(phase))
    complain(
      'scenario/slo-phase',
      `no step has the id "${phase}"`,
      didYouMean(phase, phases) ?? 'phases are the ids of steps, and all',
      'phase',
    )
  if (group !== undefined && !groups.includes(group))
    complain(
      'scenario/unknown-group',
      `the fleet has no group "${group}"`,
      didYouMean(group, groups) ?? `there is ${groups.join(', ')}`,
      'group',
    )
  if (metric.startsWith('messages_') && phase !== 'all' && LEDGER.has(metric))
    complain('scenario/slo-phase', `${metric} is known for the whole run only`, 'phase: all', 'phase')
  return given
    .filter((name) => allowed.includes(name))
    .flatMap((statistic) => {
      const bound = readBound(childOf(filled, statistic)!, unit, diagnostics)
      if (bound === undefined) return []
      return {
        metric,
        phase: phase === 'all' ? null : phase,
        group: group ?? null,
        statistic,
        bound,
        onBreach,
        place: node.place,
      }
    })
}

/** What a metric is measured in: its bounds are written in that. */
export const unitOf = (metric: Metric): BoundUnit =>
  TIMES.includes(metric as TimeMetric) ? 'duration' : RATES.includes(metric as RateMetric) ? 'rate' : 'count'

const EXAMPLES = { duration: '250ms', rate: '500/s', count: '1' } as const
const ALLOWED = { duration: OF_TIMES, rate: OF_RATES, count: ['total'] } as const

/** What the ledger tells when the run is over. */
export const LEDGER: ReadonlySet<string> = new Set([
  'messages_lost',
  'messages_duplicated',
  'messages_reordered',
  'messages_late',
  'messages_unexplained',
])
