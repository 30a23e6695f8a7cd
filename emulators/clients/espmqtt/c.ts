// The bits of C that the library leans on: strings that end at their first NUL, and numbers that are flags.

import type { PyValue } from '../../board.ts'
import { utf8 } from '../memory.ts'

const NOTHING = new Uint8Array()

/** A `char *` to these bytes; null is NULL. A str is its UTF-8. */
export function pointer(value: PyValue | undefined): Uint8Array | null {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return value
  return utf8(typeof value === 'string' ? value : String(value))
}

/** The bytes before the first NUL. */
export function cString(value: PyValue | undefined): Uint8Array | null {
  const bytes = pointer(value)
  const end = bytes?.indexOf(0) ?? -1
  return end < 0 ? bytes : bytes!.subarray(0, end)
}

/** A C string as text, for host names and the like. */
export const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? NOTHING)

/** A `char *` as text; null is NULL. */
export function textAt(value: PyValue | undefined): string | null {
  if (typeof value === 'string' && !value.includes('\0')) return value
  const bytes = cString(value)
  return bytes === null ? null : textOf(bytes)
}

/** `int`; true is 1. */
export function int(value: PyValue | undefined): number {
  if (typeof value === 'number') return Math.trunc(value)
  return value === true ? 1 : 0
}

/** NULL or "". */
export const isEmpty = (bytes: Uint8Array | null): boolean => bytes === null || bytes.length === 0
