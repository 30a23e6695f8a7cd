// Words of the naive twin of the lints of MQTT 5: what one end of a connection saw, and when.

import type { Instant, Packet } from '../../../../emulators/index.ts'
import type { Event } from '../../../evidence/index.ts'
import { received, type Seen, seenBy, sent } from '../../naive-words.testing.ts'

export type Side = 'client' | 'server'

export interface Seen5 extends Seen {
  readonly at: Instant
  readonly begunAt: Instant
  readonly bytes: number
}

type EventOf<K extends Event['kind']> = Extract<Event, { readonly kind: K }>

/** All that one side saw, in order. */
export function seen5(side: Side, record: readonly Event[]): Seen5[] {
  const events = new Map(record.map((event) => [event.seq, event]))
  return seenBy(side, record).map((one) => {
    const event = events.get(one.seq) as EventOf<'packet'>
    return { ...one, at: event.at, begunAt: event.begunAt ?? event.at, bytes: event.raw.length }
  })
}

/** A connection at one side: its CONNECT, and what passed since, up to a moment. */
export interface Line5 {
  readonly name: string
  readonly device: string
  readonly connect: Seen5 & { readonly packet: Packet & { readonly type: 'connect' } }
  readonly since: readonly Seen5[]
}

/** Connections that begin with a CONNECT of MQTT 5, in the order in which they began. */
export function linesOf(side: Side, all: readonly Seen5[]): Line5[] {
  const isUp = side === 'client' ? sent : received
  return [...new Set(all.map(({ connection }) => connection))].flatMap((name) => {
    const here = all.filter(({ connection }) => connection === name)
    const first = here.findIndex(isUp)
    const connect = here[first]
    if (connect?.packet.type !== 'connect' || connect.packet.protocolLevel !== 5) return []
    return [{ name, device: connect.device, connect: connect as Line5['connect'], since: here.slice(first + 1) }]
  })
}

/** The first value, when a property stands more than once. */
export function value<T>(given: T | readonly T[] | undefined): T | undefined {
  return Array.isArray(given) ? (given as readonly T[])[0] : (given as T | undefined)
}

export const codeOf = (packet: Packet): number => ('reasonCode' in packet ? (packet.reasonCode ?? 0) : 0)
export const isError = (packet: Packet): boolean => codeOf(packet) >= 0x80

/** The properties of a packet; none where it has no place for them. */
export const propertiesOf = (packet: Packet) => ('properties' in packet ? (packet.properties ?? {}) : {})

/** How a connection ended, as the record tells it. */
export const endsOf = (name: string, record: readonly Event[]): EventOf<'socket'>[] =>
  record.filter(
    (event): event is EventOf<'socket'> =>
      event.kind === 'socket' && event.change === 'closed' && `${event.device} ${event.connection}` === name,
  )

/** The topic of a PUBLISH that this side sent on a connection, or received, its alias resolved; null: it means none. */
export function topicOf(
  packet: Packet & { readonly type: 'publish' },
  earlier: readonly Seen5[],
  way: Seen5['way'] = 'sent',
): string | null {
  const alias = value(packet.properties?.topicAlias)
  if (packet.topic !== '' || alias === undefined) return packet.topic
  const set = earlier.findLast(
    ({ packet: p, way: by }) =>
      by === way && p.type === 'publish' && p.topic !== '' && value(p.properties?.topicAlias) === alias,
  )
  return set?.packet.type === 'publish' && alias > 0 ? set.packet.topic : null
}
