// What a disturbance is made of. It sees one direction of one connection packet by packet and says what goes on:
// the packet, a changed one, several, none, or none yet. It writes no socket and sets no order: that is the
// outlet's, and there nothing overtakes, because MQTT runs on a stream.

import type { z } from 'zod'
import { Decoder, type Duration, type Instant, type Packet, type Random, type Timer } from '../../../emulators/index.ts'

/** How a connection is cut: FIN or RST to both sides. */
export type CutMode = 'close' | 'reset'

/** Bytes on their way, usually one packet's. */
export interface Chunk {
  readonly bytes: Uint8Array
  /** What the bytes are; null when they are not exactly one packet. */
  readonly packet: Packet | null
  /** `link`: no peer sent it. */
  readonly by: 'peer' | 'link'
  /** It does not leave earlier, nor does anything behind it. */
  readonly notBefore: Instant
  /** How many bytes are written at once. */
  readonly segment: number
  /** Between two segments. */
  readonly gap: Duration
  /** Bytes a second. */
  readonly rate: number
  /** In one write with the parcel behind it. */
  readonly joined: boolean
  /** What becomes of the connection when it has left. */
  readonly cut: CutMode | null
}

export const parcelOf = (
  bytes: Uint8Array,
  packet: Packet | null,
  notBefore: Instant,
  by: Chunk['by'] = 'peer',
): Chunk => ({
  bytes,
  packet,
  by,
  notBefore,
  segment: Number.POSITIVE_INFINITY,
  gap: 0 as Duration,
  rate: Number.POSITIVE_INFINITY,
  joined: false,
  cut: null,
})

/** The parcel with other bytes in it. */
export function changed(parcel: Chunk, bytes: Uint8Array): Chunk {
  const [decoded, more] = new Decoder().push(bytes)
  const isOne = more === undefined && decoded?.raw.length === bytes.length
  return { ...parcel, bytes, packet: isOne ? decoded.packet : null }
}

/** What a handler stands in: what comes before it and what comes after. */
export interface Line {
  now(): Instant
  /** To whatever comes next. */
  next(parcel: Chunk): void
  /** Cancelled when the connection is over. */
  at(when: Instant, fire: () => void): Timer
  /** For the record: why a packet could not be disturbed, which then goes on as it is. */
  note(what: string): void
}

/** A disturbance at work on one direction of one connection. */
export interface Handler {
  /** A parcel that was selected. */
  take(parcel: Chunk): void
  /** One that was not; without this it goes on. */
  pass?(parcel: Chunk): void
  /** How many parcels it keeps. */
  kept?(): number
  /** The disturbance is over: what it keeps goes on, in order. */
  release?(): void
  /** The sender has ended the stream: what only waits for more goes on. */
  end?(): void
}

/** Made once a step, and then once for each direction of a connection. */
export type MakeHandler = (line: Line) => Handler

export interface Disturbance<S = unknown> {
  readonly name: string
  readonly summary: string
  readonly settings: z.ZodType<S>
  make(settings: S, random: Random): MakeHandler
  /** In a few words, for the record: `delay 1s`. */
  show(settings: S): string
}

// Each gets only what its own schema parsed, as with steps and matchers.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyDisturbance = Disturbance<any>

/** Schema of one that has nothing to set: `do: drop`. */
export type Nothing = Record<string, never>
