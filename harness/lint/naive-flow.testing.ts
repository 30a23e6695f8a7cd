// The naive twin's rules of PUBLISH flows, for both parties.

import type { Publish } from '../../emulators/index.ts'
import { idOf, is, type Of, received, type Seen, sameMessage, sent } from './naive-words.testing.ts'

interface Flow {
  readonly publish: Seen & { readonly packet: Publish }
  /** All since its first PUBLISH. */
  readonly since: readonly Seen[]
}

/** The PUBLISH with this id that has no PUBACK or PUBCOMP yet, and of whose session both parties know. */
export function openFlow(id: number, session: readonly Seen[]): Flow | null {
  let open: Flow | null = null
  for (const [k, s] of session.entries()) {
    if (sent(s) && is('publish')(s) && s.packet.packetId === id && open === null)
      open = { publish: s, since: session.slice(k) }
    if (!received(s) || open === null) continue
    if (is('puback')(s) && s.packet.packetId === id && open.publish.packet.qos === 1) open = null
    else if (is('pubcomp')(s) && s.packet.packetId === id) open = null
    else if (is('connack')(s) && isDoubt(s, session) && open.publish.connection !== s.connection) open = null
  }
  return open
}

/** A CONNACK by which a client learns that its session is unknown to the server. */
const isDoubt = (connack: Seen & { readonly packet: Of<'connack'> }, session: readonly Seen[]): boolean => {
  const connect = session.find((s) => s.connection === connack.connection && sent(s))
  return (
    connack.packet.returnCode === 0 &&
    !connack.packet.sessionPresent &&
    connect !== undefined &&
    is('connect')(connect) &&
    !connect.packet.clean
  )
}

/** The message with this id that was acknowledged last. */
function finished(id: number, session: readonly Seen[]): Publish | undefined {
  const ends = session.flatMap((s, k) =>
    received(s) && is('puback', 'pubcomp')(s) && s.packet.packetId === id ? [k] : [],
  )
  return ends
    .map((k) => ({ was: openFlow(id, session.slice(0, k)), is: openFlow(id, session.slice(0, k + 1)) }))
    .findLast((flow) => flow.was !== null && flow.is === null)?.was?.publish.packet
}

export function sendsPublish(
  now: Seen,
  packet: Publish,
  session: readonly Seen[],
  party: 'client' | 'server',
  whole: boolean,
): string[] {
  const { packetId: id, qos, dup } = packet
  if (qos === 0) return dup ? ['3.3.1-2'] : []
  if (id === undefined) return []
  const open = openFlow(id, session)
  if (open === null) {
    const known = finished(id, session)
    if (!dup || !whole || (known !== undefined && sameMessage(known, packet))) return []
    return [party === 'server' ? '3.3.1-3' : qos === 1 ? '4.3.2-1' : '4.3.3-1']
  }
  const elsewhere = open.publish.connection !== now.connection
  if (!sameMessage(open.publish.packet, packet) || (!dup && !elsewhere))
    return [
      dup && elsewhere && party === 'client' && !sameMessage(open.publish.packet, packet)
        ? '4.4.0-1'
        : party === 'client'
          ? '2.3.1-2'
          : '2.3.1-4',
    ]
  const found: string[] = []
  if (open.since.some((s) => sent(s) && is('pubrel')(s) && s.packet.packetId === id)) found.push('4.3.3-1')
  if (!dup) found.push('3.3.1-1')
  if (elsewhere && !resentHere(session, now.connection).includes(open.publish.seq)) {
    if (resentHere(session, now.connection).some((seq) => seq > open.publish.seq)) found.push('4.6.0-1')
  }
  return found
}

/** The first PUBLISH of each message that was sent again on this connection. */
function resentHere(session: readonly Seen[], connection: string): number[] {
  return session.flatMap((s, k) => {
    if (s.connection !== connection || !sent(s) || !is('publish')(s) || s.packet.qos === 0) return []
    const open = openFlow(s.packet.packetId!, session.slice(0, k))
    return open !== null && open.publish.connection !== connection && sameMessage(open.publish.packet, s.packet)
      ? [open.publish.seq]
      : []
  })
}

export function acknowledges(
  now: Seen,
  mine: readonly Seen[],
  session: readonly Seen[],
  party: 'client' | 'server',
  whole: boolean,
): string[] {
  const id = idOf(now.packet)!
  const ordered = (statement: string, ahead: boolean): string[] => (ahead && party === 'client' ? [statement] : [])
  switch (now.packet.type) {
    case 'puback':
    case 'pubrec': {
      const type = now.packet.type
      const [qos, other] = type === 'puback' ? [1, 2] : [2, 1]
      const due = unanswered(mine, (s) => is('publish')(s) && s.packet.qos === qos, type)
      if (due.includes(id)) return ordered(type === 'puback' ? '4.6.0-2' : '4.6.0-3', due.indexOf(id) > 0)
      if (
        unanswered(
          mine,
          (s) => is('publish')(s) && s.packet.qos === other,
          type === 'puback' ? 'pubrec' : 'puback',
        ).includes(id)
      )
        return ['3.3.4-1']
      return type === 'pubrec' && !whole && incoming2(id, session) !== 'none' ? [] : ['2.3.1-6']
    }
    case 'pubrel': {
      const due = unanswered(mine, is('pubrec'), 'pubrel')
      if (due.includes(id)) return ordered('4.6.0-4', due.indexOf(id) > 0)
      if (!whole) return []
      const open = openFlow(id, session)
      if (open === null) return finished(id, session)?.qos === 2 ? [] : ['4.3.3-1']
      const progressed = open.since.some((s) =>
        (received(s) && is('pubrec')(s)) || (sent(s) && is('pubrel')(s)) ? idOf(s.packet) === id : false,
      )
      return progressed ? [] : ['4.3.3-1']
    }
    default:
      return whole && incoming2(id, session) !== 'released' ? ['2.3.1-6'] : []
  }
}

/** Ids of what was received here and not answered, oldest first: each answer is for the oldest with its id. */
function unanswered(
  mine: readonly Seen[],
  asks: (s: Seen) => boolean,
  answer: 'puback' | 'pubrec' | 'pubrel',
): number[] {
  const due: number[] = []
  for (const s of mine) {
    const id = idOf(s.packet)
    if (id === undefined) continue
    if (received(s) && asks(s)) due.push(id)
    if (sent(s) && s.packet.type === answer && due.includes(id)) due.splice(due.indexOf(id), 1)
  }
  return due
}

/** What is known of a QoS 2 message with this id that came. */
function incoming2(id: number, session: readonly Seen[]): 'none' | 'published' | 'released' {
  let state: 'none' | 'published' | 'released' = 'none'
  for (const s of session) {
    if (idOf(s.packet) !== id) continue
    if (received(s) && is('publish')(s) && s.packet.qos === 2 && state === 'none') state = 'published'
    if (received(s) && is('pubrel')(s)) state = 'released'
    if (sent(s) && is('pubcomp')(s)) state = 'none'
  }
  return state
}
