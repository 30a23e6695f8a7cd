// SUBSCRIBE and UNSUBSCRIBE.

import type { Subscribe, Unsubscribe } from '../mqtt/packet.ts'
import type { SmallBroker } from './broker.ts'
import * as codes from './codes.ts'
import type { Peer } from './peer.ts'
import { isShared } from './publishing.ts'
import type { Session } from './session.ts'

export function subscribes(
  broker: SmallBroker,
  { packetId, subscriptions, properties }: Subscribe,
  peer: Peer,
  session: Session,
): void {
  const { rules } = broker
  const [identifier] = properties?.subscriptionIdentifier ?? []
  const granted = rules.grants(subscriptions, identifier, session)
  const kept = granted.filter((grant) => typeof grant !== 'number')
  const recalled = kept.flatMap((grant) => {
    const known = session.subscriptions.has(grant.filter)
    session.subscriptions.set(grant.filter, grant)
    if (isShared(grant)) return []
    return [...broker.retained.values()]
      .filter((message) => rules.fresh(message, session) && rules.fits(grant.filter, message.topic, session))
      .flatMap((message) => rules.recalls(message, grant, session, known))
  })
  const recall = (): void => {
    for (const copy of recalled) session.deliver(copy)
  }
  if (rules.retainedBeforeSuback) recall()
  const told = granted.map((grant) => (typeof grant === 'number' ? (peer.level === 5 ? grant : 0x80) : grant.qos))
  peer.send({ type: 'suback', packetId, granted: told })
  if (!rules.retainedBeforeSuback) broker.soon(rules.late.retained, recall)
}

export function unsubscribes(
  broker: SmallBroker,
  { packetId, topics }: Unsubscribe,
  peer: Peer,
  session: Session,
): void {
  const going = broker.rules.drops(topics, session)
  // One after the other, as if each had come alone: a filter that stands twice is there for the first [MQTT-3.10.4-6].
  const reasonCodes = topics.map((topic) => {
    const had = session.subscriptions.has(topic)
    if (going.includes(topic)) session.subscriptions.delete(topic)
    return had ? codes.SUCCESS : codes.NO_SUBSCRIPTION_EXISTED
  })
  for (const topic of going) session.subscriptions.delete(topic)
  peer.send({ type: 'unsuback', packetId, reasonCodes })
}
