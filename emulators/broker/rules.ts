// Everything that the broker decides, one function a decision, each as MQTT has it. A way that the specification leaves
// open, and a planted defect, are both a rule that is replaced. Counts of seconds are those of the wire.

import type { Clock } from '../core/time.ts'
import type { Connect, Malformed, Packet, Subscription, Will } from '../mqtt/packet.ts'
import { onlyValue, type Properties } from '../mqtt/properties.ts'
import { admits, mayPublish } from './admission.ts'
import { announced } from './announce.ts'
import * as codes from './codes.ts'
import type { ServerPacket } from './encode.ts'
import { grantOf } from './granting.ts'
import type { Copy, Grant, Message } from './message.ts'
import type { Cause, Peer } from './peer.ts'
import { fits, lesser, ownCopy } from './routing.ts'
import type { Outgoing, Session } from './session.ts'
import type { BrokerSettings } from './settings.ts'

/** A subscription of a session that a message fits. */
export interface Fitting {
  readonly session: Session
  readonly grant: Grant
}

/** What the small broker decides, one function a decision; each may be replaced. */
export interface Rules {
  /** What a packet from a client is taken for; undefined: itself. */
  up(packet: Packet, peer: Peer): readonly Packet[] | undefined
  /** What goes to a client instead; undefined: the packet. */
  down(packet: ServerPacket, peer: Peer): readonly (ServerPacket | Uint8Array)[] | undefined
  write(bytes: Uint8Array, peer: Peer): void
  /** How the TCP connection ends; `reason` is what DISCONNECT says before, null: nothing is said. */
  hangUp(peer: Peer, cause: Cause, reason: number | null): void
  /** A packet that breaks its own format is let pass. */
  tolerates(packet: Malformed, peer: Peer): boolean
  /** The connection goes on in spite of it. */
  outlives(peer: Peer, cause: Cause, reason: number): boolean
  /** The reason code of CONNACK; null: none, and the connection ends. */
  admits(connect: Connect, peer: Peer): number | null
  /** Properties of CONNACK. */
  announces(connect: Connect, peer: Peer, session: Session | null): Properties
  /** The acknowledge flag; `stored`: there is a session to be resumed. */
  present(connect: Connect, stored: boolean, reason: number): boolean
  /** Whether a stored session goes on. */
  resumed(connect: Connect, stored: Session): boolean
  /** A client id for who has none. */
  assigned(peer: Peer): string
  /** Seconds that a session outlives its connection; Infinity: for good. */
  sessionExpiry(asked: number, peer: Peer): number
  /** Milliseconds until a session that lost its connection is forgotten; Infinity: never. */
  forgets(session: Session): number
  /** Seconds of keep alive that count. */
  keepalive(connect: Connect): number
  /** Milliseconds of silence before a client is given up. */
  patience(keepalive: number, peer: Peer): number
  /** What is published for a client whose connection has ended. `reason`: of its DISCONNECT. */
  wills(peer: Peer, cause: Cause, reason: number): readonly Will[]
  /** Milliseconds until it is published, unless the session ends before. */
  willDelay(will: Will, session: Session): number
  /** Whether a new connection of the session calls the will off that waits. */
  callsWillOff(session: Session, resumed: boolean): boolean
  fits(filter: string, topic: string, session: Session): boolean
  /** What one session gets of a message, by its own subscriptions. */
  copies(message: Message, grants: readonly Grant[], session: Session): readonly Copy[]
  /** Who of a shared subscription's group gets the message. */
  picks(members: readonly Fitting[], message: Message): readonly Fitting[]
  /** What a member of a shared subscription's group gets. */
  sharedCopy(message: Message, member: Fitting): Copy
  /** What is done with a message that says RETAIN. */
  retains(message: Message, retained: Map<string, Message>): void
  /** What a SUBSCRIBE is sent of what is retained; `known`: the filter was subscribed to before. */
  recalls(message: Message, grant: Grant, session: Session, known: boolean): readonly Copy[]
  /** What is kept of each subscription, or the code that refuses it. */
  grants(
    subscriptions: readonly Subscription[],
    identifier: number | undefined,
    session: Session,
  ): readonly (Grant | number)[]
  /** Which filters of an UNSUBSCRIBE go. */
  drops(filters: readonly string[], session: Session): readonly string[]
  /** The reason code that acknowledges a message; 0x80 and above: it is not routed. */
  accepts(message: Message, peer: Peer): number
  nextId(session: Session): number
  /** What a client that comes back is told again, PUBLISH or PUBREL by its stage. */
  resumes(unfinished: readonly Outgoing[], session: Session): readonly Outgoing[]
  /** How many messages may be unacknowledged. */
  window(session: Session, peer: Peer): number
  /** It has not expired. */
  fresh(message: Message, session: Session): boolean
  /** Seconds left of the expiry of a message that goes out. */
  remaining(message: Message): number | undefined
  /** The properties of a PUBLISH that goes out. */
  carried(copy: Copy, peer: Peer): Properties
  /** What the topic is called on this connection: the text, an alias, or both at its first use. */
  called(topic: string, peer: Peer): { readonly topic: string; readonly alias?: number | undefined }
  /** Whether a packet is small enough for the client. */
  suits(bytes: number, peer: Peer): boolean
  /** What a refusal or an acknowledgement may tell in words. */
  remarks(packet: ServerPacket, peer: Peer): Properties | undefined
  /** QoS 0 messages wait for clients that are away. */
  keepsQos0: boolean
  /** Milliseconds between what causes these and them. */
  late: { retained: number; resumed: number; routed: number; will: number }
  retainedBeforeSuback: boolean
}

export function referenceRules(clock: Clock, settings: BrokerSettings): Rules {
  const rules: Rules = {
    up: () => undefined,
    down: () => undefined,
    write: (bytes, { wire }) => wire.write(bytes),
    hangUp(peer, _, reason) {
      if (reason !== null) peer.send({ type: 'disconnect', reasonCode: reason })
      peer.wire.end()
    },
    tolerates: () => false,
    outlives: () => false,
    admits: (connect, peer) => admits(connect, peer, settings),
    announces: (connect, peer, session) => announced(connect, peer, session, settings),
    present: ({ clean }, stored, reason) => reason === 0 && !clean && stored,
    resumed: ({ clean }) => !clean,
    assigned: ({ number }) => `assigned-${number}`,
    sessionExpiry: (asked) => Math.min(asked, settings.sessionExpiryMaximum ?? Number.POSITIVE_INFINITY),
    forgets: ({ expiry }) => expiry * 1000,
    keepalive: ({ keepalive, protocolLevel }) =>
      protocolLevel === 5 && settings.serverKeepAlive !== null ? settings.serverKeepAlive : keepalive,
    patience: (keepalive) => keepalive * 1500,
    wills: ({ will }, cause, reason) =>
      will === null || cause === 'refused' || (cause === 'disconnect' && reason === codes.SUCCESS) ? [] : [will],
    willDelay: (will) => (onlyValue(will.properties?.willDelayInterval) ?? 0) * 1000,
    callsWillOff: (_, resumed) => resumed,
    fits,
    copies(message, grants, session) {
      const heard = grants.filter(({ noLocal }) => !(noLocal && message.from === session.clientId))
      return heard.length === 0 ? [] : [ownCopy(message, heard)]
    },
    picks: (members) => {
      const ready = members.filter(({ session }) => session.peer !== null)
      const [first] = (ready.length > 0 ? ready : members).toSorted(
        (a, b) => a.session.out.length - b.session.out.length,
      )
      return first === undefined ? [] : [first]
    },
    sharedCopy: (message, { grant }) => ownCopy(message, [grant]),
    retains(message, retained) {
      if (!message.retain) return
      if (message.payload.length === 0) retained.delete(message.topic)
      else retained.set(message.topic, message)
    },
    recalls(message, { qos, identifier, retainHandling }, _, known) {
      if (retainHandling === 2 || (retainHandling === 1 && known)) return []
      const identifiers = identifier === undefined ? [] : [identifier]
      return [{ ...message, retain: true, qos: lesser(message.qos, qos), identifiers }]
    },
    grants: (subscriptions, identifier) => subscriptions.map((one) => grantOf(one, identifier, settings)),
    drops: (filters) => filters,
    accepts: (message) => mayPublish(message, settings),
    nextId(session) {
      do session.lastId = (session.lastId % 65_535) + 1
      while (session.out.some(({ id, stage }) => stage !== 'queued' && id === session.lastId))
      return session.lastId
    },
    resumes: (unfinished) => unfinished,
    window: (_, peer) => peer.receiveMaximum,
    fresh: ({ expiry, born }) => expiry === undefined || clock.now() < born + expiry * 1000,
    remaining: ({ expiry, born }) =>
      expiry === undefined ? undefined : Math.max(0, expiry - Math.floor((clock.now() - born) / 1000)),
    carried(copy) {
      const left = rules.remaining(copy)
      return {
        ...copy.properties,
        ...(left === undefined ? {} : { messageExpiryInterval: left }),
        ...(copy.identifiers.length === 0 ? {} : { subscriptionIdentifier: [...copy.identifiers] }),
      }
    },
    called(topic, peer) {
      const known = peer.aliasesOut.get(topic)
      if (known !== undefined) return { topic: '', alias: known }
      if (peer.aliasesOut.size >= Math.min(peer.topicAliasMaximum, settings.ownAliases)) return { topic }
      const alias = peer.aliasesOut.size + 1
      peer.aliasesOut.set(topic, alias)
      return { topic, alias }
    },
    suits: (bytes, peer) => bytes <= peer.maximumPacketSize,
    remarks: (packet, peer) => {
      const told = packet.type === 'connack' || packet.type === 'disconnect' || peer.wantsProblems
      const can = packet.type !== 'publish' && packet.type !== 'pingresp'
      if (!settings.talkative || !told || !can) return undefined
      return { reasonString: `${packet.type} of the reference broker`, userProperty: [['broker', 'reference']] }
    },
    keepsQos0: false,
    late: { retained: 0, resumed: 0, routed: 0, will: 0 },
    retainedBeforeSuback: false,
  }
  return rules
}
