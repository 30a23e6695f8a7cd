// The statements that bind a client of MQTT 5, as far as its own packets show them. It is judged by what passed the
// device's end of the link, and by what of the server's had come there.

import type { Report } from '../finding.ts'
import { nothingPending } from '../pending.ts'
import { isAsked } from '../publish-flow.ts'
import { Requests } from '../requests.ts'
import { MQTT5 } from '../statements.ts'
import { AuthOrder } from './auth.ts'
import { type Limits, limitsOf } from './limits.ts'
import { Outgoing, PROTOCOL_ERROR } from './outgoing.ts'
import { packetRules } from './packet-rules.ts'
import type { Session5 } from './session.ts'
import { type Connack, type Connect, type Instant, onlyValue, type Packet, type Passing } from './types.ts'

/** What timers and the network may add to a ping that was meant to be in time, in ms. */
const KEEP_ALIVE_TOLERANCE_MS = 100

export class Client5 {
  readonly device: string
  readonly name: string
  readonly pending = nothingPending()
  readonly #requests = new Requests(MQTT5)
  readonly #connect: Connect
  readonly #session: Session5
  readonly #report: Report
  readonly #auth: AuthOrder
  readonly #outgoing: Outgoing
  /** What the server allows; null: CONNACK has not come. */
  #limits: Limits | null = null
  #keepalive: number
  /** The server has said it in CONNACK. */
  #byServer = false
  /** It has sent DISCONNECT, has been sent one, or nobody is there any more. */
  #over: 'disconnected' | 'gone' | null = null
  #lastSent: Instant
  /** It has no session, and the server says that there is one. */
  #mustClose = false
  /** Ids of a session that the server does not know. */
  #forgotten = new Set<number>()

  constructor(device: string, name: string, connect: Connect, session: Session5, passing: Passing, report: Report) {
    this.device = device
    this.name = name
    this.#connect = connect
    this.#session = session
    this.#report = report
    this.#auth = new AuthOrder(connect)
    this.#outgoing = new Outgoing('client', report)
    this.#keepalive = connect.keepalive
    this.#lastSent = passing.at
    packetRules(connect, 'up', report)
  }

  sends(packet: Packet, passing: Passing): void {
    const report = this.#report
    if (this.#over === 'disconnected') report('MQTT-3.14.4-1', `${packet.type.toUpperCase()} after DISCONNECT`)
    this.keepsAlive(passing.begunAt ?? passing.at, passing.lag ?? 0)
    this.#lastSent = passing.at
    if (packet.type === 'malformed') return
    packetRules(packet, 'up', report)
    this.#auth.clientSends(packet, report)
    this.#outgoing.sends(packet, passing.raw.length, this.#limits)
    if (this.#mustClose && packet.type !== 'disconnect') {
      report('MQTT-3.2.2-4', `${packet.type.toUpperCase()} after a CONNACK with a session that this client has not`)
      this.#mustClose = false
    }
    this.#sends(packet)
  }

  #sends(packet: Packet): void {
    const report = this.#report
    const { flow, isWhole } = this.#session
    switch (packet.type) {
      case 'connect':
        return report('MQTT-3.1.0-2', 'a second CONNECT on one connection')
      case 'publish': {
        const { packetId: id } = packet
        if (id !== undefined && this.#requests.uses(id))
          report(MQTT5.clientId, `packet id ${id} is that of a request without an answer yet`)
        if (id !== undefined && packet.dup && this.#forgotten.has(id))
          report('MQTT-3.2.2-5', `PUBLISH ${id} of a session that the server does not know is sent again`)
        // A new message may take the id of a forgotten one, and its flow is its own.
        if (id !== undefined && !packet.dup) this.#forgotten.delete(id)
        return flow.sendsPublish({ ...packet, topic: this.#outgoing.topicOf(packet) ?? packet.topic }, this, isWhole)
      }
      case 'pubrel':
        if (this.#forgotten.has(packet.packetId))
          report('MQTT-3.2.2-5', `PUBREL ${packet.packetId} of a session that the server does not know`)
        return flow.sendsAck(packet, this, isWhole)
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        return flow.sendsAck(packet, this, isWhole)
      case 'subscribe':
      case 'unsubscribe':
        if (this.#requests.uses(packet.packetId) || flow.uses(packet.packetId))
          report(MQTT5.clientId, `packet id ${packet.packetId} is still in use`)
        return this.#requests.asked(packet)
      case 'pingreq':
        return this.#requests.asked({ type: 'pingreq' })
      case 'disconnect': {
        const expiry = onlyValue(packet.properties?.sessionExpiryInterval) ?? 0
        if (expiry > 0 && (onlyValue(this.#connect.properties?.sessionExpiryInterval) ?? 0) === 0)
          report(PROTOCOL_ERROR, 'DISCONNECT sets a session expiry interval, and that of CONNECT was 0')
        this.#over ??= 'disconnected'
        return
      }
      case 'connack':
      case 'suback':
      case 'unsuback':
      case 'pingresp':
        report(PROTOCOL_ERROR, `a client sends ${packet.type.toUpperCase()}`)
    }
  }

  receives(packet: Packet): void {
    const ignore: Report = () => {}
    this.#auth.serverSent(packet)
    this.#outgoing.receives(packet)
    switch (packet.type) {
      case 'connack':
        return this.#accepted(packet)
      case 'publish':
        isAsked(packet, this.pending)
        return this.#session.flow.receivesPublish(packet)
      case 'puback':
      case 'pubrec':
      case 'pubrel':
      case 'pubcomp':
        isAsked(packet, this.pending)
        return this.#session.flow.receivesAck(packet)
      case 'suback':
        return void this.#requests.granted(packet, ignore)
      case 'unsuback':
        return this.#requests.unsubscribed(packet.packetId, ignore)
      case 'pingresp':
        return this.#requests.ponged(ignore)
      case 'disconnect':
        this.#over ??= 'gone' // whatever it still sends was on its way
    }
  }

  #accepted(connack: Connack): void {
    if (connack.returnCode !== 0) return
    this.#limits = limitsOf(connack.properties)
    const keepalive = onlyValue(connack.properties?.serverKeepAlive)
    if (keepalive !== undefined) {
      this.#keepalive = keepalive
      this.#byServer = true
    }
    if (this.#connect.clean) this.#mustClose = connack.sessionPresent
    else if (!connack.sessionPresent) this.#forgotten = new Set(this.#session.flow.doubt(this.name))
  }

  /** Also when the connection ends, or its device does: silence until then counts. */
  keepsAlive(at: Instant, lag: number): void {
    const gap = at - lag - this.#lastSent
    if (this.#keepalive === 0 || this.#over !== null || gap <= this.#keepalive * 1000 + KEEP_ALIVE_TOLERANCE_MS) return
    const whose = this.#byServer ? 'a server keep alive' : 'a keep alive'
    this.#report(
      this.#byServer ? 'MQTT-3.1.2-21' : 'MQTT-3.1.2-20',
      `nothing was sent for ${Math.round(gap)}ms, with ${whose} of ${this.#keepalive}s`,
    )
  }

  /** Nobody is there who could send. */
  isGone(): void {
    this.#over ??= 'gone'
  }
}
