// Which subscriptions are granted.

import type { Qos, Subscription } from '../mqtt/packet.ts'
import * as codes from './codes.ts'
import type { Grant } from './message.ts'
import { innerFilter, lesser } from './routing.ts'
import type { BrokerSettings } from './settings.ts'

/** What is kept of a subscription, or the code that refuses it. */
export function grantOf(one: Subscription, identifier: number | undefined, settings: BrokerSettings): Grant | number {
  const { topic: filter, qos, noLocal = false, retainAsPublished = false, retainHandling = 0 } = one
  if (innerFilter(filter) !== null && !settings.sharedSubscriptionAvailable) return codes.SHARED_NOT_SUPPORTED
  if (!settings.wildcardSubscriptionAvailable && /[+#]/.test(filter)) return codes.WILDCARDS_NOT_SUPPORTED
  if (identifier !== undefined && !settings.subscriptionIdentifierAvailable) return codes.IDENTIFIERS_NOT_SUPPORTED
  if (settings.policy.denySubscribe.includes(filter)) return codes.NOT_AUTHORIZED
  const granted: Qos = lesser(qos, settings.maximumQos)
  const kept = { filter, qos: granted, noLocal, retainAsPublished, retainHandling }
  return identifier === undefined ? kept : { ...kept, identifier }
}
