import { expect, test } from 'vitest'
import { parseVersions, versionFits } from './versions.ts'

test.each([
  ['2.9.10', '<2.10', true],
  ['2.10.0', '<2.10', false],
  ['2.9.10', '< 2.10', true],
  ['v2.9.10', '>=2.9 <2.11', true],
  ['2.11.3', '>=2.9, <2.11', false],
  ['2.0.11', '2.0', true],
  ['2.1.0', '2.0', false],
  ['2.0.11', '<=2.0', true],
  ['2.0.11', '>2.0', false],
  ['3', '>=2.9', true],
  ['', '<2', false],
  ['2.0', undefined, true],
] as const)('%s is in %s: %s', (version, range, fits) => {
  expect(versionFits(version, range)).toBe(fits)
})

test.each(['', 'new', '<', '2.x', '~2.0'])('%j is no range', (range) => {
  expect(parseVersions(range)).toBeUndefined()
})
