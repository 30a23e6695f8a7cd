// Fields to bytes. It refuses nothing: return code 6, packet id 0, QoS 3, a wrong length are written as they are
// asked for. Of a field that was not given comes what MQTT wants there.

import { PACKET_TYPES } from '../../emulators/index.ts'
import type { PacketFields } from './fields.ts'
import { encodeProperties, prefixed, type SentProperties, uint16, varint } from './properties.ts'

/** Where the flags are fixed [MQTT 3.1.1, table 2.2]; elsewhere 0. */
export const FIXED_FLAGS: Readonly<Partial<Record<string, number>>> = { pubrel: 2, subscribe: 2, unsubscribe: 2 }

const NONE = new Uint8Array()
const UTF8 = new TextEncoder()

/**
 * The bytes of one packet.
 * @param level the protocol level of the connection: with 5 the packet has properties, perhaps none. Without it, a
 * packet that names properties or a reason code is of MQTT 5, another of MQTT 3.1.1.
 */
export function encodePacket(packet: PacketFields, level?: number): Uint8Array {
  const names5 = packet.properties !== undefined || packet.reasonCode !== undefined
  const own = packet.type === 'connect' ? packet.protocolLevel : undefined
  const is5 = names5 || packet.will?.properties !== undefined || (own ?? level ?? 4) === 5
  const body = Buffer.concat([bodyOf(packet, is5, own ?? (names5 ? 5 : (level ?? 4))), packet.extra ?? NONE])
  const number = PACKET_TYPES.indexOf(packet.type)
  const first = (number << 4) | (packet.flags ?? flagsOf(packet))
  return Uint8Array.from(Buffer.concat([Uint8Array.of(first), varint(packet.length ?? body.length), body]))
}

function flagsOf(packet: PacketFields): number {
  if (packet.type !== 'publish') return FIXED_FLAGS[packet.type] ?? 0
  return (packet.dup ? 8 : 0) | ((qosOf(packet) & 3) << 1) | (packet.retain ? 1 : 0)
}

function bodyOf(packet: PacketFields, is5: boolean, level: number): Uint8Array {
  const properties = is5 ? encodeProperties(packet.properties ?? {}) : NONE
  switch (packet.type) {
    case 'connect':
      return connect(packet, properties, is5, level)
    case 'connack': {
      const flags = packet.acknowledgeFlags ?? (packet.sessionPresent ? 1 : 0)
      const code = listOf(packet.reasonCode)[0] ?? packet.returnCode ?? 0
      return Buffer.concat([Uint8Array.of(flags, code), properties])
    }
    case 'publish': {
      const hasId = packet.packetId === undefined ? qosOf(packet) > 0 : packet.packetId !== null
      const id = hasId ? uint16(packet.packetId ?? 1) : NONE
      const [topic] = listOf(packet.topic)
      return Buffer.concat([prefixed(topic ?? NONE), id, properties, packet.payload ?? NONE])
    }
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return Buffer.concat([idOf(packet), reasonOf(packet)])
    case 'subscribe': {
      const filters = listOf(packet.topic)
      const { qos, retainHandling, retainAsPublished, noLocal } = packet
      const options = (i: number): number =>
        (nth(qos, i) ?? 0) |
        ((nth(retainHandling, i) ?? 0) << 4) |
        (nth(retainAsPublished, i) ? 8 : 0) |
        (nth(noLocal, i) ? 4 : 0)
      const each = filters.map((f, i) => [prefixed(f), Uint8Array.of(options(i))])
      return Buffer.concat([idOf(packet), properties, ...each.flat()])
    }
    case 'suback': {
      const codes = packet.granted === undefined ? [0] : listOf(packet.granted)
      return Buffer.concat([idOf(packet), properties, Uint8Array.from(codes)])
    }
    case 'unsubscribe':
      return Buffer.concat([idOf(packet), properties, ...listOf(packet.topic).map(prefixed)])
    case 'unsuback':
      return Buffer.concat([idOf(packet), properties, Uint8Array.from(codesOf(packet, is5))])
    case 'disconnect':
    case 'auth':
      return reasonOf(packet)
    case 'pingreq':
    case 'pingresp':
      return NONE
  }
}

function connect(packet: PacketFields, properties: Uint8Array, is5: boolean, level: number): Uint8Array {
  const { will, username, password } = packet
  const flags =
    (packet.clean === false ? 0 : 0x02) |
    (will === undefined ? 0 : 0x04 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0)) |
    (password === undefined ? 0 : 0x40) |
    (username === undefined ? 0 : 0x80)
  const willProperties = is5 && will !== undefined ? encodeProperties((will.properties ?? {}) as SentProperties) : NONE
  return Buffer.concat([
    prefixed(packet.protocolName ?? UTF8.encode('MQTT')),
    Uint8Array.of(level, packet.connectFlags ?? flags),
    uint16(packet.keepalive ?? 0),
    properties,
    prefixed(packet.clientId ?? NONE),
    ...(will === undefined ? [] : [willProperties, prefixed(will.topic), prefixed(will.payload ?? NONE)]),
    ...(username === undefined ? [] : [prefixed(username)]),
    ...(password === undefined ? [] : [prefixed(password)]),
  ])
}

const idOf = ({ packetId }: PacketFields): Uint8Array => (packetId === null ? NONE : uint16(packetId ?? 1))

/** UNSUBACK has a code for each filter in MQTT 5, and none before. */
const codesOf = ({ reasonCode }: PacketFields, is5: boolean): readonly number[] =>
  reasonCode === undefined && is5 ? [0] : listOf(reasonCode)

/** A reason code of 0 without properties may be left out [MQTT 5.0, 3.4.2.1]; named, it is written. */
function reasonOf({ reasonCode, properties }: PacketFields): Uint8Array {
  const [code] = listOf(reasonCode)
  if (code === undefined && properties === undefined) return NONE
  return Buffer.concat([Uint8Array.of(code ?? 0), properties === undefined ? NONE : encodeProperties(properties)])
}

/** The one that is for the filter, or the first for all. */
function nth<T>(value: T | readonly T[] | undefined, i: number): T | undefined {
  const list = listOf(value)
  return list[i] ?? list[0]
}

const qosOf = (packet: PacketFields): number => listOf(packet.qos)[0] ?? 0

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value as T]
}
