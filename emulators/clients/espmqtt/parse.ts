// What the library reads out of packets in its in buffer (lib/mqtt_msg.c). It looks at bytes, not at packets: what stands
// behind a packet that is too short is read as well.

import {
  CONNECT,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from './message.ts'

export const typeOf = (first: number): number => (first >> 4) & 0x0f
export const qosOf = (first: number): number => (first >> 1) & 3
export const retainOf = (first: number): boolean => (first & 1) === 1
export const dupOf = (first: number): boolean => ((first >> 3) & 1) === 1

/** Flags by type; no QoS 3, no DUP with QoS 0, no type 0 or 15. */
export function hasValidHeader(first: number): boolean {
  const type = typeOf(first)
  switch (type) {
    case PUBLISH:
      return qosOf(first) < 3 && (qosOf(first) > 0 || !dupOf(first))
    case PUBREL:
    case SUBSCRIBE:
    case UNSUBSCRIBE:
      return (first & 0x0f) === 2
    default:
      return type >= CONNECT && type <= 14 && (first & 0x0f) === 0
  }
}

/** How long the packet is, by the first `read` bytes of it, and how many of these are its fixed header. */
export function totalLength(buffer: Uint8Array, read: number): { readonly total: number; readonly header: number } {
  let total = 0
  let at = 1
  while (at < read && at <= 4) {
    const byte = buffer[at]!
    total += (byte & 0x7f) * 128 ** (at - 1)
    at++
    if ((byte & 0x80) === 0) break
  }
  return { total: total + at, header: at }
}

/** Behind the length's bytes, however many. */
function afterLength(buffer: Uint8Array, length: number): number {
  let at = 1
  while (at < length) if ((buffer[at++]! & 0x80) === 0) break
  return at
}

const uint16 = (buffer: Uint8Array, at: number): number => ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0)

const WITH_ID = [PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, SUBSCRIBE, UNSUBSCRIBE]

/** The packet's id; 0: it has none. */
export function idOf(buffer: Uint8Array, length: number): number {
  const type = typeOf(buffer[0] ?? 0)
  if (type !== PUBLISH) {
    if (!WITH_ID.includes(type) || length < 4 || (buffer[1]! & 0x80) !== 0) return 0
    return uint16(buffer, 2)
  }
  const at = afterLength(buffer, length)
  if (at + 2 >= length) return 0
  const behind = at + 2 + uint16(buffer, at)
  if (behind > length || qosOf(buffer[0]!) === 0 || behind + 2 > length) return 0
  return uint16(buffer, behind)
}

/** null: there is none that could be. */
export function publishTopic(buffer: Uint8Array, length: number): Uint8Array | null {
  const at = afterLength(buffer, length)
  if (at + 2 >= length) return null
  const size = uint16(buffer, at)
  return at + 2 + size > length ? null : buffer.slice(at + 2, at + 2 + size)
}

/** As much of the payload as is in the buffer. */
export function publishData(buffer: Uint8Array, length: number): Uint8Array {
  const { total, header } = totalLength(buffer, length)
  if (header + 2 >= length) return NOTHING
  let at = header + 2 + uint16(buffer, header)
  if (at >= length) return NOTHING
  if (qosOf(buffer[0]!) > 0) {
    if (at + 2 >= length) return NOTHING
    at += 2
  }
  if (total < at) return NOTHING
  return buffer.slice(at, Math.min(total, length))
}

/** The codes. Taken for granted: one byte of length. */
export const subackCodes = (buffer: Uint8Array, length: number): Uint8Array => buffer.slice(4, Math.max(4, length))

const NOTHING = new Uint8Array()
