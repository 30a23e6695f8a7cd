// The decoded fields of an event by the names that scenarios use. One table serves matching,
// saving and reporting, so what a report shows is what a scenario can claim.

import type { Packet, Subscription } from '../../emulators/index.ts'
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
      return with5(
        {
          ...common,
          protocolName: packet.protocolName,
          protocolLevel: packet.protocolLevel,
          clean: packet.clean,
          keepalive: packet.keepalive,
          clientId: packet.clientId,
          will: packet.will === undefined ? null : ({ ...packet.will } as Fields),
          username: packet.username ?? null,
          password: packet.password ?? null,
        },
        packet,
      )
    case 'connack':
      return with5({ ...common, sessionPresent: packet.sessionPresent, returnCode: packet.returnCode }, packet)
    case 'publish':
      return with5(
        {
          ...common,
          topic: packet.topic,
          payload: packet.payload,
          qos: packet.qos,
          retain: packet.retain,
          dup: packet.dup,
          packetId: packet.packetId ?? null,
        },
        packet,
      )
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return with5({ ...common, packetId: packet.packetId }, packet)
    case 'unsuback':
      return with5({ ...common, packetId: packet.packetId }, packet)
    case 'subscribe':
      return with5(
        {
          ...common,
          packetId: packet.packetId,
          topic: packet.subscriptions.map((s) => s.topic),
          qos: packet.subscriptions.map((s) => s.qos),
          ...options5(packet.subscriptions),
        },
        packet,
      )
    case 'suback':
      return with5({ ...common, packetId: packet.packetId, granted: packet.granted }, packet)
    case 'unsubscribe':
      return with5({ ...common, packetId: packet.packetId, topic: packet.topics }, packet)
    case 'pingreq':
    case 'pingresp':
      return common
    case 'disconnect':
    case 'auth':
      return with5(common, packet)
    case 'malformed':
      return {
        ...common,
        claims: packet.claims,
        reason: packet.reason,
        statement: packet.statement ?? null,
        offset: packet.offset ?? null,
      }
    default:
      return unreachable(packet)
  }
}

/** What only packets of MQTT 5 have. */
function with5(fields: Fields, packet: Packet): Fields {
  const reasonCode =
    'reasonCodes' in packet ? packet.reasonCodes : 'reasonCode' in packet ? packet.reasonCode : undefined
  const properties = 'properties' in packet ? packet.properties : undefined
  if (reasonCode === undefined && properties === undefined) return fields
  return {
    ...fields,
    ...(reasonCode === undefined ? {} : { reasonCode }),
    ...(properties === undefined ? {} : { properties: properties as Fields }),
  }
}

/** The options of each filter, in order; those of MQTT 3.1.1 have none. */
function options5(subscriptions: readonly Subscription[]): Fields {
  if (subscriptions.some((s) => s.noLocal === undefined)) return {}
  return {
    noLocal: subscriptions.map((s) => s.noLocal),
    retainAsPublished: subscriptions.map((s) => s.retainAsPublished),
    retainHandling: subscriptions.map((s) => s.retainHandling),
  }
}

/** The fields of any event, for `save` and for reports. */
export function eventFields(event: Event): Fields {
  if (event.kind === 'packet') return { ...packetFields(event.packet), ...packetPlace(event) }
  const { at, seq, lag, kind, ...rest } = event
  return rest as unknown as Fields
}

const packetPlace = (event: PacketEvent): Fields => ({
  connection: event.connection,
  level: event.level ?? 4,
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
