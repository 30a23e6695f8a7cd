// The naive twin's rules for a server of MQTT 5.

import type { Packet, Publish } from '../../../../emulators/index.ts'
import { matches, sharedSubscription } from '../../../../emulators/index.ts'
import type { Event } from '../../../evidence/index.ts'
import { idOf } from '../../naive-words.testing.ts'
import { acknowledges, itemsOf, publishes } from './flow.testing.ts'
import { limitsSaid, methodOf, ofSender } from './limits.testing.ts'
import { ofPacket } from './packet.testing.ts'
import { ofWills } from './wills.testing.ts'
import { endsOf, type Line5, linesOf, propertiesOf, type Seen5, topicOf, value } from './words.testing.ts'

export interface Accepted extends Line5 {
  readonly connack: Seen5 & { readonly packet: Packet & { readonly type: 'connack' } }
  readonly id: string
}

/** Connections that the server has accepted, in the order of their CONNACKs. */
export const acceptedOf = (lines: readonly Line5[]): Accepted[] =>
  lines
    .flatMap((line): Accepted[] => {
      const connack = line.since.find((one) => one.way === 'sent' && one.packet.type === 'connack')
      if (connack?.packet.type !== 'connack' || connack.packet.returnCode !== 0) return []
      const assigned = value(connack.packet.properties?.assignedClientIdentifier)
      const id = line.connect.packet.clientId || (assigned ?? `(empty) ${line.name}`)
      return [{ ...line, id, connack: connack as Accepted['connack'] }]
    })
    .toSorted((a, b) => a.connack.seq - b.connack.seq)

export function ofServer(now: Seen5, all: readonly Seen5[], record: readonly Event[]): string[] {
  const lines = linesOf('server', all)
  const line = lines.find(({ name }) => name === now.connection)
  if (line === undefined) return []
  const { packet } = now
  const { connect, since } = line
  const sent = since.filter(({ way }) => way === 'sent')
  const answer = sent.find((one) => one.packet.type === 'connack')
  const found = [...ofPacket(packet, 'server'), ...ofAuth(packet, line)]
  found.push(...ofSender(now, since, limitsSaid(connect.packet.properties), 'server'))
  if (isUnwanted(packet, line)) found.push('3.1.2-29')
  if (since.find((one) => one.packet.type === 'disconnect')?.way === 'sent') found.push('3.14.4-1')
  if (packet.type === 'connack') return [...found, ...ofConnack(now, packet, line, lines, record)]
  if (answer === undefined && packet.type === 'disconnect') found.push('3.14.0-1')
  if (answer === undefined && packet.type !== 'disconnect' && packet.type !== 'auth') found.push('3.2.0-1')
  if (answer?.packet.type === 'connack' && answer.packet.returnCode >= 0x80) found.push('3.2.2-7')
  return [...found, ...byType(now, line, acceptedOf(lines)), ...ofWills(now, all, lines, record)]
}

function isUnwanted(packet: Packet, { connect }: Line5): boolean {
  if (value(connect.packet.properties?.requestProblemInformation) !== 0) return false
  if (packet.type === 'publish' || packet.type === 'connack' || packet.type === 'disconnect') return false
  const { reasonString, userProperty } = propertiesOf(packet)
  return reasonString !== undefined || userProperty !== undefined
}

function ofAuth(packet: Packet, { connect, since }: Line5): string[] {
  const method = methodOf(connect.packet)
  if (packet.type === 'connack') {
    if (methodOf(packet) === undefined) return method !== undefined && packet.returnCode === 0 ? ['4.12.0-5'] : []
    if (method === undefined) return ['4.12.0-6']
    return methodOf(packet) === method ? [] : ['4.12.0-5']
  }
  if (packet.type !== 'auth') return []
  if (method === undefined) return ['4.12.0-6']
  const last = since.findLast((one) => one.way === 'sent' && one.packet.type === 'connack')
  const isIn = last?.packet.type === 'connack' && last.packet.returnCode === 0
  return [
    ...(methodOf(packet) === method ? [] : ['4.12.0-5']),
    ...(!isIn && packet.reasonCode !== 24 ? ['4.12.0-2'] : []),
  ]
}

function ofConnack(
  now: Seen5,
  packet: Packet & { readonly type: 'connack' },
  line: Line5,
  lines: readonly Line5[],
  record: readonly Event[],
): string[] {
  if (line.since.some((one) => one.way === 'sent' && one.packet.type === 'connack')) return ['3.2.0-2']
  const { returnCode, sessionPresent, properties } = packet
  const asked = line.connect.packet
  const found: string[] = []
  if (sessionPresent && returnCode !== 0) found.push('3.2.2-6')
  else if (sessionPresent && asked.clean) found.push('3.2.2-2')
  if (properties?.responseInformation !== undefined && value(asked.properties?.requestResponseInformation) !== 1)
    found.push('3.1.2-28')
  if (returnCode !== 0) return found
  const before = acceptedOf(lines)
  const assigned = value(properties?.assignedClientIdentifier)
  if (asked.clientId === '' && (!assigned || before.some(({ id }) => id === assigned))) found.push('3.2.2-16')
  const id = asked.clientId || (assigned ?? '')
  const last = before.findLast((one) => one.id === id)
  if (sessionPresent && !asked.clean && last !== undefined && hasExpired(last, now.at, record)) found.push('4.1.0-2')
  return found
}

/** Two seconds and more after the latest connection of the session ended, as far as the server has seen it. */
function hasExpired({ name, connect, connack, since }: Accepted, at: number, record: readonly Event[]): boolean {
  const end = endsOf(name, record).find(({ seq }) => seq > connack.seq)
  if (end === undefined) return false
  const isSeen = (event: typeof end): boolean =>
    event.by !== 'device' || since.some(({ packet, seq }) => packet.type === 'disconnect' && seq < event.seq)
  const seen = endsOf(name, record).find((event) => event.seq > connack.seq && isSeen(event))
  if (seen === undefined) return false
  const changed = since
    .filter(({ way, packet, seq }) => way === 'received' && packet.type === 'disconnect' && seq > connack.seq)
    .map(({ packet }) => value(propertiesOf(packet).sessionExpiryInterval))
    .findLast((one) => one !== undefined)
  const expiry =
    changed ??
    value(connack.packet.properties?.sessionExpiryInterval) ??
    value(connect.packet.properties?.sessionExpiryInterval) ??
    0
  return expiry !== 0xffff_ffff && at - seen.at - expiry * 1000 > 2000
}

function byType(now: Seen5, line: Line5, accepted: readonly Accepted[]): string[] {
  const { packet } = now
  const mine = line.since
  switch (packet.type) {
    case 'suback': {
      const asked = openRequest('subscribe', packet.packetId, mine)
      if (asked?.packet.type !== 'subscribe') return ['3.8.4-2']
      return asked.packet.subscriptions.length === packet.granted.length ? [] : ['3.8.4-6']
    }
    case 'unsuback':
      return openRequest('unsubscribe', packet.packetId, mine) === undefined ? ['3.10.4-5'] : []
    case 'pingresp': {
      let waiting = 0
      for (const one of mine) {
        if (one.way === 'received' && one.packet.type === 'pingreq') waiting++
        if (one.way === 'sent' && one.packet.type === 'pingresp') waiting = Math.max(0, waiting - 1)
      }
      return waiting === 0 ? ['3.12.4-1'] : []
    }
    case 'connect':
    case 'subscribe':
    case 'unsubscribe':
    case 'pingreq':
      return ['4.13.1-1']
  }
  const own = accepted.find(({ name }) => name === line.name)
  if (own === undefined) return []
  const session = sessionOf(own, accepted)
  const [first] = session
  const isKnown = first!.connect.packet.clean || !first!.connack.packet.sessionPresent
  const whole = isKnown && session.length === 1
  // What came before CONNACK is of the session from then on; what was sent before is of none.
  const seen = session
    .flatMap(({ since, connack }) =>
      since
        .filter(({ way, seq }) => way === 'received' || seq > connack.seq)
        .map((one) => ({ one, at: Math.max(one.seq, connack.seq + 0.5) })),
    )
    .toSorted((a, b) => a.at - b.at || a.one.seq - b.one.seq)
    .map(({ one }) => one)
  const earlier = (one: Seen5) =>
    session.find(({ name }) => name === one.connection)!.since.filter((s) => s.seq < one.seq)
  const items = itemsOf(seen, earlier)
  if (packet.type === 'publish') {
    const topic = topicOf(packet, mine)
    const said = { ...packet, topic: topic ?? packet.topic }
    const heard = isKnown && topic !== null ? delivers(said, seen, earlier) : []
    return [...heard, ...publishes(said, line.name, items, 'server', whole)]
  }
  const inSession = mine.filter(({ way, seq }) => way === 'received' || seq > own.connack.seq)
  if (['puback', 'pubrec', 'pubrel', 'pubcomp'].includes(packet.type))
    return acknowledges(packet as Packet & { readonly packetId: number }, inSession, items, 'server', whole)
  return []
}

/** The connections of one session, as far back as the record shows it. */
function sessionOf(own: Accepted, accepted: readonly Accepted[]): readonly Accepted[] {
  const sessions: Accepted[][] = []
  for (const one of accepted.filter(({ id }) => id === own.id)) {
    const last = sessions.at(-1)
    if (last === undefined || one.connect.packet.clean || !one.connack.packet.sessionPresent) sessions.push([one])
    else last.push(one)
  }
  return sessions.find((all) => all.some(({ name }) => name === own.name))!
}

function openRequest(type: 'subscribe' | 'unsubscribe', id: number, mine: readonly Seen5[]): Seen5 | undefined {
  const asked = mine.findLastIndex((s) => s.way === 'received' && s.packet.type === type && idOf(s.packet) === id)
  const answer = type === 'subscribe' ? 'suback' : 'unsuback'
  const isOpen =
    asked >= 0 && !mine.slice(asked).some((s) => s.way === 'sent' && s.packet.type === answer && idOf(s.packet) === id)
  return isOpen ? mine[asked] : undefined
}

interface Fitting {
  readonly most: number
  readonly identifier: number | undefined
  readonly keeps: boolean
  readonly asks: boolean
}

/** The subscriptions of a session that select a topic; null: only refused ones do, or none. */
function fittingOf(topic: string, seen: readonly Seen5[]): readonly Fitting[] | null {
  const all = seen.flatMap((one, k): Fitting[] => {
    const { packet } = one
    if (one.way !== 'received' || packet.type !== 'subscribe') return []
    const next = seen
      .slice(k + 1)
      .filter((s) => s.connection === one.connection && idOf(s.packet) === packet.packetId)
      .find((s) => (s.way === 'received' ? s.packet.type === 'subscribe' : s.packet.type === 'suback'))
    const codes = next?.packet.type === 'suback' ? next.packet.granted : null
    const granted = codes?.length === packet.subscriptions.length ? codes : null
    return packet.subscriptions.flatMap((sub, j) => {
      const shared = sharedSubscription(sub.topic)
      if (!matches(shared?.filter ?? sub.topic, topic)) return []
      const most = granted === null ? sub.qos : granted[j]! >= 0x80 ? -1 : granted[j]!
      const handling = sub.retainHandling ?? 0
      return [
        {
          most,
          identifier: packet.properties?.subscriptionIdentifier?.[0],
          keeps: sub.retainAsPublished === true,
          asks: handling < 2 && shared === null,
        },
      ]
    })
  })
  const fitting = all.filter(({ most }) => most >= 0)
  return fitting.length === 0 ? null : fitting
}

function delivers(
  { topic, qos, retain, dup, properties }: Publish,
  seen: readonly Seen5[],
  earlier: (one: Seen5) => readonly Seen5[],
): string[] {
  const fitting = fittingOf(topic, seen)
  if (fitting === null) return ['3.3.2-3']
  const found: string[] = []
  if (qos > Math.max(...fitting.map(({ most }) => most))) found.push('3.8.4-8')
  const given = properties?.subscriptionIdentifier ?? []
  if (given.some((one) => fitting.every(({ identifier }) => identifier !== one))) found.push('3.3.4-5')
  if (given.length === 0 && fitting.every(({ identifier }) => identifier !== undefined)) found.push('3.3.4-3')
  const isCounted = ({ retain, dup }: Publish, by: readonly Fitting[] | null): boolean =>
    retain && !dup && by !== null && !by.some(({ keeps }) => keeps)
  if (!isCounted({ retain, dup } as Publish, fitting)) return found
  const before = seen.filter(
    (one, k) =>
      one.way === 'sent' &&
      one.packet.type === 'publish' &&
      topicOf(one.packet, earlier(one)) === topic &&
      isCounted(one.packet, fittingOf(topic, seen.slice(0, k))),
  ).length
  const asked = fitting.filter(({ asks }) => asks).length
  if (before + 1 > asked) found.push(asked === 0 ? '3.3.1-11' : '3.3.1-12')
  return found
}
