// Which time a scenario runs in: as the command line says, else the scenario, else the config; real by default.

import { deviceKinds } from '../devices/index.ts'
import type { ClockWish, Plan } from '../plan/index.ts'
import type { ChosenBroker } from './brokers.ts'

export interface Timed {
  /** Skipped when it is to run in virtual time and cannot. */
  readonly plan: Plan
  readonly clock: 'real' | 'virtual'
}

export function timed(
  plan: Plan,
  broker: ChosenBroker,
  asked: ClockWish | undefined,
  config: ClockWish | undefined,
): Timed {
  const wish = asked ?? plan.clock ?? config ?? 'real'
  if (plan.skip !== null || wish === 'real') return { plan, clock: 'real' }
  const why = whyReal(plan, broker)
  if (why === null) return { plan, clock: 'virtual' }
  return { plan: wish === 'auto' ? plan : { ...plan, skip: `not in virtual time: ${why}` }, clock: 'real' }
}

/** What of the scenario has a time of its own; null: nothing. */
export function whyReal(plan: Plan, { kind, name }: Pick<ChosenBroker, 'kind' | 'name'>): string | null {
  if (plan.clock === 'real') return 'it says clock: real'
  if (!kind.isEmbedded) return `the broker ${name} has a time of its own`
  if (plan.fleet !== null) return 'a fleet runs in real time'
  for (const { name: device, use, settings } of plan.devices) {
    const own = deviceKinds[use]?.ownTime?.(settings) ?? null
    if (own !== null) return `${device} is ${own}, which has a time of its own`
  }
  return null
}
