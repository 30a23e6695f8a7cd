// What a draft is made of: each thing that a device did or heard, in the order of the recording, with what it followed.
// That is what its window is measured from, and not what stands before it: what crosses on a wire has no order.

import type { Packet } from '../../../emulators/index.ts'
import { type Event, isHeard, isSaid, type PacketEvent, type SocketEvent } from '../../evidence/index.ts'

type PacketStamped = Event & PacketEvent
export type SocketStamped = Event & SocketEvent

export interface Item {
  readonly event: PacketStamped | SocketStamped
  /** What came before it, of whatever device. */
  readonly before: Item | null
  /** What it followed: an answer its request, an acknowledgement its delivery, a delivery the one before, all else what the device did before. */
  readonly follows: Item | null
  /** Of an answer: its request. */
  readonly request: Item | null
  /** Of an acknowledgement: the delivery that it acknowledges, whose id the broker chose. */
  readonly delivery: Item | null
}

/** Types by what they answer. */
const REQUEST_OF: Readonly<Partial<Record<Packet['type'], readonly Packet['type'][]>>> = {
  connack: ['connect'],
  suback: ['subscribe'],
  unsuback: ['unsubscribe'],
  puback: ['publish'],
  pubrec: ['publish'],
  pubcomp: ['pubrel'],
  pingresp: ['pingreq'],
}
const OF_DELIVERIES: ReadonlySet<string> = new Set(['puback', 'pubrec', 'pubcomp'])

/** Without what a link did, which no device and no broker did. */
export function itemsOf(events: readonly Event[]): readonly Item[] {
  const items: Item[] = []
  for (const event of events) {
    const isPacket = isSaid(event) || isHeard(event)
    const isEnd =
      event.kind === 'socket' && (event.change === 'closed' || event.change === 'reset') && event.by !== 'link'
    if (!isPacket && !isEnd) continue
    const own = items.filter((item) => item.event.device === event.device)
    const request = requestOf(event, own)
    const delivery = deliveryOf(event, own)
    items.push({
      event,
      before: items.at(-1) ?? null,
      follows: request ?? delivery ?? formerOf(event, own),
      request,
      delivery,
    })
  }
  return items
}

export const packetOf = ({ event }: Item): Packet | null => (event.kind === 'packet' ? event.packet : null)

export const idOf = (packet: Packet | null): number | undefined =>
  packet !== null && 'packetId' in packet ? packet.packetId : undefined

function requestOf(event: Item['event'], own: readonly Item[]): Item | null {
  if (event.kind !== 'packet' || event.direction !== 'down') return null
  const types = REQUEST_OF[event.packet.type]
  const isIt = (item: Item): boolean =>
    item.event.kind === 'packet' &&
    item.event.direction === 'up' &&
    item.event.connection === event.connection &&
    types?.includes(item.event.packet.type) === true &&
    idOf(item.event.packet) === idOf(event.packet)
  return own.findLast(isIt) ?? null
}

function deliveryOf(event: Item['event'], own: readonly Item[]): Item | null {
  if (event.kind !== 'packet') return null
  const { packet, direction, connection } = event
  const isRelease = packet.type === 'pubrel' && direction === 'down'
  if (!isRelease && !(direction === 'up' && OF_DELIVERIES.has(packet.type))) return null
  const isIt = (item: Item): boolean =>
    item.event.kind === 'packet' &&
    item.event.direction === 'down' &&
    item.event.connection === connection &&
    item.event.packet.type === 'publish' &&
    idOf(item.event.packet) === idOf(packet)
  return own.findLast(isIt) ?? null
}

/** What crosses on the wire has no order: only what one side did by itself has. */
function formerOf(event: Item['event'], own: readonly Item[]): Item | null {
  const isDown = event.kind === 'packet' && event.direction === 'down'
  const isFormer = (item: Item): boolean =>
    isDown
      ? item.event.kind === 'packet' &&
        item.event.direction === 'down' &&
        item.event.connection === event.connection &&
        (item.event.packet.type === 'connack' || item.request === null)
      : isOwn(item) && item.delivery === null
  return own.findLast(isFormer) ?? null
}

/** The device did it, or ended a connection or heard of its end. */
const isOwn = ({ event }: Item): boolean => event.kind === 'socket' || event.direction === 'up'
