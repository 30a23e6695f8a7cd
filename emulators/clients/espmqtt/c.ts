// The bits of C that the library leans on: strings that end at their first NUL, and numbers that are flags.

import type { PyValue } from '../../board.ts'

const UTF8 = new TextEncoder()
const NOTHING = new Uint8Array()

/** A `char *` to these bytes; null is NULL. A str is its UTF-8. */
export function pointer(value: PyValue | undefined): Uint8Array | null {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return value
  return typeof value === 'string' ? UTF8.encode(value) : UTF8.encode(String(value))
}

/** The bytes before the first NUL. */
export function cString(value: PyValue | undefined): Uint8Array | null {
  const bytes = pointer(value)
  const end = bytes?.indexOf(0) ?? -1
  return end < 0 ? bytes : bytes!.subarray(0, end)
}

/** A C string as text, for host names and the like. */
export const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? NOTHING)

/** `int`; true is 1. */
export function int(value: PyValue | undefined): number {
  if (typeof value === 'number') return Math.trunc(value)
  return value === true ? 1 : 0
}

/** NULL or "". */
export const isEmpty = (bytes: Uint8Array | null): boolean => bytes === null || bytes.length === 0
