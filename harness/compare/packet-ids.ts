// Packet ids are anybody's choice: what counts is which delivery of the broker, or which request of the device, they stand for.

import type { Event, PacketEvent } from '../evidence/index.ts'

export type PacketStamped = Event & PacketEvent

/** Acknowledgements of what the broker delivered, and its own PUBREL. */
const OF_THE_BROKER = {
  up: new Set(['puback', 'pubrec', 'pubcomp']),
  down: new Set(['publish', 'pubrel']),
} as const

export const isOfTheBroker = ({ direction, packet }: PacketEvent): boolean =>
  (OF_THE_BROKER[direction] as ReadonlySet<string>).has(packet.type)

const REQUESTS: ReadonlySet<string> = new Set(['publish', 'subscribe', 'unsubscribe'])

/** Which delivery each packet of a device's deliveries is about, from 1. */
export const deliveriesOf = (packets: readonly PacketStamped[]): ReadonlyMap<PacketStamped, number> =>
  numbered(
    packets,
    // A broker may use one id again and again, or another each time; what it repeats has the id of before.
    ({ direction, packet }) => direction === 'down' && packet.type === 'publish',
    isOfTheBroker,
  )

/** Which of a device's own requests each of the others is about, from 1. */
export const requestsOf = (packets: readonly PacketStamped[]): ReadonlyMap<PacketStamped, number> =>
  numbered(
    packets,
    ({ direction, packet }) => direction === 'up' && REQUESTS.has(packet.type),
    (event) => !isOfTheBroker(event),
  )

function numbered(
  packets: readonly PacketStamped[],
  begins: (event: PacketStamped) => boolean,
  isOne: (event: PacketStamped) => boolean,
): ReadonlyMap<PacketStamped, number> {
  const current = new Map<number, number>()
  const found = new Map<PacketStamped, number>()
  let count = 0
  for (const event of packets) {
    const { packet } = event
    const { packetId } = packet as { readonly packetId?: number }
    if (packetId === undefined) continue
    const isAgain = packet.type === 'publish' && packet.dup && current.has(packetId)
    if (begins(event) && !isAgain) current.set(packetId, ++count)
    const number = current.get(packetId)
    if (isOne(event) && number !== undefined) found.set(event, number)
  }
  return found
}
