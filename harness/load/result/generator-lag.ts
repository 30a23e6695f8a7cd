// How late the generator itself was, and what that does to a figure. Its lag is judged by phase, and only times and
// rates suffer: a message is not lost because it was sent 50 ms later.
//
// A sample is too long by at most the longest lag at its start and at its end, so the true figure lies between the
// measured one and that less twice the lag. A bound that comes out the same at both ends stands.

import type { SloPlan } from '../../plan/index.ts'
import { unitOf } from '../../plan/index.ts'
import type { GeneratorResult } from '../../run/index.ts'
import type { Range, ValueMatcher } from '../../scenario/index.ts'
import { type Measured, whereOf } from './figure.ts'

/** ms. Later than that with one timer of a hundred: the generator was late. */
export const MOST_LAG_MS = 20
/** ms. Later than that with one timer of a hundred: what it put on the broker was not what the scenario says. */
export const OVERLOAD_MS = 250

export function generatorResult(times: Measured['times'], phases: Measured['phases']): GeneratorResult {
  const late = [...new Set(phases.map(({ name }) => name))].flatMap((phase) => {
    const lag = times[phase]?.generator_lag
    if (lag === undefined || lag.p99 / 1000 <= MOST_LAG_MS) return []
    return { phase, p99: lag.p99 / 1000, max: lag.max / 1000 }
  })
  return {
    saturated: late.length > 0,
    why:
      late.length === 0
        ? null
        : `the generator was late in ${late.map(({ phase, p99, max }) => `${phase} (p99 ${showMs(p99)}, max ${showMs(max)})`).join(', ')}: its own times and rates are spoiled there as well`,
    lagP99: (times.all?.generator_lag?.p99 ?? 0) / 1000,
    late,
  }
}

/** What the lag leaves of a bound; null: it stands as it is. */
export function doubtOf(slo: SloPlan, value: number, result: Measured): string | null {
  const unit = unitOf(slo.metric)
  if (slo.metric === 'messages_late') return doubtOfLate(slo, value, result)
  if (unit === 'count' || slo.metric === 'generator_lag') return null
  const late = result.generator.late.filter(({ phase }) => contributes(slo, phase, result))
  if (late.length === 0) return null
  const told = late.map(({ phase, p99, max }) => `${phase} (p99 ${showMs(p99)}, max ${showMs(max)})`).join(', ')
  const max = Math.max(...late.map((one) => one.max))
  const overloaded = late.some(({ p99 }) => p99 > OVERLOAD_MS)
  const [low, high] =
    unit === 'duration'
      ? [Math.max(0, value - 2 * max), value]
      : [value * (1 - Math.min(1, max / 1000)), value * (1 + Math.min(1, max / 1000))]
  if (!overloaded && isSettled(slo.bound, low, value, high)) return null
  return `the generator was late in ${told}, which spoils what was measured there`
}

/** A count that is made by times: without the lag there may have been any number of them up to the measured one. */
function doubtOfLate({ bound }: SloPlan, value: number, { generator }: Measured): string | null {
  if (generator.late.length === 0 || isSettled(bound, 0, value, value)) return null
  return 'the generator was late, which makes messages late'
}

/** Whether samples of the bound's metric are of that phase. */
function contributes({ metric, phase, group }: SloPlan, late: string, result: Measured): boolean {
  if (phase !== null) return phase === late
  if (unitOf(metric) === 'rate') return (result.rates[whereOf({ phase: late, group })]?.[metric]?.peak ?? 0) > 0
  return (result.times[whereOf({ phase: late, group })]?.[metric]?.count ?? 0) > 0
}

/** Whether the bound says the same of every value in between. */
function isSettled(bound: ValueMatcher, low: number, value: number, high: number): boolean {
  if (
    typeof bound !== 'object' ||
    bound === null ||
    !('lt' in bound || 'lte' in bound || 'gt' in bound || 'gte' in bound)
  )
    return low === high
  const { lt, lte, gt, gte } = bound as Range
  const holds = [
    lt === undefined ? null : (v: number) => v < lt,
    lte === undefined ? null : (v: number) => v <= lte,
    gt === undefined ? null : (v: number) => v > gt,
    gte === undefined ? null : (v: number) => v >= gte,
  ].filter((one) => one !== null)
  const sure = holds.filter((one) => one(low) === one(value) && one(high) === one(value))
  // One that fails for certain fails the whole.
  return sure.length === holds.length || sure.some((one) => !one(value))
}

const showMs = (ms: number): string => `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms`
