import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Split, segmentsOf } from './segments.ts'

const WHOLE = { skip: 0, first: null }
const packets = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), Uint8Array.of(5, 6, 7, 8)]
const sizes = (split: Split, cut = WHOLE): number[][] => segmentsOf(packets, cut, split).map((s) => [...s])

describe('segments', () => {
  it('a packet each', () => {
    expect(sizes({ kind: 'packets' })).toEqual([[1, 2, 3], [4], [5, 6, 7, 8]])
  })

  it('all in one', () => {
    expect(sizes({ kind: 'joined' })).toEqual([[1, 2, 3, 4, 5, 6, 7, 8]])
  })

  it('of number of bytes, whatever packets they cut through', () => {
    expect(sizes({ kind: 'every', size: 3 })).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8],
    ])
  })

  it('of given sizes, then the rest', () => {
    expect(sizes({ kind: 'sizes', sizes: [1, 4] })).toEqual([[1], [2, 3, 4, 5], [6, 7, 8]])
    expect(sizes({ kind: 'sizes', sizes: [6, 2] })).toEqual([
      [1, 2, 3, 4, 5, 6],
      [7, 8],
    ])
    expect(sizes({ kind: 'sizes', sizes: [20] })).toEqual([[1, 2, 3, 4, 5, 6, 7, 8]])
  })

  it('a part: what is skipped and what is left over is not sent, and no empty segment is', () => {
    expect(segmentsOf(packets, { skip: 2, first: 3 }, { kind: 'packets' }).map((s) => [...s])).toEqual([[3], [4], [5]])
    expect(segmentsOf(packets, { skip: 3, first: null }, { kind: 'every', size: 2 }).map((s) => [...s])).toEqual([
      [4, 5],
      [6, 7],
      [8],
    ])
    expect(segmentsOf(packets, { skip: 0, first: 0 }, { kind: 'joined' })).toEqual([])
    expect(segmentsOf(packets, { skip: 99, first: 4 }, { kind: 'packets' })).toEqual([])
  })

  it('joined together are the part that was asked for, however it was split', () => {
    const split = fc.oneof(
      fc.constantFrom<Split>({ kind: 'packets' }, { kind: 'joined' }),
      fc.record({ kind: fc.constant('every' as const), size: fc.integer({ min: 1, max: 9 }) }),
      fc.record({
        kind: fc.constant('sizes' as const),
        sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      }),
    )
    const bytes = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(bytes, fc.nat(30), fc.option(fc.nat(30)), split, (given, skip, first, how) => {
        const segments = segmentsOf(given, { skip, first }, how)
        const end = first === null ? undefined : skip + first
        expect(Buffer.concat(segments)).toEqual(Buffer.concat(given).subarray(skip, end))
        expect(segments.every((s) => s.length > 0)).toBe(true)
      }),
    )
  })
})
