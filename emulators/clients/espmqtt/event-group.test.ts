import { describe, expect, it } from 'vitest'
import type { Program } from '../../board.ts'
import type { Instant } from '../../core/time.ts'
import { EventGroup } from './event-group.ts'

/** A board whose waits end `late` ms after their time. What each call of `wait` was asked for, and gave. */
function waits(late: number, begins: number, ticks: number, times: number): { asked: number[]; ended: number[] } {
  const group = new EventGroup(100)
  const asked: number[] = []
  const ended: number[] = []
  let now = begins
  let from: Instant | null = null
  const run = (program: Program<Instant | null>): Instant | null => {
    let step = program.next()
    while (step.done !== true) {
      if (step.value.kind === 'now') step = program.next(now)
      else if (step.value.kind === 'wait') {
        asked.push(step.value.timeout!)
        now += step.value.timeout! + late
        step = program.next(false)
      } else throw new Error(step.value.kind)
    }
    return step.value
  }
  for (let k = 0; k < times; k++) {
    from = run(group.wait(2, ticks, from))
    ended.push(from!)
  }
  return { asked, ended }
}

describe('a wait for ticks', () => {
  it('ends with its tick, and the next one begins there', () => {
    expect(waits(0, 1004, 500, 3).ended).toEqual([6000, 11_000, 16_000])
    expect(waits(0, 1004, 500, 3).asked).toEqual([4996, 5000, 5000])
  })

  it('ends with the same tick on a board that comes to it late', () => {
    for (const late of [1.5, 9, 30]) {
      const { asked, ended } = waits(late, 1004, 500, 3)
      expect(ended).toEqual([6000, 11_000, 16_000])
      expect(asked).toEqual([4996, 5000 - late, 5000 - late])
    }
  })

  it('tells nothing when a bit has ended it', () => {
    const group = new EventGroup(100)
    const program = group.wait(2, 500)
    expect(program.next().value).toMatchObject({ kind: 'now' })
    expect(program.next(0).value).toMatchObject({ kind: 'now' })
    expect(program.next(0).value).toMatchObject({ kind: 'wait' })
    expect([...group.set(2)]).toMatchObject([{ kind: 'signal' }])
    expect(program.next(true)).toEqual({ done: true, value: null })
  })
})
