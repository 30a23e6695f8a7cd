// How the library reads a packet: the first byte, then its length a byte at a time, then the rest in one read, never
// waiting while connected. What does not fit the in buffer is a publish whose payload comes in several events.

import type { Program } from '../../board.ts'
import { milliseconds } from '../../core/time.ts'
import { malloc } from '../memory.ts'
import { EspBase } from './base.ts'
import { int } from './c.ts'
import type { EventValue } from './event-loop.ts'
import {
  acknowledge,
  DISCONNECT,
  PINGRESP,
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
import { acknowledge5 } from './message5.ts'
import {
  dupOf,
  hasValidHeader,
  idOf,
  publishData,
  publishTopic,
  qosOf,
  retainOf,
  subackCodes,
  totalLength,
  typeOf,
} from './parse.ts'
import { idOf5, parsePublish5, pubackData, reasonCodeOf, subackData } from './parse5.ts'
import { AT_ONCE, TIMEOUT } from './transport.ts'

/** `mqtt_message_receive`: a packet is there; nothing came, or not all of it yet; nothing came in the midst; an error or the end. */
export type Received = 1 | 0 | -1 | -2

/** The in buffer grows to what it must hold: a fleet has thousands of them. */
const SMALL = 16

export abstract class EspReceive extends EspBase {
  protected inBuffer: Uint8Array = malloc(SMALL)
  /** `in_buffer_read_len`. */
  protected readLength = 0
  protected messageLength = 0

  #room(count: number): Uint8Array {
    if (this.inBuffer.length < count) {
      const larger = malloc(Math.max(count, 2 * this.inBuffer.length))
      larger.set(this.inBuffer)
      this.inBuffer = larger
    }
    return this.inBuffer
  }

  /** One read to the end of what is in the buffer; null: it went well. `started`: in the midst of a packet. */
  *#read(count: number, timeout: number, started: boolean): Program<Received | null> {
    const got = yield* this.transport!.read(count, milliseconds(timeout))
    if (got instanceof Uint8Array) {
      this.#room(this.readLength + got.length).set(got, this.readLength)
      this.readLength += got.length
      return null
    }
    if (got === TIMEOUT) return started ? -1 : 0
    yield* this.dispatchTransportError()
    return -2
  }

  protected *messageReceive(timeout: number): Program<Received> {
    this.messageLength = 0
    if (this.readLength === 0) {
      const failed = yield* this.#read(1, timeout, false)
      if (failed !== null) return failed
      if (!hasValidHeader(this.inBuffer[0]!)) return yield* this.#invalid()
    }
    // After a pause the last byte is taken for one of the length if it could be one.
    while (this.readLength === 1 || (this.readLength < 6 && (this.inBuffer[this.readLength - 1]! & 0x80) !== 0)) {
      const failed = yield* this.#read(1, timeout, true)
      if (failed !== null) return failed
    }
    const { total, header } = totalLength(this.inBuffer, this.readLength)
    this.messageLength = total
    let wanted = total
    if (this.config.inBuffer < total) {
      if (typeOf(this.inBuffer[0]!) !== PUBLISH) return yield* this.#invalid()
      if (this.readLength < header + 2) {
        const failed = yield* this.#read(this.readLength - header + 2, timeout, true)
        if (failed !== null) return failed
        if (this.readLength < header + 2) return 0
      }
      const topic = (this.inBuffer[header]! << 8) | this.inBuffer[header + 1]!
      if (this.config.inBuffer < header + topic + (qosOf(this.inBuffer[0]!) > 0 ? 2 : 0)) return yield* this.#invalid()
      wanted = this.config.inBuffer
    }
    if (this.readLength < wanted) {
      const failed = yield* this.#read(wanted - this.readLength, timeout, true)
      if (failed !== null) return failed
      if (this.readLength < wanted) return 0
    }
    return 1
  }

  *#invalid(): Program<Received> {
    yield* this.dispatchTransportError()
    return -2
  }

  protected messageId(length: number): number {
    return this.isV5 ? idOf5(this.inBuffer, length) : idOf(this.inBuffer, length)
  }

  /** Reads one packet without waiting, and does what it asks for. False: the connection is to be given up. */
  protected *processReceive(): Program<boolean> {
    const before = this.readLength
    const received = yield* this.messageReceive(AT_ONCE)
    if (received === 0) return true
    if (received === -1) return before !== this.readLength
    if (received === -2) return false
    const first = this.inBuffer[0]!
    const id = this.messageId(this.messageLength)
    if (!(yield* this.#handle(typeOf(first), qosOf(first), id))) return false
    this.readLength = 0
    return true
  }

  *#handle(type: number, qos: number, id: number): Program<boolean> {
    switch (type) {
      case SUBACK:
        return this.outbox.delete(id, SUBSCRIBE) ? yield* this.#suback(id) : true
      case UNSUBACK:
        if (this.outbox.delete(id, UNSUBSCRIBE)) yield* this.#acknowledged('UNSUBSCRIBED', id, subackData)
        return true
      case PUBLISH: {
        if (!(yield* this.#deliverPublish())) return false
        return qos === 0 || (yield* this.#answer(qos === 1 ? PUBACK : PUBREC, id))
      }
      case PUBACK:
      case PUBCOMP:
        // Versions before 1.1.0 count an acknowledgement that they do not know as well.
        if (!this.version.isNew) this.#freeSlot()
        if (!this.outbox.delete(id, PUBLISH)) return true
        if (this.version.isNew) this.#freeSlot()
        yield* this.#acknowledged('PUBLISHED', id, pubackData)
        return true
      case PUBREC:
        yield* this.#build(PUBREL, id)
        this.outbox.setPending(id, 'ACKNOWLEDGED')
        yield* this.write(this.out.data)
        return true
      case PUBREL:
        yield* this.#build(PUBCOMP, id)
        yield* this.write(this.out.data)
        return true
      case PINGRESP:
        this.waitForPingResp = false
        this.keepaliveTick = yield* this.tick()
        return true
      case DISCONNECT:
        if (this.isV5) yield* this.#disconnected()
        return true
      default:
        return true
    }
  }

  *#build(type: number, id: number): Program<boolean> {
    const { out } = this
    return yield* out.build(() => (this.isV5 ? acknowledge5(out, type, id) : acknowledge(out, type, id)))
  }

  *#answer(type: number, id: number): Program<boolean> {
    return (yield* this.#build(type, id)) && (yield* this.write(this.out.data))
  }

  /** Gives one of the receive maximum back, whatever the code says. */
  #freeSlot(): void {
    const { mqtt5 } = this
    if (mqtt5 !== null && mqtt5.inFlight > 0) mqtt5.inFlight--
  }

  /** A broker says why it will close. The client stays connected until it does. */
  *#disconnected(): Program<void> {
    const code = reasonCodeOf(this.inBuffer, this.readLength)
    this.reasonCode = code
    this.disconnectReturnCode = code
    yield* this.dispatchDisconnected()
  }

  *#acknowledged(name: string, id: number, dataOf: typeof pubackData): Program<void> {
    if (!this.isV5) {
      yield* this.dispatch(name, { msg_id: id })
      return
    }
    this.reasonCode = reasonCodeOf(this.inBuffer, this.readLength)
    const { data, user } = dataOf(this.inBuffer, this.readLength, this.version.isNew)
    this.userProperty = user
    yield* this.dispatch(name, { msg_id: id, data, ...this.reason() })
  }

  /** False: it has no codes. */
  *#suback(id: number): Program<boolean> {
    let codes: Uint8Array | null
    if (this.isV5) {
      this.reasonCode = reasonCodeOf(this.inBuffer, this.readLength)
      const { data, user } = subackData(this.inBuffer, this.readLength, this.version.isNew)
      codes = data
      this.userProperty = user
    } else codes = subackCodes(this.inBuffer, this.readLength)
    if (codes === null || codes.length === 0) return false
    const failed = codes.some((code) => code >= 0x80)
    yield* this.dispatch('SUBSCRIBED', {
      msg_id: id,
      data: codes,
      error_type: failed ? 'SUBSCRIBE_FAILED' : 'NONE',
      ...(this.isV5 ? this.reason() : {}),
    })
    return true
  }

  /** The first event has the topic and what fits; later ones what each read brings. */
  *#deliverPublish(): Program<boolean> {
    const first = this.inBuffer[0]!
    const read = this.readLength
    const total = this.messageLength
    const parsed = this.isV5 ? this.#publish5(read) : this.#publish3(read)
    if (parsed === null) return false
    const common = {
      msg_id: this.messageId(read),
      qos: qosOf(first),
      retain: retainOf(first),
      dup: dupOf(first),
    }
    const size = parsed.data.length + total - read
    let { data } = parsed
    let topic: Uint8Array | null = parsed.topic
    let properties = parsed.properties
    let offset = 0
    for (let have = read; ; ) {
      yield* this.dispatch('DATA', {
        ...common,
        topic,
        data: data.length > 0 ? data : null,
        current_data_offset: offset,
        total_data_len: size,
        ...properties,
      })
      if (have >= total) return true
      offset += data.length
      if (!this.build.topicInAllDataEvents) topic = null
      properties = {}
      const got = yield* this.transport!.read(Math.min(total - have, this.config.inBuffer), this.networkTimeout)
      // What does not come in time is left out, and the message taken for complete.
      if (got === TIMEOUT) return true
      if (!(got instanceof Uint8Array)) {
        yield* this.dispatchTransportError()
        return false
      }
      this.#room(got.length).set(got)
      data = got
      have += got.length
    }
  }

  #publish3(read: number): Delivered | null {
    const topic = publishTopic(this.inBuffer, read)
    return topic === null ? null : { topic, data: publishData(this.inBuffer, read), properties: {} }
  }

  #publish5(read: number): Delivered | null {
    const message = parsePublish5(this.inBuffer, read, this.version.isNew)
    const { aliases, connect } = this.mqtt5!
    this.userProperty = message.user
    if (message.topic === null) return null
    const { topicAlias, data } = message
    if (topicAlias > int(connect.topic_alias_maximum)) return null
    let topic: Uint8Array = message.topic
    if (topicAlias > 0 && topic.length > 0) aliases.set(topicAlias, topic)
    else if (topicAlias > 0) {
      const known = aliases.get(topicAlias)
      if (known === undefined) return null
      topic = known
    }
    const properties: Record<string, EventValue> = {}
    if (message.payloadFormatIndicator) properties.payload_format_indicator = true
    if (message.responseTopic !== null) properties.response_topic = message.responseTopic
    if (message.correlationData !== null) properties.correlation_data = message.correlationData
    if (message.contentType !== null) properties.content_type = message.contentType
    if (message.subscribeId !== 0) properties.subscribe_id = message.subscribeId
    return { topic, data, properties }
  }
}

interface Delivered {
  readonly topic: Uint8Array
  readonly data: Uint8Array
  readonly properties: Readonly<Record<string, EventValue>>
}
