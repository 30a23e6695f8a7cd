// What the small broker offers and limits. A setting that MQTT 5 has a property of CONNACK for is announced there when it
// is not the property's default.

import type { Qos } from '../mqtt/packet.ts'

export interface Policy {
  /** Passwords by user name; null: anybody may come. */
  readonly users: Readonly<Record<string, string>> | null
  /** Nobody may publish to what one of these topic filters selects. */
  readonly denyPublish: readonly string[]
  /** These topic filters are refused, letter by letter. */
  readonly denySubscribe: readonly string[]
  /** Client ids that are refused. */
  readonly denyClientIds: readonly string[]
}

/** The toy method of enhanced authentication: whoever is challenged with the one text answers with the other. */
export interface ToyMethod {
  readonly method: string
  readonly challenge: string
  readonly proof: string
}

/** What the small broker offers and limits. */
export interface BrokerSettings {
  /** QoS 1 and 2 messages that a client may have unacknowledged. */
  readonly receiveMaximum: number
  readonly maximumQos: Qos
  readonly retainAvailable: boolean
  /** Bytes of a packet from a client; null: as many as MQTT can say. */
  readonly maximumPacketSize: number | null
  /** Aliases that a client may use. */
  readonly topicAliasMaximum: number
  /** Aliases that it uses itself towards a client that allows as many. */
  readonly ownAliases: number
  readonly wildcardSubscriptionAvailable: boolean
  readonly subscriptionIdentifierAvailable: boolean
  readonly sharedSubscriptionAvailable: boolean
  /** Seconds; in place of what clients ask for; null: theirs. */
  readonly serverKeepAlive: number | null
  /** Seconds; the longest that a session is kept without a connection; null: as long as is asked for. */
  readonly sessionExpiryMaximum: number | null
  /** What a client is told that asks for response information. */
  readonly responseInformation: string | null
  /** Every client is sent there: `use` (0x9C, for now) or `moved` (0x9D, for good). */
  readonly redirect: { readonly to: string; readonly how: 'use' | 'moved' } | null
  /** Reason strings and a user property go with every answer that can have them. */
  readonly talkative: boolean
  readonly policy: Policy
  readonly authentication: ToyMethod | null
}

export const defaultSettings: BrokerSettings = {
  receiveMaximum: 65_535,
  maximumQos: 2,
  retainAvailable: true,
  maximumPacketSize: null,
  topicAliasMaximum: 10,
  ownAliases: 65_535,
  wildcardSubscriptionAvailable: true,
  subscriptionIdentifierAvailable: true,
  sharedSubscriptionAvailable: true,
  serverKeepAlive: null,
  sessionExpiryMaximum: null,
  responseInformation: null,
  redirect: null,
  talkative: false,
  policy: { users: null, denyPublish: [], denySubscribe: [], denyClientIds: [] },
  authentication: null,
}
