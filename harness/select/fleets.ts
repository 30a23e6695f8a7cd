// Fleets from the command line: how `hil run` and `hil load` run them, and which of them `run` leaves alone.

import type { FleetOptions } from '../load/index.ts'
import { LocalShards, openFleet } from '../load/index.ts'
import type { Plan } from '../plan/index.ts'
import type { OpenFleet } from '../run/index.ts'

/** A fleet of up to so many devices is a scenario like any other; a larger one is a load of its own. */
export const SMALL_FLEET = 200

export const DEFAULT_WINDOW = 64

/** For `hil run`: small, here, without a view. */
export const smallFleets: OpenFleet = openFleet(localOptions({ shards: 1 }))

export function localOptions(given: Partial<FleetOptions>): FleetOptions {
  return {
    shards: null,
    addresses: null,
    window: DEFAULT_WINDOW,
    transport: () => new LocalShards(),
    remote: false,
    watchers: [],
    ...given,
  }
}

export function skipLargeFleets(plan: Plan): Plan {
  const devices = plan.fleet?.devices ?? 0
  if (devices <= SMALL_FLEET || plan.skip !== null) return plan
  return { ...plan, skip: `its fleet has ${devices} devices: hil load runs it` }
}
