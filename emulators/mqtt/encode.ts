// Well-formed packets to bytes, by mqtt-packet. Only for what we send on purpose (tests, raw
// devices, injections): emulated clients write their own bytes, as their libraries do.

import mqttPacket, { type Packet as Generated } from 'mqtt-packet'
import type { Connack, Connect, Packet, Publish, Suback, Subscribe } from './packet.ts'

// Its buffers for all 65,536 ids: at the first packet it would fill them, for 20 ms and 7 MB, and a run needs a few of them.
const { writeToStream } = mqttPacket as unknown as { readonly writeToStream: { cacheNumbers: boolean } }
writeToStream.cacheNumbers = false

type Given<P, Required extends keyof P> = Pick<P, Required> & Partial<Omit<P, 'flags' | 'length'>>

/** A packet to send: what must be said, and optionally the rest. */
export type Sendable =
  | Given<Connect, 'type' | 'clientId'>
  | Given<Connack, 'type'>
  | Given<Publish, 'type' | 'topic'>
  | { readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback'; readonly packetId: number }
  | Given<Subscribe, 'type' | 'packetId' | 'subscriptions'>
  | Given<Suback, 'type' | 'packetId' | 'granted'>
  | { readonly type: 'unsubscribe'; readonly packetId: number; readonly topics: readonly string[] }
  | { readonly type: Extract<Packet, { type: 'pingreq' | 'pingresp' | 'disconnect' }>['type'] }

/** The packet's bytes. Throws mqtt-packet's Error for one that cannot be well-formed; send those as raw bytes. */
export function encode(packet: Sendable): Uint8Array {
  const bytes = mqttPacket.generate(translate(packet) as Generated)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

function translate(packet: Sendable): object {
  const cmd = packet.type
  switch (packet.type) {
    case 'connect': {
      const { will, password } = packet
      return {
        cmd,
        protocolId: packet.protocolName ?? 'MQTT',
        protocolVersion: packet.protocolLevel ?? 4,
        clean: packet.clean ?? true,
        keepalive: packet.keepalive ?? 0,
        clientId: packet.clientId,
        ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload) } }),
        ...(packet.username === undefined ? {} : { username: packet.username }),
        ...(password === undefined ? {} : { password: Buffer.from(password) }),
      }
    }
    case 'connack':
      return { cmd, sessionPresent: packet.sessionPresent ?? false, returnCode: packet.returnCode ?? 0 }
    case 'publish': {
      const { topic, qos = 0, retain = false, dup = false, packetId: messageId } = packet
      return { cmd, topic, payload: Buffer.from(packet.payload ?? new Uint8Array()), qos, retain, dup, messageId }
    }
    case 'subscribe':
      return { cmd, messageId: packet.packetId, subscriptions: packet.subscriptions }
    case 'suback':
      return { cmd, messageId: packet.packetId, granted: packet.granted }
    case 'unsubscribe':
      return { cmd, messageId: packet.packetId, unsubscriptions: packet.topics }
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'unsuback':
      return { cmd, messageId: packet.packetId }
    default:
      return { cmd }
  }
}
