// `expect.stringMatching(…)` and its like in a match, as what the judge knows: regular expressions and JSON.

import { exactSource } from '../scenario/index.ts'

const ASYMMETRIC = Symbol.for('jest.asymmetricMatcher')

interface Asymmetric {
  readonly $$typeof: symbol
  readonly sample: unknown
  readonly inverse?: boolean
  toString(): string
}

const isAsymmetric = (value: unknown): value is Asymmetric =>
  typeof value === 'object' && value !== null && (value as Asymmetric).$$typeof === ASYMMETRIC

/** The same words without vitest's matchers. Throws TypeError for one that has no such form. */
export function translated(value: unknown): unknown {
  if (isAsymmetric(value)) return value.inverse === true ? { not: meaning(value) } : meaning(value)
  if (Array.isArray(value)) return value.map(translated)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, translated(one)]))
}

function meaning(matcher: Asymmetric): unknown {
  const name = matcher.toString().replace('Not', '')
  const { sample } = matcher
  if (name === 'StringMatching') return sample instanceof RegExp ? sample : new RegExp(String(sample))
  if (name === 'StringContaining') return new RegExp(exactSource(String(sample)))
  if (name === 'Anything') return /^[\s\S]*$/
  if (name === 'ObjectContaining') return { json: translated(sample) }
  throw new TypeError(
    `${matcher.toString()} cannot be used in a match\n  hint: stringMatching, stringContaining, objectContaining (of JSON) and anything can; for others read the event that the matcher resolves to`,
  )
}
