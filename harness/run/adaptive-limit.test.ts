import { describe, expect, it } from 'vitest'
import { AdaptiveLimit, FIRST, type Load, MAX_PARALLEL, MIN_PARALLEL } from './adaptive-limit.ts'

const loaded = (loop: number, machine = 0): Load => ({ loop: () => loop, machine: () => machine })
const IDLE = loaded(0.1)

/** Begins as many as there is room for; each ends when it is told to. */
async function fill(room: AdaptiveLimit) {
  const ends: (() => void)[] = []
  for (;;) {
    const free = room.free().then(() => true)
    if (!(await Promise.race([free, new Promise<false>((resolve) => setImmediate(resolve, false))]))) return ends
    room.begin(new Promise<void>((resolve) => ends.push(resolve)))
  }
}

describe('a room of so many', () => {
  it('takes so many, and another one when one has ended', async () => {
    using room = new AdaptiveLimit(2)
    const ends = await fill(room)
    expect(ends).toHaveLength(2)
    let free = false
    void room.free().then(() => {
      free = true
    })
    await Promise.resolve()
    expect(free).toBe(false)
    ends[0]!()
    await expect.poll(() => free).toBe(true)
  })

  it('throws what one of them has thrown', async () => {
    using room = new AdaptiveLimit(1)
    room.begin(Promise.reject(new Error('oh')))
    await expect(room.free()).rejects.toThrow('oh')
    await expect(room.empty()).rejects.toThrow('oh')
  })
})

describe('when nobody says how many', () => {
  it('it is more and more while there is time left, up to a limit', () => {
    using room = new AdaptiveLimit('auto', () => IDLE)
    for (let k = 0; k < FIRST; k++) room.begin(new Promise(() => {}))
    room.look(IDLE)
    expect(room.jobs).toBe(FIRST + 1)
    for (let k = 0; k < 100; k++) {
      room.begin(new Promise(() => {}))
      room.look(IDLE)
    }
    expect(room.jobs).toBe(MAX_PARALLEL)
  })

  it('not more than are asked for', () => {
    using room = new AdaptiveLimit('auto', () => IDLE)
    room.begin(new Promise(() => {}))
    room.look(IDLE)
    expect(room.jobs).toBe(FIRST)
  })

  it.each([
    ['this process', loaded(0.95)],
    ['the machine', loaded(0.1, 0.99)],
  ])('it is fewer and fewer while %s has no time, down to a limit', (_, load) => {
    using room = new AdaptiveLimit('auto', () => load)
    room.look(load)
    expect(room.jobs).toBe(FIRST - 1)
    for (let k = 0; k < 100; k++) room.look(load)
    expect(room.jobs).toBe(MIN_PARALLEL)
  })

  it('who waits begins when there is more room', async () => {
    using room = new AdaptiveLimit('auto', () => IDLE)
    expect(await fill(room)).toHaveLength(FIRST)
    const free = room.free()
    room.look(IDLE)
    await free
  })
})
