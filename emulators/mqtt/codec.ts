// Cuts a byte stream into MQTT packets. A packet whose length can be read but whose contents are
// wrong is one `malformed` packet and the stream goes on; once a remaining length itself is wrong,
// nobody can say where the next packet starts, and the rest of the stream is given up.

import { Dialect, decodePacket } from './decode.ts'
import { PACKET_TYPES, type Packet } from './packet.ts'

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
  | { readonly kind: 'body'; readonly header: readonly number[]; readonly length: number; missing: number }
  | { readonly kind: 'lost' }

/** One direction of one connection; both directions share its dialect, or MQTT 5 from the server is not understood. */
export class Decoder {
  readonly #dialect: Dialect
  #state: State = { kind: 'header', bytes: [] }
  /** The body's bytes so far; they are joined once, when the packet is whole. */
  #parts: Uint8Array[] = []
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
        const part = Uint8Array.prototype.slice.call(chunk, at, at + state.missing)
        if (part.length > 0) this.#parts.push(part)
        at += part.length
        state.missing -= part.length
        if (state.missing > 0) return out
        this.#finish(state.header, state.length, out)
      }
    }
  }

  /** The bytes of a packet that is not complete yet (none: null). Bytes after the stream was given up are not kept. */
  rest(): { readonly bytes: Uint8Array; readonly offset: number } | null {
    const state = this.#state
    if (state.kind === 'lost') return null
    const header = state.kind === 'header' ? state.bytes : state.header
    if (header.length === 0) return null
    return { bytes: join(header, this.#parts), offset: this.#start }
  }

  /** How many bytes of a packet that is not complete yet it has. */
  get pending(): number {
    const state = this.#state
    if (state.kind === 'lost') return 0
    return state.kind === 'header' ? state.bytes.length : state.header.length + state.length - state.missing
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
      this.#state = { kind: 'body', header: bytes, length, missing: length }
      return
    }
    const reason = 'the remaining length has more than four bytes [MQTT 3.1.1, 2.2.3]; the rest of the stream is lost'
    const claims = PACKET_TYPES[bytes[0]! >> 4] ?? 'reserved'
    const packet: Packet = { type: 'malformed', flags: bytes[0]! & 0x0f, length, claims, reason }
    out.push({ packet, raw: Uint8Array.from(bytes), offset: this.#start })
    this.#state = { kind: 'lost' }
  }

  #finish(header: readonly number[], length: number, out: Decoded[]): void {
    const raw = join(header, this.#parts)
    out.push({ packet: decodePacket(header[0]!, raw.subarray(header.length), this.#dialect), raw, offset: this.#start })
    this.#start += header.length + length
    this.#state = { kind: 'header', bytes: [] }
    this.#parts = []
  }
}

function join(header: readonly number[], parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, header.length))
  whole.set(header)
  let at = header.length
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
