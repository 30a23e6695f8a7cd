// MQTT control packets as decoded values: those of 3.1 and 3.1.1, and of 5 what they have in common. `flags` is the low nibble of the fixed
// header as it stood on the wire, `length` the remaining length: claims are made about bits, too.

export type Qos = 0 | 1 | 2

export interface Will {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: Qos
  readonly retain: boolean
}

export interface Subscription {
  readonly topic: string
  /** The requested QoS byte as sent; anything above 2 makes the packet malformed. */
  readonly qos: number
}

interface OnTheWire {
  readonly flags: number
  readonly length: number
}

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
export interface Connack extends OnTheWire {
  readonly type: 'connack'
  readonly sessionPresent: boolean
  readonly returnCode: number
}
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
export interface Acknowledgement extends OnTheWire {
  readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback'
  readonly packetId: number
  /** MQTT 5 only. */
  readonly reasonCode?: number
}
export interface Subscribe extends OnTheWire {
  readonly type: 'subscribe'
  readonly packetId: number
  readonly subscriptions: readonly Subscription[]
}
export interface Suback extends OnTheWire {
  readonly type: 'suback'
  readonly packetId: number
  /** One return code a filter, in order: granted QoS 0, 1, 2 or 0x80 for refused. */
  readonly granted: readonly number[]
}
export interface Unsubscribe extends OnTheWire {
  readonly type: 'unsubscribe'
  readonly packetId: number
  readonly topics: readonly string[]
}
export interface Bare extends OnTheWire {
  readonly type: 'pingreq' | 'pingresp' | 'disconnect'
  /** Of DISCONNECT, MQTT 5 only. */
  readonly reasonCode?: number
}
/** Bytes that are no packet, or one that breaks a rule of its own format. */
export interface Malformed extends OnTheWire {
  readonly type: 'malformed'
  /** What the first byte's high nibble claims, e.g. `publish`; `reserved` for 0 and 15. */
  readonly claims: PacketType | 'reserved'
  /** Which rule is broken, with the clause's id where there is one. */
  readonly reason: string
}

export type Packet = Connect | Connack | Publish | Acknowledgement | Subscribe | Suback | Unsubscribe | Bare | Malformed

export type PacketType = Exclude<Packet['type'], 'malformed'>

/** Index = the fixed header's type number [MQTT 3.1.1, table 2.1]; 0 and 15 are reserved. */
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
]
