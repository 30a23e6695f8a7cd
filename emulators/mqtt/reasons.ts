// The reason codes of MQTT 5 by their names, and which packet may have which [MQTT 5.0, 2.4, table 2-6].

import type { PacketType } from './packet.ts'

/** By the names of the specification, in small letters with hyphens. Some codes have a name for each packet. */
export const REASON_CODES = {
  success: 0x00,
  'normal-disconnection': 0x00,
  'granted-qos-0': 0x00,
  'granted-qos-1': 0x01,
  'granted-qos-2': 0x02,
  'disconnect-with-will-message': 0x04,
  'no-matching-subscribers': 0x10,
  'no-subscription-existed': 0x11,
  'continue-authentication': 0x18,
  're-authenticate': 0x19,
  'unspecified-error': 0x80,
  'malformed-packet': 0x81,
  'protocol-error': 0x82,
  'implementation-specific-error': 0x83,
  'unsupported-protocol-version': 0x84,
  'client-identifier-not-valid': 0x85,
  'bad-user-name-or-password': 0x86,
  'not-authorized': 0x87,
  'server-unavailable': 0x88,
  'server-busy': 0x89,
  banned: 0x8a,
  'server-shutting-down': 0x8b,
  'bad-authentication-method': 0x8c,
  'keep-alive-timeout': 0x8d,
  'session-taken-over': 0x8e,
  'topic-filter-invalid': 0x8f,
  'topic-name-invalid': 0x90,
  'packet-identifier-in-use': 0x91,
  'packet-identifier-not-found': 0x92,
  'receive-maximum-exceeded': 0x93,
  'topic-alias-invalid': 0x94,
  'packet-too-large': 0x95,
  'message-rate-too-high': 0x96,
  'quota-exceeded': 0x97,
  'administrative-action': 0x98,
  'payload-format-invalid': 0x99,
  'retain-not-supported': 0x9a,
  'qos-not-supported': 0x9b,
  'use-another-server': 0x9c,
  'server-moved': 0x9d,
  'shared-subscriptions-not-supported': 0x9e,
  'connection-rate-exceeded': 0x9f,
  'maximum-connect-time': 0xa0,
  'subscription-identifiers-not-supported': 0xa1,
  'wildcard-subscriptions-not-supported': 0xa2,
} as const satisfies Readonly<Record<string, number>>

/** Names of the reason codes of MQTT 5. */
export type ReasonName = keyof typeof REASON_CODES

/** What an error is, and everything below is not [MQTT 5.0, 2.4]. */
export const FIRST_ERROR = 0x80

const PUBLISHED = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]
const RELEASED = [0x00, 0x92]
/** DISCONNECT of a client, and of a server [MQTT 5.0, table 3-10]. */
const BY_CLIENT = [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99]
const BY_SERVER = [
  0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
  0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
]

/** Codes that a packet of a client (`up`) or a server (`down`) may have; null: it has none. */
export function reasonsOf(type: PacketType, from: 'up' | 'down'): readonly number[] | null {
  if (type === 'disconnect') return from === 'up' ? BY_CLIENT : BY_SERVER
  if (type === 'auth') return from === 'up' ? [0x18, 0x19] : [0x00, 0x18]
  return ALLOWED[type] ?? null
}

const ALLOWED: Readonly<Partial<Record<PacketType, readonly number[]>>> = {
  connack: [
    0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b,
    0x9c, 0x9d, 0x9f,
  ],
  puback: PUBLISHED,
  pubrec: PUBLISHED,
  pubrel: RELEASED,
  pubcomp: RELEASED,
  suback: [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
  unsuback: [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91],
}
