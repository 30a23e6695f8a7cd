// The packets that espMqttClient puts into its outbox, each in one piece. Lengths are counted before anything is
// written, and what is then not written stays zero: that is how some of its CONNECTs come to be malformed.

import { settled } from '../../at-once.ts'
import type { Program } from '../../board.ts'
import { mallocBriefly } from '../memory.ts'

export const CONNECT = 0x10
export const CONNACK = 0x20
export const PUBLISH = 0x30
export const PUBACK = 0x40
export const PUBREC = 0x50
export const PUBREL = 0x60
export const PUBCOMP = 0x70
export const SUBSCRIBE = 0x80
export const SUBACK = 0x90
export const UNSUBSCRIBE = 0xa0
export const UNSUBACK = 0xb0
export const PINGREQ = 0xc0
export const PINGRESP = 0xd0
export const DISCONNECT = 0xe0

/** EMC_TX_BUFFER_SIZE: how much of its payload a program is asked for at once. */
const TX_BUFFER_SIZE = 1440

/** `publish`'s payload callback: gives at most `max` bytes. `index` counts in the whole packet, header included. */
export type PayloadCallback = (max: number, index: number) => Program<Uint8Array>

export interface ConnectParameters {
  readonly cleanSession: boolean
  readonly username: Uint8Array | null
  readonly password: Uint8Array | null
  readonly willTopic: Uint8Array | null
  readonly willRetain: boolean
  readonly willQos: number
  readonly willPayload: Uint8Array | null
  /** Seconds. */
  readonly keepAlive: number
  readonly clientId: Uint8Array
}

export class Packet {
  /** 0: there is nothing to acknowledge, and the packet leaves the outbox once it is sent. */
  readonly packetId: number
  /** When it was last sent, as `millis()` says; 0: not yet. */
  timeSent = 0
  readonly #data: Uint8Array
  readonly #size: number
  readonly #getPayload: PayloadCallback | null
  /** Where the payload begins in `#data`. */
  readonly #payloadIndex: number
  /** Which part of the payload lies there now: the first and the last byte's places in the packet. */
  #payloadStartIndex: number
  #payloadEndIndex: number

  constructor(
    data: Uint8Array,
    packetId: number,
    chunked: { at: number; length: number; get: PayloadCallback } | null,
  ) {
    this.#data = data
    this.packetId = packetId
    this.#size = chunked === null ? data.length : chunked.at + chunked.length
    this.#getPayload = chunked?.get ?? null
    this.#payloadIndex = chunked?.at ?? 0
    this.#payloadStartIndex = this.#payloadIndex
    this.#payloadEndIndex = this.#payloadIndex
  }

  /** Bytes in all, also those that have not been asked for. */
  get size(): number {
    return this.#size
  }

  get packetType(): number {
    return this.#data[0]! & 0xf0
  }

  get removable(): boolean {
    return this.packetId === 0 || this.packetType === PUBACK || this.packetType === PUBCOMP
  }

  setDup(): void {
    if (this.packetType === PUBLISH && this.packetId !== 0) this.#data[0]! |= 0x08
  }

  /** What can be sent now from `index` on; asks the program for its payload where it has to. */
  available(index: number): Program<Uint8Array> {
    if (index >= this.#size) return settled(this.#data.subarray(0, 0))
    if (this.#getPayload === null) return settled(index === 0 ? this.#data : this.#data.subarray(index))
    return this.#availableOfProgram(index)
  }

  *#availableOfProgram(index: number): Program<Uint8Array> {
    if (index < this.#payloadIndex) {
      yield* this.#fill(index, this.#size - this.#payloadStartIndex)
      this.#payloadStartIndex = this.#payloadIndex
    } else if (index > this.#payloadEndIndex || this.#payloadStartIndex > index) {
      this.#payloadStartIndex = index
      yield* this.#fill(index, this.#size - this.#payloadStartIndex)
    }
    const at = index < this.#payloadIndex ? index : index - this.#payloadStartIndex + this.#payloadIndex
    return this.#data.subarray(at, at + this.#payloadEndIndex - index + 1)
  }

  *#fill(index: number, left: number): Program<void> {
    const part = yield* this.#getPayload!(Math.min(TX_BUFFER_SIZE, left), index)
    this.#data.set(part, this.#payloadIndex)
    const start = index < this.#payloadIndex ? this.#payloadIndex : index
    this.#payloadEndIndex = start + part.length - 1
  }
}

export function connectPacket(p: ConnectParameters): Packet {
  const { willTopic, willPayload, username, password } = p
  const remainingLength =
    6 +
    1 +
    1 +
    2 +
    2 +
    p.clientId.length +
    (willTopic === null ? 0 : 2 + willTopic.length + 2 + (willPayload?.length ?? 0)) +
    (username === null ? 0 : 2 + username.length) +
    (password === null ? 0 : 2 + password.length)
  const out = allocate(CONNECT, remainingLength)
  let flags = p.cleanSession ? 0x02 : 0
  if (username !== null) flags |= 0x80
  if (password !== null) flags |= 0x40
  if (willTopic !== null) flags |= 0x04 | (p.willRetain ? 0x20 : 0) | (p.willQos <= 2 ? p.willQos << 3 : 0)
  out.string(PROTOCOL)
  out.bytes(Uint8Array.of(4, flags, p.keepAlive >> 8, p.keepAlive))
  out.string(p.clientId)
  // The length has counted a will without payload; the packet has not got it.
  if (willTopic !== null && willPayload !== null) {
    out.string(willTopic)
    out.string(willPayload)
  }
  if (username !== null) out.string(username)
  if (password !== null) out.string(password)
  return new Packet(out.data, 0, null)
}

/** `payload`: bytes, or who gives them, and how many. */
export function publishPacket(
  packetId: number,
  topic: Uint8Array,
  qos: number,
  retain: boolean,
  payload: Uint8Array | { readonly get: PayloadCallback; readonly length: number },
): Packet {
  const header = 2 + topic.length + (qos === 0 ? 0 : 2)
  const chunked = payload instanceof Uint8Array ? null : payload
  const held = chunked === null ? payload.length : Math.min(chunked.length, TX_BUFFER_SIZE)
  const out = allocate(PUBLISH | (retain ? 0x01 : 0), header + payload.length, header + held)
  if (qos <= 2) out.data[0]! |= qos << 1
  else out.overwriteType(header + payload.length) // with no such QoS the length takes the place of the first byte
  out.string(topic)
  if (qos > 0) out.id(packetId)
  const id = qos === 0 ? 0 : packetId
  if (chunked !== null) return new Packet(out.data, id, { at: out.at, length: chunked.length, get: chunked.get })
  out.bytes(payload as Uint8Array)
  return new Packet(out.data, id, null)
}

export function subscribePacket(packetId: number, list: readonly { topic: Uint8Array; qos: number }[]): Packet {
  const out = allocate(SUBSCRIBE | 0x02, 2 + list.reduce((sum, { topic }) => sum + 2 + topic.length + 1, 0))
  out.id(packetId)
  for (const { topic, qos } of list) {
    out.string(topic)
    out.bytes(Uint8Array.of(qos))
  }
  return new Packet(out.data, packetId, null)
}

export function unsubscribePacket(packetId: number, list: readonly Uint8Array[]): Packet {
  const out = allocate(UNSUBSCRIBE | 0x02, 2 + list.reduce((sum, topic) => sum + 2 + topic.length, 0))
  out.id(packetId)
  for (const topic of list) out.string(topic)
  return new Packet(out.data, packetId, null)
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP. */
export const acknowledgement = (type: number, packetId: number): Packet =>
  new Packet(Uint8Array.of(type === PUBREL ? type | 0x02 : type, 2, packetId >> 8, packetId), packetId, null)

/** PINGREQ, DISCONNECT. */
export const bare = (type: number): Packet => new Packet(Uint8Array.of(type, 0), 0, null)

const PROTOCOL = new TextEncoder().encode('MQTT')

/** A packet's memory, zeroed, with its type and length written. `held`: how much of its body there is room for. */
function allocate(type: number, remainingLength: number, held = remainingLength): Writer {
  const out = new Writer(mallocBriefly(1 + sizeOfLength(remainingLength) + held))
  out.byte(type)
  out.remainingLength(remainingLength)
  return out
}

class Writer {
  readonly data: Uint8Array
  at = 0

  constructor(data: Uint8Array) {
    this.data = data
  }

  bytes(bytes: Uint8Array): void {
    this.data.set(bytes, this.at)
    this.at += bytes.length
  }

  byte(value: number): void {
    this.data[this.at++] = value
  }

  id(id: number): void {
    this.byte(id >> 8)
    this.byte(id)
  }

  remainingLength(length: number): void {
    let left = length
    do {
      this.byte((left & 0x7f) | (left > 0x7f ? 0x80 : 0))
      left >>= 7
    } while (left > 0)
  }

  string(text: Uint8Array): void {
    this.id(text.length)
    this.bytes(text)
  }

  /** The length again, where the type stands; all that follows is a byte nearer to the front. */
  overwriteType(remainingLength: number): void {
    this.data.fill(0, 0, this.at)
    this.at = 0
    this.remainingLength(remainingLength)
  }
}

const sizeOfLength = (length: number): number => (length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4)
