// The bits of C++ that Arduino's libraries lean on: C strings, integers that wrap, `millis()`. A program that would
// not compile gets a TypeError, because these libraries know no exceptions at all.

import { atOnce, settled } from '../../at-once.ts'
import * as board from '../../board.ts'
import { type Program, PyFloat, PythonError, type PyValue } from '../../board.ts'
import { utf8 } from '../memory.ts'

/** A `const char*`; null is NULL. */
export type CString = Uint8Array | null

export const uint8 = (n: number): number => n & 0xff
export const uint16 = (n: number): number => n & 0xffff
/** `unsigned long` of a 32-bit core: differences of times are right over its wrap. */
export const uint32 = (n: number): number => n >>> 0
export const int32 = (n: number): number => n | 0

/** Milliseconds since power on, as `unsigned long`: 0 again after 49.7 days. */
export function millis(): Program<number> {
  const now = millisAtOnce()
  return now === undefined ? askMillis() : settled(now)
}

/** undefined: the board is to be asked. */
export function millisAtOnce(): number | undefined {
  const now = atOnce()?.now()
  return now === undefined ? undefined : uint32(Math.floor(now))
}

function* askMillis(): Program<number> {
  return uint32(Math.floor(yield* board.now()))
}

/** No overload takes these arguments. */
export const noOverload = (owner: string, method: string): PythonError =>
  new PythonError('TypeError', `no matching function for call to '${owner}::${method}' with these arguments`)

export const noMember = (owner: string, name: string): PythonError =>
  new PythonError('AttributeError', `'class ${owner}' has no member named '${name}'`)

/** What a C function sees of a string: bytes up to the first NUL. TypeError for what is none. */
export function cString(value: PyValue | undefined): CString {
  if (value === null || value === undefined) return null
  const bytes = bytesOf(value)
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

/** Text or bytes, with all their NULs. */
export function bytesOf(value: PyValue): Uint8Array {
  if (typeof value === 'string') return utf8(value)
  if (value instanceof Uint8Array) return value
  throw new PythonError('TypeError', 'a string or bytes expected')
}

/** A number as C++ converts it: true is 1, fractions are cut off. TypeError for anything else. */
export function numberOf(value: PyValue | undefined): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return Math.trunc(value)
  if (value instanceof PyFloat) return Math.trunc(value.value)
  throw new PythonError('TypeError', 'a number expected')
}

/** `if (x)` of a number or bool; a pointer is true unless NULL. */
export const isTrue = (value: PyValue | undefined): boolean =>
  value !== null &&
  value !== undefined &&
  (typeof value === 'object' || typeof value === 'string' || Number(value) !== 0)

/** Where a C string begins that has no NUL before its buffer's end; a chip would read on. */
export function stringAt(buffer: Uint8Array, at: number): Uint8Array {
  const end = buffer.indexOf(0, at)
  return buffer.subarray(at, end < 0 ? buffer.length : end)
}

/** `10.0.0.7` of an IPAddress, which is four numbers; null for anything else, such as a host name or an address as text. */
export function ipAddress(value: PyValue | undefined): string | null {
  if (!Array.isArray(value) || value.length !== 4) return null
  return value.map((part) => uint8(numberOf(part))).join('.')
}

/** What a sketch's settings say of a broker: dotted numbers are an address, anything else is a name. */
export const isDotted = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host)
