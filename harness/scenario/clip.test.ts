import { describe, expect, it } from 'vitest'
import { clipText, hexClipped, quoteClipped, whereTheyDiffer } from './clip.ts'

const long = 'x'.repeat(20_480)

describe('a value that is shown', () => {
  it('stands as it is when it is short', () => {
    expect(quoteClipped('a "b"')).toBe('"a \\"b\\""')
    expect(clipText('x'.repeat(200))).toBe('x'.repeat(200))
    expect(hexClipped(Buffer.from('00ff', 'hex'), ' ')).toBe('00 ff')
  })

  it('is cut to 200 bytes, with its length and a digest', () => {
    expect(quoteClipped(long)).toMatch(/^"x{200}…" \(20480 bytes, sha256 [0-9a-f]{8}\)$/)
    expect(clipText(long)).toMatch(/^x{200}… \(20480 bytes, sha256 [0-9a-f]{8}\)$/)
    expect(hexClipped(Buffer.alloc(300, 0xab))).toMatch(/^(ab){200}… \(300 bytes, sha256 [0-9a-f]{8}\)$/)
  })

  it('has another digest when another byte at its end differs', () => {
    expect(quoteClipped(`${long}a`)).not.toBe(quoteClipped(`${long}b`))
  })

  it('is not cut in the middle of a character', () => {
    const text = `${'x'.repeat(199)}é${'x'.repeat(9)}`
    expect(clipText(text)).toMatch(/^x{199}… /)
  })
})

describe('two long values', () => {
  it('are told where they begin to differ', () => {
    const other = `${long.slice(0, 10_000)}y${long.slice(10_001)}`
    expect(whereTheyDiffer(Buffer.from(long), Buffer.from(other))).toMatch(
      /^they differ at byte 10000: expected "x{40}", got "x{20}yx{19}"$/,
    )
    expect(whereTheyDiffer(Buffer.from(long), Buffer.from(long.slice(1)))).toMatch(/byte 20479: .* got its end$/)
  })

  it('say nothing when they are equal, or short', () => {
    expect(whereTheyDiffer(Buffer.from(long), Buffer.from(long))).toBeNull()
    expect(whereTheyDiffer(Buffer.from('a'), Buffer.from('b'))).toBeNull()
  })
})
