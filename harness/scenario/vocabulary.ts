// The words that values of a scenario are made of: durations, sizes, text, topics, … A bare number
// where text or a quantity belongs is an error that shows the fix, never a silent conversion.

import type { z } from 'zod'
import { type Duration, milliseconds } from '../../emulators/index.ts'
import { didYouMean } from './suggest.ts'
import {
  DURATION_PATTERN,
  type Parsed,
  PERCENT_PATTERN,
  parseDuration,
  parsePercent,
  parseRate,
  parseSize,
  RATE_PATTERN,
  SIZE_PATTERN,
} from './units.ts'
import { type Complaint, nameOf, type ParseResult, word } from './word.ts'

function quantity<T>(what: string, describe: string, pattern: string, parse: (text: string) => Parsed<T>) {
  return word<T, string>({ what, describe, schema: { type: 'string', pattern: `^${pattern}$` } }, (input) =>
    readQuantity(what, input, parse),
  )
}

function readQuantity<T>(what: string, input: unknown, parse: (text: string) => Parsed<T>): ParseResult<T> {
  if (typeof input !== 'string' && typeof input !== 'number') return { wrong: wrongType(what, input) }
  const parsed = parse(String(input))
  if (parsed.ok) return { value: parsed.value }
  return { wrong: { code: `scenario/${parsed.code}`, message: parsed.reason, hint: parsed.hint } }
}

/** `250ms`, `1.5s`, `1m30s`; milliseconds. */
export const duration = (): z.ZodType<Duration, string> =>
  quantity('a duration', 'a duration: 250ms, 1.5s, 2m, 1h', DURATION_PATTERN, parseDuration)

/** For programs: text with its unit, or a number of milliseconds, at least `shortest`. Infinity and NaN are none. */
export const timeSpan = (shortest = 0): z.ZodType<Duration, string | number> =>
  word(
    {
      what: 'a duration',
      describe: 'a duration: 250ms, 1.5s, 2m, or a number of milliseconds',
      schema: {
        anyOf: [
          { type: 'number', minimum: shortest },
          { type: 'string', pattern: `^${DURATION_PATTERN}$` },
        ],
      },
    },
    (input) => {
      if (typeof input !== 'number') return readQuantity('a duration', input, parseDuration)
      if (Number.isFinite(input) && input >= shortest) return { value: milliseconds(input) }
      if (Number.isFinite(input) && input > 0)
        return {
          wrong: { message: `${input} is in milliseconds, and at least ${shortest}: for seconds write '${input}s'` },
        }
      return {
        wrong: { message: `${input} is not a duration`, hint: 'say a number of milliseconds, or text such as "5s"' },
      }
    },
  )

/** A duration of more than 0: for what is done again and again, where 0 would be without end. */
export const positiveDuration = (): z.ZodType<Duration, string> =>
  quantity('a duration', 'a duration above 0: 250ms, 1.5s, 2m, 1h', DURATION_PATTERN, (text) =>
    aboveZero(text, parseDuration(text), 'a duration above 0, such as 100ms'),
  )

function aboveZero<T extends number>(text: string, parsed: Parsed<T>, hint: string): Parsed<T> {
  if (!parsed.ok || parsed.value > 0) return parsed
  return { ok: false, code: 'bad-value', reason: `${text} is not above 0`, hint: `write ${hint}` }
}

/** `128B`, `64KiB`; bytes. With `bare: 'bytes'` a whole number is one, too. */
export function size(options: { readonly bare?: 'bytes' } = {}): z.ZodType<number, string | number> {
  const pattern = { type: 'string', pattern: `^${SIZE_PATTERN}$` }
  const bare = options.bare === 'bytes'
  const schema = bare ? { anyOf: [{ type: 'integer', minimum: 0 }, pattern] } : pattern
  return word({ what: 'a size', describe: 'a size: 128B, 64KiB, 1MiB', schema }, (input) =>
    bare && typeof input === 'number' && Number.isSafeInteger(input) && input >= 0
      ? { value: input }
      : readQuantity('a size', input, parseSize),
  )
}

/** `500/s`, `30/m`; how many a second. */
export const rate = (): z.ZodType<number, string> => quantity('a rate', 'a rate: 500/s, 30/m', RATE_PATTERN, parseRate)

/** A rate of more than 0. */
export const positiveRate = (): z.ZodType<number, string> =>
  quantity('a rate', 'a rate above 0: 500/s, 30/m', RATE_PATTERN, (text) =>
    aboveZero(text, parseRate(text), 'a rate above 0, such as 500/s'),
  )

/** `99.9%`; a fraction, 0 to 1. */
export const percent = (): z.ZodType<number, string> =>
  quantity('a percentage', 'a percentage: 99.9%', PERCENT_PATTERN, (text) => {
    const parsed = parsePercent(text)
    if (!parsed.ok || parsed.value <= 1) return parsed
    return { ok: false, code: 'bad-value', reason: `"${text}" is more than 100%` }
  })

/** Text. `1`, `1.10`, `true` and `null` are not; the hint shows them quoted. */
export const text = (): z.ZodType<string, string> =>
  word({ what: 'text', describe: 'text', schema: { type: 'string' } }, readText)

/** The version of a library. `1.7` unquoted is fine; what was written is in the node, as `1.10` is not 1.1. */
export const versionText = (): z.ZodType<string, string | number> =>
  word(
    { what: 'a version', describe: 'a version: 1.7.0', schema: { type: ['string', 'number'] } },
    (input): ParseResult<string> =>
      typeof input === 'string' || typeof input === 'number'
        ? { value: String(input) }
        : { wrong: wrongType('a version', input) },
  )

export function readText(input: unknown): ParseResult<string> {
  return typeof input === 'string' ? { value: input } : { wrong: notText(input) }
}

export function notText(input: unknown): Complaint {
  if (typeof input !== 'number' && typeof input !== 'boolean') return wrongType('text', input)
  const got = typeof input === 'number' ? 'a number' : 'true or false'
  return {
    code: 'scenario/bare-number',
    message: `expected text, got ${got}`,
    expected: 'text',
    hint: (written) => `write "${written}"`,
  }
}

const wrongType = (what: string, input: unknown): Complaint => ({
  code: 'scenario/wrong-type',
  message: `expected ${what}, got ${nameOf(input)}`,
  expected: what,
})

const isDeferred = (input: string): boolean => input.includes('${{')

function checkedText(what: string, describe: string, fault: (text: string) => string | undefined, hint?: string) {
  return word<string, string>({ what, describe, schema: { type: 'string' } }, (input) => {
    if (typeof input !== 'string') return { wrong: notText(input) }
    const wrong = isDeferred(input) ? undefined : fault(input)
    return wrong === undefined
      ? { value: input }
      : { wrong: { code: `scenario/${codeOf(what)}`, message: wrong, hint } }
  })
}

const codeOf = (what: string): string => what.replace(/^an? /, '').replace(' ', '-')

const topicFault = (text: string): string | undefined => {
  if (text === '') return 'a topic is at least one character'
  if (text.includes('\0')) return 'a topic contains no NUL character'
  return undefined
}

/** A topic to publish to. */
export const topicName = (): z.ZodType<string, string> =>
  checkedText(
    'a topic name',
    'a topic name: a/b',
    (text) =>
      topicFault(text) ?? (/[+#]/.test(text) ? `"${text}" has a wildcard, and a message has one topic` : undefined),
    'wildcards (+ and #) are for topic filters',
  )

/** What one subscribes to. */
export const topicFilter = (): z.ZodType<string, string> =>
  checkedText(
    'a topic filter',
    'a topic filter: a/b, a/+, a/#',
    (text) => {
      const levels = text.split('/')
      if (levels.some((level, i) => level.includes('#') && (level !== '#' || i < levels.length - 1)))
        return `"${text}": # stands alone and last`
      if (levels.some((level) => level.includes('+') && level !== '+'))
        return `"${text}": + stands alone between slashes`
      return topicFault(text)
    },
    'for instance a/+/b or a/#',
  )

/** A step's id, a device's name. */
export const identifier = (): z.ZodType<string, string> =>
  word<string, string>(
    { what: 'a name', describe: 'a name: letters, digits, - and _', schema: NAME_SCHEMA },
    (input) => {
      if (typeof input !== 'string') return { wrong: notText(input) }
      if (isDeferred(input) || NAME.test(input)) return { value: input }
      const mended = input.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[^A-Za-z]+|-+$/g, '')
      const hint = NAME.test(mended) ? `for instance "${mended}"` : 'for instance "blue" or "step-1"'
      const message = `"${input}" is not a name: a letter, then letters, digits, - and _`
      return { wrong: { code: 'scenario/identifier', message, hint } }
    },
  )

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/
const NAME_SCHEMA = { type: 'string', pattern: NAME.source }

export const qos = (): z.ZodType<0 | 1 | 2, 0 | 1 | 2> =>
  word<0 | 1 | 2, 0 | 1 | 2>(
    { what: 'a QoS', describe: 'quality of service: 0, 1 or 2', schema: { enum: [0, 1, 2] } },
    (input) => {
      if (input === 0 || input === 1 || input === 2) return { value: input }
      const quoted = typeof input === 'string' && /^[012]$/.test(input)
      if (typeof input === 'number')
        return { wrong: { code: 'scenario/qos', message: `QoS is 0, 1 or 2, not ${input}` } }
      const hint = quoted ? `write ${input} without quotes` : undefined
      return { wrong: { ...wrongType('0, 1 or 2', input), hint } }
    },
  )

/** How often: `max` is Infinity when nothing bounds it. */
export interface Count {
  readonly min: number
  readonly max: number
}

/** `3`, or `{ min: 3 }`, `{ min: 1, max: 4 }`. */
export const count = (): z.ZodType<Count, number | { readonly min?: number; readonly max?: number }> =>
  word({ what: 'a count', describe: 'exact number, or { min, max }', schema: COUNT_SCHEMA }, readCount)

const natural = { type: 'integer', minimum: 0 }
const COUNT_SCHEMA = {
  anyOf: [
    natural,
    {
      type: 'object',
      properties: { min: { description: 'at least', ...natural }, max: { description: 'at most', ...natural } },
      minProperties: 1,
      additionalProperties: false,
    },
  ],
}
const isNatural = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0

function readCount(input: unknown): ParseResult<Count> {
  const example = 'write count: 3 or count: { min: 3 }'
  if (isNatural(input)) return { value: { min: input, max: input } }
  if (typeof input === 'number')
    return { wrong: { message: `a count is a whole number, 0 or more, not ${input}`, hint: example } }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { wrong: { ...wrongType('a count', input), hint: example } }
  const wrong: Complaint[] = []
  for (const [key, value] of Object.entries(input)) {
    const path = [key]
    if (key !== 'min' && key !== 'max')
      wrong.push({
        code: 'scenario/unknown-key',
        message: `unknown key "${key}"`,
        hint: didYouMean(key, ['min', 'max'], 'a count has min and max'),
        path,
      })
    else if (typeof value === 'string' && isDeferred(value)) wrong.push({ message: 'not known yet', path })
    else if (!isNatural(value))
      wrong.push({ message: `${key} is a whole number, 0 or more, not ${nameOf(value)}`, path })
  }
  const { min = 0, max = Number.POSITIVE_INFINITY } = input as Partial<Count>
  if (wrong.length === 0 && Object.keys(input).length === 0)
    wrong.push({ message: 'a count needs min or max', hint: example })
  if (wrong.length === 0 && min > max) wrong.push({ message: `no count is at least ${min} and at most ${max}` })
  return wrong.length === 0 ? { value: { min, max } } : { wrong }
}
