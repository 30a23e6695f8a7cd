import { describe, expect, it } from 'vitest'
import { clock, Progress } from './progress.ts'

const passed = { status: 'passed' } as const
const failed = { status: 'failed' } as const

describe('how far a suite is', () => {
  it('counts what has ended, and what of it is bad', () => {
    const progress = new Progress()
    progress.begin(10, 1000)
    progress.started('a', 'hello')
    progress.started('b', 'other')
    expect(progress.running).toEqual(['hello', 'other'])
    progress.ended('a', failed, true)
    progress.ended('b', passed, true)
    expect(progress.summary(4000)).toBe('2 of 10 · 1 failed · 3s')
  })

  it('counts one that will be tried again when it has ended for good', () => {
    const progress = new Progress()
    progress.begin(2, 0)
    progress.ended('a', failed, false)
    expect(progress.summary(0)).toBe('0 of 2 · 0s')
    progress.ended('a', passed, true)
    expect(progress.summary(0)).toBe('1 of 2 · 0s')
  })

  it('estimates the rest by what is done, once that is enough', () => {
    const progress = new Progress()
    progress.begin(100, 0)
    for (let k = 0; k < 4; k++) progress.ended(`${k}`, passed, true)
    expect(progress.summary(60_000)).toBe('4 of 100 · 1m00s')
    progress.ended('4', passed, true)
    expect(progress.summary(60_000)).toBe('5 of 100 · 1m00s, about 19m00s left')
  })

  it('tells how far a run in virtual time is, and how much faster than real time', () => {
    const progress = new Progress()
    progress.begin(1, 0)
    progress.started('a', 'a day')
    progress.at('a', 'delay')
    progress.time('a', { virtual: 13 * 3_600_000 + 120_000, real: 10_000 })
    expect(progress.line(10_000)).toBe('  ◌ 0 of 1 · 10s · a day: delay (13h02m virtual, 4692 x)')
    progress.time('a', { virtual: 12_000, real: 8_000 })
    expect(progress.running).toEqual(['a day: delay (12s virtual, 1.5 x)'])
  })

  it('writes times as a clock does', () => {
    expect([400, 42_000, 125_000, 3_780_000].map(clock)).toEqual(['0s', '42s', '2m05s', '1h03m'])
  })
})
