// A near miss is suggested, a far one is not.

import { expect, test } from 'vitest'
import { didYouMean, editDistance, suggest } from './suggest.ts'

const VERBS = ['connect', 'publish', 'subscribe', 'unsubscribe', 'power', 'network', 'power-cycle', 'expect', 'qos']

test.each([
  ['pubish', 'publish'],
  ['pbulish', 'publish'],
  ['Publish', 'publish'],
  ['powerCycle', 'power-cycle'],
  ['power_cycle', 'power-cycle'],
  ['expct', 'expect'],
  ['sub', 'subscribe'],
  ['qso', 'qos'],
  ['xyzzy', undefined],
  ['q', undefined],
  ['', undefined],
  ['abc', undefined],
  ['p'.repeat(10_000), undefined],
])('%s -> %s', (word, found) => {
  expect(suggest(word, VERBS)).toBe(found)
})

test('a word is no suggestion for itself', () => {
  expect(suggest('qos', ['qos'])).toBeUndefined()
})

test('a swap of neighbours is one edit', () => {
  expect(editDistance('ab', 'ba')).toBe(1)
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(editDistance('', 'abc')).toBe(3)
})

test('didYouMean asks, or says what it was given', () => {
  expect(didYouMean('conect', VERBS)).toBe('did you mean "connect"?')
  expect(didYouMean('zzz', VERBS, 'there is a')).toBe('there is a')
})
