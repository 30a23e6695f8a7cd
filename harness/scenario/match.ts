// Holds a value against what is wanted of it. Total and pure. Text against bytes compares their
// UTF-8 exactly; a number is never equal to the text of its digits.

import { clipText, hexClipped, quoteClipped } from './clip.ts'
import { JsonLeaf, type ValueMatcher } from './matcher.ts'
import { RANGE, type Range } from './range.ts'

export type Actual = string | number | boolean | null | undefined | Uint8Array | readonly Actual[]

/**
 * What a matcher that is not a list means of a list (the filters of a SUBSCRIBE, the codes of a SUBACK): that it holds
 * of every element, or of some. `whole`: a list is one value, and only a list can equal it.
 */
export type Elements = 'every' | 'some' | 'whole'

export function matchValue(expected: ValueMatcher, actual: Actual, elements: Elements = 'every'): boolean {
  if (isOperator(expected, 'in')) return expected.in.some((one) => matchValue(one, actual, elements))
  if (Array.isArray(actual)) return matchList(expected, actual, elements)
  if (isList(expected)) return elements !== 'whole' && expected.length === 1 && matchValue(expected[0]!, actual)
  if (expected instanceof RegExp) return matchRegex(expected, actual as Single)
  if (typeof expected !== 'object' || expected === null) return same(expected, actual as Single)
  if ('json' in expected) return matchJson(expected.json, actual as Single)
  if ('hex' in expected) return sameBytes(expected.hex, bytesOf(actual as Single))
  if ('eq' in expected) return same(expected.eq, actual as Single)
  if ('not' in expected) return !matchValue(expected.not, actual)
  return inRange(expected as Range, actual as Single)
}

type Single = Exclude<Actual, readonly Actual[]>

const isList = (expected: ValueMatcher): expected is readonly ValueMatcher[] => Array.isArray(expected)

/** A list wants the list, in order; anything else speaks of its elements. */
function matchList(expected: ValueMatcher, actual: readonly Actual[], elements: Elements): boolean {
  if (isList(expected))
    return expected.length === actual.length && expected.every((one, i) => matchValue(one, actual[i]))
  if (isOperator(expected, 'not') && (elements === 'whole' || isList(expected.not)))
    return !matchValue(expected.not, actual, elements)
  if (elements === 'whole') return isOperator(expected, 'json') && partly(expected.json, actual)
  const holds = (one: Actual): boolean => matchValue(expected, one)
  return actual.length > 0 && (elements === 'every' ? actual.every(holds) : actual.some(holds))
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
  return regex.test(actual instanceof Uint8Array ? readable(actual) : String(actual))
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
const REPLACEMENT = Buffer.from('\u{fffd}')

/** Bytes as text for a regular expression. What is no UTF-8 becomes a lone surrogate, which no text contains. */
function readable(bytes: Uint8Array): string {
  const text = decoder.decode(bytes)
  if (!text.includes('\u{fffd}')) return text
  const parts: string[] = []
  const whole = Buffer.from(bytes)
  for (let from = 0; ; ) {
    const at = whole.indexOf(REPLACEMENT, from)
    parts.push(decoder.decode(whole.subarray(from, at < 0 ? undefined : at)).replaceAll('\u{fffd}', '\u{dcff}'))
    if (at < 0) return parts.join('\u{fffd}')
    from = at + REPLACEMENT.length
  }
}

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
  const text = (actual instanceof Uint8Array ? readable(actual) : actual).trim()
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

/** A payload that is no JSON, or no UTF-8 and therefore no JSON [RFC 8259, 8.1], matches nothing. */
function matchJson(expected: unknown, actual: Single): boolean {
  if (typeof actual !== 'string' && !(actual instanceof Uint8Array)) return partly(expected, actual)
  try {
    return partly(expected, JSON.parse(typeof actual === 'string' ? actual : strict.decode(actual)))
  } catch {
    return false
  }
}

/** A map wants its keys, whatever else is there; a list wants all of its items in order. */
function partly(expected: unknown, actual: unknown): boolean {
  if (expected instanceof JsonLeaf) return leafHolds(expected.matcher, actual)
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

/** In JSON a number is a number: a range takes no text, and a regular expression nothing else. */
function leafHolds(matcher: JsonLeaf['matcher'], actual: unknown): boolean {
  if (matcher instanceof RegExp) return typeof actual === 'string' && matcher.test(actual)
  if ('eq' in matcher) return sameJson(matcher.eq, actual)
  if ('not' in matcher) return !partly(matcher.not, actual)
  if ('in' in matcher) return matcher.in.some((one) => partly(one, actual))
  return typeof actual === 'number' && inRange(matcher, actual)
}

function sameJson(expected: unknown, actual: unknown): boolean {
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object' || actual === null)
    return expected === actual
  const keys = Object.keys(expected)
  return (
    Array.isArray(expected) === Array.isArray(actual) &&
    keys.length === Object.keys(actual).length &&
    keys.every((key) => Object.hasOwn(actual, key) && sameJson(expected[key as never], actual[key as never]))
  )
}

/** As a person reads it: `"offline"`, `/^t/`, `> 5 and <= 7`, `not "x"`. */
export function showMatcher(expected: ValueMatcher): string {
  if (expected === null || expected === undefined) return 'nothing'
  if (expected instanceof RegExp) return clipText(String(expected))
  if (isList(expected)) return `[${expected.map(showMatcher).join(', ')}]`
  if (typeof expected === 'string') return quoteClipped(expected)
  if (typeof expected !== 'object') return String(expected)
  if ('json' in expected) return clipText(`JSON with ${showJson(expected.json)}`)
  if ('hex' in expected) return `the bytes ${hexClipped(expected.hex, ' ') || '(none)'}`
  if ('eq' in expected) return `exactly ${showMatcher(expected.eq)}`
  if ('in' in expected) return `one of ${expected.in.map(showMatcher).join(', ')}`
  if ('not' in expected) return `not ${showMatcher(expected.not)}`
  const signs = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
  const bounds = RANGE.flatMap((key) => (expected[key] === undefined ? [] : [`${signs[key]} ${expected[key]}`]))
  return bounds.length > 0 ? bounds.join(' and ') : JSON.stringify(expected)
}

function showJson(expected: unknown): string {
  if (expected instanceof JsonLeaf) {
    const { matcher } = expected
    if (matcher instanceof RegExp) return String(matcher)
    if ('eq' in matcher) return `exactly ${JSON.stringify(matcher.eq)}`
    if ('not' in matcher) return `not ${showJson(matcher.not)}`
    if ('in' in matcher) return `one of ${matcher.in.map(showJson).join(', ')}`
    return showMatcher(matcher)
  }
  if (Array.isArray(expected)) return `[${expected.map(showJson).join(',')}]`
  if (typeof expected !== 'object' || expected === null) return JSON.stringify(expected) ?? 'nothing'
  return `{${Object.entries(expected)
    .map(([key, one]) => `${JSON.stringify(key)}:${showJson(one)}`)
    .join(',')}}`
}
