// The lints again, slow and plain: each packet is judged alone, from the whole record before it, by the rules as they
// stand in docs/conformance.md. Nothing is kept between two packets. The linter must find the same.

import type { Event } from '../evidence/index.ts'
import { acknowledges, openFlow, sendsPublish } from './naive-flow.testing.ts'
import { ofServer } from './naive-server.testing.ts'
import { idOf, is, lastOf, type Of, received, type Seen, seenBy, sent } from './naive-words.testing.ts'

/** What the latest event breaks, as `device MQTT-…` and `broker MQTT-…`. */
export function naiveLint(record: readonly Event[]): string[] {
  const last = lastOf(record)
  if (last === undefined) return []
  const found: string[] = []
  if (last.kind === 'packet') {
    for (const party of ['client', 'server'] as const) {
      const all = seenBy(party, record)
      const now = lastOf(all)
      if (now?.seq !== last.seq || now.way !== 'sent') continue
      const statements = party === 'client' ? ofClient(now, all.slice(0, -1), record) : ofServer(now, all.slice(0, -1))
      found.push(...statements.map((id) => `${party === 'client' ? 'device' : 'broker'} MQTT-${id}`))
    }
  } else if (last.kind === 'socket' && last.connection !== undefined && last.change !== 'connected') {
    found.push(...silence(`${last.device} ${last.connection}`, record, last.at))
  } else if (last.kind === 'device' && last.change !== 'boot') {
    const connections = new Set(
      seenBy('client', record)
        .filter((s) => s.device === last.device)
        .map((s) => s.connection),
    )
    for (const connection of connections) found.push(...silence(connection, record, last.at))
  }
  return found
}

/** [MQTT-3.1.2-23] */
function silence(connection: string, record: readonly Event[], until: number): string[] {
  const mine = seenBy('client', record.slice(0, -1)).filter((s) => s.connection === connection && sent(s))
  const first = mine[0]
  if (first === undefined || !is('connect')(first) || first.packet.protocolLevel > 4) return []
  if (mine.some(is('disconnect')) || isGone(first, record.slice(0, -1))) return []
  const at = record.find((event) => event.seq === lastOf(mine)!.seq)!.at
  const allowed = first.packet.keepalive * 1000
  return allowed > 0 && until - at > allowed + 100 ? ['device MQTT-3.1.2-23'] : []
}

/** The device was switched off, reset or ended after this. */
const isGone = (since: Seen, record: readonly Event[]): boolean =>
  record.some((e) => e.kind === 'device' && e.device === since.device && e.change !== 'boot' && e.seq > since.seq)

function ofClient(now: Seen, before: readonly Seen[], record: readonly Event[]): string[] {
  const first = before.find((s) => s.connection === now.connection && sent(s))
  // What came before CONNECT is no answer to anything.
  const mine = before.filter((s) => s.connection === now.connection && s.seq >= (first?.seq ?? 0))
  const { packet } = now
  if (first === undefined) {
    if (packet.type !== 'connect') return packet.type === 'malformed' ? ['4.8.0-1'] : ['3.1.0-1']
    return packet.protocolLevel <= 4 && packet.clientId === '' && !packet.clean ? ['3.1.3-7'] : []
  }
  if (!is('connect')(first) || first.packet.protocolLevel > 4) return []
  const found: string[] = []
  if (mine.filter(sent).some(is('disconnect')) && disconnectedThere(mine, record)) found.push('3.14.4-2')
  const event = record.find((e) => e.seq === now.seq)!
  const begunAt = event.kind === 'packet' ? (event.begunAt ?? event.at) : event.at
  found.push(...silence(now.connection, record, begunAt).map((s) => s.replace('device MQTT-', '')))
  const session = clientSession(now, before, record)
  // Only on the first connection of a clean session has everything been seen that was ever sent.
  const whole = first.packet.clean
  switch (packet.type) {
    case 'connect':
      return [...found, '3.1.0-2']
    case 'publish':
      if (packet.packetId !== undefined && askedFor(packet.packetId, mine)) found.push('2.3.1-2')
      return [...found, ...sendsPublish(now, packet, session, 'client', whole)]
    case 'subscribe':
    case 'unsubscribe':
      if (askedFor(packet.packetId, mine) || openFlow(packet.packetId, session) !== null) found.push('2.3.1-2')
      return found
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return [...found, ...acknowledges(now, mine, session, 'client', whole)]
    case 'connack':
    case 'suback':
    case 'unsuback':
    case 'pingresp':
      return [...found, '4.8.0-1']
    default:
      return found
  }
}

/** A DISCONNECT of a device that had gone before is from nobody. */
function disconnectedThere(mine: readonly Seen[], record: readonly Event[]): boolean {
  const disconnect = mine.filter(sent).find(is('disconnect'))!
  return !isGone(
    mine.find(sent)!,
    record.filter((e) => e.seq < disconnect.seq),
  )
}

/** What belongs to the client's session of this connection: a clean one has one connection, others go on until the device loses them. */
function clientSession(now: Seen, before: readonly Seen[], record: readonly Event[]): readonly Seen[] {
  const first = (s: Seen): boolean => sent(s) && s === before.find((b) => b.connection === s.connection && sent(b))
  const opening = before.filter((s) => s.device === now.device && first(s)).filter(is('connect'))
  const own = opening.find((s) => s.connection === now.connection)!
  const sessions: (Seen & { readonly packet: Of<'connect'> })[][] = []
  for (const connect of opening.filter((s) => s.packet.protocolLevel <= 4)) {
    const last = sessions.findLast((all) => all[0]!.packet.clientId === connect.packet.clientId)
    const lost =
      last !== undefined &&
      isGone(
        last[0]!,
        record.filter((e) => e.seq < connect.seq),
      )
    if (connect.packet.clean || last === undefined || last[0]!.packet.clean || lost) sessions.push([connect])
    else last.push(connect)
  }
  const mine = sessions.find((all) => all.includes(own)) ?? []
  return before.filter((s) => mine.some((connect) => connect.connection === s.connection && s.seq >= connect.seq))
}

/** A SUBSCRIBE or UNSUBSCRIBE with this id waits for its answer. */
function askedFor(id: number, mine: readonly Seen[]): boolean {
  return (['subscribe', 'unsubscribe'] as const).some((type) => {
    const asked = mine.findLastIndex((s) => sent(s) && s.packet.type === type && idOf(s.packet) === id)
    const answer = type === 'subscribe' ? 'suback' : 'unsuback'
    return (
      asked >= 0 && !mine.slice(asked).some((s) => received(s) && s.packet.type === answer && idOf(s.packet) === id)
    )
  })
}
