// Bytes that are in memory, or are read when they are looked at. An event shows them as fields like all others.

import { createHash } from 'node:crypto'
import type { Event, Fact } from './event.ts'

export interface Bytes {
  readonly length: number
  /** Not to be changed. */
  readonly bytes: Uint8Array
}

/** Where bytes are that have left memory. */
export interface BytesFile {
  read(start: number, length: number): Uint8Array
}

const MAX_LATEST_BYTES = 256 * 1024
const MAX_LATEST = 16

/**
 * What was looked at last: an event is looked at several times in a row. No WeakRef, except for what is very long: it
 * keeps what it is made of until the event loop turns, and a record is gone through in one turn.
 */
const LATEST = new (class {
  readonly #latest = new Map<LazyBytes, Uint8Array>()

  get(cell: LazyBytes): Uint8Array | undefined {
    return this.#latest.get(cell)
  }

  set(cell: LazyBytes, bytes: Uint8Array): void {
    this.#latest.set(cell, bytes)
    if (this.#latest.size > MAX_LATEST) this.#latest.delete(this.#latest.keys().next().value!)
  }
})()

export class LazyBytes implements Bytes {
  readonly length: number
  #bytes: Uint8Array | null
  #file: BytesFile | null
  #start = 0
  #latest: WeakRef<Uint8Array> | null = null

  /** @param file where they are when they are not in memory */
  constructor(length: number, bytes: Uint8Array | null, file: BytesFile | null = null) {
    this.length = length
    this.#bytes = bytes
    this.#file = file
  }

  get bytes(): Uint8Array {
    if (this.#bytes !== null) return this.#bytes
    const latest = LATEST.get(this) ?? this.#latest?.deref()
    if (latest !== undefined) return latest
    const bytes = this.#file?.read(this.#start, this.length) ?? new Uint8Array()
    if (bytes.length <= MAX_LATEST_BYTES) LATEST.set(this, bytes)
    else this.#latest = new WeakRef(bytes)
    return bytes
  }

  /** They leave memory; no function of its own for each, because a record has many of them. */
  leave(file: BytesFile, start: number): void {
    this.#file = file
    this.#start = start
    this.#bytes = null
  }
}

/** Shorter ones stay where they are. */
export const LARGE_BYTES = 1024

/** The event with its bytes kept elsewhere when they are many; the same event when they are few. */
export function withBytesKept(event: Event, keep: (bytes: Uint8Array) => Bytes): Event {
  if (event.kind === 'message')
    return event.payload.length < LARGE_BYTES ? event : withPayload(event, keep(event.payload))
  if (event.kind === 'bytes') return event.raw.length < LARGE_BYTES ? event : withRaw(event, keep(event.raw))
  if (event.kind !== 'packet' || event.raw.length < LARGE_BYTES) return event
  const { packet, raw } = event
  if (packet.type === 'malformed') return withRaw(event, keep(raw))
  if (packet.type !== 'publish' || !endsWith(raw, packet.payload)) return event
  const kept = keep(raw)
  const light = withPayload(packet, new LastBytes(kept, packet.payload.length))
  return withRaw({ ...event, packet: light }, kept)
}

/** The last bytes of others. */
class LastBytes implements Bytes {
  readonly #whole: Bytes
  readonly length: number

  constructor(whole: Bytes, length: number) {
    this.#whole = whole
    this.length = length
  }

  get bytes(): Uint8Array {
    return this.#whole.bytes.subarray(this.#whole.length - this.length)
  }
}

/** The fields of an event at another place of the record, without looking at its bytes. */
export const restampedEvent = (event: Fact, stamp: Pick<Event, 'at' | 'seq' | 'lag'>): Event => {
  const { lag: _, ...fields } = Object.getOwnPropertyDescriptors(event as Event)
  return Object.assign(Object.defineProperties({}, fields as PropertyDescriptorMap), stamp) as Event
}

/** The event with other fields, without looking at its bytes, as `{ ...event }` would. */
export const withFields = <T extends Event>(event: T, fields: Partial<T>): T =>
  Object.assign(Object.defineProperties({}, Object.getOwnPropertyDescriptors(event)) as T, fields)

/** Whether the field is read when it is looked at. */
export const isKept = (event: Fact, field: string): boolean =>
  Object.getOwnPropertyDescriptor(event, field)?.get !== undefined

export const endsWith = (bytes: Uint8Array, end: Uint8Array): boolean =>
  Buffer.compare(bytes.subarray(bytes.length - end.length), end) === 0

/** Where an object has the bytes of a field that is read when it is looked at. */
const KEPT: unique symbol = Symbol('kept')
type Keeper = { readonly [KEPT]: Bytes }

/** One function for all of them: objects whose accessors differ would each have a shape of their own, some 400 bytes. */
function keptBytes(this: Keeper): Uint8Array {
  return this[KEPT].bytes
}

const withRaw = <T extends { readonly raw: Uint8Array }>(value: T, kept: Bytes): T => withKept(value, 'raw', kept)

const withPayload = <T extends { readonly payload: Uint8Array }>(value: T, kept: Bytes): T =>
  withKept(value, 'payload', kept)

/** Its fields stay in their order. */
function withKept<T extends object>(value: T, name: string, kept: Bytes): T {
  const light = {}
  for (const key of Object.keys(value) as (keyof T & string)[])
    if (key === name) Object.defineProperty(light, key, ACCESSOR)
    else Object.defineProperty(light, key, Object.getOwnPropertyDescriptor(value, key)!)
  return Object.defineProperty(light, KEPT, { value: kept }) as T
}

const ACCESSOR: PropertyDescriptor = { get: keptBytes, enumerable: true, configurable: true }

/** The same for the same bytes, and short, however many they are. */
export const bytesKey = (bytes: Uint8Array): string =>
  bytes.length <= 64
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
    : `${bytes.length} ${createHash('sha256').update(bytes).digest('base64')}`
