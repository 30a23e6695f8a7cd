// The decoded fields of an event by the names that scenarios use. One table serves matching,
// saving and reporting, so what a report shows is what a scenario can claim.

import type { Packet } from '../../emulators/index.ts'
import { unreachable } from '../../emulators/index.ts'
import type { Event, PacketEvent } from '../evidence/index.ts'

export type FieldValue = string | number | boolean | null | Uint8Array | readonly FieldValue[] | Fields | undefined
export interface Fields {
  readonly [name: string]: FieldValue
}

/** Every field a packet of this type has; `keepalive` is in seconds, as on the wire. */
export function packetFields(packet: Packet): Fields {
  const common = { type: packet.type, flags: packet.flags, length: packet.length }
  switch (packet.type) {
    case 'connect':
      return {
        ...common,
        protocolName: packet.protocolName,
        protocolLevel: packet.protocolLevel,
        clean: packet.clean,
        keepalive: packet.keepalive,
        clientId: packet.clientId,
        will: packet.will === undefined ? null : { ...packet.will },
        username: packet.username ?? null,
        password: packet.password ?? null,
      }
    case 'connack':
      return { ...common, sessionPresent: packet.sessionPresent, returnCode: packet.returnCode }
    case 'publish':
      return {
        ...common,
        topic: packet.topic,
        payload: packet.payload,
        qos: packet.qos,
        retain: packet.retain,
        dup: packet.dup,
        packetId: packet.packetId ?? null,
      }
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'unsuback':
      return withReason({ ...common, packetId: packet.packetId }, packet.reasonCode)
    case 'subscribe':
      return {
        ...common,
        packetId: packet.packetId,
        topic: packet.subscriptions.map((s) => s.topic),
        qos: packet.subscriptions.map((s) => s.qos),
      }
    case 'suback':
      return { ...common, packetId: packet.packetId, granted: packet.granted }
    case 'unsubscribe':
      return { ...common, packetId: packet.packetId, topic: packet.topics }
    case 'pingreq':
    case 'pingresp':
      return common
    case 'disconnect':
      return withReason(common, packet.reasonCode)
    case 'malformed':
      return { ...common, claims: packet.claims, reason: packet.reason }
    default:
      return unreachable(packet)
  }
}

/** Only MQTT 5 has one. */
const withReason = (fields: Fields, reasonCode: number | undefined): Fields =>
  reasonCode === undefined ? fields : { ...fields, reasonCode }

/** The fields of any event, for `save` and for reports. */
export function eventFields(event: Event): Fields {
  if (event.kind === 'packet') return { ...packetFields(event.packet), ...packetPlace(event) }
  const { at, seq, lag, kind, ...rest } = event
  return rest as unknown as Fields
}

const packetPlace = (event: PacketEvent): Fields => ({
  connection: event.connection,
  delivered: event.delivered,
  at: event.end,
  by: event.by,
  hex: event.raw,
})

/** A dotted path into the fields: `packetId`, `will.topic`, `granted.0`. */
export function fieldAt(fields: Fields, path: string): FieldValue {
  let value: FieldValue = fields
  for (const part of path.split('.')) {
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return undefined
    value = Array.isArray(value) ? value[Number(part)] : (value as Fields)[part]
  }
  return value
}
