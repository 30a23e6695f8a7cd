// What a recorded device did, as a list of acts: what it opened, sent and ended, and between them what it heard that
// the next act may have been an answer to. Times say when, the heard say after what: a replay keeps to both.

import type { Packet } from '../../../emulators/index.ts'
import { bytesKey, type Event, isHeard, isSaid, type PacketEvent, type SocketEvent } from '../../evidence/index.ts'

interface Place {
  /** Of the recorded event. */
  readonly seq: number
  /** In the recording's own time, ms. */
  readonly at: number
}

interface OnConnection extends Place {
  readonly connection: number
}

/** Which packet of the broker stands for a recorded one. */
export type Awaited =
  /** An answer to a request of the device: the next of this type, and of this packet id, which the device chose. */
  | { readonly what: 'answer'; readonly type: Packet['type']; readonly packetId: number | null }
  /** A delivery: the nth of its topic and QoS on this connection. The broker's id for it may be another one now. */
  | {
      readonly what: 'delivery'
      readonly topic: string
      readonly qos: number
      readonly nth: number
      readonly packetId: number
    }
  /** The PUBREL of a delivery, under the id that the broker has now. */
  | { readonly what: 'release'; readonly packetId: number }

export interface ReceivedPacket extends OnConnection {
  readonly kind: 'hear'
  readonly awaited: Awaited
  readonly packet: Packet
}

export type Act =
  | (OnConnection & { readonly kind: 'open' })
  | (OnConnection & {
      readonly kind: 'send'
      readonly packet: Packet
      readonly raw: Uint8Array
      /** Of an acknowledgement: the delivery, or its PUBREL, which the broker sends when it likes, under an id of its own. */
      readonly answerTo: ReceivedPacket | null
    })
  | ReceivedPacket
  /** The device ended it. */
  | (OnConnection & { readonly kind: 'end'; readonly how: 'fin' | 'reset' })
  /** The broker did, and the device went on only then. */
  | (OnConnection & { readonly kind: 'ended' })
  /** It lost its power, or was reset. */
  | (Place & { readonly kind: 'vanish'; readonly how: 'power' | 'reset' })

export interface ReplayScript {
  readonly acts: readonly Act[]
  /** When the first connection was opened, of whatever device; 0 when there was none. */
  readonly firstConnection: number
}

const ANSWERS: ReadonlySet<string> = new Set([
  'connack',
  'suback',
  'unsuback',
  'puback',
  'pubrec',
  'pubcomp',
  'pingresp',
])
const TO_DELIVERIES: ReadonlySet<string> = new Set(['puback', 'pubrec', 'pubcomp'])
/** A broker that dies is heard of so much later (ms) than its connections end. */
const BROKER_EXIT_GRACE = 500

export function scriptOf(events: readonly Event[], device: string): ReplayScript {
  const acts: Act[] = []
  const heard: (Event & PacketEvent)[] = []
  const away = absences(events)
  const made = madeByLink(events, device)
  const isContinued = unfinishedOf(events, device)
  const ended = new Set<number>()
  for (const event of events) {
    if (!('device' in event) || event.device !== device) continue
    const { seq, at } = event
    if (event.kind === 'packet') {
      if (isHeard(event)) {
        if (made.has(event)) continue
        heard.push(event)
        if (ANSWERS.has(event.packet.type)) acts.push(answer(event))
      }
      if (!isSaid(event) || isContinued(event)) continue
      const answerTo = TO_DELIVERIES.has(event.packet.type) ? deliveryOf(event, heard) : null
      acts.push({
        kind: 'send',
        seq,
        at,
        connection: event.connection,
        packet: event.packet,
        // Long ones stay in the recording's file until they are sent.
        get raw() {
          return event.raw
        },
        answerTo,
      })
    } else if (event.kind === 'socket' && event.connection !== undefined) {
      const act = socketAct(event, event.connection, away)
      // What the other side said after the first end is no act of this device.
      if (act !== null && !(act.kind === 'ended' && ended.has(act.connection))) acts.push(act)
      if (act?.kind === 'end') ended.add(act.connection)
    } else if (event.kind === 'bytes' && event.direction === 'up') {
      const { connection, raw } = event
      acts.push({ kind: 'send', seq, at, connection, packet: NO_PACKET, raw, answerTo: null })
    } else if (event.kind === 'device' && (event.change === 'off' || event.change === 'reset'))
      acts.push({ kind: 'vanish', seq, at, how: event.change === 'off' ? 'power' : 'reset' })
  }
  const first = events.find((event) => event.kind === 'socket' && event.change === 'connected')
  return { acts: withEndsLast(acts), firstConnection: first?.at ?? 0 }
}

const NO_PACKET: Packet = {
  type: 'malformed',
  claims: 'reserved',
  flags: 0,
  length: 0,
  reason: 'bytes that belong to no packet',
}

const isUnfinished = ({ packet }: PacketEvent): boolean =>
  packet.type === 'malformed' && packet.reason.startsWith('truncated at the end of the connection')

/** Whether a packet is there again, longer or whole: its connection had ended for the broker in the middle of it. */
function unfinishedOf(events: readonly Event[], device: string): (event: Event & PacketEvent) => boolean {
  const latest = new Map<string, number>()
  const key = ({ connection, offset }: PacketEvent): string => `${connection} ${offset}`
  for (const event of events) if (isSaid(event) && event.device === device) latest.set(key(event), event.seq)
  return (event) => isUnfinished(event) && latest.get(key(event)) !== event.seq
}

/** A device that has not heard yet that its link was cut goes on sending; in a replay it is the device that ends it. */
function withEndsLast(acts: readonly Act[]): Act[] {
  const ordered = [...acts]
  for (const end of acts) {
    if (end.kind !== 'end') continue
    const last = ordered.findLastIndex((act) => act.kind === 'send' && act.connection === end.connection)
    const at = ordered.indexOf(end)
    if (last < at) continue
    ordered.splice(at, 1)
    ordered.splice(last, 0, end)
  }
  return ordered
}

/** Packets that only the link can have sent: injected, repeated, or changed on their way. No broker sends them again. */
function madeByLink(events: readonly Event[], device: string): ReadonlySet<Event> {
  const sent = new Map<string, number>()
  const made = new Set<Event>()
  for (const event of events) {
    if (event.kind !== 'packet' || event.device !== device || event.direction !== 'down') continue
    const key = `${event.connection} ${bytesKey(event.raw)}`
    const count = sent.get(key) ?? 0
    if (event.end === 'broker' && event.by !== 'link') sent.set(key, count + 1)
    if (event.end !== 'device') continue
    if (event.by === 'link' || count === 0) made.add(event)
    else sent.set(key, count - 1)
  }
  return made
}

function answer({ seq, at, connection, packet }: Event & PacketEvent): Act {
  const awaited: Awaited = { what: 'answer', type: packet.type, packetId: idOf(packet) }
  return { kind: 'hear', seq, at, connection, awaited, packet }
}

/** What an acknowledgement of the device acknowledges; null when the device never got such a thing. */
function deliveryOf(said: Event & PacketEvent, heard: readonly (Event & PacketEvent)[]): ReceivedPacket | null {
  const packetId = idOf(said.packet)!
  const type = said.packet.type === 'pubcomp' ? 'pubrel' : 'publish'
  const isIt = (event: Event & PacketEvent): boolean =>
    event.connection === said.connection && event.packet.type === type && idOf(event.packet) === packetId
  const found = heard.findLast(isIt)
  if (found === undefined) return null
  const { seq, at, connection, packet } = found
  if (packet.type !== 'publish')
    return { kind: 'hear', seq, at, connection, awaited: { what: 'release', packetId }, packet }
  const { topic, qos } = packet
  const alike = heard.filter(
    (event) =>
      event.connection === connection &&
      event.packet.type === 'publish' &&
      event.packet.topic === topic &&
      event.packet.qos === qos,
  )
  const awaited: Awaited = { what: 'delivery', topic, qos, nth: alike.indexOf(found), packetId }
  return { kind: 'hear', seq, at, connection, awaited, packet }
}

/** Attempts that reached nobody have no connection, and are left out. */
function socketAct(event: Event & SocketEvent, connection: number, isAway: (at: number) => boolean): Act | null {
  const { seq, at, change, by } = event
  if (change === 'connected') return { kind: 'open', seq, at, connection }
  if (change !== 'closed' && change !== 'reset' && change !== 'refused' && change !== 'timeout') return null
  if (by === 'broker' && change !== 'refused' && !isAway(at)) return { kind: 'ended', seq, at, connection }
  // What the link or a broker that was stopped did to it nobody does in a replay: the device has to.
  return { kind: 'end', seq, at, connection, how: change === 'closed' ? 'fin' : 'reset' }
}

/** Whether the broker was stopped, killed or dead at a time. */
function absences(events: readonly Event[]): (at: number) => boolean {
  const spans: { from: number; to: number }[] = []
  const begin = (from: number): void => void spans.push({ from, to: Number.POSITIVE_INFINITY })
  for (const event of events) {
    if (event.kind === 'fault' && /^broker (stop|kill|restart)$/.test(event.what)) begin(event.at)
    if (event.kind === 'broker' && event.change === 'died') begin(event.at - BROKER_EXIT_GRACE)
    if (event.kind === 'broker' && event.change === 'started')
      for (const span of spans) span.to = Math.min(span.to, event.at)
  }
  return (at) => spans.some(({ from, to }) => at >= from && at <= to)
}

const idOf = (packet: Packet): number | null => ('packetId' in packet ? (packet.packetId ?? null) : null)
