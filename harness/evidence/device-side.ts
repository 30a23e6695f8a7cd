// A record as one device lived it. Its link may have swallowed, changed or made up packets on the way: what the device
// itself sent and got is what stood at the device's end.

import type { Event, PacketEvent } from './event.ts'

type PacketStamped = Event & PacketEvent

/** The device sent this, whatever became of it behind its link. */
export const isSaid = (event: Event): event is PacketStamped =>
  event.kind === 'packet' && event.direction === 'up' && event.end !== 'broker' && event.by !== 'link'

/** This came to the device. */
export const isHeard = (event: Event): event is PacketStamped =>
  event.kind === 'packet' &&
  event.direction === 'down' &&
  (event.end === undefined ? event.delivered : event.end === 'device' && event.delivered)

/** The devices that had a connection, in the order in which they had their first. */
export function devicesIn(events: readonly Event[]): readonly string[] {
  return [
    ...new Set(
      events.flatMap((event) => (event.kind === 'socket' && event.change === 'connected' ? [event.device] : [])),
    ),
  ]
}
