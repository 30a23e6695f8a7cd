// What the library reads out of MQTT 5's packets (lib/mqtt5_msg.c).

import {
  DISCONNECT,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from './message.ts'
import { qosOf, typeOf } from './parse.ts'

export type UserProperties = readonly (readonly [Uint8Array, Uint8Array])[]

/** A variable length at `at` of a buffer of which so many bytes count. */
function variable(buffer: Uint8Array, at: number, end: number): { readonly length: number; readonly size: number } {
  let length = 0
  let k = at
  while (k < end) {
    const byte = buffer[k] ?? 0
    length += (byte & 0x7f) * 128 ** (k - at)
    k++
    if ((byte & 0x80) === 0) break
  }
  return { length, size: k - at }
}

/** Reads on and on, also beyond what was announced: zeros beyond the buffer. */
class Cursor {
  readonly #buffer: Uint8Array
  at: number

  constructor(buffer: Uint8Array, at: number) {
    this.#buffer = buffer
    this.at = at
  }

  number(size: number): number {
    let value = 0
    for (let k = 0; k < size; k++) value = value * 256 + (this.#buffer[this.at++] ?? 0)
    return value
  }

  string(): Uint8Array {
    const length = this.number(2)
    this.at += length
    return this.#buffer.slice(this.at - length, this.at)
  }

  variable(end: number): number {
    const { length, size } = variable(this.#buffer, this.at, end)
    this.at += size
    return length
  }
}

const uint16 = (buffer: Uint8Array, at: number): number => ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0)

const WITH_ID = [PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, SUBSCRIBE, UNSUBSCRIBE]

export function idOf5(buffer: Uint8Array, length: number): number {
  let at = 1 + variable(buffer, 1, length).size
  if (at + 2 > length) return 0
  const type = typeOf(buffer[0] ?? 0)
  if (type === PUBLISH) {
    at += 2 + uint16(buffer, at)
    return at + 2 > length || qosOf(buffer[0]!) === 0 ? 0 : uint16(buffer, at)
  }
  return WITH_ID.includes(type) ? uint16(buffer, at) : 0
}

/** -1: the packet has none. */
export function reasonCodeOf(buffer: Uint8Array, length: number): number {
  const { length: rest, size } = variable(buffer, 1, length)
  let at = 1 + size
  switch (typeOf(buffer[0] ?? 0)) {
    case PUBACK:
    case PUBREC:
    case PUBREL:
    case PUBCOMP:
      if (rest === 2) return 0
      at += 2
      break
    case SUBACK:
    case UNSUBACK: {
      at += 2
      if (at >= length) return -1
      const properties = variable(buffer, at, length)
      at += properties.size + properties.length
      break
    }
    case DISCONNECT:
      break
    default:
      return -1
  }
  return at >= length ? -1 : (buffer[at] ?? 0)
}

/** null: one that it does not know is among them. */
function userPropertiesOf(buffer: Uint8Array, at: number, length: number): UserProperties | null {
  const cursor = new Cursor(buffer, at)
  const found: [Uint8Array, Uint8Array][] = []
  while (cursor.at - at < length) {
    const id = cursor.number(1)
    if (id === 0x1f) cursor.string()
    else if (id === 0x26) found.push([asCString(cursor.string()), asCString(cursor.string())])
    else return null
  }
  return found.length === 0 ? null : found
}

const asCString = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

/** Of a PUBACK or PUBCOMP: its reason code, if it has one, and its user properties. */
export function pubackData(
  buffer: Uint8Array,
  length: number,
): { data: Uint8Array | null; user: UserProperties | null } {
  const { length: rest, size } = variable(buffer, 1, length)
  const end = 1 + size + rest
  const at = 3 + size
  if (at >= end) return { data: null, user: null }
  const data = buffer.slice(at, at + 1)
  if (at + 1 >= end) return { data, user: null }
  const properties = variable(buffer, at + 1, end)
  return { data, user: userPropertiesOf(buffer, at + 1 + properties.size, properties.length) }
}

/** Of a SUBACK or UNSUBACK: its codes and user properties. */
export function subackData(
  buffer: Uint8Array,
  length: number,
): { data: Uint8Array | null; user: UserProperties | null } {
  const { length: rest, size } = variable(buffer, 1, length)
  const end = 1 + size + rest
  let at = 3 + size
  if (end > length || at >= end) return { data: null, user: null }
  const properties = variable(buffer, at, end)
  at += properties.size
  const user = userPropertiesOf(buffer, at, properties.length)
  at += properties.length
  return at < end ? { data: buffer.slice(at, end), user } : { data: null, user: null }
}

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
export function parseConnack5(buffer: Uint8Array, length: number, server: ServerProperties): Connack5 {
  const { length: rest, size } = variable(buffer, 1, length)
  if (1 + size + rest > length) return { ok: false, flags: 0, reason: 0, user: null }
  const cursor = new Cursor(buffer, 1 + size)
  const flags = cursor.number(1)
  const reason = cursor.number(1)
  const properties = cursor.variable(length)
  const begin = cursor.at
  const user: [Uint8Array, Uint8Array][] = []
  const said: { clientId?: Uint8Array; keepalive?: number; sessionExpiry?: number } = {}
  let ok = true
  while (ok && cursor.at - begin < properties) {
    switch (cursor.number(1)) {
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
        server.receive_maximum = cursor.number(2)
        break
      case 0x22:
        server.topic_alias_maximum = cursor.number(2)
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
        server.maximum_packet_size = cursor.number(4)
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
        ok = false
    }
  }
  return { ok, flags, reason, user: user.length === 0 ? null : user, ...said }
}

/** The properties of a message that came, those that the library gives on, and its payload. */
export interface Publish5 {
  readonly topic: Uint8Array
  readonly data: Uint8Array
  readonly topicAlias: number
  readonly payloadFormatIndicator: boolean
  readonly responseTopic: Uint8Array | null
  readonly correlationData: Uint8Array | null
  readonly contentType: Uint8Array | null
  readonly subscribeId: number
  readonly user: UserProperties | null
}

/** It cannot be read; the user properties before that place stay behind. */
export interface Unreadable {
  readonly topic: null
  readonly user: UserProperties | null
}

/** `length` bytes of the packet are in the buffer. */
export function parsePublish5(buffer: Uint8Array, length: number): Publish5 | Unreadable {
  const { length: rest, size } = variable(buffer, 1, length)
  const total = 1 + size + rest
  const cursor = new Cursor(buffer, 1 + size)
  const topic = cursor.string()
  if (cursor.at >= length) return UNREADABLE
  if (qosOf(buffer[0]!) > 0) {
    if (cursor.at + 2 >= length) return UNREADABLE
    cursor.at += 2
  }
  const properties = cursor.variable(length) & 0xffff
  const begin = cursor.at
  const user: [Uint8Array, Uint8Array][] = []
  let topicAlias = 0
  let payloadFormatIndicator = false
  let responseTopic: Uint8Array | null = null
  let correlationData: Uint8Array | null = null
  let contentType: Uint8Array | null = null
  let subscribeId = 0
  while (cursor.at - begin < properties) {
    switch (cursor.number(1)) {
      case 0x01:
        payloadFormatIndicator = cursor.number(1) !== 0
        break
      case 0x02:
        cursor.number(4)
        break
      case 0x03:
        contentType = cursor.string()
        break
      case 0x08:
        responseTopic = cursor.string()
        break
      case 0x09:
        correlationData = cursor.string()
        break
      case 0x0b:
        subscribeId = cursor.variable(length) & 0xffff
        break
      case 0x1f:
        cursor.string()
        break
      case 0x23:
        topicAlias = cursor.number(2)
        break
      case 0x26:
        user.push([asCString(cursor.string()), asCString(cursor.string())])
        break
      default:
        return { topic: null, user: user.length === 0 ? null : user }
    }
  }
  const data = buffer.slice(cursor.at, Math.max(cursor.at, Math.min(total, length)))
  return {
    ...{ topic, data, topicAlias, payloadFormatIndicator, responseTopic, correlationData, contentType, subscribeId },
    user: user.length === 0 ? null : user,
  }
}

const UNREADABLE: Unreadable = { topic: null, user: null }
