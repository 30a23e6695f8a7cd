// The world that this process lives in at the moment; null: the real one. There is one at a time (see `turns.ts`).

import type { World } from './world.ts'

export const current: { world: World | null } = { world: null }

const states = new WeakMap<World, Map<unknown, unknown>>()

/** State of a module that must not outlive a virtual run, such as a counter: the process's own, or the world's. */
export function perWorld<T extends object>(own: T, make: () => T): T {
  const { world } = current
  if (world === null) return own
  const known = states.get(world) ?? new Map<unknown, unknown>()
  states.set(world, known)
  if (!known.has(own)) known.set(own, make())
  return known.get(own) as T
}
