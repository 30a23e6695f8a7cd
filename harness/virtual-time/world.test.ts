// How long somebody outside of the loop may hold the clock.

import { expect, it } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { type Standstill, World } from './world.ts'

const HOUR = milliseconds(3_600_000)
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A clock that is held, with a timer; whether it has moved meanwhile is asked and told. */
async function held<T>(most: Standstill, work: (hasMoved: () => boolean, goOn: () => void) => Promise<T>): Promise<T> {
  const world = new World(1, most)
  return world.run(async () => {
    let moved = false
    world.at(HOUR, () => {
      moved = true
    })
    return work(() => moved, world.hold())
  })
}

it('stands still for one who waits for a share of a busy machine, and goes on with the word', async () => {
  const most = { processorMs: 60_000, realMs: 600_000 }
  const moved = await held(most, async (hasMoved, goOn) => {
    await pause(100)
    const before = hasMoved()
    goOn()
    while (!hasMoved()) await pause(1)
    return before
  })
  expect(moved).toBe(false)
})

it('goes on without one who has computed for too long', async () => {
  await held({ processorMs: 30, realMs: 600_000 }, async (hasMoved) => {
    while (!hasMoved()) {
      const begun = process.cpuUsage()
      while (process.cpuUsage(begun).user < 10_000);
      await pause(1)
    }
  })
})

it('goes on without one who does not even compute', async () => {
  await held({ processorMs: 600_000, realMs: 20 }, async (hasMoved) => {
    while (!hasMoved()) await pause(5)
  })
})
