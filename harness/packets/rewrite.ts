// A packet that came, with some of its fields changed. All others keep their value, so the result of no change is
// the packet itself, byte by byte, but that properties of one name stand together.

import { Decoder, Dialect, type Packet, unreachable } from '../../emulators/index.ts'
import { encodePacket } from './encode.ts'
import { foreignFields, type PacketChanges, type PacketFields } from './fields.ts'
import { changedProperties, type SentProperties, varint } from './properties.ts'

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
        will: will === undefined ? undefined : ({ ...will, topic: bytes(will.topic) } as PacketFields['will']),
        username: username === undefined ? undefined : bytes(username),
        password,
        ...with5(packet),
      }
    }
    case 'connack':
      return {
        type: 'connack',
        sessionPresent: packet.sessionPresent,
        returnCode: packet.returnCode,
        ...with5(packet),
      }
    case 'publish': {
      const { payload, qos, retain, dup, packetId } = packet
      return { type: 'publish', topic: bytes(packet.topic), payload, qos, retain, dup, packetId, ...with5(packet) }
    }
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return { type: packet.type, packetId: packet.packetId, ...reason5(packet, packet.length - 2) }
    case 'unsuback': {
      const { reasonCodes } = packet
      const codes = reasonCodes === undefined ? {} : { reasonCode: [...reasonCodes] }
      return { type: packet.type, packetId: packet.packetId, ...codes, ...with5(packet) }
    }
    case 'subscribe': {
      const { packetId, subscriptions } = packet
      const topic = subscriptions.map((s) => bytes(s.topic))
      const options =
        packet.properties === undefined
          ? {}
          : {
              noLocal: subscriptions.map((s) => s.noLocal === true),
              retainAsPublished: subscriptions.map((s) => s.retainAsPublished === true),
              retainHandling: subscriptions.map((s) => s.retainHandling ?? 0),
            }
      return { type: 'subscribe', packetId, topic, qos: subscriptions.map((s) => s.qos), ...options, ...with5(packet) }
    }
    case 'suback':
      return { type: 'suback', packetId: packet.packetId, granted: [...packet.granted], ...with5(packet) }
    case 'unsubscribe':
      return { type: 'unsubscribe', packetId: packet.packetId, topic: packet.topics.map(bytes), ...with5(packet) }
    case 'pingreq':
    case 'pingresp':
      return { type: packet.type }
    case 'disconnect':
    case 'auth':
      return { type: packet.type, ...reason5(packet, packet.length) }
    case 'malformed':
      return null
    default:
      return unreachable(packet)
  }
}

/** Of MQTT 5: its properties, also when there are none. */
const with5 = ({ properties }: { readonly properties?: object }): { properties?: SentProperties } =>
  properties === undefined ? {} : { properties: properties as SentProperties }

/** Reason code and properties, as far as the packet has room for them: they may be left out [MQTT 5.0, 3.4.2.1]. */
function reason5(
  packet: { readonly reasonCode?: number; readonly properties?: object },
  room: number,
): Pick<PacketFields, 'reasonCode' | 'properties'> {
  if (packet.properties === undefined || room === 0) return {}
  return { reasonCode: packet.reasonCode ?? 0, ...(room === 1 ? {} : with5(packet)) }
}

/** Why it could not be done, or the new bytes. */
export type Rewritten = { readonly bytes: Uint8Array } | { readonly refused: string }

/**
 * @param raw one packet's bytes, whole
 * @param level the protocol level of its connection
 */
export function rewritePacket(raw: Uint8Array, changes: PacketChanges, level = 4): Rewritten {
  const { type, flags, length, ...others } = changes
  if (type === undefined && Object.values(others).every((value) => value === undefined))
    return { bytes: patchHeader(raw, flags, length) }
  const dialect = new Dialect()
  dialect.level = level
  const packet = new Decoder(dialect).push(raw)[0]?.packet
  const came = packet === undefined ? null : fieldsFrom(packet)
  if (packet === undefined || came === null) return { refused: 'it is malformed, so its fields are unknown' }
  const target = type ?? came.type
  const [foreign] = foreignFields(changes, [target])
  if (foreign !== undefined) return { refused: foreign.message }
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  // A packet that loses its acknowledgement has no id, one that gains it needs one.
  const id = target === 'publish' && changes.qos === 0 && changes.packetId === undefined ? { packetId: undefined } : {}
  const properties =
    changes.properties === undefined ? {} : { properties: changedProperties(came.properties, changes.properties) }
  const packet5 = { ...came, ...id, ...given, ...properties, type: target } as PacketFields
  return { bytes: encodePacket(packet5, level) }
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
