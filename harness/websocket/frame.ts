// WebSocket frames as bytes (RFC 6455, section 5.2). Nothing is judged here: text frames, reserved bits and frames
// that should have been masked are decoded as they come. Extensions, compression above all, are not known.

import { randomBytes } from 'node:crypto'

export const OPCODES = ['continuation', 'text', 'binary', 'close', 'ping', 'pong', 'reserved'] as const
export type Opcode = (typeof OPCODES)[number]

const CODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const
const NAMES: Readonly<Record<number, Opcode>> = Object.fromEntries(
  Object.entries(CODES).map(([name, code]) => [code, name as Opcode]),
)

export interface Frame {
  readonly opcode: Opcode
  /** FIN: the last frame of its message, and mostly its only one. */
  readonly final: boolean
  /** Unmasked. */
  readonly payload: Uint8Array
  /** The frame's own bytes, with header and mask. */
  readonly raw: Uint8Array
}

/** Control frames, and data frames of opcodes that RFC 6455 keeps for later, are no stream of bytes. */
export const isControl = ({ opcode }: Pick<Frame, 'opcode'>): boolean =>
  opcode === 'close' || opcode === 'ping' || opcode === 'pong'

/** The status code of a close frame; undefined when it has none. */
export const closeCode = ({ opcode, payload }: Frame): number | undefined =>
  opcode === 'close' && payload.length >= 2 ? (payload[0]! << 8) | payload[1]! : undefined

/** One frame as bytes. What goes to a server must be masked. */
export function frameBytes(
  opcode: Exclude<Opcode, 'reserved'>,
  payload: Uint8Array,
  { masked, final = true }: { readonly masked: boolean; readonly final?: boolean },
): Uint8Array {
  const first = (final ? 0x80 : 0) | CODES[opcode]
  const mask = masked ? 0x80 : 0
  const { length } = payload
  const header =
    length < 126
      ? Buffer.from([first, mask | length])
      : length < 0x10000
        ? Buffer.from([first, mask | 126, length >> 8, length & 255])
        : longHeader(first, mask, length)
  if (!masked) return Buffer.concat([header, payload])
  const key = randomBytes(4)
  return Buffer.concat([header, key, unmasked(payload, key)])
}

function longHeader(first: number, mask: number, length: number): Buffer {
  const header = Buffer.alloc(10)
  header[0] = first
  header[1] = mask | 127
  header.writeBigUInt64BE(BigInt(length), 2)
  return header
}

/** Masking and unmasking are the same. */
function unmasked(payload: Uint8Array, key: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(payload.length)
  for (let i = 0; i < payload.length; i++) out[i] = payload[i]! ^ key[i & 3]!
  return out
}

interface Header {
  readonly size: number
  readonly length: number
  readonly masked: boolean
}

/** Cuts a stream of bytes into frames. */
export class FrameDecoder {
  #parts: Uint8Array[] = []
  #bytes = 0
  /** How many bytes the next frame needs to be complete, as far as is known. */
  #wanted = 2
  #lost = false

  /** A frame has a length that no frame can have: what follows cannot be cut any more. */
  get lost(): boolean {
    return this.#lost
  }

  /** Bytes of a frame that is not complete yet. */
  get pending(): number {
    return this.#bytes
  }

  /** Frames that are complete with this chunk. */
  push(chunk: Uint8Array): Frame[] {
    this.#parts.push(chunk)
    this.#bytes += chunk.length
    const frames: Frame[] = []
    while (!this.#lost && this.#bytes >= this.#wanted) {
      const bytes = this.#joined()
      const header = headerOf(bytes)
      if (header === 'lost') {
        this.#lost = true
        break
      }
      this.#wanted = header === null ? bytes.length + 1 : header.size + header.length
      if (header === null || bytes.length < this.#wanted) continue
      frames.push(frameOf(bytes.subarray(0, this.#wanted), header))
      this.#parts = [bytes.subarray(this.#wanted)]
      this.#bytes -= this.#wanted
      this.#wanted = 2
    }
    return frames
  }

  /** Bytes of a frame that is not complete, or that were lost; they are given away. */
  rest(): Uint8Array {
    const bytes = this.#joined()
    this.#parts = []
    this.#bytes = 0
    return bytes
  }

  #joined(): Uint8Array {
    if (this.#parts.length !== 1) this.#parts = [Buffer.concat(this.#parts)]
    return this.#parts[0]!
  }
}

function frameOf(raw: Uint8Array, { size, masked }: Header): Frame {
  const body = raw.subarray(size)
  return {
    opcode: NAMES[raw[0]! & 0x0f] ?? 'reserved',
    final: raw[0]! >= 0x80,
    payload: masked ? unmasked(body, raw.subarray(size - 4, size)) : body,
    raw,
  }
}

/** null: its end has not come. */
function headerOf(bytes: Uint8Array): Header | null | 'lost' {
  if (bytes.length < 2) return null
  const masked = bytes[1]! >= 0x80
  const short = bytes[1]! & 0x7f
  const extended = short < 126 ? 0 : short === 126 ? 2 : 8
  const size = 2 + extended + (masked ? 4 : 0)
  if (bytes.length < size) return null
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const length = extended === 0 ? short : extended === 2 ? view.readUInt16BE(2) : Number(view.readBigUInt64BE(2))
  return Number.isSafeInteger(length) ? { size, length, masked } : 'lost'
}
