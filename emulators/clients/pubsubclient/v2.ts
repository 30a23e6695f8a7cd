// PubSubClient 2.8 (knolleary, 2020), the newest there is. QoS 0 is all that it publishes; what it has written it
// has sent; and what the broker answers to SUBSCRIBE it never looks at.

import type { Program } from '../../board.ts'
import { millis, stringAt, uint16, uint32 } from '../arduino/c.ts'
import { PubSubClient } from './base.ts'
import {
  MQTT_CONNECTED,
  MQTT_CONNECTION_TIMEOUT,
  MQTT_MAX_HEADER_SIZE,
  MQTTCONNECT,
  MQTTPINGREQ,
  MQTTPINGRESP,
  MQTTPUBACK,
  MQTTPUBLISH,
  MQTTQOS1,
  uint16At,
} from './packets.ts'
import type { Payload } from './state.ts'

export class PubSubClient2 extends PubSubClient {
  *connected(): Program<boolean> {
    if (yield* this.client.connected()) return this._state === MQTT_CONNECTED
    if (this._state === MQTT_CONNECTED) {
      this.lose()
      yield* this.client.flush()
      yield* this.client.stop()
    }
    return false
  }

  /** Whether it was written is not looked at. */
  protected *sendConnect(length: number): Program<boolean> {
    yield* this.writePacket(MQTTCONNECT, length)
    return true
  }

  /** The same room for both, so that a SUBSCRIBE may end one byte behind the buffer. */
  protected fits(topicLength: number): boolean {
    return this.bufferSize >= 9 + Math.min(topicLength, this.bufferSize)
  }

  *loop(): Program<boolean> {
    if (!(yield* this.connected())) return false
    const t = yield* millis()
    const idle = Math.max(uint32(t - this.lastInActivity), uint32(t - this.lastOutActivity))
    if (idle > this.keepAlive * 1000) {
      if (this.pingOutstanding) {
        this._state = MQTT_CONNECTION_TIMEOUT
        yield* this.client.stop()
        return false
      }
      this.buffer[0] = MQTTPINGREQ
      this.buffer[1] = 0
      yield* this.client.write(this.copy(0, 2))
      this.lastOutActivity = t
      this.lastInActivity = t
      this.pingOutstanding = true
    }
    if ((yield* this.client.available()) > 0) {
      const { length, header } = yield* this.readPacket()
      if (length > 0) {
        this.lastInActivity = t
        yield* this.#handle(length, header, t)
      } else if (!(yield* this.connected())) return false // readPacket has closed the connection
    }
    return true
  }

  *#handle(len: number, llen: number, t: number): Program<void> {
    const { buffer } = this
    const type = buffer[0]! & 0xf0
    if (type === MQTTPUBLISH) {
      if (this.callback) yield* this.#deliver(len, llen, t)
    } else if (type === MQTTPINGREQ) {
      buffer[0] = MQTTPINGRESP
      buffer[1] = 0
      yield* this.client.write(this.copy(0, 2))
    } else if (type === MQTTPINGRESP) this.pingOutstanding = false
  }

  *#deliver(len: number, llen: number, t: number): Program<void> {
    const { buffer } = this
    const tl = uint16At(buffer, llen + 1)
    buffer.copyWithin(llen + 2, llen + 3, llen + 3 + tl) // the topic, one byte to the front
    buffer[llen + 2 + tl] = 0 // and its end
    const topic = stringAt(buffer, llen + 2)
    const behindTopic = llen + 3 + tl
    if ((buffer[0]! & 0x06) !== MQTTQOS1) {
      // QoS 2 is delivered with its packet id in front of the payload, and not answered.
      yield* this.hooks.callback(topic, buffer.subarray(behindTopic, Math.max(behindTopic, len)))
      return
    }
    const msgId = uint16At(buffer, behindTopic)
    const payload = behindTopic + 2
    yield* this.hooks.callback(topic, buffer.subarray(payload, Math.max(payload, len)))
    buffer[0] = MQTTPUBACK
    buffer[1] = 2
    buffer[2] = msgId >> 8
    buffer[3] = msgId
    yield* this.client.write(this.copy(0, 4)) // even when the callback has disconnected
    this.lastOutActivity = t
  }

  /** False when there is no connection, when it does not fit, or when not all of it was written. */
  *publish(topic: Uint8Array, payload: Payload, retained: boolean): Program<boolean> {
    if (!(yield* this.connected())) return false
    const bytes = this.#cut(payload)
    if (this.bufferSize < MQTT_MAX_HEADER_SIZE + 2 + Math.min(topic.length, this.bufferSize) + bytes.length)
      return false
    const at = this.writeString(topic, MQTT_MAX_HEADER_SIZE)
    this.buffer.set(bytes, at)
    return yield* this.writePacket(MQTTPUBLISH | (retained ? 1 : 0), at + bytes.length - MQTT_MAX_HEADER_SIZE)
  }

  /** A C string is looked at up to the buffer's size. */
  #cut({ bytes, isString }: Payload): Uint8Array {
    return isString && bytes.length > this.bufferSize ? bytes.subarray(0, this.bufferSize) : bytes
  }

  /** The payload one byte a write, as if from flash memory. */
  *publish_P(topic: Uint8Array, payload: Payload, retained: boolean): Program<boolean> {
    if (!(yield* this.connected())) return false
    const bytes = this.#cut(payload)
    const head = this.#header(topic, bytes.length, retained)
    let rc = yield* this.client.write(head)
    for (let i = 0; i < bytes.length; i++) rc += yield* this.client.write(bytes.subarray(i, i + 1))
    this.lastOutActivity = yield* millis()
    return rc === head.length + bytes.length
  }

  /** All of a PUBLISH up to its payload, with a remaining length of 32 bits; built at the buffer's beginning. */
  #header(topic: Uint8Array, plength: number, retained: boolean): Uint8Array {
    const { buffer } = this
    let pos = 0
    buffer[pos++] = MQTTPUBLISH | (retained ? 1 : 0)
    let len = plength + 2 + Math.min(topic.length, this.bufferSize)
    do {
      const digit = len & 127
      len >>>= 7
      buffer[pos++] = len > 0 ? digit | 0x80 : digit
    } while (len > 0)
    return this.copy(0, this.writeString(topic, pos))
  }

  *beginPublish(topic: Uint8Array, plength: number, retained: boolean): Program<boolean> {
    if (!(yield* this.connected())) return false
    const length = this.writeString(topic, MQTT_MAX_HEADER_SIZE)
    // The remaining length is counted in 16 bits.
    const hlen = this.buildHeader(MQTTPUBLISH | (retained ? 1 : 0), uint16(plength + length - MQTT_MAX_HEADER_SIZE))
    const packet = this.copy(MQTT_MAX_HEADER_SIZE - hlen, length)
    const rc = yield* this.client.write(packet)
    this.lastOutActivity = yield* millis()
    return rc === packet.length
  }

  endPublish(): number {
    return 1
  }

  /** Straight to the network object, connected or not. */
  *write(bytes: Uint8Array): Program<number> {
    this.lastOutActivity = yield* millis()
    return yield* this.client.write(bytes)
  }

  protected *writePacket(header: number, length: number): Program<boolean> {
    const hlen = this.buildHeader(header, uint16(length))
    const from = MQTT_MAX_HEADER_SIZE - hlen
    const most = this.build.MQTT_MAX_TRANSFER_SIZE
    if (most !== null) return yield* this.#writeInPieces(this.copy(from, from + hlen + length), most)
    const rc = yield* this.client.write(this.copy(from, from + hlen + length))
    this.lastOutActivity = yield* millis()
    return rc === hlen + length
  }

  /** Which does not count as activity. */
  *#writeInPieces(packet: Uint8Array, most: number): Program<boolean> {
    for (let at = 0; at < packet.length; ) {
      const piece = packet.subarray(at, Math.min(at + most, packet.length))
      const rc = yield* this.client.write(piece)
      if (rc !== piece.length) return false
      at += rc
    }
    return true
  }
}
