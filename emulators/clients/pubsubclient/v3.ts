// PubSubClient3 (hmueller01), the continuation of PubSubClient 2.8 under the same class name: publishes with QoS 1 and 2
// without ever waiting for an acknowledgement, sends each PUBLISH in two writes, and checks what comes in.

import type { Program } from '../../board.ts'
import { millis, stringAt, uint32 } from '../arduino/c.ts'
import type { NetworkClient } from '../arduino/network-client.ts'
import { PubSubClient, type PubSubClientHooks } from './base.ts'
import {
  MQTT_CONNECTED,
  MQTT_CONNECTION_TIMEOUT,
  MQTT_DISCONNECTED,
  MQTT_MAX_HEADER_SIZE,
  MQTTCONNECT,
  MQTTPINGREQ,
  MQTTPINGRESP,
  MQTTPUBACK,
  MQTTPUBCOMP,
  MQTTPUBLISH,
  MQTTPUBREC,
  MQTTPUBREL,
  uint16At,
} from './packets.ts'
import type { Payload, PubSubClientBuild } from './state.ts'

export interface PubSubClient3Traits {
  /** Incoming QoS 2 is answered with PUBREC and PUBCOMP; else with a PUBACK, and PUBREL is ignored. */
  readonly receivesQos2: boolean
}

export class PubSubClient3 extends PubSubClient {
  readonly #traits: PubSubClient3Traits
  /** How much of a payload stands at the buffer's beginning and waits to be sent. */
  #bufferWritePos = 0

  constructor(
    client: NetworkClient,
    hooks: PubSubClientHooks,
    build: PubSubClientBuild,
    bufferSize: number,
    traits: PubSubClient3Traits,
  ) {
    super(client, hooks, build, bufferSize)
    this.#traits = traits
  }

  *connected(): Program<boolean> {
    if (yield* this.client.connected()) return this._state === MQTT_CONNECTED
    if (this._state === MQTT_CONNECTED) {
      this.lose()
      yield* this.client.stop()
      this.pingOutstanding = false
    }
    return false
  }

  /** Port 0, as before `setServer`, is none. */
  protected override *dial(): Program<number> {
    return this.port === 0 ? 0 : yield* super.dial()
  }

  protected *sendConnect(length: number): Program<boolean> {
    return yield* this.writePacket(MQTTCONNECT, length)
  }

  protected fits(topicLength: number, behind: number): boolean {
    const length = Math.min(topicLength, this.bufferSize)
    return this.bufferSize >= MQTT_MAX_HEADER_SIZE + 2 + 2 + length + behind
  }

  protected override hasMsgId(first: number): boolean {
    return (first & 0x06) !== 0
  }

  *loop(): Program<boolean> {
    if (!(yield* this.connected())) return false
    const t = yield* millis()
    const idle = Math.max(uint32(t - this.lastInActivity), uint32(t - this.lastOutActivity))
    if (this.keepAlive > 0 && idle > this.keepAlive * 1000 && !(yield* this.#pingIsDue(t))) {
      this._state = MQTT_CONNECTION_TIMEOUT
      yield* this.client.stop()
      this.pingOutstanding = false
      return false
    }
    if ((yield* this.client.available()) === 0) return true
    const { length, header } = yield* this.readPacket()
    if (length === 0) return yield* this.connected() // readPacket may have closed the connection
    this.lastInActivity = t
    const handled = yield* this.#handlePacket(length, header)
    if (!handled) {
      this._state = MQTT_DISCONNECTED
      yield* this.client.stop()
    }
    return handled
  }

  /** False: the connection is given up. */
  *#pingIsDue(t: number): Program<boolean> {
    if (this.pingOutstanding) return false
    // A payload that nobody has ended goes out in place of the ping.
    if (this.#bufferWritePos > 0) return (yield* this.#flushBuffer()) > 0
    this.buffer[0] = MQTTPINGREQ
    this.buffer[1] = 0
    if ((yield* this.client.write(this.copy(0, 2))) === 2) {
      this.lastInActivity = this.lastOutActivity = t
      this.pingOutstanding = true
    }
    return true
  }

  /** False: the packet is malformed. */
  *#handlePacket(length: number, header: number): Program<boolean> {
    const { buffer } = this
    switch (buffer[0]! & 0xf0) {
      case MQTTPUBLISH:
        return !this.callback || (yield* this.#deliver(length, header))
      case MQTTPUBACK:
      case MQTTPUBCOMP:
        return length >= 4
      case MQTTPUBREC:
        if (length < 4) return false
        yield* this.#answer(MQTTPUBREL | 2, 4)
        return true
      case MQTTPUBREL:
        if (!this.#traits.receivesQos2) return true
        if (length < 4) return false
        yield* this.#answer(MQTTPUBCOMP, 4)
        return true
      case MQTTPINGREQ:
        buffer[1] = 0
        yield* this.#answer(MQTTPINGRESP, 2)
        return true
      case MQTTPINGRESP:
        this.pingOutstanding = false
        return true
      default:
        return true
    }
  }

  *#deliver(length: number, header: number): Program<boolean> {
    const { buffer } = this
    const topicLen = uint16At(buffer, header + 1)
    const payload = header + 3 + topicLen
    if (length < payload) return false
    buffer.copyWithin(header + 2, header + 3, header + 3 + topicLen) // the topic, one byte to the front
    buffer[header + 2 + topicLen] = 0 // and its end
    const topic = stringAt(buffer, header + 2)
    const qos = (buffer[0]! >> 1) & 3
    if (qos === 0) {
      yield* this.hooks.callback(topic, buffer.subarray(payload, length))
      return true
    }
    if (length - payload < 2) return false
    const msgId = uint16At(buffer, payload)
    yield* this.hooks.callback(topic, buffer.subarray(payload + 2, length))
    buffer[1] = 2
    buffer[2] = msgId >> 8
    buffer[3] = msgId
    yield* this.#answer(qos === 1 || !this.#traits.receivesQos2 ? MQTTPUBACK : MQTTPUBREC, 4)
    return true
  }

  *#answer(type: number, size: number): Program<void> {
    this.buffer[0] = type
    if ((yield* this.client.write(this.copy(0, size))) === size) this.lastOutActivity = yield* millis()
  }

  *publish(topic: Uint8Array, payload: Payload, qos: number, retained: boolean): Program<boolean> {
    if (!(yield* this.beginPublish(topic, payload.bytes.length, qos, retained))) return false
    const rc = yield* this.write(payload.bytes)
    return (yield* this.endPublish()) === 1 && rc === payload.bytes.length
  }

  *beginPublish(topic: Uint8Array, plength: number, qos: number, retained: boolean): Program<boolean> {
    if (topic.length === 0 || qos > 2) return false
    const nextMsgLen = qos > 0 ? 2 : 0
    if (!(yield* this.connected())) return false
    if (MQTT_MAX_HEADER_SIZE + topic.length + 2 + nextMsgLen > this.bufferSize) return false
    let end = this.writeString(topic, MQTT_MAX_HEADER_SIZE)
    if (qos > 0) end = this.writeNextMsgId(end)
    const header = MQTTPUBLISH | (qos << 1) | (retained ? 1 : 0)
    const hdrLen = this.buildHeader(header, end - MQTT_MAX_HEADER_SIZE + plength)
    if (hdrLen === 0) return false
    const packet = this.copy(MQTT_MAX_HEADER_SIZE - hdrLen, end)
    const rc = yield* this.client.write(packet)
    this.lastOutActivity = yield* millis()
    return rc === packet.length
  }

  *endPublish(): Program<number> {
    if (!(yield* this.connected())) return 0
    if (this.#bufferWritePos > 0 && (yield* this.#flushBuffer()) === 0) return 0
    return 1
  }

  /** Into the buffer, which is sent when it is full; how many bytes were taken. */
  *write(bytes: Uint8Array): Program<number> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + this.bufferSize - this.#bufferWritePos)
      this.buffer.set(piece, this.#bufferWritePos)
      this.#bufferWritePos += piece.length
      at += piece.length
      if (this.#bufferWritePos >= this.bufferSize && (yield* this.#flushBuffer()) === 0) return at - 1
    }
    return bytes.length
  }

  *#flushBuffer(): Program<number> {
    const size = this.#bufferWritePos
    const rc = (yield* this.connected()) ? yield* this.#writeBuffer(0, size) : 0
    this.#bufferWritePos = 0
    return rc
  }

  protected *writePacket(header: number, length: number): Program<boolean> {
    const hdrLen = this.buildHeader(header, length)
    return hdrLen > 0 && (yield* this.#writeBuffer(MQTT_MAX_HEADER_SIZE - hdrLen, hdrLen + length)) > 0
  }

  /** All of it, or 0. */
  *#writeBuffer(pos: number, size: number): Program<number> {
    if (size === 0 || pos + size > this.bufferSize) return 0
    const packet = this.copy(pos, pos + size)
    const most = this.build.MQTT_MAX_TRANSFER_SIZE ?? size
    for (let at = 0; at < size; at += most) {
      const piece = packet.subarray(at, at + most)
      if ((yield* this.client.write(piece)) !== piece.length) return 0
      this.lastOutActivity = yield* millis()
    }
    return size
  }

  override *disconnect(): Program<void> {
    yield* super.disconnect()
    this.pingOutstanding = false
  }
}
