// Packets as the library builds them in its out buffer (lib/mqtt_msg.c): five bytes of it are room for the fixed header,
// and what does not fit behind them is no packet. A publish that is too long becomes a first fragment. MQTT 5's are in
// message5.ts.

import { type Program, randomInt } from '../../board.ts'
import { malloc } from '../memory.ts'

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

const HEADER_ROOM = 5
const NOTHING: Uint8Array = new Uint8Array()
/** Room in which packets are built; a packet that needs more has its own. */
const SCRATCH = 1024
const POOL: Uint8Array[] = []

/** `mqtt_connect_info_t`. */
export interface ConnectInfo {
  clientId: Uint8Array | null
  username: Uint8Array | null
  password: Uint8Array | null
  willTopic: Uint8Array | null
  willMessage: Uint8Array
  willQos: number
  willRetain: boolean
  cleanSession: boolean
  /** Seconds. */
  keepalive: number
  protocolVer: '3.1' | '3.1.1' | '5'
}

export interface Topic {
  readonly filter: Uint8Array
  readonly qos: number
}

/** A packet could not be built. */
export class DoesNotFit extends Error {}

/** Where packets are built, and the last one that was: empty when it could not be. */
export class OutBuffer {
  data: Uint8Array = NOTHING
  /** Of a publish that is sent in fragments: how long all of it is, header room included; else 0. */
  fragmentedTotal = 0
  /** Where in `data` the payload begins. */
  fragmentedOffset = 0
  length: number
  readonly #incremental: boolean
  #lastMessageId = 0
  /** Lent by the pool while a packet is built; `#count` bytes of it are used. */
  #bytes = NOTHING
  #count = 0

  /** `incremental`: CONFIG_MQTT_MSG_ID_INCREMENTAL. */
  constructor(length: number, incremental: boolean) {
    this.length = length
    this.#incremental = incremental
  }

  /** Made anew; packet ids go on. */
  resize(length: number): void {
    this.length = length
    this.fail()
    this.fragmentedTotal = 0
    this.fragmentedOffset = 0
  }

  /** Bytes of the packet so far, with the header room. */
  get used(): number {
    return HEADER_ROOM + this.#count
  }

  begin(): void {
    if (this.#bytes === NOTHING) this.#bytes = POOL.pop() ?? new Uint8Array(SCRATCH)
    this.#count = 0
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#count++] = value
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length)
    this.#append(value)
  }

  /** Two bytes of length and the bytes. */
  string(value: Uint8Array | null): void {
    const bytes = value ?? NOTHING
    this.#room(2 + bytes.length)
    this.#uint16(bytes.length)
    this.#append(bytes)
  }

  /** Flags are only known when what they stand for has been appended. */
  or(at: number, bits: number): void {
    this.#bytes[at - HEADER_ROOM]! |= bits
  }

  /** An id of its own, or this one. Random ones are not compared with those in flight; 0 is drawn again. */
  *messageId(given = 0): Program<number> {
    let id = given
    while (id === 0) {
      if (this.#incremental) {
        this.#lastMessageId = (this.#lastMessageId + 1) & 0xffff
        id = this.#lastMessageId
      } else id = yield* randomInt(0, 65534)
    }
    this.#room(2)
    this.#uint16(id)
    return id
  }

  /** Where the properties of an MQTT 5 packet begin; their length is put in by `propertiesEnd`. */
  propertiesBegin(): number {
    return this.#count
  }

  propertiesEnd(at: number): void {
    const length = variableLength(this.#count - at)
    this.#room(length.length)
    this.#bytes.copyWithin(at + length.length, at, this.#count)
    this.#bytes.set(length, at)
    this.#count += length.length
  }

  /** The payload of a publish, or as much of it as fits. */
  payload(data: Uint8Array): void {
    if (this.used + data.length <= this.length) {
      this.bytes(data)
      this.fragmentedTotal = 0
      return
    }
    this.fragmentedOffset = this.used
    this.fragmentedTotal = data.length + this.used
    this.bytes(data.subarray(0, Math.max(0, this.length - this.used)))
  }

  finish(type: number, qos = 0, retain = 0): void {
    const total = this.fragmentedTotal > 0 ? this.fragmentedTotal - HEADER_ROOM : this.#count
    const size = total < 0x80 ? 1 : total < 0x4000 ? 2 : total < 0x20_0000 ? 3 : 4
    const data = malloc(1 + size + this.#count)
    data[0] = (type << 4) | ((qos & 3) << 1) | (retain & 1)
    for (let k = 1, rest = total; k <= size; k++, rest >>>= 7) data[k] = (rest & 0x7f) | (k < size ? 0x80 : 0)
    copy(this.#bytes, this.#count, data, 1 + size)
    this.data = data
    this.fragmentedOffset -= HEADER_ROOM - 1 - size
    this.#giveBack()
  }

  fail(): void {
    this.#giveBack()
    this.data = NOTHING
  }

  /** Nobody asks for the last packet any more. */
  forget(): void {
    this.data = NOTHING
  }

  /** Runs what builds a packet; whether there is one. */
  *build(make: () => Program<void>): Program<boolean> {
    this.begin()
    try {
      yield* make()
      return true
    } catch (e) {
      if (!(e instanceof DoesNotFit)) throw e
      this.fail()
      return false
    }
  }

  /** The same of what asks the board for nothing. */
  attempt<A>(make: (out: OutBuffer, what: A) => void, what: A): boolean {
    this.begin()
    try {
      make(this, what)
      return true
    } catch (e) {
      if (!(e instanceof DoesNotFit)) throw e
      this.fail()
      return false
    }
  }

  #room(count: number): void {
    if (this.used + count > this.length) throw new DoesNotFit()
    if (this.#count + count <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.#count + count))
    larger.set(this.#bytes.subarray(0, this.#count))
    this.#bytes = larger
  }

  #append(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#count)
    this.#count += bytes.length
  }

  #uint16(value: number): void {
    this.#bytes[this.#count++] = value >> 8
    this.#bytes[this.#count++] = value
  }

  #giveBack(): void {
    if (this.#bytes.length === SCRATCH) POOL.push(this.#bytes)
    this.#bytes = NOTHING
    this.#count = 0
  }
}

/** The first `count` bytes; most packets are too short for a view and a call of `set`. */
function copy(from: Uint8Array, count: number, to: Uint8Array, at: number): void {
  if (count > 48) to.set(from.subarray(0, count), at)
  else for (let k = 0; k < count; k++) to[at + k] = from[k]!
}

export function variableLength(length: number): number[] {
  const bytes: number[] = []
  let rest = length
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

const empty = (bytes: Uint8Array | null): bytes is null => bytes === null || bytes.length === 0

const name = (text: string): Uint8Array => new TextEncoder().encode(text)
const PROTOCOLS = { '3.1': [name('MQIsdp'), 3], '3.1.1': [name('MQTT'), 4], '5': [name('MQTT'), 5] } as const

/** Protocol name, level, flags, keep alive; gives where the flags stand. */
export function connectHeader(out: OutBuffer, info: ConnectInfo): number {
  const [protocol, level] = PROTOCOLS[info.protocolVer]
  out.string(protocol)
  out.byte(level)
  const flagsAt = out.used
  out.byte(info.cleanSession ? 0x02 : 0)
  out.byte(info.keepalive >> 8)
  out.byte(info.keepalive)
  return flagsAt
}

export function connectWill(out: OutBuffer, flagsAt: number, info: ConnectInfo): void {
  out.string(info.willTopic)
  out.string(info.willMessage)
  out.or(flagsAt, 0x04 | (info.willRetain ? 0x20 : 0) | ((info.willQos & 3) << 3))
}

/** A password without a user has an empty user beside it. */
export function connectUser(out: OutBuffer, flagsAt: number, info: ConnectInfo): void {
  const { username, password } = info
  if (!empty(username)) {
    out.string(username)
    out.or(flagsAt, 0x80)
  }
  if (empty(password)) return
  if (empty(username)) out.string(null)
  out.string(password)
  out.or(flagsAt, 0xc0)
}

export const hasWill = (info: ConnectInfo): boolean => !empty(info.willTopic)

export function* connect(out: OutBuffer, info: ConnectInfo): Program<void> {
  const flagsAt = connectHeader(out, info)
  out.string(info.clientId)
  if (hasWill(info)) connectWill(out, flagsAt, info)
  connectUser(out, flagsAt, info)
  out.finish(CONNECT)
}

export interface Publish {
  readonly topic: Uint8Array | null
  readonly data: Uint8Array | null
  readonly length: number
  readonly qos: number
  readonly retain: number
}

function publishTopic(out: OutBuffer, { topic, data, length }: Publish): void {
  if (empty(topic)) throw new DoesNotFit()
  out.string(topic)
  if (data === null && length > 0) throw new DoesNotFit()
}

/** With an id of its own, which it gives. */
export function* publish(out: OutBuffer, message: Publish): Program<number> {
  publishTopic(out, message)
  const id = yield* out.messageId()
  if (message.data !== null) out.payload(message.data)
  out.finish(PUBLISH, message.qos, message.retain)
  return id
}

/** QoS 0. */
export function publishWithoutId(out: OutBuffer, message: Publish): void {
  publishTopic(out, message)
  if (message.data !== null) out.payload(message.data)
  out.finish(PUBLISH, message.qos, message.retain)
}

export function* subscribe(out: OutBuffer, topics: readonly Topic[]): Program<number> {
  const id = yield* out.messageId()
  for (const { filter, qos } of topics) {
    if (empty(filter)) throw new DoesNotFit()
    out.string(filter)
    out.byte(qos)
  }
  out.finish(SUBSCRIBE, 1)
  return id
}

export function* unsubscribe(out: OutBuffer, topic: Uint8Array | null): Program<number> {
  if (empty(topic)) throw new DoesNotFit()
  const id = yield* out.messageId()
  out.string(topic)
  out.finish(UNSUBSCRIBE, 1)
  return id
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP. An id of 0 becomes one of our own. */
export function* acknowledge(out: OutBuffer, type: number, id: number): Program<void> {
  yield* out.messageId(id)
  out.finish(type, type === PUBREL ? 1 : 0)
}

export function* bare(out: OutBuffer, type: number): Program<void> {
  out.finish(type)
}
