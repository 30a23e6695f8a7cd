import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seconds } from '../core/time.ts'
import { type Backoff, waitOf } from './backoff.ts'

const backoff = (kind: Backoff['kind'], jitter: Backoff['jitter'] = 'none'): Backoff => ({
  kind,
  base: seconds(1),
  max: seconds(30),
  jitter,
})

describe('a wait', () => {
  it('is always the same, or doubles up to the longest', () => {
    expect([0, 1, 5].map((n) => waitOf(backoff('fixed'), n, 0, 0.5))).toEqual([1000, 1000, 1000])
    const grown = [0, 1, 2, 3, 4, 5, 40].map((n) => waitOf(backoff('exponential'), n, 0, 0.5))
    expect(grown).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  it('is anything up to that with full jitter, and at least half with equal jitter', () => {
    expect(waitOf(backoff('exponential', 'full'), 2, 0, 0)).toBe(0)
    expect(waitOf(backoff('exponential', 'full'), 2, 0, 0.25)).toBe(1000)
    expect(waitOf(backoff('exponential', 'equal'), 2, 0, 0)).toBe(2000)
    expect(waitOf(backoff('exponential', 'equal'), 2, 0, 0.5)).toBe(3000)
  })

  it('is, decorrelated, from the base to three times the one before', () => {
    expect(waitOf(backoff('decorrelated'), 0, 0, 0.9)).toBe(1000)
    expect(waitOf(backoff('decorrelated'), 1, 2000, 0.5)).toBe(3500)
    expect(waitOf(backoff('decorrelated'), 9, 29_000, 0.99)).toBe(30_000)
  })

  it('is never longer than the longest, and never negative', () => {
    const kinds = fc.constantFrom('fixed', 'exponential', 'decorrelated') as fc.Arbitrary<Backoff['kind']>
    const jitters = fc.constantFrom('none', 'full', 'equal') as fc.Arbitrary<Backoff['jitter']>
    fc.assert(
      fc.property(
        kinds,
        jitters,
        fc.nat(1000),
        fc.nat(60_000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (kind, jitter, attempt, previous, chance) => {
          const wait = waitOf(backoff(kind, jitter), attempt, previous, chance)
          expect(wait).toBeGreaterThanOrEqual(0)
          expect(wait).toBeLessThanOrEqual(30_000)
        },
      ),
    )
  })
})
