// Virtual time: whatever runs inside has timers, dates, chance and a network of one discrete-event clock.

import type { Clock } from '../../emulators/index.ts'
import { real } from './real.ts'
import { enter } from './surroundings.ts'
import { turnOf } from './turns.ts'
import { World } from './world.ts'

export { perWorld } from './current.ts'

/** The date outside of any virtual run, in milliseconds: the one that OpenSSL looks at. */
export const realDate = (): number => real.Date.now()

/** Real time between two looks at how far a run is, ms. */
const LOOK_MS = 1000

export interface VirtualProgress {
  readonly virtual: number
  readonly real: number
}

/**
 * Runs the work on a clock that moves only when nothing can go on. The process is the work's alone meanwhile: it begins
 * when no other run of this process is under way.
 * @param seed of all chance around it
 * @param onTime told now and then in real time how far the clock is, and how long that took, ms
 */
export async function inVirtualTime<T>(
  seed: number,
  work: (clock: Clock) => Promise<T>,
  onTime?: (time: VirtualProgress) => void,
): Promise<T> {
  const over = await turnOf('virtual')
  const world = new World(seed)
  const leave = enter(world)
  const begun = real.now()
  const look = real.setInterval(() => onTime?.({ virtual: world.now, real: real.now() - begun }), LOOK_MS)
  try {
    return await world.run(() => work(world.clock))
  } finally {
    real.clearInterval(look)
    leave()
    over()
  }
}

/** Runs the work in real time, beside others, but beside no virtual run. */
export async function inRealTime<T>(work: () => Promise<T>): Promise<T> {
  const over = await turnOf('real')
  try {
    return await work()
  } finally {
    over()
  }
}
