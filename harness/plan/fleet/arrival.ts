// When the devices of a group are switched on: an open model, whose rate does not depend on how fast the broker
// answers.

import { type Duration, milliseconds } from '../../../emulators/index.ts'
import type { Arrival } from '../model/fleet.ts'
import type { GroupInput } from './placeholders.ts'

/** So many a second that all of them come in the same moment. */
const ALL_AT_ONCE = {
  from: Number.POSITIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  for: milliseconds(Number.POSITIVE_INFINITY),
} as const

export function arrivalOf(arrival: GroupInput['arrival'], count: number): Arrival {
  if (arrival === undefined) return { kind: 'at-once' }
  const { after = milliseconds(0) } = arrival
  const forever = milliseconds(Number.POSITIVE_INFINITY)
  const steady = (rate: number, time: Duration = forever) => ({ from: rate, to: rate, for: time })
  if (arrival.rate !== undefined) return { kind: 'rates', after, steps: [steady(arrival.rate)] }
  if (arrival.over !== undefined)
    return { kind: 'rates', after, steps: [steady((count * 1000) / Math.max(1, arrival.over))] }
  if (arrival.ramp !== undefined) {
    const { from, to, over } = arrival.ramp
    return { kind: 'rates', after, steps: [{ from, to, for: over }, steady(to)] }
  }
  if (arrival.steps === undefined)
    return after === 0 ? { kind: 'at-once' } : { kind: 'rates', after, steps: [ALL_AT_ONCE] }
  const steps = arrival.steps.map((s) => steady(s.rate, s.for))
  return { kind: 'rates', after, steps: [...steps.slice(0, -1), { ...steps.at(-1)!, for: forever }] }
}

/** When device i is switched on, in ms after the start; 0 when they come at once. */
export function arrivalTime(arrival: Arrival, i: number): number {
  if (arrival.kind === 'at-once') return 0
  let left = i
  let begun: number = arrival.after
  for (const { from, to, for: time } of arrival.steps) {
    const growth = time === Number.POSITIVE_INFINITY ? 0 : (to - from) / (time / 1000)
    const inside = time === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : ((from + to) / 2) * (time / 1000)
    if (left < inside) {
      // from·t + growth·t²/2 = left
      const t = growth === 0 ? left / from : (-from + Math.sqrt(from * from + 2 * growth * left)) / growth
      return begun + t * 1000
    }
    left -= inside
    begun += time
  }
  return begun
}
