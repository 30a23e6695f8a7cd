// A small broker that keeps every statement of MQTT 3.1.1 and 5, with its state in memory. What it decides are `rules`,
// so that a sound variation and a planted defect are each a change of one of them. It owns no socket and no timer: wires
// and a clock come by argument, so that it runs in virtual time as well.

import { after, type Clock, milliseconds } from '../core/time.ts'
import type { Packet } from '../mqtt/packet.ts'
import * as codes from './codes.ts'
import { authenticates, connects } from './entering.ts'
import { callOff, disconnects, ended } from './leaving.ts'
import type { Message } from './message.ts'
import { type ClientWire, Peer, type PeerEvents } from './peer.ts'
import { faultOf } from './protocol.ts'
import { publishes } from './publishing.ts'
import { type Rules, referenceRules } from './rules.ts'
import type { Session } from './session.ts'
import { type BrokerSettings, defaultSettings } from './settings.ts'
import { subscribes, unsubscribes } from './subscribing.ts'

/** A broker without sockets, for MQTT 3.1.1 and 5, on any clock: connections are `Peer`s that its owner feeds. */
export class SmallBroker {
  readonly clock: Clock
  readonly settings: BrokerSettings
  readonly rules: Rules
  readonly sessions = new Map<string, Session>()
  readonly retained = new Map<string, Message>()
  /** All connections that ever were, in order. */
  readonly peers: Peer[] = []
  readonly #events: PeerEvents = {
    onPacket: (packet, peer) => this.take(packet, peer),
    onEnd: (peer, cause, reason) => ended(this, peer, cause, reason),
  }

  /** Told in a line what becomes of a connection. */
  onLog: (line: string) => void = () => {}

  constructor(clock: Clock, settings: Partial<BrokerSettings> = {}) {
    this.clock = clock
    this.settings = { ...defaultSettings, ...settings }
    this.rules = referenceRules(clock, this.settings)
  }

  /** A client has connected: what comes from it is told to the peer that this gives. */
  handle(wire: ClientWire): Peer {
    const peer = new Peer(wire, this.peers.length, this.clock, this.rules, this.#events)
    this.peers.push(peer)
    return peer
  }

  /** Every connection is over, and nobody hears of it. `politely`: clients of MQTT 5 are told why. */
  shutDown(politely = false): void {
    for (const peer of this.peers.filter(({ over }) => !over)) {
      peer.will = null
      peer.end('shut down', politely ? codes.SERVER_SHUTTING_DOWN : codes.SUCCESS)
    }
  }

  /** Sessions and retained messages are gone, and no timer is left. */
  forgetAll(): void {
    for (const session of this.sessions.values()) {
      session.ending?.cancel()
      callOff(session)
    }
    this.sessions.clear()
    this.retained.clear()
  }

  take(packet: Packet, peer: Peer): void {
    if (packet.type === 'malformed') {
      if (!this.rules.tolerates(packet, peer)) peer.end('violation', this.#blames(packet.reason, peer))
      return
    }
    if (packet.type === 'connect') {
      if (peer.connect !== null) return peer.end('violation', codes.PROTOCOL_ERROR)
      return connects(this, packet, peer)
    }
    if (peer.connect === null) return peer.end('violation', codes.PROTOCOL_ERROR)
    if (peer.level === 5) {
      const { maximumPacketSize } = this.settings
      if (maximumPacketSize !== null && peer.raw.length > maximumPacketSize)
        return peer.end('violation', codes.PACKET_TOO_LARGE)
      const fault = faultOf(packet)
      if (fault !== null) return peer.end('violation', fault)
    }
    if (packet.type === 'auth') return authenticates(this, packet, peer)
    if (peer.session === null) {
      // Challenged and not admitted yet: nothing but AUTH and DISCONNECT may come.
      return peer.end(packet.type === 'disconnect' ? 'disconnect' : 'violation', codes.PROTOCOL_ERROR)
    }
    this.#serve(packet, peer, peer.session)
  }

  #serve(packet: Packet, peer: Peer, session: Session): void {
    switch (packet.type) {
      case 'publish':
        return publishes(this, packet, peer, session)
      case 'pubrel': {
        const known = session.taken.delete(packet.packetId)
        return peer.send({
          type: 'pubcomp',
          packetId: packet.packetId,
          reasonCode: known ? codes.SUCCESS : codes.PACKET_ID_NOT_FOUND,
        })
      }
      case 'puback':
      case 'pubrec':
      case 'pubcomp': {
        const answer = session.acknowledged(packet.type, packet.packetId, packet.reasonCode ?? codes.SUCCESS)
        if (answer !== null) peer.send(answer)
        return
      }
      case 'subscribe':
        return subscribes(this, packet, peer, session)
      case 'unsubscribe':
        return unsubscribes(this, packet, peer, session)
      case 'pingreq':
        return peer.send({ type: 'pingresp' })
      case 'disconnect':
        return disconnects(this, packet, peer, session)
      default:
        return peer.end('violation', codes.PROTOCOL_ERROR)
    }
  }

  /** At once when there is nothing to wait for: order then is that of the calls. */
  soon(ms: number, act: () => void): void {
    if (ms > 0) this.clock.at(after(this.clock.now(), milliseconds(ms)), act)
    else act()
  }

  #blames(reason: string, peer: Peer): number {
    if (peer.level !== 5) return codes.SUCCESS
    if (/topic filter|\+ fills|# stands/.test(reason)) return codes.TOPIC_FILTER_INVALID
    return codes.MALFORMED_PACKET
  }
}
