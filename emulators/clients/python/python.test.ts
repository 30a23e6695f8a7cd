import { expect, it } from 'vitest'
import { PythonError, type PyValue } from '../../board.ts'
import { bind, bufferOf, len, oneByte, packUint16, printable, repr, showException, truthy } from './python.ts'

it('counts code points, and bytes of bytes', () => {
  expect([len('21°C'), len('😀'), len(bufferOf('😀')), len('')]).toEqual([4, 1, 4, 0])
  for (const value of [null, 1, true]) expect(() => len(value)).toThrow(expect.objectContaining({ type: 'TypeError' }))
})

it('knows what is true', () => {
  const truths: [PyValue, boolean][] = [
    [null, false],
    [0, false],
    ['', false],
    [new Uint8Array(), false],
    [[], false],
    ['0', true],
    [-1, true],
    [[null], true],
  ]
  for (const [value, expected] of truths) expect(truthy(value)).toBe(expected)
})

it('wraps to 16 bits and checks a byte', () => {
  expect(packUint16(65_537)).toEqual(Uint8Array.of(0, 1))
  expect(oneByte(true)).toEqual(Uint8Array.of(1))
  expect(() => oneByte(256)).toThrow(expect.objectContaining({ type: 'ValueError' }))
  expect(() => oneByte(null)).toThrow(expect.objectContaining({ type: 'AttributeError' }))
})

it('binds arguments', () => {
  const signature = [{ name: 'a' }, { name: 'b', default: 2 }]
  expect(bind('f', signature, [1], {})).toEqual([1, 2])
  expect(bind('f', signature, [], { b: 3, a: 4 })).toEqual([4, 3])
  for (const [args, kwargs] of [
    [[], {}],
    [[1, 2, 3], {}],
    [[1], { a: 1 }],
    [[1], { c: 1 }],
  ] as [PyValue[], Record<string, PyValue>][])
    expect(() => bind('f', signature, args, kwargs)).toThrow(expect.objectContaining({ type: 'TypeError' }))
})

it('shows values and exceptions as a console does', () => {
  expect(repr([Uint8Array.of(0x61, 0x00, 0x27), 'x', null, true, 1])).toBe(`(b'a\\x00\\x27', 'x', None, True, 1)`)
  expect(showException(new PythonError('OSError', 'ECONNRESET'))).toBe('OSError: ECONNRESET')
  expect(showException(new PythonError('OSError', -1))).toBe('OSError: -1')
  expect(showException(new PythonError('AssertionError'))).toBe('AssertionError: ')
  expect(showException(new PythonError('E', 'a', 1))).toBe("E: ('a', 1)")
})

it('prints bytes as text, and what does not print as \\xNN', () => {
  expect(printable(new TextEncoder().encode('21°C 😀'))).toBe('21°C 😀')
  expect(printable(Uint8Array.of(0x61, 0, 0x0a, 0xff, 0xc3, 0x62, 0xc2))).toBe('a\\x00\\x0a\\xff\\xc3b\\xc2')
})
