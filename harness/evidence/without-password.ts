// The bytes of a packet for people to look at: those of a CONNECT's password are asterisks.

import type { PacketEvent } from './event.ts'

const ASTERISK = 0x2a

/** The password is the last field of a CONNECT [MQTT-3.1.3-1], so it is its last bytes. */
export function withoutPassword({ packet, raw }: Pick<PacketEvent, 'packet' | 'raw'>): Uint8Array {
  if (packet.type !== 'connect' || packet.password === undefined || packet.password.length === 0) return raw
  const from = raw.length - packet.password.length
  return Uint8Array.from(raw, (byte, k) => (k < from ? byte : ASTERISK))
}
