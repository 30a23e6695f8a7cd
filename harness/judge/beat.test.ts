import { describe, expect, it } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import type { Beat } from '../plan/model/index.ts'
import { keepsBeat, longest, variation, type Wait } from './beat.ts'

const exactly = (...waits: number[]): Wait[] => waits.map((wait) => ({ least: wait, most: wait }))
const beat = (rest: Partial<Beat> = {}): Beat => ({
  of: milliseconds(1000),
  tolerance: milliseconds(10),
  grow: { factor: 2, add: 0 },
  ...rest,
})

describe('waits that grow', () => {
  it('double up to the cap, each with its tolerance', () => {
    const capped = beat({ cap: milliseconds(3000) })
    expect(keepsBeat(capped, exactly(1010))).toBe('inside')
    expect(keepsBeat(capped, exactly(1000, 1990))).toBe('inside')
    expect(keepsBeat(capped, exactly(1000, 1000))).toBe('outside')
    expect(keepsBeat(capped, exactly(1000, 2000, 3000))).toBe('inside')
    expect(keepsBeat(capped, exactly(1000, 2000, 4000))).toBe('outside')
  })
  it('become so much longer each time', () => {
    const linear = beat({ grow: { factor: 1, add: 500 } })
    expect(keepsBeat(linear, exactly(1000, 1500, 2000))).toBe('inside')
    expect(keepsBeat(linear, exactly(1000, 2000))).toBe('outside')
  })
  it('are measured by the first when nothing says how long that is', () => {
    const free = beat({ of: null })
    expect(keepsBeat(free, exactly(7))).toBe('inside')
    expect(keepsBeat(free, exactly(700, 1400))).toBe('inside')
    expect(keepsBeat(free, exactly(700, 1500))).toBe('outside')
    expect(keepsBeat(beat({ of: null, cap: milliseconds(500) }), exactly(700))).toBe('outside')
  })
  it('are not judged where the harness lagged', () => {
    expect(keepsBeat(beat(), [{ least: 900, most: 1005 }])).toBe('uncertain')
    expect(keepsBeat(beat({ of: null }), [{ least: 600, most: 700 }, ...exactly(1400)])).toBe('uncertain')
    expect(keepsBeat(beat({ of: null }), [{ least: 600, most: 700 }, ...exactly(1500)])).toBe('outside')
  })
  it('say how long a silence may be', () => {
    expect(longest(beat(), undefined, 2)).toEqual({ sure: 4010, most: 4010 })
    expect(longest(beat({ of: null }), { least: 90, most: 100 }, 1)).toEqual({ sure: 210, most: 230 })
  })
})

describe('waits that vary', () => {
  const varying = beat({ jitter: { less: 0.2, more: 0.2 } })
  it('may be shorter and longer by a share of what they should be', () => {
    expect(keepsBeat(varying, exactly(800))).toBe('inside')
    expect(keepsBeat(varying, exactly(1000, 2410))).toBe('inside')
    expect(keepsBeat(varying, exactly(1000, 2500))).toBe('outside')
    expect(keepsBeat(beat({ jitter: { less: 0, more: 0.5 } }), exactly(900))).toBe('outside')
  })
  it('are not all the same share of it', () => {
    expect(variation(varying, exactly(1000, 2000, 4000))).toBe('outside')
    expect(variation(varying, exactly(1000, 2030, 4000))).toBe('outside')
    expect(variation(varying, exactly(1000, 2080, 4000))).toBe('inside')
    expect(variation(beat({ of: null, jitter: { less: 1, more: 1 } }), exactly(700, 1400, 2800))).toBe('outside')
  })
  it('say nothing with two of them, nor where the harness lagged', () => {
    expect(variation(varying, exactly(1000, 2000))).toBe('inside')
    expect(variation(varying, [...exactly(1000, 2000), { least: 3900, most: 4200 }])).toBe('uncertain')
  })
})
