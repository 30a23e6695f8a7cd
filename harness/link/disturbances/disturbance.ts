// What a disturbance is made of. It sees one direction of one connection packet by packet and says what goes on:
// the packet, a changed one, several, none, or none yet. It writes no socket and sets no order: that is the
// sink's, and there nothing overtakes, because MQTT runs on a stream.

import type { z } from 'zod'
import {
  type Decoded,
  Decoder,
  Dialect,
  type Duration,
  type Instant,
  type Packet,
  type Random,
  type Timer,
} from '../../../emulators/index.ts'
import type { FrameSlice } from '../frame-slices.ts'

/** How a connection is cut: FIN or RST to both sides. */
export type CutMode = 'close' | 'reset'

/** What a disturbance does to the time of a chunk and to the pieces in which it is written. */
export interface Pace {
  /** It does not leave earlier than that long after `since`, nor does anything after it. */
  readonly delay?: Duration | undefined
  /** How many bytes are written at once. */
  readonly segment?: number | undefined
  /** Between two segments. */
  readonly gap?: Duration | undefined
  /** Bytes a second. */
  readonly rate?: number | undefined
}

/** Whose pace it is: when that disturbance is released, the pace is void for what still waits. */
export interface PaceOwner {
  readonly released: boolean
}

/** Bytes on their way, usually one packet's. */
export interface Chunk {
  readonly bytes: Uint8Array
  /** What the bytes are; null when they are not exactly one packet. */
  readonly packet: Packet | null
  /** The packet as it came in, when the bytes are still those. */
  readonly came: Decoded | null
  /** The WebSocket frames that the bytes came in; null: none, or the bytes are other ones. */
  readonly frames: readonly FrameSlice[] | null
  /** `link`: no peer sent it. */
  readonly by: 'peer' | 'link'
  /** Delays count from here. */
  readonly since: Instant
  readonly paces: readonly (Pace & { readonly owner: PaceOwner })[]
  /** In one write with the next chunk. */
  readonly joined: boolean
  /** What becomes of the connection when it has left. */
  readonly cut: CutMode | null
  /** A part of a packet that no disturbance can hit, which passes as it comes; `last`: the packet ends with it. */
  readonly part: 'more' | 'last' | null
}

export const chunkOf = (
  bytes: Uint8Array,
  since: Instant,
  more: Partial<Pick<Chunk, 'came' | 'by' | 'frames' | 'part'>> = {},
): Chunk => ({
  bytes,
  packet: more.came?.packet ?? null,
  came: null,
  frames: null,
  by: 'peer',
  since,
  paces: [],
  joined: false,
  cut: null,
  part: null,
  ...more,
})

/** The chunk with other bytes in it, read as the connection's packets are. */
export function changed(chunk: Chunk, bytes: Uint8Array, dialect: Dialect): Chunk {
  const copy = new Dialect()
  copy.level = dialect.level
  const [decoded, more] = new Decoder(copy).push(bytes)
  const isOne = more === undefined && decoded?.raw.length === bytes.length
  return { ...chunk, bytes, packet: isOne ? decoded.packet : null, came: null, frames: null }
}

/** As if it had come now: what has delayed it is past. */
export const restamped = (chunk: Chunk, since: Instant): Chunk => ({
  ...chunk,
  since,
  paces: chunk.paces.map((pace) => ({ ...pace, delay: undefined })),
})

/** What a handler stands in: what comes before it and what comes after. */
export interface Line {
  /** The protocol level of the connection. */
  readonly level: number
  now(): Instant
  /** To whatever comes next. */
  next(chunk: Chunk): void
  /** The chunk at a pace, which ends when the disturbance is released. */
  paced(chunk: Chunk, pace: Pace): Chunk
  /** The chunk with other bytes. */
  changed(chunk: Chunk, bytes: Uint8Array): Chunk
  /** Cancelled when the connection is over. */
  at(when: Instant, fire: () => void): Timer
  /** For the record: why a packet could not be disturbed, which then goes on as it is. */
  note(what: string): void
}

/** A disturbance at work on one direction of one connection. */
export interface Handler {
  /** A chunk that was selected. */
  take(chunk: Chunk): void
  /** One that was not; without this it goes on. */
  pass?(chunk: Chunk): void
  /** What it keeps, in order. */
  kept?(): readonly Chunk[]
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
