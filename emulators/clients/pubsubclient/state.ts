// The buffer of PubSubClient, in which packets are built, and what a program sets.

import { type CString, uint8, uint16 } from '../arduino/c.ts'
import { malloc } from '../memory.ts'
import { MQTT_CONNECTION_LOST, MQTT_DISCONNECTED, MQTT_MAX_HEADER_SIZE } from './packets.ts'

/** `#define`s that change the library. */
export interface PubSubClientBuild {
  readonly MQTT_VERSION: 3 | 4
  /** null: packets leave in one write. */
  readonly MQTT_MAX_TRANSFER_SIZE: number | null
}

/** `connect`'s arguments. */
export interface ConnectArguments {
  readonly id: CString
  readonly user: CString
  readonly pass: CString
  readonly willTopic: CString
  readonly willQos: number
  readonly willRetain: boolean
  readonly willMessage: CString
  readonly cleanSession: boolean
}

const MQTT_3_1 = Uint8Array.of(0, 6, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70, 3)
const MQTT_3_1_1 = Uint8Array.of(0, 4, 0x4d, 0x51, 0x54, 0x54, 4)

/** What the heap has behind the buffer: a filter of `bufferSize - 9` bytes is written one byte too far. */
const BEHIND_THE_BUFFER = 8

const NO_BUFFER = malloc(0)

export abstract class PubSubClientState {
  protected readonly build: PubSubClientBuild
  protected buffer = NO_BUFFER
  protected bufferSize = 0
  protected callback = true
  protected stream = false
  protected keepAlive = 15
  protected socketTimeout = 15
  protected nextMsgId = 0
  protected host = '0.0.0.0'
  protected port = 0
  protected _state = MQTT_DISCONNECTED

  constructor(build: PubSubClientBuild, bufferSize: number) {
    this.build = build
    this.setBufferSize(bufferSize)
  }

  /** Where the packet ends in the buffer; null: something in it is too long. */
  protected buildConnect(a: ConnectArguments): number | null {
    const { buffer } = this
    const protocol = this.build.MQTT_VERSION === 3 ? MQTT_3_1 : MQTT_3_1_1
    buffer.set(protocol.subarray(0, Math.max(0, buffer.length - MQTT_MAX_HEADER_SIZE)), MQTT_MAX_HEADER_SIZE)
    let length = MQTT_MAX_HEADER_SIZE + protocol.length
    // The QoS is not looked at: 4 is the retain bit.
    let flags = a.willTopic === null ? 0 : 0x04 | (a.willQos << 3) | ((a.willRetain ? 1 : 0) << 5)
    if (a.cleanSession) flags |= 0x02
    if (a.user !== null) flags |= a.pass === null ? 0x80 : 0xc0
    buffer[length++] = uint8(flags)
    buffer[length++] = this.keepAlive >> 8
    buffer[length++] = this.keepAlive
    const strings = [
      a.id,
      ...(a.willTopic === null ? [] : [a.willTopic, a.willMessage]),
      ...(a.user === null ? [] : a.pass === null ? [a.user] : [a.user, a.pass]),
    ]
    for (const text of strings) {
      // CHECK_STRING_LENGTH
      if (text === null || length + 2 + Math.min(text.length, this.bufferSize) > this.bufferSize) return null
      length = this.writeString(text, length)
    }
    return length
  }

  /** Behind the header's room; gives where it ends. */
  protected writeNextMsgId(at: number): number {
    this.nextMsgId = uint16(this.nextMsgId + 1)
    if (this.nextMsgId === 0) this.nextMsgId = 1
    this.buffer[at] = this.nextMsgId >> 8
    this.buffer[at + 1] = this.nextMsgId
    return at + 2
  }

  protected writeString(text: Uint8Array, at: number): number {
    this.buffer[at] = text.length >> 8
    this.buffer[at + 1] = text.length
    const room = Math.max(0, this.buffer.length - at - 2)
    this.buffer.set(text.length > room ? text.subarray(0, room) : text, at + 2)
    return at + 2 + text.length
  }

  /** Writes the header so that it ends where the packet begins; gives its size. */
  protected buildHeader(header: number, length: number): number {
    const digits: number[] = []
    let left = length
    do {
      const digit = left & 127
      left >>>= 7
      digits.push(left > 0 ? digit | 0x80 : digit)
    } while (left > 0 && digits.length < MQTT_MAX_HEADER_SIZE - 1)
    if (left > 0) return 0
    this.buffer[MQTT_MAX_HEADER_SIZE - 1 - digits.length] = header
    this.buffer.set(digits, MQTT_MAX_HEADER_SIZE - digits.length)
    return digits.length + 1
  }

  /** What is in the buffer, as it leaves: later packets do not change it. */
  protected copy(from: number, to: number): Uint8Array {
    const packet = malloc(to - from)
    packet.set(this.buffer.subarray(from, to))
    return packet
  }

  setServer(host: string, port: number): void {
    this.host = host
    this.port = uint16(port)
  }

  /** False for 0. Shared by both ways. */
  setBufferSize(size: number): boolean {
    if (size === 0) return false
    const old = this.buffer
    this.buffer = malloc(size + BEHIND_THE_BUFFER)
    this.buffer.set(old.subarray(0, Math.min(size, this.bufferSize)))
    this.bufferSize = size
    return true
  }

  getBufferSize(): number {
    return this.bufferSize
  }

  /** Seconds. */
  setKeepAlive(keepAlive: number): void {
    this.keepAlive = uint16(keepAlive)
  }

  /** Seconds: of the wait for one byte, not of TCP connect. */
  setSocketTimeout(timeout: number): void {
    this.socketTimeout = uint16(timeout)
  }

  setCallback(there: boolean): void {
    this.callback = there
  }

  setStream(there: boolean): void {
    this.stream = there
  }

  state(): number {
    return this._state
  }

  protected lose(): void {
    this._state = MQTT_CONNECTION_LOST
  }
}

/** What `publish` was given as its payload: a C string is cut where the library cuts it. */
export type Payload = { readonly bytes: Uint8Array; readonly isString: boolean }
