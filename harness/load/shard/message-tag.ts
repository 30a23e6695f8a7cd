// What a followed message carries so that whoever receives it knows which one it is, when it was meant
// to leave and when it did: 29 characters of text, which stand in a payload of any kind.
//   hil:SSSSSQQQQQQTTTTTTTTTDDDDD   stream, sequence, intended µs of the run, µs until sent; base 36

import { STAMP_BYTES } from '../../plan/index.ts'

const STREAM = 5
const SEQ = 6
const INTENDED = 9
const DELAY = 5
const MARK = [0x68, 0x69, 0x6c, 0x3a] as const
const LONGEST_DELAY = 36 ** DELAY - 1

export interface MessageTag {
  stream: number
  seq: number
  /** µs of the run. */
  intended: number
  /** µs after that. */
  delay: number
}

const DIGITS = Uint8Array.from('0123456789abcdefghijklmnopqrstuvwxyz', (c) => c.charCodeAt(0))

/** Writes the stamp at `at`; there are `STAMP_BYTES` of room. Times in µs, whole and not negative. */
export function writeStamp(
  bytes: Uint8Array,
  at: number,
  stream: number,
  seq: number,
  intended: number,
  delay: number,
): void {
  for (let k = 0; k < MARK.length; k++) bytes[at + k] = MARK[k]!
  write(bytes, at + 4, STREAM, stream)
  write(bytes, at + 4 + STREAM, SEQ, seq)
  write(bytes, at + 4 + STREAM + SEQ, INTENDED, intended)
  write(bytes, at + 4 + STREAM + SEQ + INTENDED, DELAY, Math.min(delay, LONGEST_DELAY))
}

export function stampText(stream: number, seq: number, intended: number, delay: number): string {
  const bytes = Buffer.alloc(STAMP_BYTES)
  writeStamp(bytes, 0, stream, seq, intended, delay)
  return bytes.toString('latin1')
}

/** Fills `into`; false when the payload carries none. */
export function readStamp(payload: Uint8Array, into: MessageTag): boolean {
  const at = find(payload)
  if (at < 0) return false
  into.stream = read(payload, at + 4, STREAM)
  into.seq = read(payload, at + 4 + STREAM, SEQ)
  into.intended = read(payload, at + 4 + STREAM + SEQ, INTENDED)
  into.delay = read(payload, at + 4 + STREAM + SEQ + INTENDED, DELAY)
  return into.stream >= 0 && into.seq >= 0 && into.intended >= 0 && into.delay >= 0
}

function find(payload: Uint8Array): number {
  const last = payload.length - STAMP_BYTES
  for (let at = 0; at <= last; at++) {
    if (payload[at] !== MARK[0]) continue
    if (payload[at + 1] === MARK[1] && payload[at + 2] === MARK[2] && payload[at + 3] === MARK[3]) return at
  }
  return -1
}

function write(bytes: Uint8Array, at: number, width: number, value: number): void {
  let left = value
  for (let k = at + width - 1; k >= at; k--) {
    const rest = Math.floor(left / 36)
    bytes[k] = DIGITS[left - rest * 36]!
    left = rest
  }
}

/** -1 for what is no number. */
function read(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let k = at; k < at + width; k++) {
    const c = bytes[k]!
    const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : c >= 0x61 && c <= 0x7a ? c - 0x57 : -1
    if (digit < 0) return -1
    value = value * 36 + digit
  }
  return value
}
