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
import { asCString, Cursor, type UserProperties, variable, within } from './properties5.ts'

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

/** null: one that it does not know is among them, or, `bounded`, one that is cut off. */
function userPropertiesOf(buffer: Uint8Array, at: number, length: number, bounded: boolean): UserProperties | null {
  const cursor = new Cursor(buffer, at)
  if (bounded) cursor.end = at + length
  const found: [Uint8Array, Uint8Array][] = []
  const read = (): boolean => {
    while (cursor.at - at < length) {
      const id = cursor.unbounded(1)
      if (id === 0x1f) cursor.string()
      else if (id === 0x26) found.push([asCString(cursor.string()), asCString(cursor.string())])
      else return false
    }
    return true
  }
  return within(read) && found.length > 0 ? found : null
}

/** Of a PUBACK or PUBCOMP: its reason code, if it has one, and its user properties. */
export function pubackData(
  buffer: Uint8Array,
  length: number,
  bounded: boolean,
): { data: Uint8Array | null; user: UserProperties | null } {
  const { length: rest, size } = variable(buffer, 1, length)
  const end = 1 + size + rest
  const at = 3 + size
  if (at >= end) return { data: null, user: null }
  const data = buffer.slice(at, at + 1)
  if (at + 1 >= end) return { data, user: null }
  const properties = variable(buffer, at + 1, end)
  const begin = at + 1 + properties.size
  if (bounded && properties.length > end - begin) return { data: null, user: null }
  return { data, user: userPropertiesOf(buffer, begin, properties.length, bounded) }
}

/** Of a SUBACK or UNSUBACK: its codes and user properties. */
export function subackData(
  buffer: Uint8Array,
  length: number,
  bounded: boolean,
): { data: Uint8Array | null; user: UserProperties | null } {
  const { length: rest, size } = variable(buffer, 1, length)
  const end = 1 + size + rest
  let at = 3 + size
  if (end > length || at >= end) return { data: null, user: null }
  const properties = variable(buffer, at, end)
  at += properties.size
  if (bounded && properties.length > end - at) return { data: null, user: null }
  const user = userPropertiesOf(buffer, at, properties.length, bounded)
  at += properties.length
  return at < end ? { data: buffer.slice(at, end), user } : { data: null, user: null }
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
export function parsePublish5(buffer: Uint8Array, length: number, bounded: boolean): Publish5 | Unreadable {
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
  if (bounded) cursor.end = begin + properties
  const one = (): boolean => {
    switch (cursor.unbounded(1)) {
      case 0x01:
        payloadFormatIndicator = cursor.number(1) !== 0
        break
      case 0x02:
        cursor.number(4)
        break
      case 0x03:
        contentType = cursor.unboundedString()
        break
      case 0x08:
        responseTopic = cursor.string()
        break
      case 0x09:
        correlationData = cursor.unboundedString()
        break
      case 0x0b:
        subscribeId = cursor.variable(cursor.end ?? length) & 0xffff
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
        return false
    }
    return true
  }
  while (cursor.at - begin < properties) if (!within(one)) return { topic: null, user: user.length === 0 ? null : user }
  const data = buffer.slice(cursor.at, Math.max(cursor.at, Math.min(total, length)))
  return {
    ...{ topic, data, topicAlias, payloadFormatIndicator, responseTopic, correlationData, contentType, subscribeId },
    user: user.length === 0 ? null : user,
  }
}

const UNREADABLE: Unreadable = { topic: null, user: null }
