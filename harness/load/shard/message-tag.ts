// What a followed message carries so that its receivers know which one it is, when it was meant to leave and when it
// did: 29 characters of text, which stand in a payload of any kind.
//   hil:SSSSSQQQQQTTTTTTTDDDDDCCC   stream, sequence, intended µs of the run, µs until sent, check; base 62
// The check is made with the key of the run. So what others have written, or a run before at the same broker, is not
// taken for a message of this one.

import { STAMP_BYTES } from '../../plan/index.ts'

const STREAM = 5
const SEQ = 5
const INTENDED = 7
const DELAY = 5
const CHECK = 3
const BASE = 62
const MARK = [0x68, 0x69, 0x6c, 0x3a] as const
const LONGEST_DELAY = BASE ** DELAY - 1
const CHECKS = BASE ** CHECK
const BODY = STREAM + SEQ + INTENDED + DELAY

export interface MessageTag {
  stream: number
  seq: number
  /** µs of the run. */
  intended: number
  /** µs after that. */
  delay: number
}

const DIGITS = Uint8Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', (c) => c.charCodeAt(0))
/** By character code; 255: it is no digit. */
const VALUES = new Uint8Array(256).fill(255)
for (const [value, code] of DIGITS.entries()) VALUES[code] = value

/** Writes the stamp at `at`; there are `STAMP_BYTES` of room. Times in µs, whole and not negative. `key`: 32 bits. */
export function writeStamp(
  bytes: Uint8Array,
  at: number,
  key: number,
  stream: number,
  seq: number,
  intended: number,
  delay: number,
): void {
  for (let k = 0; k < MARK.length; k++) bytes[at + k] = MARK[k]!
  const body = at + MARK.length
  write(bytes, body, STREAM, stream)
  write(bytes, body + STREAM, SEQ, seq)
  write(bytes, body + STREAM + SEQ, INTENDED, intended)
  write(bytes, body + STREAM + SEQ + INTENDED, DELAY, Math.min(delay, LONGEST_DELAY))
  write(bytes, body + BODY, CHECK, checkOf(bytes, body, key))
}

export function stampText(key: number, stream: number, seq: number, intended: number, delay: number): string {
  const bytes = Buffer.alloc(STAMP_BYTES)
  writeStamp(bytes, 0, key, stream, seq, intended, delay)
  return bytes.toString('latin1')
}

/** Fills `into` from the first stamp of this run; false when the payload carries none. */
export function readStamp(payload: Uint8Array, key: number, into: MessageTag): boolean {
  const last = payload.length - STAMP_BYTES
  for (let at = 0; at <= last; at++) {
    if (payload[at] !== MARK[0]) continue
    if (payload[at + 1] !== MARK[1] || payload[at + 2] !== MARK[2] || payload[at + 3] !== MARK[3]) continue
    const body = at + MARK.length
    if (read(payload, body + BODY, CHECK) !== checkOf(payload, body, key)) continue
    into.stream = read(payload, body, STREAM)
    into.seq = read(payload, body + STREAM, SEQ)
    into.intended = read(payload, body + STREAM + SEQ, INTENDED)
    into.delay = read(payload, body + STREAM + SEQ + INTENDED, DELAY)
    if (into.stream >= 0 && into.seq >= 0 && into.intended >= 0 && into.delay >= 0) return true
  }
  return false
}

/** FNV-1a, with the key in place of its first value, mixed at the end so that each character counts in all digits. */
function checkOf(bytes: Uint8Array, body: number, key: number): number {
  let hash = key ^ 0x811c9dc5
  for (let k = body; k < body + BODY; k++) hash = Math.imul(hash ^ bytes[k]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash ^= hash >>> 13
  return (hash >>> 0) % CHECKS
}

function write(bytes: Uint8Array, at: number, width: number, value: number): void {
  let left = value
  for (let k = at + width - 1; k >= at; k--) {
    const rest = Math.floor(left / BASE)
    bytes[k] = DIGITS[left - rest * BASE]!
    left = rest
  }
}

/** -1 for what is not a number. */
function read(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let k = at; k < at + width; k++) {
    const digit = VALUES[bytes[k]!]!
    if (digit === 255) return -1
    value = value * BASE + digit
  }
  return value
}
