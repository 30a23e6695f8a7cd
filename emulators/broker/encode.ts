// The bytes of what a broker sends, at both levels. What is made of fields here is always well-formed; a defect that
// needs other bytes writes them itself.

import type { Qos } from '../mqtt/packet.ts'
import type { Properties } from '../mqtt/properties.ts'
import { encodeProperties, prefixed, uint16, varint } from './encode-properties.ts'

interface WithProperties {
  readonly properties?: Properties | undefined
}

/** A packet that a broker sends, by its fields. */
export type ServerPacket = WithProperties &
  (
    | { readonly type: 'connack'; readonly sessionPresent: boolean; readonly returnCode: number }
    | {
        readonly type: 'publish'
        readonly topic: string
        readonly payload: Uint8Array
        readonly qos: Qos
        readonly retain: boolean
        readonly dup: boolean
        readonly packetId?: number | undefined
      }
    | {
        readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'
        readonly packetId: number
        readonly reasonCode?: number
      }
    | { readonly type: 'suback'; readonly packetId: number; readonly granted: readonly number[] }
    | { readonly type: 'unsuback'; readonly packetId: number; readonly reasonCodes: readonly number[] }
    | { readonly type: 'pingresp' }
    | { readonly type: 'disconnect' | 'auth'; readonly reasonCode: number }
  )

const FIRST: Readonly<Record<ServerPacket['type'], number>> = {
  connack: 0x20,
  publish: 0x30,
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
  suback: 0x90,
  unsuback: 0xb0,
  pingresp: 0xd0,
  disconnect: 0xe0,
  auth: 0xf0,
}

/** The packet on a connection of this level; properties and reason codes are left out below 5. */
export function encodeServer(packet: ServerPacket, level: number): Uint8Array {
  const body = Buffer.concat(bodyOf(packet, level === 5))
  const flags = packet.type === 'publish' ? (packet.dup ? 8 : 0) | (packet.qos << 1) | (packet.retain ? 1 : 0) : 0
  return Uint8Array.from(Buffer.concat([Uint8Array.of(FIRST[packet.type] | flags), varint(body.length), body]))
}

function bodyOf(packet: ServerPacket, is5: boolean): Uint8Array[] {
  const properties = is5 ? encodeProperties(packet.properties ?? {}) : NONE
  switch (packet.type) {
    case 'connack':
      return [Uint8Array.of(packet.sessionPresent ? 1 : 0, packet.returnCode), properties]
    case 'publish':
      return [
        prefixed(Buffer.from(packet.topic)),
        packet.packetId === undefined ? NONE : uint16(packet.packetId),
        properties,
        packet.payload,
      ]
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return [uint16(packet.packetId), is5 ? reasonOf(packet.reasonCode ?? 0, packet.properties) : NONE]
    case 'suback':
      return [uint16(packet.packetId), properties, Uint8Array.from(packet.granted)]
    case 'unsuback':
      return [uint16(packet.packetId), properties, is5 ? Uint8Array.from(packet.reasonCodes) : NONE]
    case 'pingresp':
      return []
    case 'disconnect':
    case 'auth':
      return [reasonOf(packet.reasonCode, packet.properties)]
  }
}

/** 0 without properties is left out, and no properties are [MQTT 5.0, 3.4.2.1 and 3.4.2.2.1]. */
function reasonOf(code: number, properties: Properties | undefined): Uint8Array {
  const none = properties === undefined || Object.keys(properties).length === 0
  if (none) return code === 0 ? NONE : Uint8Array.of(code)
  return Buffer.concat([Uint8Array.of(code), encodeProperties(properties)])
}

const NONE = new Uint8Array()
