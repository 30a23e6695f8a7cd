// Bytes that are in memory, or are read when they are looked at. An event shows them as fields like all others.

import { createHash } from 'node:crypto'
import type { Event, Fact } from './event.ts'

export interface Bytes {
  readonly length: number
  /** Not to be changed. */
  readonly bytes: Uint8Array
}

export class LazyBytes implements Bytes {
  readonly length: number
  #bytes: Uint8Array | null
  #load: () => Uint8Array
  #latest: WeakRef<Uint8Array> | null = null

  constructor(length: number, bytes: Uint8Array | null, load: () => Uint8Array = () => new Uint8Array()) {
    this.length = length
    this.#bytes = bytes
    this.#load = load
  }

  get bytes(): Uint8Array {
    if (this.#bytes !== null) return this.#bytes
    const latest = this.#latest?.deref()
    if (latest !== undefined) return latest
    const bytes = this.#load()
    this.#latest = new WeakRef(bytes)
    return bytes
  }

  /** They leave memory. */
  leave(load: () => Uint8Array): void {
    this.#load = load
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
  const { length } = packet.payload
  const light = withPayload(packet, {
    length,
    get bytes() {
      return kept.bytes.subarray(kept.length - length)
    },
  })
  return withRaw({ ...event, packet: light }, kept)
}

/** The fields of an event at another place of the record, without looking at its bytes. */
export const restampedEvent = (event: Fact, stamp: Pick<Event, 'at' | 'seq' | 'lag'>): Event => {
  const { lag: _, ...fields } = Object.getOwnPropertyDescriptors(event as Event)
  return Object.assign(Object.defineProperties({}, fields as PropertyDescriptorMap), stamp) as Event
}

/** Whether the field is read when it is looked at. */
export const isKept = (event: Fact, field: string): boolean =>
  Object.getOwnPropertyDescriptor(event, field)?.get !== undefined

export const endsWith = (bytes: Uint8Array, end: Uint8Array): boolean =>
  Buffer.compare(bytes.subarray(bytes.length - end.length), end) === 0

const withRaw = <T extends { readonly raw: Uint8Array }>(value: T, kept: Bytes): T => withKept(value, 'raw', kept)

const withPayload = <T extends { readonly payload: Uint8Array }>(value: T, kept: Bytes): T =>
  withKept(value, 'payload', kept)

/** Its fields stay in their order. */
function withKept<T extends object>(value: T, name: string, kept: Bytes): T {
  const field: PropertyDescriptor = { get: () => kept.bytes, enumerable: true, configurable: true }
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(value), [name]: field }) as T
}

/** The same for the same bytes, and short, however many they are. */
export const bytesKey = (bytes: Uint8Array): string =>
  bytes.length <= 64
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
    : `${bytes.length} ${createHash('sha256').update(bytes).digest('base64')}`
