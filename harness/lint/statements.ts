// The rules that MQTT 3.1.1 and 5 share have other numbers in each.

export interface Statements {
  /** A client's packet id that is in use, and a server's. */
  readonly clientId: string
  readonly serverId: string
  /** An acknowledgement that nothing asked for. */
  readonly unasked: string
  /** One of another QoS than what it answers. */
  readonly otherQos: string
  readonly qos0Dup: string
  /** DUP set the first time: by a server, by a client with QoS 1, with QoS 2. */
  readonly serverDup: string
  readonly dupQos1: string
  readonly dupQos2: string
  /** Sent again without DUP; as another message; in another order. */
  readonly againWithoutDup: string
  readonly againOther: string
  readonly againOrder: string
  /** Sent again while the connection lives; null: it may be. */
  readonly againAlive: string | null
  readonly afterPubrel: string
  readonly pubrelTooEarly: string
  readonly pubackOrder: string
  readonly pubrecOrder: string
  readonly pubrelOrder: string
  readonly suback: string
  readonly subackCodes: string
  readonly unsuback: string
  readonly pingresp: string
  readonly notSubscribed: string
  readonly aboveGranted: string
}

export const MQTT311: Statements = {
  clientId: 'MQTT-2.3.1-2',
  serverId: 'MQTT-2.3.1-4',
  unasked: 'MQTT-2.3.1-6',
  otherQos: 'MQTT-3.3.4-1',
  qos0Dup: 'MQTT-3.3.1-2',
  serverDup: 'MQTT-3.3.1-3',
  dupQos1: 'MQTT-4.3.2-1',
  dupQos2: 'MQTT-4.3.3-1',
  againWithoutDup: 'MQTT-3.3.1-1',
  againOther: 'MQTT-4.4.0-1',
  againOrder: 'MQTT-4.6.0-1',
  againAlive: null,
  afterPubrel: 'MQTT-4.3.3-1',
  pubrelTooEarly: 'MQTT-4.3.3-1',
  pubackOrder: 'MQTT-4.6.0-2',
  pubrecOrder: 'MQTT-4.6.0-3',
  pubrelOrder: 'MQTT-4.6.0-4',
  suback: 'MQTT-3.8.4-2',
  subackCodes: 'MQTT-3.8.4-5',
  unsuback: 'MQTT-3.10.4-4',
  pingresp: 'MQTT-3.12.4-1',
  notSubscribed: 'MQTT-3.3.2-3',
  aboveGranted: 'MQTT-3.8.4-6',
}

export const MQTT5: Statements = {
  ...MQTT311,
  clientId: 'MQTT-2.2.1-3',
  serverId: 'MQTT-2.2.1-4',
  unasked: 'MQTT-2.2.1-5',
  dupQos1: 'MQTT-4.3.2-2',
  dupQos2: 'MQTT-4.3.3-2',
  againAlive: 'MQTT-4.4.0-1',
  afterPubrel: 'MQTT-4.3.3-6',
  pubrelTooEarly: 'MQTT-4.3.3-4',
  suback: 'MQTT-3.8.4-2',
  subackCodes: 'MQTT-3.8.4-6',
  unsuback: 'MQTT-3.10.4-5',
  aboveGranted: 'MQTT-3.8.4-8',
}

/** What no statement of its own is about: the server ends a connection for it. */
export const UMBRELLA = { 4: 'MQTT-4.8.0-1', 5: 'MQTT-4.13.1-1' } as const
