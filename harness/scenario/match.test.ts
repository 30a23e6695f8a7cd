// Which value matches what.

import { expect, test } from 'vitest'
import { type Actual, matchValue, showMatcher } from './match.ts'
import type { ValueMatcher } from './matcher.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test.each<[ValueMatcher, Actual, boolean]>([
  ['on', 'on', true],
  ['on', 'On', false],
  ['on', bytes('on'), true],
  ['on', bytes('on '), false],
  ['é', bytes('é'), true],
  ['\uFFFD', Uint8Array.of(0xff), false],
  ['', new Uint8Array(), true],
  [1, 1, true],
  [1, '1', false],
  [1, bytes('1'), false],
  ['1', 1, false],
  [true, true, true],
  [true, 1, false],
  [null, null, true],
  [null, undefined, true],
  [null, '', false],
  ['', undefined, false],
  [/^o/, 'on', true],
  [/^o/, bytes('on'), true],
  [/^1$/, 1, true],
  [/x/, null, false],
  [{ json: { a: 1 } }, bytes('{"a":1,"b":2}'), true],
  [{ json: { a: 1 } }, '{"a":2}', false],
  [{ json: { a: { b: [1, { c: 2 }] } } }, '{"a":{"b":[1,{"c":2,"d":3}]}}', true],
  [{ json: [1] }, '[1,2]', false],
  [{ json: {} }, '[]', false],
  [{ json: {} }, 'no json', false],
  [{ json: 5 }, '5', true],
  [{ json: null }, 'null', true],
  [{ json: { toString: 1 } }, '{}', false],
  [{ hex: Uint8Array.of(0, 255) }, Uint8Array.of(0, 255), true],
  [{ hex: Uint8Array.of(0) }, Uint8Array.of(0, 255), false],
  [{ hex: bytes('on') }, 'on', true],
  [{ hex: new Uint8Array() }, undefined, false],
  [{ eq: '/a/' }, '/a/', true],
  [{ gt: 5 }, 5, false],
  [{ gte: 5, lt: 7 }, 5, true],
  [{ gte: 5, lt: 7 }, 7, false],
  [{ gt: 20 }, bytes('21.5'), true],
  [{ gt: 20 }, bytes('warm'), false],
  [{ gt: 20 }, '', false],
  [{ gt: 20 }, null, false],
  [{ in: [1, 'a', /^b/] }, 'bc', true],
  [{ in: [] }, 'a', false],
  [{ not: 'a' }, 'b', true],
  [{ not: 'a' }, undefined, true],
  [{ not: { in: [1, 2] } }, 2, false],
  [1, [1], true],
  [1, [1, 1], true],
  [1, [1, 2], false],
  [1, [], false],
  [[1, 2], [1, 2], true],
  [[1, 2], [2, 1], false],
  [[1, { gt: 1 }], [1, 5], true],
  [[], [], true],
  [[1], 1, true],
  [/a/, ['a'], true],
  [{ not: 1 }, [1], false],
  [{ not: 1 }, [1, 2], false],
  [{ not: 1 }, [2, 3], true],
  [{ in: [[0], [1]] }, [1], true],
])('%j against %j: %s', (expected, actual, matches) => {
  expect(matchValue(expected, actual)).toBe(matches)
})

test.each<[ValueMatcher, string]>([
  ['on', '"on"'],
  [1, '1'],
  [null, 'nothing'],
  [/^a$/i, '/^a$/i'],
  [{ json: { a: 1 } }, 'JSON with {"a":1}'],
  [{ hex: Uint8Array.of(0, 255) }, 'the bytes 00 ff'],
  [{ gt: 5, lte: 7 }, '> 5 and <= 7'],
  [{ in: ['a', 1] }, 'one of "a", 1'],
  [{ not: /a/ }, 'not /a/'],
  [{ eq: '/a/' }, 'exactly "/a/"'],
  [[0, 1], '[0, 1]'],
])('%j is shown as %s', (matcher, shown) => {
  expect(showMatcher(matcher)).toBe(shown)
})
