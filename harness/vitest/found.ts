// An event as a test reads it: what a matcher found, what the observer received.

import type { Event } from '../evidence/index.ts'
import { describe } from '../expect/index.ts'

/** The event itself, with what stands in it. None of these is enumerable, so that equality and snapshots see the event alone. */
export interface Readable {
  /** Of a PUBLISH or a message; empty for others. */
  readonly payload: Uint8Array
  /** The payload as UTF-8; of a console line the line. */
  readonly text: string
  /** In the words of matchers: whose packet, frame or connection it is; undefined of what has no such side. */
  readonly from: string | undefined
  /** Who was sent it. */
  readonly to: string | undefined
  /** Of a connection: what became of it, which its record calls `change`. */
  readonly event: string | undefined
  /** The payload parsed. Throws SyntaxError for what is no JSON. */
  json(): unknown
}

/** An event that a matcher found. */
export type FoundEvent = Event & Readable
/** A message that the observer received. */
export type FoundMessage = Extract<Event, { readonly kind: 'message' }> & Readable

const NOTHING = new Uint8Array()

function payloadOf(event: Event): Uint8Array {
  if (event.kind === 'message') return event.payload
  return event.kind === 'packet' && event.packet.type === 'publish' ? event.packet.payload : NOTHING
}

/** Which side of its link it is of: `up` is from the device. */
function sideOf(event: Event): { readonly from?: string; readonly to?: string } {
  if (event.kind === 'socket') return { from: event.device }
  if (event.kind === 'violation') return event.by === 'device' ? { from: event.device } : { to: event.device }
  if (!('direction' in event) || !('device' in event) || event.device === undefined) return {}
  return event.direction === 'up' ? { from: event.device } : { to: event.device }
}

const made = new WeakMap<Event, FoundEvent>()

export function readable<E extends Event>(event: E): E & Readable {
  const known = made.get(event)
  if (known !== undefined) return known as unknown as E & Readable
  const same = Object.create(Object.getPrototypeOf(event), Object.getOwnPropertyDescriptors(event))
  const copy = Object.defineProperties(same, {
    ...(event.kind === 'message' ? {} : { payload: { get: () => payloadOf(event) } }),
    text: { get: () => (event.kind === 'serial' ? event.line : Buffer.from(payloadOf(event)).toString()) },
    from: { get: () => sideOf(event).from },
    to: { get: () => sideOf(event).to },
    event: { get: () => (event.kind === 'socket' ? event.change : undefined) },
    json: { value: () => JSON.parse(Buffer.from(payloadOf(event)).toString()) },
  }) as FoundEvent
  made.set(event, copy)
  return copy as unknown as E & Readable
}

/** Kinds of events that are the same in each run of the same test. */
const STABLE: readonly Event['kind'][] = ['packet', 'message']

/** Without numbers, times and ports: a line each. Packet ids are counted from 1 as they come: some libraries begin with any. */
export function plainLines(events: readonly Event[], kinds: readonly Event['kind'][] = STABLE): string[] {
  const ids = new Map<string, Map<number, number>>()
  return events
    .filter(({ kind }) => kinds.includes(kind))
    .map((event) => describe(counted(event, ids)).replace(/^#\d+ [\d.]+(ms|s|m) /, ''))
}

/** Packets that begin an exchange, or go on with it, on the side that chose its id; the others answer. */
const CHOOSERS: ReadonlySet<string> = new Set(['publish', 'pubrel', 'subscribe', 'unsubscribe'])

function counted(event: Event, ids: Map<string, Map<number, number>>): Event {
  if (event.kind !== 'packet' || !('packetId' in event.packet) || event.packet.packetId == null) return event
  const { packet, device, direction } = event
  const isDevices = CHOOSERS.has(packet.type) === (direction === 'up')
  const owner = `${device} ${isDevices}`
  const known = ids.get(owner) ?? new Map<number, number>()
  ids.set(owner, known)
  const id = known.get(packet.packetId!) ?? known.size + 1
  known.set(packet.packetId!, id)
  return { ...event, packet: { ...packet, packetId: id } } as Event
}
