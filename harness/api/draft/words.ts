// Values as a scenario writes them. What was seen on a wire may look like a number, a regular expression or an
// expression of ours, and must be none of them: it is quoted, or written as bytes.

import { bare, quoted, readRegex, type Value, Written } from '../../scenario/index.ts'

/** As `Value`, and bytes. */
export type Word =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | Written
  | readonly Word[]
  | { readonly [key: string]: Word | undefined }

/** Text that is exactly meant, wherever it stands. */
export function asValue(word: Word): Value {
  if (word instanceof Uint8Array) return asValue(payload(word))
  if (word === null || typeof word !== 'object' || word instanceof Written) return word
  if (Array.isArray(word)) return word.map(asValue)
  const entries = Object.entries(word as Readonly<Record<string, Word | undefined>>)
  return Object.fromEntries(entries.flatMap(([key, item]) => (item === undefined ? [] : [[key, asValue(item)]])))
}

/** Text that a matcher would read as something else. */
export function exactly(value: string): Word {
  if (value.includes('${{')) return hexOf(Buffer.from(value))
  return readRegex(value) === undefined ? value : { eq: value }
}

/** Of a field that MQTT has as text. No claim can be made of one with U+0000, which no packet that is well formed has. */
export const textOf = (value: string): Word | undefined => (value.includes('\0') ? undefined : exactly(value))

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A payload: as text where it is text that a person can read. */
export function payload(value: Uint8Array): Word {
  const read = readable(value)
  return read === null ? hexOf(value) : exactly(read)
}

export const hexOf = (bytes: Uint8Array): Word => ({ hex: quoted(Buffer.from(bytes).toString('hex')) })

/** null: it is not text, or has what no line can show. */
export function readable(value: Uint8Array): string | null {
  try {
    const read = STRICT.decode(value)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what makes it no text
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(read) ? null : read
  } catch {
    return null
  }
}

/** Rounded up to what a person would write: 1, 2, 3, 5 and 8 of each power of ten, in ms or s. */
export function roundedUp(ms: number): Written {
  const scale = 10 ** Math.floor(Math.log10(Math.max(ms, 1)))
  const step = [1, 2, 3, 5, 8, 10].find((n) => n * scale >= ms)! * scale
  return time(step)
}

export const time = (ms: number): Written => bare(ms >= 1000 ? `${Math.round(ms / 10) / 100}s` : `${Math.round(ms)}ms`)
