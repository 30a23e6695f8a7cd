// Cuts a byte stream into MQTT packets. A packet whose length can be read but whose contents are
// wrong is one `malformed` packet and the stream goes on; once a remaining length itself is wrong,
// nobody can say where the next packet starts, and the rest of the stream is given up.

import { Dialect, decodePacket, typeOf } from './decode.ts'
import type { Packet } from './packet.ts'

/** A packet that was cut out of a stream. */
export interface Decoded {
  readonly packet: Packet
  /** The packet's own bytes, a copy. */
  readonly raw: Uint8Array
  /** Where its first byte stood in the stream, from 0. */
  readonly offset: number
}

/** The fixed header's four length bytes carry seven bits each [MQTT 3.1.1, 2.2.3]. */
const MOST_LENGTH_BYTES = 4

type State =
  | { readonly kind: 'header'; readonly bytes: number[] }
  | { readonly kind: 'body'; readonly header: readonly number[]; readonly length: number }
  | { readonly kind: 'lost' }

/** One direction of one connection; both directions share its dialect, or MQTT 5 from the server is not understood. */
export class Decoder {
  readonly #dialect: Dialect
  #state: State = { kind: 'header', bytes: [] }
  /** The first bytes of the body; it grows as they come, because a length that is announced may never come. */
  #body: Uint8Array = EMPTY
  #bodyLength = 0
  /** Stream offset of the packet that is being collected. */
  #start = 0

  constructor(dialect: Dialect = new Dialect()) {
    this.#dialect = dialect
  }

  /** The packets that these bytes complete, in order. Never throws. */
  push(chunk: Uint8Array): Decoded[] {
    const out: Decoded[] = []
    let at = 0
    for (;;) {
      const state = this.#state
      if (state.kind === 'lost') return out
      if (state.kind === 'header') {
        if (at >= chunk.length) return out
        state.bytes.push(chunk[at++]!)
        this.#readHeader(state.bytes, out)
      } else {
        const missing = state.length - this.#bodyLength
        const part = chunk.subarray(at, at + missing)
        at += part.length
        if (part.length < missing) {
          this.#collect(part, state.length)
          return out
        }
        const raw = new Uint8Array(state.header.length + state.length)
        raw.set(state.header)
        raw.set(this.#body.subarray(0, this.#bodyLength), state.header.length)
        raw.set(part, raw.length - part.length)
        this.#finish(state.header.length, raw, out)
      }
    }
  }

  /** The bytes of a packet that is not complete yet (none: null). Bytes after the stream was given up are not kept. */
  rest(): { readonly bytes: Uint8Array; readonly offset: number } | null {
    const state = this.#state
    if (state.kind === 'lost') return null
    const header = state.kind === 'header' ? state.bytes : state.header
    if (header.length === 0) return null
    return { bytes: this.begun(), offset: this.#start }
  }

  /** How many bytes of a packet that is not complete yet it has. */
  get pending(): number {
    const state = this.#state
    if (state.kind === 'lost') return 0
    return state.kind === 'header' ? state.bytes.length : state.header.length + this.#bodyLength
  }

  /** The first bytes of the packet that is not complete yet, a copy of at most `most`. */
  begun(most = Number.POSITIVE_INFINITY): Uint8Array {
    const state = this.#state
    if (state.kind === 'lost') return EMPTY
    if (state.kind === 'header') return Uint8Array.from(state.bytes.slice(0, most))
    const size = Math.min(most, this.pending)
    const bytes = new Uint8Array(size)
    bytes.set(state.header.slice(0, size))
    if (size > state.header.length) bytes.set(this.#body.subarray(0, size - state.header.length), state.header.length)
    return bytes
  }

  /** Gives the stream up, and forgets what it has of a packet. */
  giveUp(): void {
    this.#state = { kind: 'lost' }
    this.#forgetBody()
  }

  /** The stream was given up: nothing more will be found in it. */
  get lost(): boolean {
    return this.#state.kind === 'lost'
  }

  #readHeader(bytes: number[], out: Decoded[]): void {
    if (bytes.length < 2) return
    const ended = bytes.at(-1)! < 0x80
    if (!ended && bytes.length <= MOST_LENGTH_BYTES) return
    let length = 0
    for (let i = bytes.length - 1; i > 0; i--) length = length * 128 + (bytes[i]! & 0x7f)
    if (ended) {
      this.#state = { kind: 'body', header: bytes, length }
      return
    }
    const is5 = this.#dialect.level === 5
    const rule = is5 ? 'MQTT-1.5.5-1' : 'MQTT 3.1.1, 2.2.3'
    const reason = `the remaining length has more than four bytes [${rule}]; the rest of the stream is lost`
    const claims = typeOf(bytes[0]!, is5) ?? 'reserved'
    const statement = is5 ? { statement: rule } : {}
    const packet: Packet = {
      type: 'malformed',
      flags: bytes[0]! & 0x0f,
      length,
      claims,
      reason,
      ...statement,
      offset: 1,
    }
    out.push({ packet, raw: Uint8Array.from(bytes), offset: this.#start })
    this.#state = { kind: 'lost' }
  }

  #collect(part: Uint8Array, length: number): void {
    const size = this.#bodyLength + part.length
    if (size > this.#body.length) {
      const grown = new Uint8Array(Math.min(length, Math.max(size, 2 * this.#body.length, LEAST_ROOM)))
      grown.set(this.#body.subarray(0, this.#bodyLength))
      this.#body = grown
    }
    this.#body.set(part, this.#bodyLength)
    this.#bodyLength = size
  }

  #forgetBody(): void {
    this.#body = EMPTY
    this.#bodyLength = 0
  }

  #finish(header: number, raw: Uint8Array, out: Decoded[]): void {
    const packet = decodePacket(raw[0]!, raw.subarray(header), this.#dialect, header)
    out.push({ packet, raw, offset: this.#start })
    this.#start += raw.length
    this.#state = { kind: 'header', bytes: [] }
    this.#forgetBody()
  }
}

const EMPTY = new Uint8Array()
/** Bytes; the first piece of a body that comes in several. */
const LEAST_ROOM = 256
