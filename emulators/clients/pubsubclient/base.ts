// What PubSubClient 2.8 and PubSubClient3 have in common: one buffer for both ways, in which packets are built and
// read, and in which the callback's arguments lie as well. Sources: knolleary/pubsubclient 2.8,
// hmueller01/pubsubclient3 3.3.0, src/PubSubClient.cpp.

import type { Program } from '../../board.ts'
import { type CString, millis, uint16, uint32 } from '../arduino/c.ts'
import type { NetworkClient } from '../arduino/network-client.ts'
import {
  MQTT_CONNECT_FAILED,
  MQTT_CONNECTED,
  MQTT_CONNECTION_TIMEOUT,
  MQTT_DISCONNECTED,
  MQTT_MAX_HEADER_SIZE,
  MQTTDISCONNECT,
  MQTTPUBLISH,
  MQTTQOS1,
  MQTTSUBSCRIBE,
  MQTTUNSUBSCRIBE,
  uint16At,
} from './packets.ts'
import { type ConnectArguments, type PubSubClientBuild, PubSubClientState } from './state.ts'

export interface PubSubClientHooks {
  /** Topic and payload lie in the library's buffer: the next packet overwrites them. */
  callback(topic: Uint8Array, payload: Uint8Array): Program<void>
  /** `Stream::write`. */
  stream(byte: number): Program<void>
}

export abstract class PubSubClient extends PubSubClientState {
  protected readonly client: NetworkClient
  protected readonly hooks: PubSubClientHooks
  protected lastInActivity = 0
  protected lastOutActivity = 0
  protected pingOutstanding = false

  constructor(client: NetworkClient, hooks: PubSubClientHooks, build: PubSubClientBuild, bufferSize = 256) {
    super(build, bufferSize)
    this.client = client
    this.hooks = hooks
  }

  /** The CONNECT in the buffer is sent; false when the library notices that it could not be. */
  protected abstract sendConnect(length: number): Program<boolean>
  /** A packet in the buffer behind room for its header. */
  protected abstract writePacket(header: number, length: number): Program<boolean>
  abstract connected(): Program<boolean>
  /** Whether a topic filter of so many bytes is taken. */
  protected abstract fits(topicLength: number, behind: number): boolean

  *connect(a: ConnectArguments): Program<boolean> {
    if (yield* this.connected()) return true
    // A connection that the program made, or one that was left, is used as it is.
    const result = (yield* this.client.connected()) ? 1 : yield* this.dial()
    if (result !== 1) {
      this._state = MQTT_CONNECT_FAILED
      return false
    }
    this.nextMsgId = 1
    const length = this.buildConnect(a)
    if (length === null) {
      yield* this.client.stop()
      return false
    }
    if (!(yield* this.sendConnect(length - MQTT_MAX_HEADER_SIZE))) {
      this._state = MQTT_CONNECT_FAILED
      yield* this.client.stop()
      return false
    }
    this.lastInActivity = this.lastOutActivity = yield* millis()
    // Nobody asks whether the connection still stands.
    while ((yield* this.client.available()) === 0) {
      const waited = uint32((yield* millis()) - this.lastInActivity)
      if (waited >= this.socketTimeout * 1000) {
        this._state = MQTT_CONNECTION_TIMEOUT
        yield* this.client.stop()
        return false
      }
      yield* this.client.spin(this.socketTimeout * 1000 - waited)
    }
    // Any packet of four bytes whose last is 0 will do.
    const { length: len } = yield* this.readPacket()
    if (len === 4) {
      if (this.buffer[3] === 0) {
        this.lastInActivity = yield* millis()
        this.pingOutstanding = false
        this._state = MQTT_CONNECTED
        return true
      }
      this._state = this.buffer[3]!
    }
    yield* this.client.stop()
    return false
  }

  /** The network object's `connect`. */
  protected *dial(): Program<number> {
    return yield* this.client.connect(this.host, this.port)
  }

  /** One byte, for which it waits as long as the socket timeout. Null: none came. */
  protected *readByte(): Program<number | null> {
    if (!(yield* this.#waitForByte())) return null
    return (yield* this.client.read(1))[0] ?? null
  }

  *#waitForByte(): Program<boolean> {
    if ((yield* this.client.available()) > 0) return true
    const previousMillis = yield* millis()
    for (;;) {
      const waited = uint32((yield* millis()) - previousMillis)
      if (waited >= this.socketTimeout * 1000) return false
      yield* this.client.spin(this.socketTimeout * 1000 - waited)
      if ((yield* this.client.available()) > 0) return true
    }
  }

  /**
   * A packet into the buffer. `length` is 0 when it stopped in the middle, is larger than the buffer, or its remaining
   * length has five bytes; `header` is the number of bytes of the remaining length.
   */
  protected *readPacket(): Program<{ length: number; header: number }> {
    const { buffer } = this
    let len = 0
    const first = yield* this.readByte()
    if (first === null) return NONE
    buffer[len++] = first
    const isPublish = (first & 0xf0) === MQTTPUBLISH
    let multiplier = 1
    let length = 0
    let digit: number | null
    do {
      if (len === 5) {
        this._state = MQTT_DISCONNECTED
        yield* this.client.stop()
        return NONE
      }
      digit = yield* this.readByte()
      if (digit === null) return NONE
      buffer[len++] = digit
      length += (digit & 127) * multiplier
      multiplier *= 128
    } while ((digit & 128) !== 0)
    const header = len - 1
    let start = 0
    let skip = 0
    if (isPublish) {
      for (; start < 2; start++) {
        const byte = yield* this.readByte()
        if (byte === null) return NONE
        buffer[len++] = byte
      }
      skip = uint16(uint16At(buffer, header + 1) + (this.hasMsgId(first) ? 2 : 0))
    }
    let idx = len
    // The library reads a byte at a time; a stream has to get each as it comes.
    for (let i = start; i < length; ) {
      if (!(yield* this.#waitForByte())) return NONE
      const bytes = yield* this.client.read(this.stream ? 1 : length - i)
      if (bytes.length === 0) return NONE
      if (this.stream && isPublish && idx - header - 2 > skip) yield* this.hooks.stream(bytes[0]!)
      const room = Math.max(0, this.bufferSize - len)
      buffer.set(bytes.length > room ? bytes.subarray(0, room) : bytes, len)
      len += Math.min(room, bytes.length)
      idx += bytes.length
      i += bytes.length
    }
    return { length: !this.stream && idx > this.bufferSize ? 0 : len, header }
  }

  /** Of the first byte of a PUBLISH. */
  protected hasMsgId(first: number): boolean {
    return (first & MQTTQOS1) !== 0
  }

  *subscribe(topic: CString, qos: number): Program<boolean> {
    if (topic === null || qos > 1 || !this.fits(topic.length, 1) || !(yield* this.connected())) return false
    let length = this.writeString(topic, this.writeNextMsgId(MQTT_MAX_HEADER_SIZE))
    this.buffer[length++] = qos
    return yield* this.writePacket(MQTTSUBSCRIBE | MQTTQOS1, length - MQTT_MAX_HEADER_SIZE)
  }

  *unsubscribe(topic: CString): Program<boolean> {
    if (topic === null || !this.fits(topic.length, 0) || !(yield* this.connected())) return false
    const length = this.writeString(topic, this.writeNextMsgId(MQTT_MAX_HEADER_SIZE))
    return yield* this.writePacket(MQTTUNSUBSCRIBE | MQTTQOS1, length - MQTT_MAX_HEADER_SIZE)
  }

  *disconnect(): Program<void> {
    this.buffer[0] = MQTTDISCONNECT
    this.buffer[1] = 0
    yield* this.client.write(this.buffer.slice(0, 2))
    this._state = MQTT_DISCONNECTED
    yield* this.client.flush()
    yield* this.client.stop()
    this.lastInActivity = this.lastOutActivity = yield* millis()
  }
}

const NONE = { length: 0, header: 0 }
