// lwmqtt's packets (packet.c): built in the write buffer, read out of the read buffer. What does not fit is
// BUFFER_TOO_SHORT, and there is little else that is checked.

import type { LwmqttTraits } from './client.ts'
import {
  BUFFER_TOO_SHORT,
  type LwmqttError,
  MISSING_OR_WRONG_PACKET,
  REMAINING_LENGTH_MISMATCH,
  REMAINING_LENGTH_OVERFLOW,
  SUBACK_ARRAY_OVERFLOW,
  SUCCESS,
  UNKNOWN_RETURN_CODE,
} from './errors.ts'

export const NO_PACKET = 0
export const CONNECT = 1
export const CONNACK = 2
export const PUBLISH = 3
export const PUBACK = 4
export const PUBREC = 5
export const PUBREL = 6
export const PUBCOMP = 7
export const SUBSCRIBE = 8
export const SUBACK = 9
export const UNSUBSCRIBE = 10
export const UNSUBACK = 11
export const PINGREQ = 12
export const PINGRESP = 13
export const DISCONNECT = 14

/** What a client may get. */
const RECEIVABLE: readonly number[] = [CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, PINGRESP]

const QOS_FAILURE = 0x80
const MOST_DIGITS = 4
const EMPTY = new Uint8Array()
const MQTT = Uint8Array.of(0x4d, 0x51, 0x54, 0x54)

export interface Will {
  readonly topic: Uint8Array
  readonly payload: Uint8Array
  readonly retained: boolean
  readonly qos: number
}

export interface ConnectOptions {
  readonly clientId: Uint8Array
  readonly keepAlive: number
  readonly cleanSession: boolean
  readonly username: Uint8Array
  readonly password: Uint8Array
}

export interface Message {
  readonly payload: Uint8Array
  readonly retained: boolean
  readonly qos: number
}

/** Writes into a buffer of a fixed size; `short` once something did not fit. */
class Writer {
  readonly #buffer: Uint8Array
  at = 0
  short = false

  constructor(buffer: Uint8Array) {
    this.#buffer = buffer
  }

  byte(n: number): this {
    if (this.at >= this.#buffer.length) this.short = true
    else this.#buffer[this.at++] = n
    return this
  }
  num(n: number): this {
    return this.at + 2 > this.#buffer.length ? this.#tooShort() : this.byte(n >> 8).byte(n)
  }
  data(bytes: Uint8Array): this {
    if (this.short || this.at + bytes.length > this.#buffer.length) return this.#tooShort()
    this.#buffer.set(bytes, this.at)
    this.at += bytes.length
    return this
  }
  string(bytes: Uint8Array): this {
    return this.num(bytes.length).data(bytes)
  }
  varnum(n: number): this {
    let left = n
    do {
      const digit = left % 128
      left = Math.floor(left / 128)
      this.byte(left > 0 ? digit | 0x80 : digit)
    } while (left > 0)
    return this
  }
  /** Its length, or the error. */
  end(): LwmqttError {
    return this.short ? BUFFER_TOO_SHORT : this.at
  }
  #tooShort(): this {
    this.short = true
    return this
  }
}

const header = (type: number, { dup = 0, qos = 0, retain = 0 } = {}): number =>
  (type << 4) | (dup << 3) | ((qos & 3) << 1) | retain

const tooLong = (length: number): boolean => length > 268_435_455

/** Each of these gives the packet's length, or an error, which is negative. */
export function encodeConnect(
  buffer: Uint8Array,
  o: ConnectOptions,
  will: Will | null,
  traits: LwmqttTraits,
): LwmqttError {
  const hasPassword = o.password.length > 0
  const hasUser = o.username.length > 0 || hasPassword
  let length = 10 + o.clientId.length + 2
  if (will !== null) length += will.topic.length + 2 + will.payload.length + 2
  if (hasUser) length += o.username.length + 2
  if (hasPassword) length += o.password.length + 2
  const flags =
    (hasUser ? 0x80 : 0) |
    (hasPassword ? 0x40 : 0) |
    (will === null ? 0 : 0x04 | ((will.qos & 3) << 3) | (will.retained ? 0x20 : 0)) |
    (o.cleanSession ? 0x02 : 0)
  const w = new Writer(buffer).byte(header(CONNECT)).varnum(length).string(MQTT).byte(4).byte(flags)
  w.num(o.keepAlive).string(o.clientId)
  if (will !== null) w.string(will.topic).string(will.payload)
  if (hasUser) w.string(o.username)
  // 2.5.2 counts a password without a user, and leaves its bytes out.
  if (hasPassword && (o.username.length > 0 || traits.passwordNeedsNoUser)) w.string(o.password)
  return w.end()
}

/** All but the payload. */
export function encodePublish(
  buffer: Uint8Array,
  dup: boolean,
  packetId: number,
  topic: Uint8Array,
  message: Message,
): LwmqttError {
  const length = 2 + topic.length + message.payload.length + (message.qos > 0 ? 2 : 0)
  if (tooLong(length)) return REMAINING_LENGTH_OVERFLOW
  const flags = { dup: dup ? 1 : 0, qos: message.qos, retain: message.retained ? 1 : 0 }
  const w = new Writer(buffer).byte(header(PUBLISH, flags)).varnum(length).string(topic)
  if (message.qos > 0) w.num(packetId)
  return w.end()
}

export function encodeSubscribe(buffer: Uint8Array, packetId: number, filter: Uint8Array, qos: number): LwmqttError {
  const w = new Writer(buffer).byte(header(SUBSCRIBE, { qos: 1 })).varnum(2 + 2 + filter.length + 1)
  return w.num(packetId).string(filter).byte(qos).end()
}

export function encodeUnsubscribe(buffer: Uint8Array, packetId: number, filter: Uint8Array): LwmqttError {
  const w = new Writer(buffer).byte(header(UNSUBSCRIBE, { qos: 1 })).varnum(2 + 2 + filter.length)
  return w.num(packetId).string(filter).end()
}

export function encodeAck(buffer: Uint8Array, type: number, packetId: number): LwmqttError {
  return new Writer(buffer)
    .byte(header(type, { qos: type === PUBREL ? 1 : 0 }))
    .varnum(2)
    .num(packetId)
    .end()
}

export function encodeZero(buffer: Uint8Array, type: number): LwmqttError {
  return new Writer(buffer).byte(header(type)).varnum(0).end()
}

/** NO_PACKET for what no client may get. */
export const packetType = (first: number): number => (RECEIVABLE.includes(first >> 4) ? first >> 4 : NO_PACKET)

/** The remaining length from `at` on, of so many bytes read; an error is negative, BUFFER_TOO_SHORT asks for more. */
export function remainingLength(buffer: Uint8Array, at: number, count: number): LwmqttError {
  let length = 0
  for (let i = 0; ; i++) {
    if (i >= count) return BUFFER_TOO_SHORT
    if (i >= MOST_DIGITS) return REMAINING_LENGTH_OVERFLOW // of which the fifth has been read
    const digit = buffer[at + i]!
    length += (digit & 127) * 128 ** i
    if ((digit & 128) === 0) return length
  }
}

/** A packet in the read buffer: its first byte, and what is behind the remaining length. */
export interface Incoming {
  readonly first: number
  readonly body: Uint8Array
}

export interface Connack {
  readonly error: LwmqttError
  readonly sessionPresent: boolean
  readonly returnCode: number
}

/** Neither the header's flags nor the reserved bits are looked at. */
export function decodeConnack({ body }: Incoming): Connack {
  if (body.length !== 2)
    return { error: REMAINING_LENGTH_MISMATCH, sessionPresent: false, returnCode: UNKNOWN_RETURN_CODE }
  const code = body[1]!
  return {
    error: SUCCESS,
    sessionPresent: (body[0]! & 1) === 1,
    returnCode: code > 5 ? UNKNOWN_RETURN_CODE : code,
  }
}

export interface Ack {
  readonly error: LwmqttError
  readonly packetId: number
}

export function decodeAck({ first, body }: Incoming, traits: LwmqttTraits): Ack {
  const flags = first >> 4 === PUBREL ? 2 : 0
  if (traits.checksIncoming && (first & 0x0f) !== flags) return { error: MISSING_OR_WRONG_PACKET, packetId: 0 }
  if (body.length !== 2) return { error: REMAINING_LENGTH_MISMATCH, packetId: 0 }
  return { error: SUCCESS, packetId: (body[0]! << 8) | body[1]! }
}

/** `failed`: the broker has refused. */
export function decodeSuback({ body }: Incoming, traits: LwmqttTraits): Ack & { readonly failed: boolean } {
  const no = (error: LwmqttError) => ({ error, packetId: 0, failed: false })
  if (body.length < 3) return no(REMAINING_LENGTH_MISMATCH)
  const codes = body.subarray(2)
  if (codes.length > (traits.countsSubackCodes ? 1 : 2)) return no(SUBACK_ARRAY_OVERFLOW)
  const packetId = (body[0]! << 8) | body[1]!
  return { error: SUCCESS, packetId, failed: (codes[0]! > 2 ? QOS_FAILURE : codes[0]!) === QOS_FAILURE }
}

export interface Publish {
  readonly error: LwmqttError
  readonly qos: number
  readonly packetId: number
  readonly topic: Uint8Array
  readonly payload: Uint8Array
}

export function decodePublish({ first, body }: Incoming, traits: LwmqttTraits): Publish {
  const no = (error: LwmqttError): Publish => ({ error, qos: 0, packetId: 0, topic: EMPTY, payload: EMPTY })
  let qos = (first >> 1) & 3
  if (qos === 3) {
    if (traits.checksIncoming) return no(MISSING_OR_WRONG_PACKET)
    qos = 0
  }
  if (body.length < 2) return no(REMAINING_LENGTH_MISMATCH)
  const length = (body[0]! << 8) | body[1]!
  let at = 2 + length
  if (at > body.length) return no(BUFFER_TOO_SHORT)
  const topic = body.subarray(2, at)
  let packetId = 0
  if (qos > 0) {
    if (at + 2 > body.length) return no(BUFFER_TOO_SHORT)
    packetId = (body[at]! << 8) | body[at + 1]!
    if (packetId === 0 && traits.checksIncoming) return no(MISSING_OR_WRONG_PACKET)
    at += 2
  }
  return { error: SUCCESS, qos, packetId, topic, payload: body.subarray(at) }
}
