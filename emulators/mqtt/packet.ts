// MQTT control packets as decoded values: those of 3.1, 3.1.1 and 5. `flags` is the low nibble of the fixed header as it
// stood on the wire, `length` the remaining length: claims are made about bits, too. On a connection of MQTT 5 each packet
// that can have properties has `properties`, perhaps an empty one, and on another none has.

import type { Properties } from './properties.ts'

/** Quality of service. */
export type Qos = 0 | 1 | 2

/** The last will in a CONNECT. */
export interface Will {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: Qos
  readonly retain: boolean
  /** MQTT 5 only. */
  readonly properties?: Properties
}

/** A topic filter with its options. */
export interface Subscription {
  readonly topic: string
  /** The requested QoS byte as sent; anything above 2 makes the packet malformed. */
  readonly qos: number
  /** The other options are of MQTT 5 only. */
  readonly noLocal?: boolean
  readonly retainAsPublished?: boolean
  /** 0, 1 or 2; 3 is wrong. */
  readonly retainHandling?: number
}

/** What every packet has on the wire. */
export interface Header {
  readonly flags: number
  readonly length: number
}

interface OnTheWire extends Header {
  /** MQTT 5 only. */
  readonly properties?: Properties
}

/** CONNECT; `keepalive` in seconds. */
export interface Connect extends OnTheWire {
  readonly type: 'connect'
  readonly protocolName: string
  readonly protocolLevel: number
  readonly clean: boolean
  /** Seconds; 0 switches keep alive off. */
  readonly keepalive: number
  readonly clientId: string
  readonly will?: Will
  readonly username?: string
  readonly password?: Uint8Array
}
/** CONNACK: a return code of MQTT 3.1.1, a reason code of MQTT 5. */
export interface Connack extends OnTheWire {
  readonly type: 'connack'
  readonly sessionPresent: boolean
  /** What MQTT 5 calls the reason code. */
  readonly returnCode: number
}
/** PUBLISH; `packetId` above QoS 0. */
export interface Publish extends OnTheWire {
  readonly type: 'publish'
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: Qos
  readonly retain: boolean
  readonly dup: boolean
  /** Present for QoS 1 and 2 only. */
  readonly packetId?: number
}
/** PUBACK, PUBREC, PUBREL and PUBCOMP. */
export interface Acknowledgement extends OnTheWire {
  readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'
  readonly packetId: number
  /** MQTT 5 only; 0 also where the packet leaves it out. */
  readonly reasonCode?: number
}
/** UNSUBACK; reason codes with MQTT 5. */
export interface Unsuback extends OnTheWire {
  readonly type: 'unsuback'
  readonly packetId: number
  /** MQTT 5 only: one for each filter, in order. */
  readonly reasonCodes?: readonly number[]
}
/** SUBSCRIBE. */
export interface Subscribe extends OnTheWire {
  readonly type: 'subscribe'
  readonly packetId: number
  readonly subscriptions: readonly Subscription[]
}
/** SUBACK: what was granted, one for each filter. */
export interface Suback extends OnTheWire {
  readonly type: 'suback'
  readonly packetId: number
  /** One return code a filter, in order: granted QoS 0, 1, 2 or 0x80 for refused; in MQTT 5 a reason code each. */
  readonly granted: readonly number[]
}
/** UNSUBSCRIBE. */
export interface Unsubscribe extends OnTheWire {
  readonly type: 'unsubscribe'
  readonly packetId: number
  readonly topics: readonly string[]
}
/** PINGREQ and PINGRESP, and DISCONNECT. */
export interface Bare extends OnTheWire {
  readonly type: 'pingreq' | 'pingresp' | 'disconnect'
  /** Of DISCONNECT, MQTT 5 only; 0 also where the packet leaves it out. */
  readonly reasonCode?: number
}
/** MQTT 5 only. */
export interface Auth extends OnTheWire {
  readonly type: 'auth'
  readonly reasonCode: number
}
/** Bytes that are no packet, or one that breaks a rule of its own format. */
export interface Malformed extends Header {
  readonly type: 'malformed'
  /** What the first byte's high nibble claims, e.g. `publish`; `reserved` for 0, and for 15 where it is not MQTT 5. */
  readonly claims: PacketType | 'reserved'
  /** Which rule is broken, with the clause's id where there is one. */
  readonly reason: string
  /** The statement that it breaks, `MQTT-1.5.4-1`; absent: none has a number of its own. */
  readonly statement?: string
  /** Which byte of the packet the field begins at that is wrong, 0 the first; absent: it ended before its end. */
  readonly offset?: number
}

/** A decoded packet; `type` says which. */
export type Packet =
  | Connect
  | Connack
  | Publish
  | Acknowledgement
  | Subscribe
  | Suback
  | Unsubscribe
  | Unsuback
  | Bare
  | Auth
  | Malformed

/** Types of well-formed packets. */
export type PacketType = Exclude<Packet['type'], 'malformed'>

/** Index = the fixed header's type number [MQTT 5.0, table 2-1]; 0 is reserved, and so is 15 in MQTT 3.1.1. */
export const PACKET_TYPES: readonly (PacketType | undefined)[] = [
  undefined,
  'connect',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'pingreq',
  'pingresp',
  'disconnect',
  'auth',
]
