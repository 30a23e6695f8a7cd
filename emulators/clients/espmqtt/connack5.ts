// What the library keeps of a CONNACK of MQTT 5.

import { asCString, Cursor, type UserProperties, variable, within } from './properties5.ts'

/** What a broker said of itself, `esp_mqtt5_connection_server_resp_property_t`. What a CONNACK does not say stays. */
export interface ServerProperties {
  maximum_packet_size: number
  receive_maximum: number
  topic_alias_maximum: number
  max_qos: number
  retain_available: boolean
  wildcard_subscribe_available: boolean
  subscribe_identifiers_available: boolean
  shared_subscribe_available: boolean
  response_info: Uint8Array | null
}

export const serverDefaults = (): ServerProperties => ({
  maximum_packet_size: 0,
  receive_maximum: 65535,
  topic_alias_maximum: 0,
  max_qos: 2,
  retain_available: true,
  wildcard_subscribe_available: true,
  subscribe_identifiers_available: true,
  shared_subscribe_available: true,
  response_info: null,
})

export interface Connack5 {
  /** It could be read to its end. */
  readonly ok: boolean
  readonly flags: number
  readonly reason: number
  readonly user: UserProperties | null
  /** What it says of the client, so that later CONNECTs say it as well. */
  readonly clientId?: Uint8Array
  readonly keepalive?: number
  readonly sessionExpiry?: number
}

/** Puts what it says of the broker into `server`, up to where it cannot be read any more. */
export function parseConnack5(
  buffer: Uint8Array,
  length: number,
  server: ServerProperties,
  bounded: boolean,
): Connack5 {
  const { length: rest, size } = variable(buffer, 1, length)
  if (1 + size + rest > length) return { ok: false, flags: 0, reason: 0, user: null }
  const cursor = new Cursor(buffer, 1 + size)
  const flags = cursor.number(1)
  const reason = cursor.number(1)
  const properties = cursor.variable(length)
  const begin = cursor.at
  const user: [Uint8Array, Uint8Array][] = []
  const said: { clientId?: Uint8Array; keepalive?: number; sessionExpiry?: number } = {}
  if (bounded && begin <= length && properties > length - begin) return { ok: false, flags, reason, user: null }
  if (bounded) cursor.end = begin + properties
  const one = (): boolean => {
    switch (cursor.unbounded(1)) {
      case 0x11:
        said.sessionExpiry = cursor.number(4)
        break
      case 0x12:
        said.clientId = asCString(cursor.string())
        break
      case 0x13:
        said.keepalive = cursor.number(2)
        break
      case 0x15: // authentication method and data, reason string, server reference: for its log
      case 0x16:
      case 0x1c:
      case 0x1f:
        cursor.string()
        break
      case 0x1a:
        server.response_info = asCString(cursor.string())
        break
      case 0x21:
        server.receive_maximum = cursor.unbounded(2)
        break
      case 0x22:
        server.topic_alias_maximum = cursor.unbounded(2)
        break
      case 0x24:
        server.max_qos = cursor.number(1)
        break
      case 0x25:
        server.retain_available = cursor.number(1) !== 0
        break
      case 0x26:
        user.push([asCString(cursor.string()), asCString(cursor.string())])
        break
      case 0x27:
        server.maximum_packet_size = cursor.unbounded(4)
        break
      case 0x28:
        server.wildcard_subscribe_available = cursor.number(1) !== 0
        break
      case 0x29:
        server.subscribe_identifiers_available = cursor.number(1) !== 0
        break
      case 0x2a:
        server.shared_subscribe_available = cursor.number(1) !== 0
        break
      default:
        return false
    }
    return true
  }
  let ok = true
  while (ok && cursor.at - begin < properties) ok = within(one)
  return { ok, flags, reason, user: user.length === 0 ? null : user, ...said }
}
