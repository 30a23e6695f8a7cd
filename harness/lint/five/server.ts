// The statements that bind a server of MQTT 5, as far as its own packets to one client show them. It is judged by what
// passed the broker's end of the link.

import { FIRST_ERROR } from '../../../emulators/index.ts'
import type { Report } from '../finding.ts'
import { nothingPending } from '../pending.ts'
import { isAsked } from '../publish-flow.ts'
import { Requests } from '../requests.ts'
import { MQTT5 } from '../statements.ts'
import { Aliases } from './aliases.ts'
import { AuthOrder } from './auth.ts'
import { type Limits, limitsOf } from './limits.ts'
import { Outgoing, PROTOCOL_ERROR } from './outgoing.ts'
import { packetRules } from './packet-rules.ts'
import { changeExpiry, type ServerSessions5, type Session5 } from './session.ts'
import type { Connack, Connect, Disconnecting, Packet, Passing, Publish } from './types.ts'
import { onlyValue } from './types.ts'
import type { Wills } from './wills.ts'

export interface ServerAround {
  readonly sessions: ServerSessions5
  readonly wills: Wills
  readonly report: Report
}

export class Server5 {
  readonly name: string
  readonly pending = nothingPending()
  readonly #around: ServerAround
  readonly #connect: Connect
  readonly #requests = new Requests(MQTT5)
  readonly #auth: AuthOrder
  readonly #outgoing: Outgoing
  /** What the client allows. */
  readonly #limits: Limits
  #connack: Connack | null = null
  #session: Session5 | null = null
  #clientId: string
  /** The aliases of the client. */
  readonly #heard = new Aliases()
  /** What came before CONNACK. */
  readonly #early: Packet[] = []
  #disconnect: 'by client' | 'by server' | null = null

  constructor(name: string, connect: Connect, around: ServerAround) {
    this.name = name
    this.#connect = connect
    this.#around = around
    this.#clientId = connect.clientId
    this.#auth = new AuthOrder(connect)
    this.#outgoing = new Outgoing('server', around.report)
    this.#limits = limitsOf(connect.properties)
  }

  sends(packet: Packet, passing: Passing): void {
    const { report } = this.#around
    if (packet.type === 'malformed') return
    packetRules(packet, 'down', report)
    this.#auth.serverSends(packet, report)
    this.#outgoing.sends(packet, passing.raw.length, this.#limits)
    this.#isWanted(packet)
    if (this.#disconnect === 'by server') report('MQTT-3.14.4-1', `${packet.type.toUpperCase()} after DISCONNECT`)
    if (packet.type === 'connack') return this.#acknowledges(packet, passing)
    this.#inOrder(packet)
    this.#sends(packet, passing)
  }

  /** Only AUTH comes before CONNACK, and nothing behind a refusal. */
  #inOrder(packet: Packet): void {
    const { report } = this.#around
    const name = packet.type.toUpperCase()
    if (this.#connack === null && packet.type === 'disconnect')
      report('MQTT-3.14.0-1', 'DISCONNECT of a server before CONNACK')
    else if (this.#connack === null && packet.type !== 'auth') report('MQTT-3.2.0-1', `${name} before CONNACK`)
    if (this.#connack !== null && this.#connack.returnCode >= FIRST_ERROR)
      report('MQTT-3.2.2-7', `${name} after CONNACK with reason code ${this.#connack.returnCode}`)
  }

  /** Reason strings and user properties, where the client wants none [MQTT 5.0, 3.1.2.11.7]. */
  #isWanted(packet: Packet): void {
    if (onlyValue(this.#connect.properties?.requestProblemInformation) !== 0) return
    if (packet.type === 'publish' || packet.type === 'connack' || packet.type === 'disconnect') return
    const properties = 'properties' in packet ? packet.properties : undefined
    const what = properties?.reasonString !== undefined ? 'a reason string' : 'user properties'
    if (properties?.reasonString !== undefined || properties?.userProperty !== undefined)
      this.#around.report('MQTT-3.1.2-29', `${packet.type.toUpperCase()} has ${what}, and the client asked for none`)
  }

  #sends(packet: Packet, passing: Passing): void {
    const { report, wills } = this.#around
    const session = this.#session
    switch (packet.type) {
      case 'publish': {
        const topic = this.#outgoing.topicOf(packet)
        // Its id is in use all the same.
        if (topic === null) return session?.flow.sendsPublish(packet, this, session.isWhole)
        if (session?.isKnown) session.subscriptions.delivers(packet, topic, report)
        const said = { ...packet, topic }
        wills.delivered(said, passing.at - (passing.lag ?? 0), report)
        return session?.flow.sendsPublish(said, this, session.isWhole)
      }
      case 'puback':
      case 'pubrec':
      case 'pubrel':
      case 'pubcomp':
        return session?.flow.sendsAck(packet, this, session.isWhole)
      case 'suback': {
        const request = this.#requests.granted(packet, report)
        if (request !== undefined) session?.subscriptions.granted(request, packet)
        return
      }
      case 'unsuback':
        return this.#requests.unsubscribed(packet.packetId, report)
      case 'pingresp':
        return this.#requests.ponged(report)
      case 'disconnect':
        this.#disconnect ??= 'by server'
        return
      case 'connect':
      case 'subscribe':
      case 'unsubscribe':
      case 'pingreq':
        report(PROTOCOL_ERROR, `a server sends ${packet.type.toUpperCase()}`)
    }
  }

  #acknowledges(connack: Connack, { at, lag = 0 }: Passing): void {
    const { report, sessions, wills } = this.#around
    const { returnCode, sessionPresent, properties } = connack
    if (this.#connack !== null) return report('MQTT-3.2.0-2', 'a second CONNACK')
    this.#connack = connack
    if (returnCode !== 0 && sessionPresent) report('MQTT-3.2.2-6', `session present in CONNACK with code ${returnCode}`)
    else if (this.#connect.clean && sessionPresent)
      report('MQTT-3.2.2-2', 'session present after CONNECT with clean start')
    if (
      properties?.responseInformation !== undefined &&
      onlyValue(this.#connect.properties?.requestResponseInformation) !== 1
    )
      report('MQTT-3.1.2-28', 'CONNACK has response information, and the client did not ask for it')
    if (returnCode !== 0) return
    this.#assigns(onlyValue(properties?.assignedClientIdentifier))
    this.#session = sessions.acknowledged(this.#clientId, this.name, this.#connect, connack, at - lag)
    wills.connected(this.name, this.#clientId, this.#connect, sessionPresent, at - lag)
    for (const packet of this.#early.splice(0)) this.#inSession(packet)
  }

  #assigns(assigned: string | undefined): void {
    const { report, sessions } = this.#around
    if (this.#connect.clientId !== '') return
    if (assigned === undefined) report('MQTT-3.2.2-16', 'CONNACK assigns no client id to a client without one')
    else if (assigned === '' || sessions.has(assigned))
      report('MQTT-3.2.2-16', `the client id "${assigned}" is assigned, which is not a new one`)
    this.#clientId = assigned ?? `(empty) ${this.name}`
  }

  receives(packet: Packet): void {
    this.#auth.clientSent(packet)
    this.#outgoing.receives(packet)
    if (packet.type === 'subscribe' || packet.type === 'unsubscribe') this.#requests.asked(packet)
    else if (packet.type === 'pingreq') this.#requests.asked({ type: 'pingreq' })
    else if (isOfFlow(packet)) isAsked(packet, this.pending)
    if (packet.type === 'publish') this.#published(packet)
    if (packet.type === 'disconnect') this.#disconnected(packet as Disconnecting)
    if (this.#session !== null) this.#inSession(packet)
    else if (this.#connack === null) this.#early.push(packet)
  }

  #published(packet: Publish): void {
    const topic = this.#heard.topicOf(packet)
    if (topic !== null) this.#around.wills.published({ topic, payload: packet.payload })
  }

  #disconnected(packet: Disconnecting): void {
    this.#disconnect ??= 'by client'
    // A connection that was taken over has no say in it any more.
    if (this.#session?.connection === this.name) changeExpiry(this.#session, packet)
    if ((packet.reasonCode ?? 0) === 0) this.#around.wills.removed(this.name)
  }

  #inSession(packet: Packet): void {
    const session = this.#session!
    if (packet.type === 'subscribe') session.subscriptions.asks(packet)
    else if (packet.type === 'publish') session.flow.receivesPublish(packet)
    else if (isOfFlow(packet)) session.flow.receivesAck(packet)
  }

  /**
   * The connection is over. When a device just closes, a link that is down may keep the server from seeing it: then
   * nobody knows when the session began to expire.
   */
  ends({ at, by }: { readonly at: Passing['at']; readonly by: 'device' | 'broker' | 'link' }): void {
    if (this.#session === null) return
    const isSeen = by !== 'device' || this.#disconnect !== null
    // A connection that was taken over is not the end of its session.
    if (this.#session.connection === this.name) this.#session.endedAt ??= isSeen ? at : null
    this.#around.wills.ended(this.name, isSeen ? at : null, this.#session.expiry)
  }
}

type OfFlow = Packet & { readonly type: 'publish' | 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' }

const isOfFlow = (packet: Packet): packet is OfFlow => FLOW.has(packet.type)
const FLOW: ReadonlySet<string> = new Set(['publish', 'puback', 'pubrec', 'pubrel', 'pubcomp'])
