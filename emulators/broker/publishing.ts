// PUBLISH of a client, and the way of a message to those who hear it.

import type { Publish } from '../mqtt/packet.ts'
import { onlyValue } from '../mqtt/properties.ts'
import type { SmallBroker } from './broker.ts'
import * as codes from './codes.ts'
import { carriedOn, type Grant, type Message } from './message.ts'
import type { Peer } from './peer.ts'
import { innerFilter } from './routing.ts'
import type { Fitting } from './rules.ts'
import type { Session } from './session.ts'

export function publishes(broker: SmallBroker, packet: Publish, peer: Peer, session: Session): void {
  const { rules, settings } = broker
  const { qos, packetId, payload, retain } = packet
  if (peer.level === 5) {
    if (retain && !settings.retainAvailable) return peer.end('violation', codes.RETAIN_NOT_SUPPORTED)
    if (qos > settings.maximumQos) return peer.end('violation', codes.QOS_NOT_SUPPORTED)
  }
  const topic = topicOf(broker, packet, peer)
  if (topic === null) return
  const message = {
    topic,
    payload,
    qos,
    retain,
    ...carriedOn(packet.properties ?? {}),
    born: broker.clock.now(),
    from: session.clientId,
  }
  if (qos === 2 && session.taken.has(packetId!)) return peer.send({ type: 'pubrec', packetId: packetId! })
  if (qos === 2 && peer.level === 5 && session.taken.size >= settings.receiveMaximum)
    return peer.end('violation', codes.RECEIVE_MAXIMUM_EXCEEDED)
  const reasonCode = rules.accepts(message, peer)
  const told = peer.level === 5 ? reasonCode : codes.SUCCESS
  if (reasonCode < 0x80) route(broker, message)
  if (qos === 2 && told < 0x80) session.taken.add(packetId!)
  if (qos > 0) peer.send({ type: qos === 1 ? 'puback' : 'pubrec', packetId: packetId!, reasonCode: told })
}

/** What the alias stands for; null: the connection has ended. */
function topicOf(broker: SmallBroker, { topic, properties }: Publish, peer: Peer): string | null {
  const alias = onlyValue(properties?.topicAlias)
  if (alias === undefined) return topic
  if (alias > broker.settings.topicAliasMaximum) {
    peer.end('violation', codes.TOPIC_ALIAS_INVALID)
    return null
  }
  if (topic !== '') peer.aliasesIn.set(alias, topic)
  const meant = peer.aliasesIn.get(alias) ?? null
  if (meant === null) peer.end('violation', codes.PROTOCOL_ERROR)
  return meant
}

export function route(broker: SmallBroker, message: Message): void {
  const { rules } = broker
  rules.retains(message, broker.retained)
  const groups = new Map<string, Fitting[]>()
  for (const session of [...broker.sessions.values()]) {
    const grants = [...session.subscriptions.values()].filter(({ filter }) =>
      rules.fits(filter, message.topic, session),
    )
    for (const grant of grants.filter(isShared))
      groups.set(grant.filter, [...(groups.get(grant.filter) ?? []), { session, grant }])
    const own = grants.filter((grant) => !isShared(grant))
    if (own.length === 0) continue
    for (const copy of rules.copies(message, own, session)) broker.soon(rules.late.routed, () => session.deliver(copy))
  }
  for (const members of groups.values())
    for (const member of rules.picks(members, message)) {
      const copy = rules.sharedCopy(message, member)
      broker.soon(rules.late.routed, () => member.session.deliver(copy))
    }
}

export const isShared = ({ filter }: Grant): boolean => innerFilter(filter) !== null
