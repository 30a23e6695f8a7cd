// A recording and its replay beside each other: every packet that the device sent, byte for byte and in its order, and
// how it ended its connections. What the broker sent is the broker's, and what a link did to a packet was no device's.

import { type Event, isHeard, isSaid, type PacketEvent, type SocketEvent, withFields } from '../evidence/index.ts'
import { compareRecords, type Parity, type RunDifference } from './trace-diff.ts'

export function compareReplay(recorded: readonly Event[], replayed: readonly Event[], device: string): Parity {
  const [first, second] = [atDevice(recorded, device), atDevice(replayed, device)]
  const { differences } = compareRecords(first, second, { strict: true })
  const packets = differences.filter(({ direction, kind }) => direction === 'up' && kind !== 'timing')
  const alone = packets.filter(({ kind }) => kind === 'only-in-first').length
  const same = first.filter(({ direction }) => direction === 'up').length - alone
  return { differences: [...packets, ...ends(recorded, replayed, device)], same }
}

/** As if no link had been between: what it did to packets is in one of the two only. */
const atDevice = (events: readonly Event[], device: string): (Event & PacketEvent)[] =>
  events.flatMap((event) =>
    (isSaid(event) || isHeard(event)) && event.device === device
      ? [withFields(event, { delivered: true, end: undefined, by: undefined } as object)]
      : [],
  )

/** Only ends that the device made in both: which of two that close at once was first is chance. */
function ends(recorded: readonly Event[], replayed: readonly Event[], device: string): RunDifference[] {
  const [before, now] = [endsIn(recorded, device), endsIn(replayed, device)]
  return [...before].flatMap(([connection, { by, change }]): RunDifference[] => {
    const other = now.get(connection)
    if (by !== 'device' || (other !== undefined && (other.by !== 'device' || other.change === change))) return []
    const text = (how: string): string => `${device} socket ${how}, connection ${connection}`
    const found = other === undefined ? 'still open' : other.change
    return [
      { device, direction: 'up', kind: 'only-in-first', text: text(change) },
      { device, direction: 'up', kind: 'only-in-second', text: text(found) },
    ]
  })
}

function endsIn(events: readonly Event[], device: string): ReadonlyMap<number, SocketEvent> {
  const isEnd = (event: Event): event is Event & SocketEvent =>
    event.kind === 'socket' && event.device === device && (event.change === 'closed' || event.change === 'reset')
  return new Map(
    events.filter(isEnd).flatMap((event) => (event.connection === undefined ? [] : [[event.connection, event]])),
  )
}
