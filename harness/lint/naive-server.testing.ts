// The naive twin's rules for a server.

import { matches, type Publish } from '../../emulators/index.ts'
import { acknowledges, sendsPublish } from './naive-flow.testing.ts'
import { idOf, is, type Of, received, type Seen, sent } from './naive-words.testing.ts'

/** A connection as the server sees it, and what its CONNACK has made of it. */
interface Accepted {
  readonly connection: string
  readonly connect: Of<'connect'>
  readonly connack: (Seen & { readonly packet: Of<'connack'> }) | undefined
}

function connectionsAtServer(before: readonly Seen[]): Accepted[] {
  return [...new Set(before.map((s) => s.connection))].flatMap((connection): Accepted[] => {
    const first = before.find((s) => s.connection === connection && received(s))
    if (first === undefined || !is('connect')(first) || first.packet.protocolLevel > 4) return []
    const connack = before
      .filter((s) => s.connection === connection && sent(s) && s.seq > first.seq)
      .find(is('connack'))
    return [{ connection, connect: first.packet, connack }]
  })
}

export function ofServer(now: Seen, before: readonly Seen[]): string[] {
  const { packet } = now
  const own = connectionsAtServer(before).find((c) => c.connection === now.connection)
  if (own === undefined) return []
  const opened = before.find((s) => s.connection === now.connection && received(s))!
  const mine = before.filter((s) => s.connection === now.connection && s.seq >= opened.seq)
  const found: string[] = []
  if (packet.type === 'connack') {
    if (own.connack !== undefined) return ['3.2.0-1']
    if (!packet.sessionPresent) return []
    if (packet.returnCode !== 0) return ['3.2.2-4']
    if (own.connect.clean) return ['3.2.2-1']
    return acceptedBefore(own, before, now.seq).at(-1)?.connect.clean === true ? ['3.1.2-6'] : []
  }
  if (own.connack === undefined) found.push('3.2.0-1')
  else if (own.connack.packet.returnCode !== 0) found.push('3.2.2-5')
  switch (packet.type) {
    case 'suback': {
      const request = openRequest('subscribe', packet.packetId, mine)
      if (request === undefined) found.push('3.8.4-2')
      else if (request.packet.type === 'subscribe' && request.packet.subscriptions.length !== packet.granted.length)
        found.push('3.8.4-5')
      return found
    }
    case 'unsuback':
      return openRequest('unsubscribe', packet.packetId, mine) === undefined ? [...found, '3.10.4-4'] : found
    case 'pingresp': {
      let waiting = 0
      for (const s of mine) {
        if (received(s) && s.packet.type === 'pingreq') waiting++
        if (sent(s) && s.packet.type === 'pingresp') waiting = Math.max(0, waiting - 1)
      }
      return waiting === 0 ? [...found, '3.12.4-1'] : found
    }
    case 'connect':
    case 'subscribe':
    case 'unsubscribe':
    case 'pingreq':
    case 'disconnect':
      return [...found, '4.8.0-1']
  }
  if (own.connack === undefined || own.connack.packet.returnCode !== 0) return found
  const begun = beginningOf(own, before)
  const chain = acceptedBefore(own, before, now.seq).filter(
    (c) => beginningOf(c, before).connection === begun.connection,
  )
  // What a server sends before CONNACK is wrong by itself, and of no session.
  const session = before.filter((s) =>
    chain.some((c) => c.connection === s.connection && (received(s) || s.seq > c.connack!.seq)),
  )
  const isKnown = !begun.connack!.packet.sessionPresent || begun.connect.clean
  const whole = isKnown && chain.length === 1
  if (packet.type === 'publish') {
    if (isKnown) found.push(...delivers(packet, session))
    return [...found, ...sendsPublish(now, packet, session, 'server', whole)]
  }
  if (packet.type === 'puback' || packet.type === 'pubrec' || packet.type === 'pubrel' || packet.type === 'pubcomp')
    return [...found, ...acknowledges(now, mine, session, 'server', whole)]
  return found
}

const idAtServer = ({ connect, connection }: Accepted): string =>
  connect.clientId === '' ? `(empty) ${connection}` : connect.clientId

/** Connections of the same client id that were accepted before this moment, in the order of their CONNACKs. */
const acceptedBefore = (own: Accepted, before: readonly Seen[], seq: number): Accepted[] =>
  connectionsAtServer(before)
    .filter((c) => idAtServer(c) === idAtServer(own) && c.connack?.packet.returnCode === 0 && c.connack.seq < seq)
    .sort((a, b) => a.connack!.seq - b.connack!.seq)

/** The connection with which the session began, as far as it is known. */
function beginningOf(own: Accepted, before: readonly Seen[]): Accepted {
  if (own.connect.clean || !own.connack!.packet.sessionPresent) return own
  const previous = acceptedBefore(own, before, own.connack!.seq).at(-1)
  return previous === undefined || previous.connect.clean ? own : beginningOf(previous, before)
}

function openRequest(type: 'subscribe' | 'unsubscribe', id: number, mine: readonly Seen[]): Seen | undefined {
  const asked = mine.findLastIndex((s) => received(s) && s.packet.type === type && idOf(s.packet) === id)
  const answer = type === 'subscribe' ? 'suback' : 'unsuback'
  const isOpen =
    asked >= 0 && !mine.slice(asked).some((s) => sent(s) && s.packet.type === answer && idOf(s.packet) === id)
  return isOpen ? mine[asked] : undefined
}

function delivers({ topic, qos, retain, dup }: Publish, session: readonly Seen[]): string[] {
  const subscribed = session.flatMap((s, k) => {
    if (!received(s) || !is('subscribe')(s)) return []
    // The answer to this SUBSCRIBE, if none of the same id came between them.
    const rest = session
      .slice(k + 1)
      .filter((x) => x.connection === s.connection && idOf(x.packet) === s.packet.packetId)
    const next = rest.find(
      (x) => (received(x) && x.packet.type === 'subscribe') || (sent(x) && x.packet.type === 'suback'),
    )
    const granted =
      next !== undefined && is('suback')(next) && next.packet.granted.length === s.packet.subscriptions.length
        ? next.packet.granted
        : undefined
    return s.packet.subscriptions.map((sub, j) => ({
      filter: sub.topic,
      most: granted === undefined ? sub.qos : granted[j]! > 2 ? -1 : granted[j]!,
    }))
  })
  const selects = (filter: string): boolean => {
    const shared = /^\$(?:share\/[^/]+|queue)\/(.*)$/.exec(filter)
    return matches(filter, topic) || (shared !== null && matches(shared[1]!, topic))
  }
  const fitting = subscribed.filter(({ filter, most }) => most >= 0 && selects(filter))
  if (fitting.length === 0) return ['3.3.2-3']
  const found: string[] = []
  if (qos > Math.max(...fitting.map(({ most }) => most))) found.push('3.8.4-6')
  if (retain && !dup) {
    const count = session.filter(
      (s, k) =>
        sent(s) &&
        is('publish')(s) &&
        s.packet.retain &&
        !s.packet.dup &&
        s.packet.topic === topic &&
        fits(session.slice(0, k), topic),
    ).length
    if (count + 1 > fitting.length) found.push('3.3.1-9')
  }
  return found
}

/** Whether some filter selected this topic then: what matched nothing was a violation of its own. */
const fits = (session: readonly Seen[], topic: string): boolean =>
  delivers({ topic, qos: 0, retain: false, dup: false } as Publish, session).length === 0
