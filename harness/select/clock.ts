// Which time a scenario runs in: as the command line says, else the scenario, else the config; real by default.

import { deviceKinds } from '../devices/index.ts'
import type { ClockWish, Metric, Plan } from '../plan/index.ts'
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

/** Times that are mostly the broker's own. How long devices take to come back is their habit. */
const OF_THE_BROKER: ReadonlySet<Metric> = new Set([
  'connect_time',
  'connect_time_sent',
  'publish_ack_time',
  'publish_ack_time_sent',
  'end_to_end_time',
  'end_to_end_time_sent',
])

/** What of the scenario has a time of its own; null: nothing. */
export function whyReal(plan: Plan, { kind, name }: Pick<ChosenBroker, 'kind' | 'name'>): string | null {
  if (plan.clock === 'real') return 'it says clock: real'
  if (!kind.isEmbedded) return `the broker ${name} has a time of its own`
  const elsewhere = plan.fleet?.groups.find(({ brokers }) => brokers.length > 0)
  if (elsewhere !== undefined) return `the brokers of ${elsewhere.name} have a time of their own`
  const measured = plan.slos.find(({ metric }) => OF_THE_BROKER.has(metric))
  if (measured !== undefined)
    return `the bound on ${measured.metric} (line ${measured.place.line}) measures the broker, which takes no time there`
  for (const { name: device, use, settings } of plan.devices) {
    const own = deviceKinds[use]?.ownTime?.(settings) ?? null
    if (own !== null) return `${device} is ${own}, which has a time of its own`
  }
  return null
}
