// Values as a scenario writes them. What was seen on a wire may look like a number, a regular expression or an
// expression of ours, and must be none of them: it is quoted, or written as bytes.

import { readRegex } from '../../../scenario/index.ts'

/** Already YAML. */
export interface Yaml {
  readonly yaml: string
}

export type Word =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | Yaml
  | readonly Word[]
  | { readonly [key: string]: Word | undefined }

const isYaml = (word: object): word is Yaml => 'yaml' in word && typeof word.yaml === 'string'

/** On one line. Text that is exactly meant, wherever it stands. */
export function flow(word: Word): string {
  if (typeof word === 'string') return text(word)
  if (word === null || typeof word !== 'object') return String(word)
  if (word instanceof Uint8Array) return bytes(word)
  if (Array.isArray(word)) return `[${word.map(flow).join(', ')}]`
  if (isYaml(word)) return word.yaml
  const entries = Object.entries(word as Record<string, Word | undefined>)
  const shown = entries.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${flow(value)}`]))
  return shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`
}

/** Text that a matcher would read as something else. */
export function exactly(value: string): Word {
  if (value.includes('${{')) return { hex: { yaml: JSON.stringify(Buffer.from(value).toString('hex')) } }
  return readRegex(value) === undefined ? value : { eq: value }
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A payload: as text where it is text that a person can read. */
export function payload(value: Uint8Array): Word {
  const read = readable(value)
  return read === null ? { hex: { yaml: JSON.stringify(Buffer.from(value).toString('hex')) } } : exactly(read)
}

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

const bytes = (value: Uint8Array): string => flow(payload(value))

const RESERVED = /^(true|false|yes|no|on|off|null|y|n)$/i

const text = (value: string): string =>
  /^[A-Za-z][\w./-]*$/.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value)

/** Rounded up to what a person would write: 1, 2, 3, 5 and 8 of each power of ten, in ms or s. */
export function roundedUp(ms: number): string {
  const scale = 10 ** Math.floor(Math.log10(Math.max(ms, 1)))
  const step = [1, 2, 3, 5, 8, 10].find((n) => n * scale >= ms)! * scale
  return time(step)
}

export const time = (ms: number): string => (ms >= 1000 ? `${Math.round(ms / 10) / 100}s` : `${Math.round(ms)}ms`)
