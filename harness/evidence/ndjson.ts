// A timeline as text: a header line, then one event a line. Bytes are written as `{"hex":"…"}` and the
// floats that JSON has no word for as `{"float":"nan"}`, so that reading gives back exactly what was recorded.
// Long bytes are written once: `{"tail":N}` are the last N of the event's own `raw`, `{"same":SEQ}` the `raw` of that
// earlier event, and `{"same":SEQ,"tail":N}` its last N.

import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { oneLine } from '../outside/index.ts'
import type { BytesEvent, Event, MessageEvent, PacketEvent } from './event.ts'
import { endsWith } from './lazy-bytes.ts'
import { eventSchema, headerSchema } from './schema.ts'

export const TIMELINE_SCHEMA = 'mqtt-hil/timeline'
export const TIMELINE_VERSION = 2
/** Events of a record. */
const WORTH_COMPILING = 500
/** Version 1 knew no references. */
const READABLE_VERSIONS: readonly unknown[] = [1, TIMELINE_VERSION]

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

/** For short ones: a long one does not fit into one text. See `writeTimelineFile`. */
export function writeTimeline(header: TimelineHeader, events: Iterable<Event>): string {
  const writer = new EventWriter()
  let text = writeHeader(header)
  for (const event of events) text += writer.line(event)
  return text
}

/** The events of one file, in order; each line may refer to the ones before. */
export class EventWriter {
  /** Where long bytes stand already, by their digest: all of a `raw`, or its last bytes. */
  readonly #whole = new Latest<string>()
  readonly #tails = new Latest<string>()

  /** The latest events whose bytes are written out: a reader knows no others. */
  readonly #written = new Latest<number>()

  #within(seq: number | undefined): number | undefined {
    return seq === undefined ? undefined : this.#written.get(seq)
  }

  line(event: Event): string {
    if (event.kind === 'message') return writeLine(this.#message(event))
    if (event.kind === 'packet' || event.kind === 'bytes') return writeLine(this.#raw(event))
    return writeLine(event)
  }

  #raw(event: Event & (PacketEvent | BytesEvent)): object {
    const { raw } = event
    if (raw.length < LEAST_REFERRED_BYTES) return event
    const digest = digestOf(raw)
    const same = this.#within(this.#whole.get(digest))
    if (same === undefined) {
      this.#whole.set(digest, event.seq)
      this.#written.set(event.seq, event.seq)
    }
    const light: Record<string, unknown> = { ...event, raw: same === undefined ? raw : new Reference({ same }) }
    if (event.kind !== 'packet' || event.packet.type !== 'publish') return light
    const { payload } = event.packet
    if (payload.length < LEAST_REFERRED_BYTES || !endsWith(raw, payload)) return light
    if (same === undefined) this.#tails.set(digestOf(payload), event.seq)
    return { ...light, packet: { ...event.packet, payload: new Reference({ tail: payload.length }) } }
  }

  #message(event: Event & MessageEvent): object {
    const { payload } = event
    if (payload.length < LEAST_REFERRED_BYTES) return event
    const same = this.#within(this.#tails.get(digestOf(payload)))
    return same === undefined ? event : { ...event, payload: new Reference({ same, tail: payload.length }) }
  }
}

/** Shorter bytes are written where they are, for people to read. */
const LEAST_REFERRED_BYTES = 64
/** How many events back a line may refer to one: whoever reads needs to know no more. */
export const MAX_REFERRED_EVENTS = 4096

class Reference {
  readonly what: { readonly same?: number; readonly tail?: number }

  constructor(what: Reference['what']) {
    this.what = what
  }
}

/** The latest so many. */
export class Latest<K, V = number> {
  readonly #values = new Map<K, V>()

  get(key: K): V | undefined {
    return this.#values.get(key)
  }

  set(key: K, value: V): void {
    this.#values.delete(key)
    this.#values.set(key, value)
    if (this.#values.size > MAX_REFERRED_EVENTS) this.#values.delete(this.#values.keys().next().value as K)
  }
}

const digestOf = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64')

/** Throws Problem `evidence/bad-timeline` with the line's number. The header comes without schema and version. */
export function readTimeline(text: string, file = 'timeline'): WrittenTimeline {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const header = readHeader(lines[0] ?? '', file)
  const events: Event[] = []
  for (const [k, line] of lines.slice(1).entries()) events.push(readEvent(line, k, file, (seq) => rawOf(events[seq])))
  return { header, events }
}

/** Throws Problem `evidence/bad-timeline`. */
export function readHeader(line: string, file: string): TimelineHeader {
  const { schema, version, ...header } = readLine(line, 1, file)
  if (schema !== TIMELINE_SCHEMA) throw bad(file, 1, `the first line is not the header of a timeline`)
  if (!READABLE_VERSIONS.includes(version))
    throw bad(
      file,
      1,
      `version ${JSON.stringify(version)} is not ${READABLE_VERSIONS.join(' or ')}, which are read here`,
    )
  const about = headerSchema.safeParse(header)
  if (!about.success) throw bad(file, 1, `not the header of a timeline: ${whyNotValid(about.error)}`)
  return header
}

/**
 * @param seq of the event that is due
 * @param rawOf the `raw` of an earlier event; undefined when it has none, or is too long ago
 * Throws Problem `evidence/bad-timeline`.
 */
export function readEvent(
  line: string,
  seq: number,
  file: string,
  rawOf: (seq: number) => Uint8Array | undefined,
): Event {
  const value = readLine(line, seq + 2, file)
  resolveReferences(value, (what, own) => {
    const { same, tail } = what as { readonly same?: unknown; readonly tail?: unknown }
    const whole = same === undefined ? own : typeof same === 'number' && same < seq ? rawOf(same) : undefined
    const isTail = typeof tail === 'number' && Number.isInteger(tail) && tail >= 0
    if (whole === undefined || !(tail === undefined || (isTail && tail <= whole.length)))
      throw bad(file, seq + 2, `${JSON.stringify(what).slice(0, 100)} refers to no bytes`)
    return tail === undefined ? whole : whole.subarray(whole.length - (tail as number))
  })
  return asEvent(value, seq, seq + 2, file)
}

export const rawOf = (event: Event | undefined): Uint8Array | undefined =>
  event?.kind === 'packet' || event?.kind === 'bytes' ? event.raw : undefined

/** Where bytes may stand that are written elsewhere. */
function resolveReferences(
  value: Record<string, unknown>,
  resolve: (what: object, own: Uint8Array | undefined) => Uint8Array,
): void {
  const isReference = (one: unknown): one is object =>
    typeof one === 'object' && one !== null && !(one instanceof Uint8Array) && ('same' in one || 'tail' in one)
  if (isReference(value.raw)) value.raw = resolve(value.raw, undefined)
  if (isReference(value.payload)) value.payload = resolve(value.payload, undefined)
  const packet = value.packet as Record<string, unknown> | undefined
  if (typeof packet !== 'object' || packet === null || !isReference(packet.payload)) return
  packet.payload = resolve(packet.payload, value.raw instanceof Uint8Array ? value.raw : undefined)
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
  if (value instanceof Reference) return value.what
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
  // Of a long record the schema is worth being compiled to a program.
  const read = eventSchema.safeParse(value, { jitless: seq < WORTH_COMPILING })
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
