// Holds a value against what is wanted of it. Total and pure. Text against bytes compares their
// UTF-8 exactly; a number is never equal to the text of its digits.

import { RANGE, type Range, type ValueMatcher } from './matcher.ts'

export type Actual = string | number | boolean | null | undefined | Uint8Array | readonly Actual[]

export function matchValue(expected: ValueMatcher, actual: Actual): boolean {
  if (Array.isArray(actual)) return matchList(expected, actual)
  if (isList(expected)) return expected.length === 1 && matchValue(expected[0]!, actual)
  if (expected instanceof RegExp) return matchRegex(expected, actual as Single)
  if (typeof expected !== 'object' || expected === null) return same(expected, actual as Single)
  if ('json' in expected) return matchJson(expected.json, actual as Single)
  if ('hex' in expected) return sameBytes(expected.hex, bytesOf(actual as Single))
  if ('eq' in expected) return same(expected.eq, actual as Single)
  if ('in' in expected) return expected.in.some((one) => matchValue(one, actual))
  if ('not' in expected) return !matchValue(expected.not, actual)
  return inRange(expected, actual as Single)
}

type Single = Exclude<Actual, readonly Actual[]>

const isList = (expected: ValueMatcher): expected is readonly ValueMatcher[] => Array.isArray(expected)

/** A list wants the list, in order; anything else wants the one element of a list of one. */
function matchList(expected: ValueMatcher, actual: readonly Actual[]): boolean {
  if (isList(expected))
    return expected.length === actual.length && expected.every((one, i) => matchValue(one, actual[i]))
  if (isOperator(expected, 'not')) return !matchValue(expected.not, actual)
  if (isOperator(expected, 'in')) return expected.in.some((one) => matchValue(one, actual))
  return actual.length === 1 && matchValue(expected, actual[0])
}

function isOperator<K extends string>(
  expected: ValueMatcher,
  key: K,
): expected is Extract<ValueMatcher, Record<K, unknown>> {
  return typeof expected === 'object' && expected !== null && !(expected instanceof RegExp) && key in expected
}

function same(expected: string | number | boolean | null, actual: Single): boolean {
  if (expected === null) return actual === null || actual === undefined
  if (actual instanceof Uint8Array) return typeof expected === 'string' && sameBytes(encoder.encode(expected), actual)
  return expected === actual
}

function matchRegex(regex: RegExp, actual: Single): boolean {
  if (actual === null || actual === undefined) return false
  return regex.test(textOf(actual))
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const textOf = (actual: string | number | boolean | Uint8Array): string =>
  actual instanceof Uint8Array ? decoder.decode(actual) : String(actual)

function bytesOf(actual: Single): Uint8Array | undefined {
  if (actual instanceof Uint8Array) return actual
  return typeof actual === 'string' ? encoder.encode(actual) : undefined
}

const sameBytes = (a: Uint8Array, b: Uint8Array | undefined): boolean =>
  b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i])

function inRange(range: Range, actual: Single): boolean {
  const n = numberOf(actual)
  if (n === undefined) return false
  const { gt, gte, lt, lte } = range
  return (
    (gt === undefined || n > gt) &&
    (gte === undefined || n >= gte) &&
    (lt === undefined || n < lt) &&
    (lte === undefined || n <= lte)
  )
}

/** A payload of digits is a number to a range, and only to a range: `payload: { gt: 20 }`. */
function numberOf(actual: Single): number | undefined {
  if (typeof actual === 'number') return actual
  if (typeof actual !== 'string' && !(actual instanceof Uint8Array)) return undefined
  const text = textOf(actual).trim()
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

function matchJson(expected: unknown, actual: Single): boolean {
  if (typeof actual !== 'string' && !(actual instanceof Uint8Array)) return partly(expected, actual)
  try {
    return partly(expected, JSON.parse(textOf(actual)))
  } catch {
    return false
  }
}

/** A map wants its keys, whatever else is there; a list wants all of its items in order. */
function partly(expected: unknown, actual: unknown): boolean {
  if (Array.isArray(expected))
    return (
      Array.isArray(actual) && expected.length === actual.length && expected.every((one, i) => partly(one, actual[i]))
    )
  if (typeof expected !== 'object' || expected === null) return expected === actual
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false
  return Object.entries(expected).every(
    ([key, one]) => Object.hasOwn(actual, key) && partly(one, (actual as Record<string, unknown>)[key]),
  )
}

/** As a person reads it: `"offline"`, `/^t/`, `> 5 and <= 7`, `not "x"`. */
export function showMatcher(expected: ValueMatcher): string {
  if (expected === null || expected === undefined) return 'nothing'
  if (expected instanceof RegExp) return String(expected)
  if (isList(expected)) return `[${expected.map(showMatcher).join(', ')}]`
  if (typeof expected === 'string') return JSON.stringify(expected)
  if (typeof expected !== 'object') return String(expected)
  if ('json' in expected) return `JSON with ${JSON.stringify(expected.json)}`
  if ('hex' in expected)
    return `the bytes ${Array.from(expected.hex, (b) => b.toString(16).padStart(2, '0')).join(' ') || '(none)'}`
  if ('eq' in expected) return `exactly ${showMatcher(expected.eq)}`
  if ('in' in expected) return `one of ${expected.in.map(showMatcher).join(', ')}`
  if ('not' in expected) return `not ${showMatcher(expected.not)}`
  const signs = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
  const bounds = RANGE.flatMap((key) => (expected[key] === undefined ? [] : [`${signs[key]} ${expected[key]}`]))
  return bounds.length > 0 ? bounds.join(' and ') : JSON.stringify(expected)
}
