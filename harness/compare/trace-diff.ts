// Two records of one scenario, played by different devices, beside each other: what one sent and the
// other did not, in which order, and when. An emulator that lies is found so. Each device's packets
// are compared by themselves, and each direction, because what crosses on the wire has no order.

import { type Duration, milliseconds, showDuration } from '../../emulators/index.ts'
import { bytesKey, type Direction, type Event, type PacketEvent } from '../evidence/index.ts'
import { describe } from '../expect/index.ts'
import { deliveriesOf, isOfTheBroker, type PacketStamped, requestsOf } from './packet-ids.ts'

export interface RunDifference {
  readonly device: string
  readonly direction: Direction
  /** Only one has it, or both have it at other times. */
  readonly kind: 'only-in-first' | 'only-in-second' | 'timing'
  readonly text: string
}

export interface Parity {
  readonly differences: readonly RunDifference[]
  /** Packets that are the same in both. */
  readonly same: number
}

export const TOLERANCE = milliseconds(250)

/** Beyond it a table of all pairs is too much; such records are compared place by place. */
const MOST_PAIRS = 4_000_000

export interface ParityOptions {
  readonly looping?: readonly string[] | undefined
  readonly tolerance?: Duration | undefined
  readonly strict?: boolean | undefined
  /** The brokers are compared: when they send counts as well. */
  readonly brokers?: boolean | undefined
}

/**
 * `looping`: devices that run programs of their own. The end of a run cuts their loops off anywhere, so
 * what one of them has sent more than the other, behind all that they have in common, is no difference.
 * `strict`: every byte counts, and on which connection it went; a client library may be free in both, a replay is not.
 */
export function compareRecords(
  first: readonly Event[],
  second: readonly Event[],
  { looping = [], tolerance = TOLERANCE, strict = false, brokers = false }: ParityOptions = {},
): Parity {
  const devices = new Set([...first, ...second].filter(isPacket).map((event) => event.device))
  const differences: RunDifference[] = []
  let same = 0
  for (const device of [...devices].sort())
    for (const [direction, isOurs] of strict ? LANES : DIRECTIONS) {
      const of = (events: readonly Event[]): Sent[] => sentBy(events, device, direction, { strict, brokers }, isOurs)
      const { pairs, alone } = aligned(of(first), of(second))
      same += pairs.length
      const ends = { 'only-in-first': pairs.at(-1)?.[0].at ?? 0, 'only-in-second': pairs.at(-1)?.[1].at ?? 0 }
      const sides = new Set(alone.filter(([which, { at }]) => at > ends[which]).map(([which]) => which))
      for (const [which, sent] of alone) {
        const isTail = looping.includes(device) && sides.size === 1 && sent.at > ends[which]
        if (!isTail) differences.push({ device, direction, kind: which, text: sent.text })
      }
      // What the broker sends when is the broker's.
      if (direction === 'up' || brokers) differences.push(...late(pairs, device, direction, tolerance))
    }
  return { differences, same }
}

type Lane = readonly [direction: Direction, which: (event: PacketEvent) => boolean]

const DIRECTIONS: readonly Lane[] = [
  ['up', () => true],
  ['down', () => true],
]

/** When a broker delivers is its own affair, and so is when the device acknowledges: only the order of those counts. */
const LANES: readonly Lane[] = [
  ['up', (event) => !isOfTheBroker(event)],
  ['up', (event) => isOfTheBroker(event)],
  ['down', () => true],
]

interface Sent {
  readonly key: string
  readonly text: string
  readonly at: number
}

const isPacket = (event: Event): event is PacketStamped => event.kind === 'packet'

function sentBy(
  events: readonly Event[],
  device: string,
  direction: Direction,
  { strict, brokers }: { readonly strict: boolean; readonly brokers: boolean },
  isOurs: Lane[1],
): Sent[] {
  const packets = events.filter(isPacket).filter((event) => event.device === device)
  const deliveries = deliveriesOf(packets)
  // A library that begins with a random id does so on each broker.
  const requests = brokers ? requestsOf(packets) : new Map<PacketStamped, number>()
  const { refused, endedByDevice } = endsOf(events, device)
  const unread = unreadable(packets, endedByDevice)
  return (
    packets
      .filter((event) => event.direction === direction && isOurs(event) && !unread.has(event))
      // How much of a packet was out when the other side ended the connection is chance.
      .filter((event) => !isTruncated(event) || endedByDevice.has(event.connection))
      .map((event) => ({
        // Whether it was out before the broker refused is chance, too.
        key: `${event.delivered || refused.has(event.connection) ? '' : 'lost '}${strict ? exactly(event, deliveries.get(event)) : JSON.stringify(withOrdinal(event, deliveries, requests), plainBytes)}`,
        text: describe(event).replace(/^#\d+ \S+ /, ''),
        at: event.at,
      }))
  )
}

/**
 * A device's bytes behind a malformed packet for which the other side ended the connection. The packet went out in
 * several writes, and on a slow device the end of the connection comes between them: how many of the rest were out is
 * chance.
 */
function unreadable(packets: readonly PacketStamped[], endedByDevice: ReadonlySet<number>): ReadonlySet<PacketStamped> {
  const lost = new Set<number>()
  const found = new Set<PacketStamped>()
  for (const event of packets) {
    if (event.direction !== 'up' || endedByDevice.has(event.connection)) continue
    if (lost.has(event.connection)) found.add(event)
    else if (event.packet.type === 'malformed') lost.add(event.connection)
  }
  return found
}

interface Ends {
  /** Connections that never reached a broker. */
  readonly refused: ReadonlySet<number>
  readonly endedByDevice: ReadonlySet<number>
}

function endsOf(events: readonly Event[], device: string): Ends {
  const sockets = events.flatMap((event) =>
    event.kind === 'socket' && event.device === device && event.connection !== undefined ? [event] : [],
  )
  const where = (is: (event: (typeof sockets)[number]) => boolean): ReadonlySet<number> =>
    new Set(sockets.filter(is).map(({ connection }) => connection!))
  return {
    refused: where(({ change, by }) => change === 'refused' && by === 'broker'),
    endedByDevice: where(
      ({ change, by }) => by === 'device' && !['connecting', 'connected', 'both-closed'].includes(change),
    ),
  }
}

const isTruncated = ({ packet, direction }: PacketStamped): boolean =>
  direction === 'up' && packet.type === 'malformed' && packet.reason.startsWith('truncated at the end')

function withOrdinal(
  event: PacketStamped,
  deliveries: ReadonlyMap<PacketStamped, number>,
  requests: ReadonlyMap<PacketStamped, number>,
): object {
  const delivery = deliveries.get(event)
  if (delivery !== undefined) return { ...event.packet, packetId: `the broker's ${delivery}.` }
  const request = requests.get(event)
  return request === undefined ? event.packet : { ...event.packet, packetId: `the device's ${request}.` }
}

/** By its bytes: what an older record has of its fields may be less. */
const exactly = (event: PacketStamped, delivery: number | undefined): string =>
  `${event.packet.type} ${delivery ?? ''}${bytesOn(event)}`

/** Without the bytes of a packet id that is the broker's. */
function bytesOn(event: PacketStamped): string {
  const { connection, raw, direction } = event
  const bytes = isOfTheBroker(event) && direction === 'up' ? [raw.subarray(0, 2), raw.subarray(4)] : [raw]
  return ` ${connection} ${bytes.map(bytesKey).join(' ')}`
}

const plainBytes = (_: string, value: unknown): unknown => (value instanceof Uint8Array ? bytesKey(value) : value)

type Alone = readonly ['only-in-first' | 'only-in-second', Sent]

/** The longest common part, in order. */
function aligned(a: readonly Sent[], b: readonly Sent[]): { pairs: (readonly [Sent, Sent])[]; alone: Alone[] } {
  const pairs: (readonly [Sent, Sent])[] = []
  const alone: Alone[] = []
  const table = a.length * b.length > MOST_PAIRS ? null : lengths(a, b)
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i]!, b[j]!]
    if (x.key === y.key) {
      pairs.push([x, y])
      i++
      j++
    } else if (table === null || table[i + 1]![j + 1]! === table[i]![j]!) {
      // One in the place of the other.
      alone.push(['only-in-first', x], ['only-in-second', y])
      i++
      j++
    } else if (table[i + 1]![j]! >= table[i]![j + 1]!) alone.push(['only-in-first', a[i++]!])
    else alone.push(['only-in-second', b[j++]!])
  }
  for (; i < a.length; i++) alone.push(['only-in-first', a[i]!])
  for (; j < b.length; j++) alone.push(['only-in-second', b[j]!])
  return { pairs, alone }
}

/** How much of the rests from (i, j) on is common. */
function lengths(a: readonly Sent[], b: readonly Sent[]): Uint32Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i]![j] =
        a[i]!.key === b[j]!.key ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!)
  return table
}

/** Time from packet to packet, in one and in the other. */
function late(
  pairs: readonly (readonly [Sent, Sent])[],
  device: string,
  direction: Direction,
  tolerance: Duration,
): RunDifference[] {
  return pairs.slice(1).flatMap(([a, b], k) => {
    const [before, beforeToo] = pairs[k]!
    const [one, other] = [a.at - before.at, b.at - beforeToo.at]
    if (Math.abs(one - other) <= tolerance) return []
    const text = `${a.text}: ${showDuration(one as Duration)} after the one before, and ${showDuration(other as Duration)} there`
    return [{ device, direction, kind: 'timing', text }]
  })
}
