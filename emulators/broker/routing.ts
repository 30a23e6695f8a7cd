// Which subscriptions a message fits, and what becomes of it for them.

import type { Qos } from '../mqtt/packet.ts'
import { matches, sharedSubscription } from '../mqtt/topic.ts'
import type { Copy, Grant, Message } from './message.ts'

export const lesser = (a: number, b: number): Qos => Math.min(a, b) as Qos

/** What the group of a shared subscription is subscribed to; null: it is none. */
export const innerFilter = (filter: string): string | null =>
  filter.startsWith('$share/') ? (sharedSubscription(filter)?.filter ?? null) : null

/** A filter as it was subscribed to selects a topic; of a shared subscription its inner filter does. */
export const fits = (filter: string, topic: string): boolean => matches(innerFilter(filter) ?? filter, topic)

/** One copy for all subscriptions of a session that fit: the highest QoS, and every identifier [MQTT-3.3.4-2, 3.3.4-4]. */
export function ownCopy(message: Message, grants: readonly Grant[]): Copy {
  return {
    ...message,
    qos: lesser(message.qos, Math.max(...grants.map(({ qos }) => qos))),
    retain: message.retain && grants.some(({ retainAsPublished }) => retainAsPublished),
    identifiers: grants.flatMap(({ identifier }) => (identifier === undefined ? [] : [identifier])),
  }
}
