// Whether there is time for a load at all: a fleet whose last device would arrive after the scenario's time limit, or
// steps that wait longer than it, cannot do what they say. That is known before anything is started.

import { type Duration, milliseconds, showDuration } from '../../../emulators/index.ts'
import type { Diagnostics } from '../../scenario/index.ts'
import type { Plan, Step } from '../model/plan.ts'
import { arrivalTime } from './arrival.ts'

export function checkTime({ fleet, steps, timeout }: Plan, diagnostics: Diagnostics): void {
  if (fleet === null) return
  const limit = `the scenario ends after ${showDuration(timeout)}, its timeout`
  const hint = (least: number, others: string): string =>
    `timeout: longer than ${showDuration(rounded(least))}, ${others}`
  for (const { name, place, count, arrival } of fleet.groups) {
    const last = arrivalTime(arrival, count - 1)
    if (last < timeout) continue
    const inTime = arrivedBy(timeout, count, (i) => arrivalTime(arrival, i))
    diagnostics.add({
      code: 'scenario/too-long',
      message: `${count} devices of ${name} take ${showDuration(rounded(last))} to arrive, and ${limit}: only ${inTime} would come`,
      at: place,
      hint: hint(last, 'a higher rate, or fewer devices'),
    })
  }
  const waits = steps.map(waitOf)
  const sum = waits.reduce((total, wait) => total + wait, 0)
  if (sum < timeout) return
  diagnostics.add({
    code: 'scenario/too-long',
    message: `the delays of the steps take ${showDuration(rounded(sum))}, and ${limit}`,
    at: steps[waits.indexOf(Math.max(...waits))]!.place,
    hint: hint(sum, 'or a shorter delay'),
  })
}

/** A delay that is waited for in each run; ms. */
function waitOf(step: Step): number {
  if (step.kind !== 'action' || step.verb !== 'delay' || step.condition !== null) return 0
  try {
    return step.args({ saved: {}, i: 0 }) as number
  } catch {
    return 0
  }
}

/** How many of them have come by then; they come in order. */
function arrivedBy(time: number, count: number, arrival: (i: number) => number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (arrival(middle) < time) low = middle + 1
    else high = middle
  }
  return low
}

/** To whole seconds above ten of them, upward. */
const rounded = (ms: number): Duration => milliseconds(ms < 10_000 ? Math.ceil(ms) : Math.ceil(ms / 1000) * 1000)
