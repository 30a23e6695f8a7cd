// The naive twin's rules for a client of MQTT 5.

import type { Packet } from '../../../../emulators/index.ts'
import type { Event } from '../../../evidence/index.ts'
import { idOf } from '../../naive-words.testing.ts'
import { acknowledges, itemsOf, lostAt, openMessage, publishes } from './flow.testing.ts'
import { limitsSaid, methodOf, ofSender } from './limits.testing.ts'
import { ofPacket } from './packet.testing.ts'
import { codeOf, type Line5, linesOf, type Seen5, value } from './words.testing.ts'

type Of<T extends Packet['type']> = Packet & { readonly type: T }
const isType =
  <T extends Packet['type']>(type: T, way: 'sent' | 'received') =>
  (one: Seen5): one is Seen5 & { readonly packet: Of<T> } =>
    one.packet.type === type && one.way === way

/** The device was switched off, reset or ended between two moments. */
const wasGone = (device: string, from: number, to: number, record: readonly Event[]): boolean =>
  record.some((e) => e.kind === 'device' && e.device === device && e.change !== 'boot' && e.seq > from && e.seq < to)

/** The latest CONNACK of success on a connection. */
const accepted = (line: Line5) =>
  line.since.filter(isType('connack', 'received')).findLast(({ packet }) => packet.returnCode === 0)

export function ofClient(now: Seen5, all: readonly Seen5[], record: readonly Event[]): string[] {
  const lines = linesOf('client', all)
  const line = lines.find(({ name }) => name === now.connection)
  if (line === undefined) return now.packet.type === 'connect' ? ofPacket(now.packet, 'client') : []
  const { packet } = now
  const mine = line.since
  const found: string[] = []
  if (isOver(line, now.seq, record) === 'disconnected') found.push('3.14.4-1')
  found.push(...silence(line, now.begunAt, now.seq, record))
  found.push(...ofPacket(packet, 'client'), ...ofAuth(packet, line))
  const connack = accepted(line)
  found.push(...ofSender(now, mine, connack === undefined ? null : limitsSaid(connack.packet.properties), 'client'))
  if (packet.type !== 'disconnect' && mustClose(line)) found.push('3.2.2-4')
  return [...found, ...byType(packet, line, lines, all, record)]
}

/** The server says that there is a session, the client began anew, and it has sent nothing since. */
function mustClose(line: Line5): boolean {
  const at = line.since.findLastIndex((one) => isType('connack', 'received')(one) && one.packet.returnCode === 0)
  const connack = line.since[at]
  if (connack?.packet.type !== 'connack' || !line.connect.packet.clean || !connack.packet.sessionPresent) return false
  return !line.since.slice(at + 1).some(({ way, packet }) => way === 'sent' && packet.type !== 'disconnect')
}

/** What came first of a DISCONNECT of its own, one of the server, and the end of the device. */
function isOver(line: Line5, before: number, record: readonly Event[]): 'disconnected' | 'gone' | null {
  const last = line.since.find(({ packet }) => packet.type === 'disconnect')
  if (wasGone(line.device, line.connect.seq, last?.seq ?? before, record)) return 'gone'
  if (last === undefined) return null
  return last.way === 'sent' ? 'disconnected' : 'gone'
}

/** [MQTT-3.1.2-20], and [MQTT-3.1.2-21] where the server has said how often. */
export function silence(line: Line5, until: number, before: number, record: readonly Event[]): string[] {
  if (isOver(line, before, record) !== null) return []
  const last = [line.connect, ...line.since.filter(({ way }) => way === 'sent')].at(-1)!
  const said = line.since
    .filter(isType('connack', 'received'))
    .filter(({ packet }) => packet.returnCode === 0 && packet.properties?.serverKeepAlive !== undefined)
    .at(-1)
  const seconds = said === undefined ? line.connect.packet.keepalive : value(said.packet.properties!.serverKeepAlive)!
  if (seconds === 0 || until - last.at <= seconds * 1000 + 100) return []
  return [said === undefined ? '3.1.2-20' : '3.1.2-21']
}

function ofAuth(packet: Packet, { connect, since }: Line5): string[] {
  const method = methodOf(connect.packet)
  const answer = since.filter(isType('connack', 'received')).at(-1)
  const isIn = answer !== undefined && answer.packet.returnCode === 0
  if (packet.type !== 'auth') return method !== undefined && !isIn && packet.type !== 'disconnect' ? ['3.1.2-30'] : []
  if (method === undefined) return ['4.12.0-7']
  const found = methodOf(packet) === method ? [] : [isIn && packet.reasonCode === 25 ? '4.12.1-1' : '4.12.0-5']
  const last = since.findLast((one) => one.packet.type === 'auth')
  const isAsked = last?.way === 'received' && codeOf(last.packet) === 24
  return isAsked && packet.reasonCode !== 24 ? [...found, '4.12.0-3'] : found
}

function byType(
  packet: Packet,
  line: Line5,
  lines: readonly Line5[],
  all: readonly Seen5[],
  record: readonly Event[],
): string[] {
  const mine = line.since
  const session = sessionOf(line, lines, record)
  const seen = all.filter((one) =>
    session.some(({ connect }) => connect.connection === one.connection && one.seq > connect.seq),
  )
  const earlier = (one: Seen5) => seen.filter((s) => s.connection === one.connection && s.seq < one.seq)
  const isLoss = (one: Seen5): boolean =>
    isType('connack', 'received')(one) &&
    one.packet.returnCode === 0 &&
    !one.packet.sessionPresent &&
    !session.find(({ name }) => name === one.connection)!.connect.packet.clean
  const items = itemsOf(seen, earlier, isLoss)
  const whole = session.length === 1 && line.connect.packet.clean
  switch (packet.type) {
    case 'connect':
      return ['3.1.0-2']
    case 'publish': {
      const found = packet.packetId !== undefined && isAsked(packet.packetId, mine) ? ['2.2.1-3'] : []
      const topic = itemsOf([{ ...all.at(-1)!, packet, way: 'sent', connection: line.name }], () => mine)[0]?.packet
      const said = topic?.type === 'publish' ? topic : packet
      if (packet.dup && packet.packetId !== undefined && isForgotten(packet.packetId, line, items))
        found.push('3.2.2-5')
      return [...found, ...publishes(said, line.name, items, 'client', whole)]
    }
    case 'pubrel':
      return [
        ...(isForgotten(packet.packetId, line, items) ? ['3.2.2-5'] : []),
        ...acknowledges(packet, mine, items, 'client', whole),
      ]
    case 'puback':
    case 'pubrec':
    case 'pubcomp':
      return acknowledges(packet, mine, items, 'client', whole)
    case 'subscribe':
    case 'unsubscribe':
      return isAsked(packet.packetId, mine) || openMessage(packet.packetId, items) !== null ? ['2.2.1-3'] : []
    case 'disconnect': {
      const asked = value(packet.properties?.sessionExpiryInterval) ?? 0
      const before = value(line.connect.packet.properties?.sessionExpiryInterval) ?? 0
      return asked > 0 && before === 0 ? ['4.13.1-1'] : []
    }
    case 'connack':
    case 'suback':
    case 'unsuback':
    case 'pingresp':
      return ['4.13.1-1']
    default:
      return []
  }
}

/** It was under way when the client learned that its session is gone, and no new message has taken its id since. */
function isForgotten(id: number, line: Line5, items: ReturnType<typeof itemsOf>): boolean {
  const at = items.findLastIndex((item) => item.isLoss && item.seen.connection === line.name)
  if (at < 0 || !lostAt(items[at]!, items).includes(id)) return false
  return !items
    .slice(at + 1)
    .some(
      ({ seen, packet }) =>
        seen.way === 'sent' &&
        seen.connection === line.name &&
        packet.type === 'publish' &&
        !packet.dup &&
        idOf(packet) === id,
    )
}

/** The connections of one session of a client: until a clean start, or until the device loses what it remembers. */
function sessionOf(line: Line5, lines: readonly Line5[], record: readonly Event[]): readonly Line5[] {
  const own = lines
    .filter((l) => l.device === line.device && l.connect.packet.clientId === line.connect.packet.clientId)
    .toSorted((a, b) => a.connect.seq - b.connect.seq)
  const sessions: Line5[][] = []
  for (const one of own) {
    const last = sessions.at(-1)
    const isNew =
      last === undefined ||
      one.connect.packet.clean ||
      wasGone(one.device, last.at(-1)!.connect.seq, one.connect.seq, record)
    if (isNew) sessions.push([one])
    else last.push(one)
  }
  return sessions.find((all) => all.includes(line))!
}

/** A SUBSCRIBE or UNSUBSCRIBE with this id waits for its answer. */
function isAsked(id: number, mine: readonly Seen5[]): boolean {
  return (['subscribe', 'unsubscribe'] as const).some((type) => {
    const asked = mine.findLastIndex((s) => s.way === 'sent' && s.packet.type === type && idOf(s.packet) === id)
    const answer = type === 'subscribe' ? 'suback' : 'unsuback'
    return (
      asked >= 0 &&
      !mine.slice(asked).some((s) => s.way === 'received' && s.packet.type === answer && idOf(s.packet) === id)
    )
  })
}
