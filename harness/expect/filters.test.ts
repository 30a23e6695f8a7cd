// Which topics an observer's filters let through, as far as a matcher tells.

import { describe, expect, it } from 'vitest'
import type { ValueMatcher } from '../scenario/index.ts'
import { canSee } from './filters.ts'

describe('filters let through', () => {
  it.each<[string[], ValueMatcher | undefined]>([
    [['#'], undefined],
    [['#'], 'a/b'],
    [['a/#'], 'a'],
    [['a/#'], 'a/b/c'],
    [['a/+'], 'a/b'],
    [['x', 'a/b'], 'a/b'],
    [['$SYS/#'], '$SYS/a'],
    [['$share/g/a/+'], 'a/b'],
    [['a/+'], /b/],
    [['a/+'], /^a\//],
    [['a/+'], /^a/],
    [['a/b'], /^a\/bc*/],
    [['a/b'], /^x|a/],
    [['A'], /^a/i],
    [['a/b'], { eq: 'a/b' }],
    [['a/b'], { in: ['x', 'a/b'] }],
    [['a/b', 'x'], { not: 'a/b' }],
    [['a/+'], { not: 'a/b' }],
    [['a/b'], { hex: Buffer.from('a/b') }],
    [['a/b', 'b/c'], /^b|x/],
  ])('%j: %s', (filters, topic) => {
    expect(canSee(filters, topic)).toBe(true)
  })
})

describe('filters hold back', () => {
  it.each<[string[], ValueMatcher | undefined]>([
    [[], undefined],
    [[], 'a'],
    [['a/+'], 'a'],
    [['a/+'], 'a/b/c'],
    [['a/b'], 'a/c'],
    [['a'], 'a/b'],
    [['#'], '$SYS/a'],
    [['+/a'], '$SYS/a'],
    [['$share/g/a/+'], 'b/b'],
    [['a/+'], /^b/],
    [['a/b'], /^a\/c/],
    [['a'], /^a\/b/],
    [['#'], /^\$SYS/],
    [['a/b'], { eq: 'a' }],
    [['a/b'], { in: ['x', 'y'] }],
    [['a/b'], { not: 'a/b' }],
    [['$share/g/a'], { not: 'a' }],
    [['a/b', 'c'], { not: /[ac]/ }],
    [['a/b'], { hex: new Uint8Array() }],
    [['a/b'], /^b|x/],
  ])('%j: %s', (filters, topic) => {
    expect(canSee(filters, topic)).toBe(false)
  })
})
