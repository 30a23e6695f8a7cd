// What a scenario may want of a value. A plain value is itself, so `want === 'offline'` reads as it
// is written; only /regex/ text is compiled and hex decoded. Reading is here, matching in match.ts.

import type { z } from 'zod'
import { RANGE, type Range, readRange } from './range.ts'
import { readRegex } from './regex-text.ts'
import { suggest } from './suggest.ts'
import { notText } from './vocabulary.ts'
import { type Complaint, nameOf, type ParseResult, word } from './word.ts'

export type Scalar = string | number | boolean | null

export type ValueMatcher =
  | Scalar
  | RegExp
  | readonly ValueMatcher[]
  | { readonly json: unknown }
  | { readonly hex: Uint8Array }
  | { readonly eq: Scalar }
  | { readonly in: readonly ValueMatcher[] }
  | { readonly not: ValueMatcher }
  | Range

/** Inside of `json`, where a map may be a value: what is a matcher there. */
export class JsonLeaf {
  readonly matcher:
    | RegExp
    | Range
    | { readonly eq: unknown }
    | { readonly in: readonly unknown[] }
    | { readonly not: unknown }

  constructor(matcher: JsonLeaf['matcher']) {
    this.matcher = matcher
  }
}

export interface MatcherOptions {
  /** For payloads, topics, lines: a bare number or boolean is an error that shows it quoted. */
  readonly text?: boolean
}

const OPERATORS = ['json', 'hex', 'eq', 'in', 'not', 'gt', 'gte', 'lt', 'lte'] as const

/** Exact, `/regex/`, `{ json }`, `{ hex }`, `{ eq }`, `{ gt, gte, lt, lte }`, `{ in }`, `{ not }`. */
export const valueMatcher = (options: MatcherOptions = {}): z.ZodType<ValueMatcher> =>
  translatedMatcher((input) => ({ value: input }), options)

/**
 * A matcher whose values have words of their own.
 * @param translate what is written, at any depth of it, to what is meant: a name to its number; `bound`: it is one of a range
 */
export function translatedMatcher(
  translate: (scalar: unknown, bound: boolean) => ParseResult<unknown>,
  options: MatcherOptions & { readonly what?: string } = {},
): z.ZodType<ValueMatcher> {
  const what = options.what ?? (options.text ? 'text or a matcher' : 'a value or a matcher')
  const describe = 'a value, /regex/, or one of { json, hex, eq, in, not, gt, gte, lt, lte }'
  return word({ what, describe, schema: schemaFor(options) }, (input) => {
    const read = translated(input, translate)
    return 'value' in read ? readMatcher(read.value, options) : read
  })
}

/** Lists and the operators that hold values are gone through; what stands in `json` and `hex` is as it is. */
function translated(
  input: unknown,
  translate: (scalar: unknown, bound: boolean) => ParseResult<unknown>,
  bound = false,
): ParseResult<unknown> {
  if (Array.isArray(input))
    return collect(
      input.map((one, k) => [k, translated(one, translate)] as const),
      (values) => values,
    )
  if (typeof input !== 'object' || input === null) return translate(input, bound)
  const entries = Object.entries(input)
  return collect(
    entries.map(
      ([key, one]) =>
        [key, AS_IT_IS.includes(key) ? { value: one } : translated(one, translate, isBound(key))] as const,
    ),
    (values) => Object.fromEntries(entries.map(([key], k) => [key, values[k]])),
  )
}

const AS_IT_IS: readonly string[] = ['json', 'hex']
const isBound = (key: string): boolean => (RANGE as readonly string[]).includes(key)

/** A matcher of text: `payload: 1` is an error. */
export const textMatcher = (): z.ZodType<ValueMatcher> => valueMatcher({ text: true })

function schemaFor(options: MatcherOptions): Record<string, unknown> {
  const bound = (what: string) => ({ description: what, type: ['number', 'string'] })
  const properties = {
    json: { description: 'the payload is JSON and has at least this; its values may be matchers' },
    hex: { description: 'these bytes, two digits each', type: 'string', pattern: '^([0-9A-Fa-f]{2}\\s*)*$|\\$\\{\\{' },
    eq: { description: 'exactly this, even when it looks like a /regex/' },
    in: { description: 'one of these values or matchers', type: 'array' },
    not: { description: 'anything but this value or matcher' },
    gt: bound('more than this number, duration or size'),
    gte: bound('at least this'),
    lt: bound('less than this'),
    lte: bound('at most this'),
  }
  const scalar = options.text ? ['string', 'null'] : ['string', 'number', 'boolean', 'null']
  const map = { type: 'object', additionalProperties: false, minProperties: 1, properties }
  return { anyOf: [{ type: scalar }, { type: 'array' }, map] }
}

function readMatcher(input: unknown, options: MatcherOptions): ParseResult<ValueMatcher> {
  if (typeof input === 'string') return readRegex(input) ?? { value: input }
  if (Array.isArray(input)) return readList(input, options)
  if (typeof input === 'object' && input !== null) return readOperators(input as Record<string, unknown>, options)
  if (options.text && input !== null) return { wrong: notText(input) }
  return { value: input as Scalar }
}

function readList(items: readonly unknown[], options: MatcherOptions): ParseResult<readonly ValueMatcher[]> {
  const values: ValueMatcher[] = []
  const wrong: Complaint[] = []
  items.forEach((item, index) => {
    const read = readMatcher(item, options)
    if ('value' in read) values.push(read.value)
    else wrong.push(...under(index, read.wrong))
  })
  return wrong.length === 0 ? { value: values } : { wrong }
}

function under(key: PropertyKey, wrong: Complaint | readonly Complaint[]): Complaint[] {
  const list = Array.isArray(wrong) ? (wrong as Complaint[]) : [wrong as Complaint]
  return list.map((complaint) => ({ ...complaint, path: [key, ...(complaint.path ?? [])] }))
}

function readOperators(map: Record<string, unknown>, options: MatcherOptions): ParseResult<ValueMatcher> {
  const keys = Object.keys(map)
  const known: readonly string[] = OPERATORS
  const unknown = keys.filter((key) => !known.includes(key))
  if (keys.length === 0) return { wrong: { message: 'an empty matcher', hint: `give it one of ${known.join(', ')}` } }
  if (unknown.length > 0)
    return {
      wrong: unknown.map((key): Complaint => {
        const near = suggest(key, known)
        const hint =
          near === undefined
            ? `a matcher has one of ${known.join(', ')}; for JSON write { json: … }`
            : `did you mean "${near}"?`
        return { code: 'scenario/unknown-key', message: `unknown matcher "${key}"`, hint, path: [key] }
      }),
    }
  if (keys.every((key) => (RANGE as readonly string[]).includes(key))) return readRange(map)
  if (keys.length > 1) return { wrong: oneMatcher(keys) }
  return readOperator(keys[0]!, map[keys[0]!], options)
}

function readOperator(key: string, given: unknown, options: MatcherOptions): ParseResult<ValueMatcher> {
  const inside = <T extends ValueMatcher, U extends ValueMatcher>(
    read: ParseResult<T>,
    make: (value: T) => U,
  ): ParseResult<U> => ('value' in read ? { value: make(read.value) } : { wrong: under(key, read.wrong) })
  switch (key) {
    case 'json': {
      const read = readJson(given)
      return 'value' in read ? { value: { json: read.value } } : { wrong: under(key, read.wrong) }
    }
    case 'hex':
      return inside(readHex(given) as ParseResult<never>, (hex) => ({ hex }))
    case 'eq':
      if (options.text && typeof given !== 'string' && given !== null) return { wrong: under(key, notText(given)) }
      if (typeof given === 'object' && given !== null)
        return { wrong: { message: `eq takes text, a number, true or false, not ${nameOf(given)}`, path: [key] } }
      return { value: { eq: given as Scalar } }
    case 'in':
      if (Array.isArray(given)) return inside(readList(given, options), (items) => ({ in: items }))
      return { wrong: { message: `in takes a list, not ${nameOf(given)}`, hint: 'write { in: [a, b] }', path: [key] } }
    default:
      return inside(readMatcher(given, options), (not) => ({ not }))
  }
}

const IN_JSON: readonly string[] = ['eq', 'in', 'not', ...RANGE]

/** A map whose keys are all matchers is a matcher, and so is a /regex/; `{ eq: … }` takes anything as it is. */
function readJson(given: unknown, excluded = false): ParseResult<unknown> {
  if (typeof given === 'string') {
    const regex = readRegex(given)
    if (regex === undefined) return { value: given }
    return 'value' in regex ? { value: new JsonLeaf(regex.value) } : regex
  }
  if (typeof given !== 'object' || given === null) return { value: given }
  if (Array.isArray(given))
    return collect(
      given.map((item, k) => [k, readJson(item)] as const),
      (items) => items,
    )
  const entries = Object.entries(given)
  if (entries.length === 0 || !entries.every(([key]) => IN_JSON.includes(key)))
    return collect(
      entries.map(([key, item]) => [key, readJson(item)] as const),
      (items) => Object.fromEntries(entries.map(([key], k) => [key, items[k]])),
    )
  if (entries.every(([key]) => (RANGE as readonly string[]).includes(key))) {
    const range = readRange(given as Record<string, unknown>)
    return 'value' in range ? { value: new JsonLeaf(range.value) } : range
  }
  const [[key, inside]] = entries as [[string, unknown]]
  if (entries.length > 1) return { wrong: oneMatcher(entries.map(([name]) => name)) }
  if (key === 'eq') return { value: new JsonLeaf({ eq: inside }) }
  const read = readJson(inside, key === 'not' && !excluded)
  if (!('value' in read)) return { wrong: under(key, read.wrong) }
  if (key === 'not') return { value: new JsonLeaf({ not: read.value }) }
  if (Array.isArray(read.value) && read.value.length === 0 && !excluded)
    return { wrong: { message: 'in: [] takes nothing', hint: 'write { in: [a, b] }', path: [key] } }
  if (Array.isArray(read.value)) return { value: new JsonLeaf({ in: read.value }) }
  return { wrong: { message: `in takes a list, not ${nameOf(inside)}`, hint: 'write { in: [a, b] }', path: [key] } }
}

function collect<T>(
  read: readonly (readonly [PropertyKey, ParseResult<unknown>])[],
  make: (items: unknown[]) => T,
): ParseResult<T> {
  const wrong = read.flatMap(([key, one]) => ('value' in one ? [] : under(key, one.wrong)))
  return wrong.length > 0 ? { wrong } : { value: make(read.map(([, one]) => ('value' in one ? one.value : undefined))) }
}

const oneMatcher = (keys: readonly string[]): Complaint => ({
  message: `one matcher a value, here are ${keys.join(' and ')}`,
  hint: 'only gt, gte, lt and lte go together',
})

/** Hex digits, two a byte, with spaces, `:`, `_` or `-` between them. */
export function readHex(given: unknown): ParseResult<Uint8Array> {
  // YAML reads 00 and 1234 as numbers, and only as written are they still hex.
  if (typeof given !== 'string') return { wrong: notText(given) }
  const digits = given.replace(/[\s:_-]/g, '')
  if (/[^0-9a-f]/i.test(digits)) return { wrong: { code: 'scenario/hex', message: `"${given}" is not hex digits` } }
  if (digits.length % 2 === 1)
    return {
      wrong: { code: 'scenario/hex', message: `"${given}" has half a byte too much`, hint: 'two digits a byte' },
    }
  return { value: Uint8Array.from(Buffer.from(digits, 'hex')) }
}
