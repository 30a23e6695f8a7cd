// Which fleets `hil run`, vitest and the API run by themselves, and how.

import type { Plan } from '../plan/index.ts'
import type { OpenFleet } from '../run/index.ts'

/** A fleet of up to so many devices is a scenario like any other; a larger one is a load of its own. */
export const SMALL_FLEET = 200

/** In this process, without a view. Loaded when the first fleet is opened. */
export const smallFleets: OpenFleet = async (scene) => {
  // What is loaded takes no virtual time.
  const goOn = scene.clock.hold?.()
  const { localFleet, openFleet } = await import('../load/index.ts').finally(goOn)
  return openFleet(localFleet({ shards: 1 }))(scene)
}

/** A plan with a larger fleet is skipped. */
export function skipLargeFleets(plan: Plan): Plan {
  const devices = plan.fleet?.devices ?? 0
  if (devices <= SMALL_FLEET || plan.skip !== null) return plan
  return { ...plan, skip: `its fleet has ${devices} devices: hil load runs it` }
}
