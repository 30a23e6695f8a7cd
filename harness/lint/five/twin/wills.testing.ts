// The naive twin's rules for the wills that a server of MQTT 5 publishes.

import type { Publish } from '../../../../emulators/index.ts'
import type { Event } from '../../../evidence/index.ts'
import { type Accepted, acceptedOf } from './server.testing.ts'
import { codeOf, endsOf, type Line5, propertiesOf, type Seen5, topicOf, value } from './words.testing.ts'

const EARLY_MS = 500

/** What a PUBLISH breaks by being a will that must not come, or not yet. */
export function ofWills(
  now: Seen5,
  all: readonly Seen5[],
  lines: readonly Line5[],
  record: readonly Event[],
): string[] {
  const message = messageOf(now, lines)
  if (message === null || (now.packet as Publish).retain || wasPublished(message, all, lines)) return []
  const announced = acceptedOf(lines).filter(({ connect: { packet } }) => {
    const { will } = packet
    return will !== undefined && isSame(message, { topic: will.topic, payload: will.payload })
  })
  const faults = announced.map((one) => faultOf(one, now, acceptedOf(lines), record))
  const [last] = faults.slice(-1)
  return last === undefined || last === null || faults.includes(null) ? [] : [last]
}

interface Message {
  readonly topic: string
  readonly payload: Uint8Array
}

const isSame = (a: Message, b: Message): boolean => a.topic === b.topic && Buffer.compare(a.payload, b.payload) === 0

/** A PUBLISH with its alias resolved; null: it is none, or its alias means nothing. */
function messageOf({ packet, way, connection, seq }: Seen5, lines: readonly Line5[]): Message | null {
  if (packet.type !== 'publish') return null
  const line = lines.find(({ name }) => name === connection)
  // What is sent to somebody without a CONNECT is judged by nobody.
  if (line === undefined) return way === 'sent' ? null : packet
  const topic = topicOf(
    packet,
    line.since.filter((one) => one.seq < seq),
    way,
  )
  return topic === null ? null : { topic, payload: packet.payload }
}

/** Whoever published it, or got it: it may be there, or come again. */
const wasPublished = (message: Message, all: readonly Seen5[], lines: readonly Line5[]): boolean =>
  all.some((one) => {
    const other = messageOf(one, lines)
    return other !== null && isSame(other, message)
  })

/** Why the will of this connection must not come now; null: it may. */
function faultOf(
  { name, id, connect, connack, since }: Accepted,
  now: Seen5,
  accepted: readonly Accepted[],
  record: readonly Event[],
): string | null {
  const bye = since.find(
    (one) =>
      one.way === 'received' && one.packet.type === 'disconnect' && codeOf(one.packet) === 0 && one.seq > connack.seq,
  )
  const end = endsOf(name, record).find(({ seq }) => seq > connack.seq && seq < now.seq)
  const next = accepted.find((one) => one.id === id && one.connack.seq > connack.seq)
  const first = Math.min(...[bye?.seq, end?.seq, next?.connack.seq].filter((seq) => seq !== undefined))
  if (first === bye?.seq) return '3.14.4-3'
  const delay = value(connect.packet.will!.properties?.willDelayInterval) ?? 0
  const resumes = next?.connect.packet.clean === false && next.connack.packet.sessionPresent && delay > 0
  if (first === next?.connack.seq) return resumes ? '3.1.3-9' : null
  if (first !== end?.seq) return null
  const changed = since
    .filter((one) => one.way === 'received' && one.packet.type === 'disconnect')
    .filter(({ seq }) => seq > connack.seq && seq < end.seq)
    .findLast(({ packet }) => value(propertiesOf(packet).sessionExpiryInterval) !== undefined)
  const expiry =
    (changed && value(propertiesOf(changed.packet).sessionExpiryInterval)) ??
    value(connack.packet.properties?.sessionExpiryInterval) ??
    value(connect.packet.properties?.sessionExpiryInterval) ??
    0
  const from = end.at + Math.min(delay, expiry) * 1000 - EARLY_MS
  if (next !== undefined) return resumes && next.connack.at < from ? '3.1.3-9' : null
  return now.at < from ? '3.1.2-8' : null
}
