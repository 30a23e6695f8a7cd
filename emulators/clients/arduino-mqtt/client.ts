// lwmqtt's client (client.c), over the network object by the functions of MQTTClient.cpp. Each command has one time
// limit for all that it does, and looks after whatever comes meanwhile.

import type { Program } from '../../board.ts'
import { uint16 } from '../arduino/c.ts'
import type { NetworkClient } from '../arduino/network-client.ts'
import { malloc } from '../memory.ts'
import {
  BUFFER_TOO_SHORT,
  CONNECTION_DENIED,
  FAILED_SUBSCRIPTION,
  type LwmqttError,
  MISSING_OR_WRONG_PACKET,
  NETWORK_TIMEOUT,
  PONG_TIMEOUT,
  SUCCESS,
  UNKNOWN_RETURN_CODE,
} from './errors.ts'
import { LwmqttNetwork } from './network.ts'
import * as packet from './packet.ts'
import { Timer } from './timer.ts'

/** Where 2.5.2 and 2.5.3 differ. */
export interface LwmqttTraits {
  /** What `lastPacketID` says before there was one. */
  readonly firstPacketId: 0 | 1
  /** QoS 3, packet id 0, wrong flags of a PUBREL, an acknowledgement of another packet are errors. */
  readonly checksIncoming: boolean
  /** A SUBACK with more codes than topics is an error; 2.5.2 lets one more pass. */
  readonly countsSubackCodes: boolean
  readonly passwordNeedsNoUser: boolean
}

export type MessageHandler = (topic: Uint8Array, payload: Uint8Array) => Program<void>

/** The C code's out parameters of `lwmqtt_connect`. */
export interface ConnectResult {
  readonly error: LwmqttError
  readonly returnCode: number
  readonly sessionPresent: boolean
}

const NOTHING_YET: packet.Incoming = { first: 0, body: new Uint8Array() }

export class LwmqttClient {
  readonly #network: LwmqttNetwork
  readonly #traits: LwmqttTraits
  readonly #handler: MessageHandler
  readonly #writeBuf: Uint8Array
  readonly #keepAliveTimer = new Timer()
  #keepAliveInterval = 0
  #pongPending = false
  #incoming: packet.Incoming = NOTHING_YET
  lastPacketId: number
  dropOverflow = false
  droppedMessages = 0

  constructor(
    network: NetworkClient,
    traits: LwmqttTraits,
    sizes: { readonly read: number; readonly write: number },
    handler: MessageHandler,
  ) {
    this.#network = new LwmqttNetwork(network, sizes.read)
    this.#traits = traits
    this.#handler = handler
    this.#writeBuf = malloc(sizes.write)
    this.lastPacketId = traits.firstPacketId
  }

  #nextPacketId(): number {
    this.lastPacketId = this.lastPacketId === 65535 ? 1 : this.lastPacketId + 1
    return this.lastPacketId
  }

  /** `length`: of the packet in the write buffer, or the error that it came to. */
  *#sendPacketInBuffer(length: number): Program<LwmqttError> {
    if (length < 0) return length
    const err = yield* this.#network.writeToNetwork(this.#writeBuf.slice(0, length))
    if (err === SUCCESS) yield* this.#keepAliveTimer.set(this.#keepAliveInterval)
    return err
  }

  /** `type`: NO_PACKET when none came in time, or one was dropped. `size`: bytes taken. */
  *#readPacketInBuffer(): Program<{ error: LwmqttError; type: number; size: number }> {
    const no = (error: LwmqttError, size = 0) => ({ error, type: packet.NO_PACKET, size })
    let err = yield* this.#network.readFromNetwork(0, 1)
    if (err === NETWORK_TIMEOUT) return no(SUCCESS)
    if (err !== SUCCESS) return no(err)
    const type = packet.packetType(this.#network.readBuf[0]!)
    if (type === packet.NO_PACKET) return no(MISSING_OR_WRONG_PACKET)
    let len = 0
    let remLen: number
    do {
      len++
      err = yield* this.#network.readFromNetwork(len, 1)
      if (err !== SUCCESS) return no(err)
      remLen = packet.remainingLength(this.#network.readBuf, 1, len)
    } while (remLen === BUFFER_TOO_SHORT)
    if (remLen < 0) return no(remLen)
    const size = 1 + len + remLen
    if (this.dropOverflow && size > this.#network.readBufSize) {
      err = yield* this.#network.drainNetwork(remLen)
      if (err !== SUCCESS) return no(err)
      this.droppedMessages++
      return no(SUCCESS, size)
    }
    err = remLen > 0 ? yield* this.#network.readFromNetwork(1 + len, remLen) : SUCCESS
    if (err !== SUCCESS) return no(err)
    this.#incoming = { first: this.#network.readBuf[0]!, body: this.#network.readBuf.subarray(1 + len, size) }
    return { error: SUCCESS, type, size }
  }

  *#cycle(): Program<{ error: LwmqttError; type: number; size: number }> {
    const got = yield* this.#readPacketInBuffer()
    if (got.error !== SUCCESS) return got
    return { ...got, error: yield* this.#handle(got.type) }
  }

  /** What is answered whoever waits. */
  *#handle(type: number): Program<LwmqttError> {
    switch (type) {
      case packet.PUBLISH: {
        const { error, qos, packetId, topic, payload } = packet.decodePublish(this.#incoming, this.#traits)
        if (error !== SUCCESS) return error
        yield* this.#handler(topic, payload)
        return qos === 0 ? SUCCESS : yield* this.#sendAck(qos === 1 ? packet.PUBACK : packet.PUBREC, packetId)
      }
      case packet.PUBREC:
      case packet.PUBREL: {
        const { error, packetId } = packet.decodeAck(this.#incoming, this.#traits)
        if (error !== SUCCESS) return error
        return yield* this.#sendAck(type === packet.PUBREC ? packet.PUBREL : packet.PUBCOMP, packetId)
      }
      case packet.PINGRESP:
        this.#pongPending = false
        return SUCCESS
      default:
        return SUCCESS
    }
  }

  #sendAck(type: number, packetId: number): Program<LwmqttError> {
    return this.#sendPacketInBuffer(packet.encodeAck(this.#writeBuf, type, packetId))
  }

  /** Takes packets until there is one of type `needle`, `available` bytes are used up (0: no such limit), or time is over. */
  *#cycleUntil(available: number, needle: number): Program<{ error: LwmqttError; type: number }> {
    let read = 0
    for (;;) {
      const { error, type, size } = yield* this.#cycle()
      if (error !== SUCCESS) return { error, type }
      read += size
      if (type === needle || (needle === packet.NO_PACKET && available === 0)) return { error, type }
      if ((yield* this.#network.commandTimer.get()) <= 0 || (available > 0 && read >= available)) return { error, type }
    }
  }

  /** The packet that the command waits for is in the buffer, or an error. */
  *#waitFor(needle: number): Program<LwmqttError> {
    const { error, type } = yield* this.#cycleUntil(0, needle)
    return error !== SUCCESS || type === needle ? error : MISSING_OR_WRONG_PACKET
  }

  *yieldFor(available: number, timeout: number): Program<LwmqttError> {
    yield* this.#network.commandTimer.set(timeout)
    return (yield* this.#cycleUntil(available, packet.NO_PACKET)).error
  }

  /** `keepAlive`: seconds. */
  *connect(options: packet.ConnectOptions, will: packet.Will | null, timeout: number): Program<ConnectResult> {
    const no = (error: LwmqttError, returnCode = UNKNOWN_RETURN_CODE) => ({ error, returnCode, sessionPresent: false })
    yield* this.#network.commandTimer.set(timeout)
    this.#keepAliveInterval = uint16(options.keepAlive) * 1000
    if (this.#keepAliveInterval > 0) yield* this.#keepAliveTimer.set(this.#keepAliveInterval)
    this.#pongPending = false
    let err = yield* this.#sendPacketInBuffer(packet.encodeConnect(this.#writeBuf, options, will, this.#traits))
    if (err === SUCCESS) err = yield* this.#waitFor(packet.CONNACK)
    if (err !== SUCCESS) return no(err)
    const { error, returnCode, sessionPresent } = packet.decodeConnack(this.#incoming)
    if (error !== SUCCESS) return no(error)
    return { error: returnCode === 0 ? SUCCESS : CONNECTION_DENIED, returnCode, sessionPresent }
  }

  *publish(topic: Uint8Array, message: packet.Message, timeout: number): Program<LwmqttError> {
    yield* this.#network.commandTimer.set(timeout)
    // A number for a duplicate is 0 by now: a new one is taken, and DUP is never set.
    const { qos, payload } = message
    const packetId = qos === 1 || qos === 2 ? this.#nextPacketId() : 0
    let err = yield* this.#sendPacketInBuffer(packet.encodePublish(this.#writeBuf, false, packetId, topic, message))
    if (err !== SUCCESS) return err
    if (payload.length > 0) {
      err = yield* this.#network.writeToNetwork(payload)
      if (err !== SUCCESS) return err
      yield* this.#keepAliveTimer.set(this.#keepAliveInterval)
    }
    if (qos === 0) return SUCCESS
    const ack = qos === 1 ? packet.PUBACK : qos === 2 ? packet.PUBCOMP : packet.NO_PACKET
    return yield* this.#waitForAck(ack, packetId)
  }

  *#waitForAck(type: number, packetId: number): Program<LwmqttError> {
    const err = yield* this.#waitFor(type)
    if (err !== SUCCESS) return err
    if (type === packet.NO_PACKET) return MISSING_OR_WRONG_PACKET
    const ack = packet.decodeAck(this.#incoming, this.#traits)
    return ack.error === SUCCESS ? this.#same(ack.packetId, packetId) : ack.error
  }

  #same(acknowledged: number, packetId: number): LwmqttError {
    return this.#traits.checksIncoming && acknowledged !== packetId ? MISSING_OR_WRONG_PACKET : SUCCESS
  }

  *subscribe(filter: Uint8Array, qos: number, timeout: number): Program<LwmqttError> {
    yield* this.#network.commandTimer.set(timeout)
    const packetId = this.#nextPacketId()
    let err = yield* this.#sendPacketInBuffer(packet.encodeSubscribe(this.#writeBuf, packetId, filter, qos))
    if (err === SUCCESS) err = yield* this.#waitFor(packet.SUBACK)
    if (err !== SUCCESS) return err
    const suback = packet.decodeSuback(this.#incoming, this.#traits)
    if (suback.error !== SUCCESS) return suback.error
    if (this.#same(suback.packetId, packetId) !== SUCCESS) return MISSING_OR_WRONG_PACKET
    return suback.failed ? FAILED_SUBSCRIPTION : SUCCESS
  }

  *unsubscribe(filter: Uint8Array, timeout: number): Program<LwmqttError> {
    yield* this.#network.commandTimer.set(timeout)
    const packetId = this.#nextPacketId()
    const err = yield* this.#sendPacketInBuffer(packet.encodeUnsubscribe(this.#writeBuf, packetId, filter))
    return err === SUCCESS ? yield* this.#waitForAck(packet.UNSUBACK, packetId) : err
  }

  *disconnect(timeout: number): Program<LwmqttError> {
    yield* this.#network.commandTimer.set(timeout)
    return yield* this.#sendPacketInBuffer(packet.encodeZero(this.#writeBuf, packet.DISCONNECT))
  }

  /** Only sending puts a ping off, and it hides that the last one has had no answer. */
  *keepAlive(timeout: number): Program<LwmqttError> {
    yield* this.#network.commandTimer.set(timeout)
    if (this.#keepAliveInterval === 0 || (yield* this.#keepAliveTimer.get()) > 0) return SUCCESS
    if (this.#pongPending) return PONG_TIMEOUT
    const err = yield* this.#sendPacketInBuffer(packet.encodeZero(this.#writeBuf, packet.PINGREQ))
    if (err === SUCCESS) this.#pongPending = true
    return err
  }
}
