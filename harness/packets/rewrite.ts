// A packet that came, with some of its fields changed. All others keep their value, so the result of no change is
// the packet itself, byte by byte. It knows what the decoder knows, MQTT 3.1 and 3.1.1: on a connection of MQTT 5 only
// flags and length can be trusted, because properties are read as something else.

import { Decoder, type Packet, unreachable } from '../../emulators/index.ts'
import { encodePacket } from './encode.ts'
import { foreignFields, type PacketChanges, type PacketFields } from './fields.ts'
import { varint } from './properties.ts'

/** The fields of a well-formed packet; null for a malformed one. Flags and length are left to be made anew. */
export function fieldsFrom(packet: Packet): PacketFields | null {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  switch (packet.type) {
    case 'connect': {
      const { protocolLevel, clean, keepalive, will, username, password } = packet
      return {
        type: 'connect',
        protocolName: bytes(packet.protocolName),
        protocolLevel,
        clean,
        keepalive,
        clientId: bytes(packet.clientId),
        will: will === undefined ? undefined : { ...will, topic: bytes(will.topic) },
        username: username === undefined ? undefined : bytes(username),
        password,
      }
    }
    case 'connack':
      return { type: 'connack', sessionPresent: packet.sessionPresent, returnCode: packet.returnCode }
    case 'publish': {
      const { payload, qos, retain, dup, packetId } = packet
      return { type: 'publish', topic: bytes(packet.topic), payload, qos, retain, dup, packetId }
    }
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'unsuback':
      return { type: packet.type, packetId: packet.packetId }
    case 'subscribe': {
      const { packetId, subscriptions } = packet
      const topic = subscriptions.map((s) => bytes(s.topic))
      return { type: 'subscribe', packetId, topic, qos: subscriptions.map((s) => s.qos) }
    }
    case 'suback':
      return { type: 'suback', packetId: packet.packetId, granted: [...packet.granted] }
    case 'unsubscribe':
      return { type: 'unsubscribe', packetId: packet.packetId, topic: packet.topics.map(bytes) }
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return { type: packet.type }
    case 'malformed':
      return null
    default:
      return unreachable(packet)
  }
}

/** Why it could not be done, or the new bytes. */
export type Rewritten = { readonly bytes: Uint8Array } | { readonly refused: string }

/** @param raw one packet's bytes, whole */
export function rewritePacket(raw: Uint8Array, changes: PacketChanges): Rewritten {
  const { type, flags, length, ...others } = changes
  if (type === undefined && Object.values(others).every((value) => value === undefined))
    return { bytes: patchHeader(raw, flags, length) }
  const packet = new Decoder().push(raw)[0]?.packet
  const came = packet === undefined ? null : fieldsFrom(packet)
  if (packet === undefined || came === null) return { refused: 'it is malformed, so its fields are unknown' }
  const target = type ?? came.type
  const [foreign] = foreignFields(changes, [target])
  if (foreign !== undefined) return { refused: foreign.message }
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  // A packet that loses its acknowledgement has no id, one that gains it needs one.
  const id = target === 'publish' && changes.qos === 0 && changes.packetId === undefined ? { packetId: undefined } : {}
  return { bytes: encodePacket({ ...came, ...id, ...given, type: target } as PacketFields) }
}

/** Flags and length change also in what cannot be decoded. */
function patchHeader(raw: Uint8Array, flags: number | undefined, length: number | undefined): Uint8Array {
  const size = headerSize(raw)
  const first = (raw[0]! & 0xf0) | (flags ?? raw[0]! & 0x0f)
  const header = length === undefined ? raw.subarray(1, size) : varint(length)
  return Uint8Array.from(Buffer.concat([Uint8Array.of(first), header, raw.subarray(size)]))
}

/** First byte and remaining length. */
export function headerSize(raw: Uint8Array): number {
  let size = 1
  while (size < Math.min(5, raw.length) && raw[size]! >= 0x80) size++
  return Math.min(size + 1, raw.length)
}
