// A timeline as text: a header line, then one event a line. Bytes are written as `{"hex":"…"}` and the
// floats that JSON has no word for as `{"float":"nan"}`, so that reading gives back exactly what was recorded.

import type { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { oneLine } from '../outside/index.ts'
import type { Event } from './event.ts'
import { eventSchema, headerSchema } from './schema.ts'

export const TIMELINE_SCHEMA = 'mqtt-hil/timeline'
export const TIMELINE_VERSION = 1

/** Whatever the conductor wants to keep beside the events: scenario, seed, bindings. */
export type TimelineHeader = Readonly<Record<string, unknown>>

export interface WrittenTimeline {
  readonly header: TimelineHeader
  readonly events: readonly Event[]
}

export function writeHeader(header: TimelineHeader): string {
  return writeLine({ schema: TIMELINE_SCHEMA, version: TIMELINE_VERSION, ...header })
}

export const writeEvent = (event: Event): string => writeLine(event)

export function writeTimeline(header: TimelineHeader, events: Iterable<Event>): string {
  let text = writeHeader(header)
  for (const event of events) text += writeEvent(event)
  return text
}

/** Throws Problem `evidence/bad-timeline` with the line's number. The header comes without schema and version. */
export function readTimeline(text: string, file = 'timeline'): WrittenTimeline {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const { schema, version, ...header } = readLine(lines[0] ?? '', 1, file)
  if (schema !== TIMELINE_SCHEMA) throw bad(file, 1, `the first line is not the header of a timeline`)
  if (version !== TIMELINE_VERSION) {
    throw bad(file, 1, `version ${JSON.stringify(version)} is not ${TIMELINE_VERSION}, the only one read here`)
  }
  const about = headerSchema.safeParse(header)
  if (!about.success) throw bad(file, 1, `not the header of a timeline: ${whyNotValid(about.error)}`)
  const events = lines.slice(1).map((line, i) => asEvent(readLine(line, i + 2, file), i, i + 2, file))
  return { header, events }
}

const writeLine = (value: object): string => `${JSON.stringify(encode(value))}\n`

const FLOATS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-0': -0,
}

// Not a replacer: Buffer's own toJSON would have run before it.
function encode(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return { hex: Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex') }
  if (typeof value === 'number') {
    const word = Object.keys(FLOATS).find((w) => Object.is(FLOATS[w], value))
    return word === undefined ? value : { float: word }
  }
  if (Array.isArray(value)) return value.map(encode)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, encode(v)]))
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (entries.length === 1) {
    const [key, word] = entries[0]!
    if (key === 'hex') return decodeHex(word)
    if (key === 'float' && typeof word === 'string' && Object.hasOwn(FLOATS, word)) return FLOATS[word]
  }
  return Object.fromEntries(entries.map(([key, v]) => [key, decode(v)]))
}

function decodeHex(word: unknown): Uint8Array {
  if (typeof word !== 'string' || !/^([0-9a-f]{2})*$/i.test(word)) throw new SyntaxError(`bytes are not hexadecimal`)
  return new Uint8Array(Buffer.from(word, 'hex'))
}

function readLine(line: string, number: number, file: string): Record<string, unknown> {
  let value: unknown
  try {
    value = decode(JSON.parse(line))
  } catch (cause) {
    throw bad(file, number, cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw bad(file, number, 'not a JSON object')
  }
  return value as Record<string, unknown>
}

function asEvent(value: Record<string, unknown>, seq: number, line: number, file: string): Event {
  const read = eventSchema.safeParse(value)
  if (!read.success) throw bad(file, line, `not an event: ${whyNotValid(read.error)}`)
  if (value.seq !== seq) throw bad(file, line, `\`seq\` is ${JSON.stringify(value.seq)} where ${seq} is due`)
  return value as unknown as Event // as it is: a parsed copy would have its fields in another order
}

/** The first thing that is wrong; what stands there is not repeated. */
function whyNotValid({ issues: [issue] }: z.ZodError): string {
  const at = issue?.path.join('.') ?? ''
  return oneLine(`${at === '' ? '' : `\`${at}\`: `}${issue?.message ?? 'unknown'}`).slice(0, 300)
}

function bad(file: string, line: number, why: string, cause?: unknown): Problem {
  return new Problem('evidence/bad-timeline', `line ${line} of ${file}: ${why}`, {
    at: { file, line, column: 1, length: 1 },
    hint: 'the file was cut short, or is not one that hil wrote; record the run again',
    cause,
  })
}
