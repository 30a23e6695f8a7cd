// What texts a field can have at all. A claim that wants none of them can be neither satisfied nor broken. Texts are
// tried: those that the matcher names, the ends of its ranges, and some of each field; a regular expression that nothing
// excludes may find what nobody can list.

import { matchValue, type ValueMatcher } from '../scenario/index.ts'
import { isOpen } from './domain.ts'
import type { Impossible } from './matcher.ts'

export interface Texts {
  /** As a report calls it: "a topic". */
  readonly what: string
  /** These alone. */
  readonly values?: readonly string[]
  /** Which it can be; default: any text. */
  may?(text: string): boolean
  /** Whether some text of the field is one that the expression finds; default: yes. */
  mayFind?(regex: RegExp): boolean
  /** Some that it is, for a matcher that excludes others. */
  readonly some?: readonly string[]
  /** It is bytes, which need not be UTF-8. */
  readonly bytes?: boolean
  /** `null` is that there is none. */
  readonly optional?: boolean
}

const ANY: readonly string[] = ['x', 'y1', 'Z', ' ', '\n', '-', 'ß', '0', '{}', 'a long text, with several words in it']

/** Why the field `name` is never as wanted; null: it may be. */
export function neverText(name: string, wanted: ValueMatcher | undefined, texts: Texts): Impossible | null {
  if (wanted === undefined || (wanted === null && texts.optional === true) || mayBe(wanted, texts)) return null
  const known = texts.values
  return {
    message: `${name} is never as wanted: it is ${known === undefined ? texts.what : known.join(', ')}`,
    hint: 'no event can match this claim; write what it can be, or leave it out',
    word: name,
  }
}

function mayBe(wanted: ValueMatcher, texts: Texts): boolean {
  if (isUnknown(wanted, texts)) return true
  const { values, may = () => true, some = ANY, bytes = false } = texts
  const named = namedIn(wanted)
  const tried =
    values ?? [...some, ...named.texts, ...named.texts.map((text) => `${text}x`)].filter((text) => may(text))
  if (tried.some((text) => matchValue(wanted, text, 'some'))) return true
  return named.bytes.some((one) => {
    const text = textOf(one)
    const isIts = text === null ? bytes && values === undefined : (values?.includes(text) ?? may(text))
    return isIts && matchValue(wanted, one, 'some')
  })
}

/** What only the run tells: a value that is filled in, JSON, a regular expression that is not excluded. */
function isUnknown(wanted: ValueMatcher, texts: Texts): boolean {
  if (isOpen(wanted)) return true
  if (wanted instanceof RegExp) return texts.values === undefined && (texts.mayFind?.(wanted) ?? true)
  if (typeof wanted !== 'object' || wanted === null) return false
  if (Array.isArray(wanted)) return wanted.length === 1 && isUnknown(wanted[0]!, texts)
  if ('json' in wanted) return texts.values === undefined
  if ('eq' in wanted) return isOpen(wanted.eq)
  if ('in' in wanted) return wanted.in.some((one) => isUnknown(one, texts))
  return 'not' in wanted && isOpenWithin(wanted.not)
}

const isOpenWithin = (wanted: ValueMatcher): boolean => {
  if (isOpen(wanted)) return true
  if (typeof wanted !== 'object' || wanted === null || wanted instanceof RegExp) return false
  return Object.values(wanted).some((one) => [one].flat().some((part) => isOpenWithin(part as ValueMatcher)))
}

interface Named {
  readonly texts: string[]
  readonly bytes: Uint8Array[]
}

/** All texts, numbers and bytes that a matcher speaks of, also those that it excludes. */
function namedIn(wanted: ValueMatcher, named: Named = { texts: [], bytes: [] }): Named {
  if (typeof wanted === 'string') named.texts.push(wanted)
  else if (typeof wanted === 'number')
    named.texts.push(...[wanted - 1, wanted, wanted + 0.5, wanted + 1].map((n) => String(n)))
  else if (wanted instanceof Uint8Array) {
    named.bytes.push(wanted)
    const text = textOf(wanted)
    if (text !== null) named.texts.push(text)
  } else if (typeof wanted === 'object' && wanted !== null && !(wanted instanceof RegExp))
    for (const part of Object.values(wanted).flatMap((one) => (Array.isArray(one) ? one : [one])))
      namedIn(part as ValueMatcher, named)
  return named
}

const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

function textOf(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes)
  } catch {
    return null
  }
}

const withoutNul = (text: string): boolean => !text.includes('\0')

/** Of a text on the wire, which is UTF-8 without U+0000. */
export const PLAIN: Texts = { what: 'a text without U+0000', may: withoutNul }
export const BYTES: Texts = { what: 'bytes', bytes: true }
/** Of a console, a request, a certificate. */
export const LINE: Texts = { what: 'a text', may: (text) => !/[\r\n]/.test(text) }
