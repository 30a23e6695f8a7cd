// What is published, and what a session is subscribed to.

import type { Instant } from '../core/time.ts'
import type { Qos } from '../mqtt/packet.ts'
import { onlyValue, type Properties } from '../mqtt/properties.ts'

/** A message as the broker keeps it; `expiry` in seconds. */
export interface Message {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: Qos
  readonly retain: boolean
  /** Those that go on to subscribers, without the expiry, in the order in which they came. */
  readonly properties: Properties
  /** Seconds from `born`; absent: never. */
  readonly expiry?: number
  /** When the broker got it. */
  readonly born: Instant
  /** The client id of its publisher. */
  readonly from: string
}

/** One session's copy of a message. */
export interface Copy extends Message {
  /** The subscription identifiers it is sent with. */
  readonly identifiers: readonly number[]
}

/** A subscription as it was granted. */
export interface Grant {
  /** As it was subscribed to, `$share/…` and all. */
  readonly filter: string
  readonly qos: Qos
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly retainHandling: number
  readonly identifier?: number
}

/** Properties of a PUBLISH or will that go on to subscribers as they came; the expiry counts from now. */
export function carriedOn(given: Properties): { readonly properties: Properties; readonly expiry?: number } {
  const {
    topicAlias: _,
    messageExpiryInterval,
    willDelayInterval: __,
    subscriptionIdentifier: ___,
    ...properties
  } = given
  const expiry = onlyValue(messageExpiryInterval)
  return expiry === undefined ? { properties } : { properties, expiry }
}
