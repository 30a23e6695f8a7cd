// Words of the naive twin of the lints: packets as one party saw them.

import type { Packet, Publish } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'

export type Of<T extends Packet['type']> = Packet & { readonly type: T }

/** A packet at one end of one connection, as that end's party saw it. */
export interface Seen {
  readonly seq: number
  readonly way: 'sent' | 'received'
  readonly connection: string
  readonly device: string
  readonly packet: Packet
}

/** What the party at one end saw up to this event, in order. */
export function seenBy(party: 'client' | 'server', record: readonly Event[]): Seen[] {
  return record.flatMap((event): Seen[] => {
    if (event.kind !== 'packet') return []
    const { seq, device, packet, delivered, direction, by } = event
    const here = event.end === undefined || (event.end === 'device') === (party === 'client')
    const sent = (direction === 'up') === (party === 'client')
    if (!here || (sent ? by === 'link' : !delivered)) return []
    return [{ seq, way: sent ? 'sent' : 'received', connection: `${device} ${event.connection}`, device, packet }]
  })
}

export const is =
  <T extends Packet['type']>(...types: readonly T[]) =>
  (seen: Seen): seen is Seen & { readonly packet: Of<T> } =>
    (types as readonly string[]).includes(seen.packet.type)
export const idOf = (packet: Packet): number | undefined => ('packetId' in packet ? packet.packetId : undefined)
export const lastOf = <T>(all: readonly T[]): T | undefined => all.at(-1)
export const sent = (s: Seen): boolean => s.way === 'sent'
export const received = (s: Seen): boolean => s.way === 'received'
export const sameMessage = (a: Publish, b: Publish): boolean =>
  a.topic === b.topic && a.qos === b.qos && Buffer.compare(a.payload, b.payload) === 0
