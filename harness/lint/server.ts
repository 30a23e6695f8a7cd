// The statements that bind a server, as far as its own packets to one client show them.

import type { Connack, Connect, Packet } from '../../emulators/index.ts'
import type { Report } from './finding.ts'
import { nothingPending, type Pending } from './pending.ts'
import { type FlowConnection, isAsked } from './publish-flow.ts'
import { Requests } from './requests.ts'
import type { MqttSession } from './session.ts'
import type { ServerSessions } from './sessions.ts'

/** One connection at the broker's end of a link, from the CONNECT that came there. */
export interface ServerConnection extends FlowConnection {
  readonly connect: Connect
  readonly requests: Requests
  readonly pending: Pending
  /** null: CONNACK has not said yet which it is, or it was refused. */
  session: MqttSession | null
  /** null: it has not come yet. */
  connack: Connack | null
  /** What came before CONNACK. */
  readonly early: Packet[]
}

export const serverConnection = (name: string, connect: Connect): ServerConnection => ({
  name,
  connect,
  requests: new Requests(),
  pending: nothingPending(),
  session: null,
  connack: null,
  early: [],
})

export function serverSends(packet: Packet, c: ServerConnection, sessions: ServerSessions, report: Report): void {
  const { connack, session } = c
  if (packet.type === 'connack') return acknowledges(packet, c, sessions, report)
  if (connack === null && packet.type !== 'malformed')
    report('MQTT-3.2.0-1', `${packet.type.toUpperCase()} before CONNACK`)
  if (connack !== null && connack.returnCode !== 0)
    report('MQTT-3.2.2-5', `${packet.type.toUpperCase()} after CONNACK with code ${connack.returnCode}`)
  switch (packet.type) {
    case 'publish':
      if (session?.isKnown) session.subscriptions.delivers(packet, report)
      return session?.flow.sendsPublish(packet, c, session.isWhole)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return session?.flow.sendsAck(packet, c, session.isWhole)
    case 'suback': {
      const request = c.requests.granted(packet, report)
      if (request !== undefined) session?.subscriptions.granted(request, packet)
      return
    }
    case 'unsuback':
      return c.requests.unsubscribed(packet.packetId, report)
    case 'pingresp':
      return c.requests.ponged(report)
    case 'connect':
    case 'subscribe':
    case 'unsubscribe':
    case 'pingreq':
    case 'disconnect':
      report('MQTT-4.8.0-1', `a server sends ${packet.type.toUpperCase()}`)
  }
}

function acknowledges(connack: Connack, c: ServerConnection, sessions: ServerSessions, report: Report): void {
  if (c.connack !== null) return report('MQTT-3.2.0-1', 'a second CONNACK')
  if (connack.returnCode !== 0 && connack.sessionPresent)
    report('MQTT-3.2.2-4', `session present in CONNACK with code ${connack.returnCode}`)
  else if (c.connect.clean && connack.sessionPresent)
    report('MQTT-3.2.2-1', 'session present after CONNECT with clean session')
  c.connack = connack
  if (connack.returnCode !== 0) return
  c.session = sessions.acknowledged(c.connect, connack, c.name)
  for (const packet of c.early.splice(0)) inSession(packet, c.session)
}

export function serverReceives(packet: Packet, c: ServerConnection): void {
  if (packet.type === 'subscribe' || packet.type === 'unsubscribe') c.requests.asked(packet)
  else if (packet.type === 'pingreq') c.requests.asked({ type: 'pingreq' })
  else if (isOfFlow(packet)) isAsked(packet, c.pending)
  if (c.session !== null) inSession(packet, c.session)
  else if (c.connack === null) c.early.push(packet)
}

function inSession(packet: Packet, session: MqttSession): void {
  if (packet.type === 'subscribe') session.subscriptions.asks(packet)
  else if (packet.type === 'publish') session.flow.receivesPublish(packet)
  else if (isOfFlow(packet)) session.flow.receivesAck(packet)
}

type OfFlow = Packet & { readonly type: 'publish' | 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' }

const isOfFlow = (packet: Packet): packet is OfFlow => FLOW.has(packet.type)
const FLOW: ReadonlySet<string> = new Set(['publish', 'puback', 'pubrec', 'pubrel', 'pubcomp'])
