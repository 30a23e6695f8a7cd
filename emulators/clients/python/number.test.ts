import { expect, it } from 'vitest'
import { PyFloat, tuple } from '../../board.ts'
import { floatText, isInteger, numberText, real } from './number.ts'
import { len, repr, truthy, typeName } from './python.ts'

it('writes floats as CPython does', () => {
  const texts: [number, string][] = [
    [1, '1.0'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [21.37, '21.37'],
    [0.0001, '0.0001'],
    [0.00001234, '1.234e-05'],
    [1e-7, '1e-07'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NaN, 'nan'],
  ]
  for (const [value, text] of texts) expect(floatText(value)).toBe(text)
})

it('tells int from float', () => {
  expect([1, 1.5, true, new PyFloat(1)].map(numberText)).toEqual(['1', '1.5', 'True', '1.0'])
  expect([1, 1.5, true, new PyFloat(1), null].map(isInteger)).toEqual([true, false, true, false, false])
  expect([1, 1.5, true, new PyFloat(1)].map(real)).toEqual([1, 1.5, 1, 1])
  expect(() => real('1')).toThrow(expect.objectContaining({ type: 'TypeError' }))
  expect([new PyFloat(1), tuple(1), [1]].map(typeName)).toEqual(['float', 'tuple', 'list'])
  expect([truthy(new PyFloat(0)), truthy(new PyFloat(2)), truthy(tuple()), len(tuple(5, 6))]).toEqual([
    false,
    true,
    false,
    2,
  ])
  expect(repr(new PyFloat(3))).toBe('3.0')
})
