// A recorded case as it stands in a trace file, checked once at the door. Bytes are `{"hex": …}`
// and tuples `{"tuple": […]}` there; inside they are Uint8Array and PyTuple. A program's 1.0 is not
// its 1, which JSON.parse does not tell: such numbers are marked as `{"float": 1.0}` before.

import { PyFloat, type PyValue, tuple } from '../board.ts'
import { Problem } from '../core/problem.ts'
import { type Duration, seconds } from '../core/time.ts'
import type { FeedEntry, ScriptedConnection } from '../drive/peer.ts'
import type { TraceEntry } from '../drive/scripted.ts'

export type TraceCall =
  | { readonly wait: Duration }
  | { readonly call: string; readonly args: readonly PyValue[]; readonly kwargs: Readonly<Record<string, PyValue>> }

export interface TraceCase {
  readonly client: string
  readonly name: string
  readonly options: Readonly<Record<string, PyValue>>
  readonly calls: readonly TraceCall[]
  readonly connections: readonly ScriptedConnection[]
  readonly trace: readonly TraceEntry[]
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
type JsonObject = { readonly [key: string]: Json }

/** The cases of one file's text. Throws Problem `traces/bad-file` that names the file and the place in it. */
export function parseCases(file: string, text: string): TraceCase[] {
  let json: Json
  try {
    json = JSON.parse(markFloats(text)) as Json
  } catch (cause) {
    throw new Problem('traces/bad-file', `${file} is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (!Array.isArray(json)) throw new Problem('traces/bad-file', `${file} is not a list of cases`)
  return json.map((entry: Json, i) => {
    try {
      return readCase(entry)
    } catch (cause) {
      throw new Problem('traces/bad-file', `${file}, case ${i}: ${(cause as Error).message}`, { cause })
    }
  })
}

function readCase(json: Json): TraceCase {
  const given = object(json, 'the case')
  return {
    client: text(given.client, 'client'),
    name: text(given.name, 'name'),
    options: values(given.options ?? {}, 'options'),
    calls: list(given.calls, 'calls').map(readCall),
    connections: list(given.connections ?? [], 'connections').map(readConnection),
    trace: list(given.trace, 'trace').map((entry) => {
      const [kind, ...rest] = list(entry, 'a trace entry')
      return [text(kind, "a trace entry's first element"), ...rest.map(withoutMarks)] as TraceEntry
    }),
  }
}

function readCall(json: Json): TraceCall {
  const given = object(json, 'a call')
  if (given.wait !== undefined) return { wait: seconds(number(given.wait, 'wait')) }
  return {
    call: text(given.call, 'call'),
    args: list(given.args ?? [], 'args').map(pyValue),
    kwargs: values(given.kwargs ?? {}, 'kwargs'),
  }
}

function readConnection(json: Json): ScriptedConnection {
  const given = object(json, 'a connection')
  if (given.refuse !== undefined) return { refuse: text(given.refuse, 'refuse') }
  return {
    feed: list(given.feed, 'feed').map(readFeed),
    failWrites: list(given.fail_writes ?? [], 'fail_writes').map((entry) => {
      const failing = object(entry, 'a failing write')
      return { at: number(failing.at, 'at'), errno: text(failing.errno, 'errno') }
    }),
  }
}

function readFeed(json: Json): FeedEntry {
  const given = object(json, 'a feed entry')
  if (given.data !== undefined) return { data: bytes(given.data) }
  if (given.error !== undefined) return { error: text(given.error, 'error') }
  if (given.gap === true) return { gap: true }
  if (given.eof === true) return { eof: true }
  throw new Error(`unknown feed entry ${JSON.stringify(json)}`)
}

function pyValue(json: Json): PyValue {
  if (Array.isArray(json)) return json.map(pyValue)
  if (json === null || typeof json !== 'object') return json as PyValue
  const given = json as JsonObject
  if (given.hex !== undefined) return bytes(given.hex)
  if (given.tuple !== undefined) return tuple(...list(given.tuple, 'tuple').map(pyValue))
  if (given.float !== undefined) return new PyFloat(number(given, 'float'))
  throw new Error(`unknown value ${JSON.stringify(json)}`)
}

function bytes(json: Json): Uint8Array {
  const hex = text(json, 'bytes in hex')
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new Error(`bytes in hex expected, not ${JSON.stringify(hex)}`)
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

function values(json: Json, what: string): Record<string, PyValue> {
  return Object.fromEntries(Object.entries(object(json, what)).map(([name, value]) => [name, pyValue(value)]))
}

function object(json: Json | undefined, what: string): JsonObject {
  if (json !== null && typeof json === 'object' && !Array.isArray(json)) return json as JsonObject
  throw new Error(`${what} is not an object`)
}

function list(json: Json | undefined, what: string): readonly Json[] {
  if (Array.isArray(json)) return json
  throw new Error(`${what} is not a list`)
}

function text(json: Json | undefined, what: string): string {
  if (typeof json === 'string') return json
  throw new Error(`${what} is not a text`)
}

function number(json: Json | undefined, what: string): number {
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
function withoutMarks(json: Json): Json {
  if (isMarked(json)) return json.float
  if (Array.isArray(json)) return json.map(withoutMarks)
  if (json === null || typeof json !== 'object') return json
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, withoutMarks(value)]))
}
