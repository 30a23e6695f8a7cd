// Reading of trace files: what stands at a place is checked once, at the door. Bytes are `{"hex": …}` and tuples
// `{"tuple": […]}` there; inside they are Uint8Array and PyTuple. A program's 1.0 is not its 1, which JSON.parse does
// not tell: such numbers are marked as `{"float": 1.0}` before.

import { PyFloat, type PyValue, tuple } from '../board.ts'
import type { TraceEntry } from '../drive/scripted.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Throws SyntaxError. */
export const parseJson = (text: string): Json => JSON.parse(markFloats(text)) as Json

export function pyValue(json: Json): PyValue {
  if (Array.isArray(json)) return json.map(pyValue)
  if (json === null || typeof json !== 'object') return json as PyValue
  const given = json as JsonObject
  if (given.hex !== undefined) return bytes(given.hex)
  if (given.tuple !== undefined) return tuple(...list(given.tuple, 'tuple').map(pyValue))
  if (given.float !== undefined) return new PyFloat(number(given, 'float'))
  throw new Error(`unknown value ${JSON.stringify(json)}`)
}

export function bytes(json: Json): Uint8Array {
  const hex = text(json, 'bytes in hex')
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new Error(`bytes in hex expected, not ${JSON.stringify(hex)}`)
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

export function values(json: Json, what: string): Record<string, PyValue> {
  return Object.fromEntries(Object.entries(object(json, what)).map(([name, value]) => [name, pyValue(value)]))
}

export function object(json: Json | undefined, what: string): JsonObject {
  if (json !== null && typeof json === 'object' && !Array.isArray(json)) return json as JsonObject
  throw new Error(`${what} is not an object`)
}

export function list(json: Json | undefined, what: string): readonly Json[] {
  if (Array.isArray(json)) return json
  throw new Error(`${what} is not a list`)
}

export function text(json: Json | undefined, what: string): string {
  if (typeof json === 'string') return json
  throw new Error(`${what} is not a text`)
}

export function number(json: Json | undefined, what: string): number {
  if (typeof json === 'number') return json
  if (isMarked(json)) return json.float
  throw new Error(`${what} is not a number`)
}

type Marked = { readonly float: number }

const isMarked = (json: Json | undefined): json is Marked =>
  json !== null && typeof json === 'object' && 'float' in json && typeof json.float === 'number'

/** Whole numbers that are written as floats, outside of strings. */
function markFloats(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    /^[^"]*[.eE]/.test(token) && Number.isInteger(Number(token)) ? `{"float": ${token}}` : token,
  )
}

/** In a trace entry it makes no difference. */
export function withoutMarks(json: Json): Json {
  if (isMarked(json)) return json.float
  if (Array.isArray(json)) return json.map(withoutMarks)
  if (json === null || typeof json !== 'object') return json
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, withoutMarks(value)]))
}

export const readTrace = (json: Json | undefined): TraceEntry[] =>
  list(json, 'trace').map((entry) => {
    const [kind, ...rest] = list(entry, 'a trace entry')
    return [text(kind, "a trace entry's first element"), ...rest.map(withoutMarks)] as TraceEntry
  })
