// espMqttClient 1.7.3: a state machine that `loop` drives one step at a time. What a program asks for is only queued;
// each loop sends all of the outbox, reads once, looks whether a ping is due, and whether the oldest packet has waited
// too long for its acknowledgement. What was read is answered in the next loop.

import type { Program } from '../../board.ts'
import { millis, uint16, uint32 } from '../arduino/c.ts'
import type { NetworkClient } from '../arduino/network-client.ts'
import type { ClientHooks } from '../client.ts'
import { Outbox } from './outbox.ts'
import {
  acknowledgement,
  bare,
  CONNACK,
  type ConnectParameters,
  connectPacket,
  DISCONNECT,
  type Packet,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
} from './packet.ts'
import { Parser } from './parser.ts'

export const EMC_RX_BUFFER_SIZE = 1440

/** `DisconnectReason`; 1 to 5 are the codes of a CONNACK. */
const USER_OK = 0
const TCP_DISCONNECTED = 7

/** In this order: what is above `CONNECTED` is on its way down. */
export const DISCONNECTED = 0
const CONNECTING_TCP_1 = 1
const CONNECTING_TCP_2 = 2
const CONNECTING_MQTT = 3
export const CONNECTED = 4
const DISCONNECTING_MQTT_1 = 5
const DISCONNECTING_MQTT_2 = 6
const DISCONNECTING_TCP_1 = 7
const DISCONNECTING_TCP_2 = 8

export interface Settings extends Omit<ConnectParameters, 'keepAlive' | 'clientId'> {
  readonly host: string
  readonly port: number
  /** ms. */
  readonly keepAlive: number
  /** ms until a packet without acknowledgement is sent again. */
  readonly timeout: number
  readonly clientId: Uint8Array | null
}

export class MqttClient {
  settings: Settings
  readonly outbox = new Outbox()
  state = DISCONNECTED
  readonly #hooks: ClientHooks
  readonly #transport: NetworkClient
  readonly #parser = new Parser()
  #packetId = 0
  /** Of the current packet. */
  #bytesSent = 0
  #lastClientActivity = 0
  #lastServerActivity = 0
  #pingSent = false
  #disconnectReason = TCP_DISCONNECTED

  constructor(settings: Settings, transport: NetworkClient, hooks: ClientHooks) {
    this.settings = settings
    this.#transport = transport
    this.#hooks = hooks
  }

  connect(): boolean {
    if (this.state !== DISCONNECTED) return false
    const { keepAlive, clientId, ...parameters } = this.settings
    if (clientId === null || clientId.length === 0) {
      // The packet was at the front for a moment: whoever was behind it is current now, sent before or not.
      this.outbox.resetCurrent()
      return false
    }
    this.outbox.emplaceFront(connectPacket({ ...parameters, clientId, keepAlive: Math.floor(keepAlive / 1000) }))
    this.state = CONNECTING_TCP_1
    return true
  }

  disconnect(force: boolean): boolean {
    const down = [DISCONNECTED, DISCONNECTING_TCP_1, DISCONNECTING_TCP_2].includes(this.state)
    if (force ? down : this.state !== CONNECTED) return false
    this.state = force ? DISCONNECTING_TCP_1 : DISCONNECTING_MQTT_1
    return true
  }

  /** `make` is given a packet id if `numbered`. What it gives is queued; the id, or 1. */
  add(numbered: boolean, make: (packetId: number) => Packet): number {
    const packetId = numbered ? this.#nextPacketId() : 1
    this.outbox.emplace(make(packetId))
    return packetId
  }

  *loop(): Program<void> {
    switch (this.state) {
      case DISCONNECTED:
        return
      case CONNECTING_TCP_1:
        if ((yield* this.#transport.connect(this.settings.host, this.settings.port)) === 0) return this.#lost()
        this.state = CONNECTING_TCP_2
        return yield* this.#begin()
      case CONNECTING_TCP_2:
        return yield* this.#begin()
      case CONNECTING_MQTT:
        if (!(yield* this.#transport.connected())) return this.#lost()
        yield* this.#sendPacket() // CONNECT; if it goes in parts, one in each loop
        yield* this.#checkIncoming()
        this.#checkPing(yield* millis())
        return
      case CONNECTED:
      case DISCONNECTING_MQTT_2:
        if (yield* this.#transport.connected()) yield* this.#work()
        else this.#lost()
        return
      case DISCONNECTING_MQTT_1:
        if (this.outbox.items.length === 0) {
          this.outbox.emplace(bare(DISCONNECT))
          this.state = DISCONNECTING_MQTT_2
        }
        return yield* this.#work()
      case DISCONNECTING_TCP_1:
        yield* this.#transport.stop()
        this.state = DISCONNECTING_TCP_2
        return
      case DISCONNECTING_TCP_2:
        if (yield* this.#transport.connected()) return
        this.clearQueue(0)
        this.#bytesSent = 0
        this.state = DISCONNECTED
        yield* this.#tell('onDisconnect', this.#disconnectReason)
    }
  }

  /**
   * Milliseconds from now until a loop would do something by itself, if nothing is read before: 0 at once, null never.
   * Not the library's: a program that knows it need not call `loop` for nothing.
   */
  idleFor(time: number): number | null {
    if (this.state === DISCONNECTED) return null
    if (this.state !== CONNECTED && this.state !== CONNECTING_MQTT && this.state !== DISCONNECTING_MQTT_1) return 0
    if (this.state === DISCONNECTING_MQTT_1 && this.outbox.items.length === 0) return 0
    const { current } = this.outbox
    if (current !== null && !(this.state === CONNECTING_MQTT && this.#bytesSent === current.size)) return 0
    const { keepAlive, timeout } = this.settings
    const due: number[] = []
    const oldest = this.outbox.items[0]
    if (oldest !== undefined && this.state !== CONNECTING_MQTT) due.push(timeout - since(time, oldest.timeSent))
    if (keepAlive > 0) {
      const server = since(time, this.#lastServerActivity)
      due.push(2 * keepAlive - server)
      if (!this.#pingSent) due.push(keepAlive - server, keepAlive - since(time, this.#lastClientActivity))
    }
    return due.length === 0 ? null : Math.max(0, Math.min(...due) + 1)
  }

  /** 0 keeps the session: QoS 1 and 2, PUBREC, PUBREL. 1 keeps every PUBLISH, 2 nothing. */
  clearQueue(clearData: 0 | 1 | 2): void {
    this.outbox.removeUnless((packet) => {
      if (packet.packetType === PUBLISH) return clearData === 1 || (clearData === 0 && packet.packetId !== 0)
      return clearData === 0 && (packet.packetType === PUBREC || packet.packetType === PUBREL)
    })
  }

  *#begin(): Program<void> {
    if (!(yield* this.#transport.connected())) return this.#lost()
    this.#parser.reset()
    this.#lastClientActivity = yield* millis()
    this.#lastServerActivity = this.#lastClientActivity
    this.state = CONNECTING_MQTT
  }

  *#work(): Program<void> {
    if (this.outbox.current !== null) yield* this.#checkOutbox()
    const data = yield* this.#transport.read(EMC_RX_BUFFER_SIZE)
    if (data.length > 0) yield* this.#takeIncoming(data)
    this.#checkPing(yield* millis())
    if (this.outbox.items.length > 0) this.#checkTimeout(yield* millis())
  }

  #lost(): void {
    this.state = DISCONNECTING_TCP_1
    this.#disconnectReason = TCP_DISCONNECTED
  }

  #nextPacketId(): number {
    this.#packetId = uint16(this.#packetId + 1) || 1
    return this.#packetId
  }

  *#checkOutbox(): Program<void> {
    while ((yield* this.#sendPacket()) > 0) if (!this.#advanceOutbox()) break
  }

  *#sendPacket(): Program<number> {
    const packet = this.outbox.current
    if (packet === null) return 0
    const data = yield* packet.available(this.#bytesSent)
    if (data.length === 0) return 0
    const written = yield* this.#transport.write(data)
    packet.timeSent = yield* millis()
    this.#lastClientActivity = packet.timeSent
    this.#bytesSent += written
    return written
  }

  /** Whether there is a packet to be sent. */
  #advanceOutbox(): boolean {
    const packet = this.outbox.current
    if (packet !== null && this.#bytesSent === packet.size) {
      if (packet.packetType === DISCONNECT) {
        this.state = DISCONNECTING_TCP_1
        this.#disconnectReason = USER_OK
      }
      if (packet.removable) this.outbox.remove(packet)
      else {
        packet.setDup() // in case it is sent again
        this.outbox.next()
      }
      this.#bytesSent = 0
    }
    return this.outbox.current !== null
  }

  *#checkIncoming(): Program<void> {
    const data = yield* this.#transport.read(EMC_RX_BUFFER_SIZE)
    if (data.length > 0) yield* this.#takeIncoming(data)
  }

  *#takeIncoming(read: Uint8Array): Program<void> {
    let data = read
    this.#lastServerActivity = yield* millis()
    while (data.length > 0) {
      const { result, bytesRead } = this.#parser.parse(data)
      if (result === 'protocol error') return this.#lost()
      if (result === 'packet' && !(yield* this.#handle())) return
      data = data.subarray(bytesRead)
    }
  }

  /** Whether to read on. */
  *#handle(): Program<boolean> {
    const { packet } = this.#parser
    const type = packet.header & 0xf0
    if (this.state === CONNECTING_MQTT && type !== CONNACK) {
      this.state = DISCONNECTING_TCP_1 // with the reason of the last time
      return false
    }
    switch (type) {
      case CONNACK:
        yield* this.#onConnack(packet.returnCode, packet.sessionPresent)
        return this.state === CONNECTED
      case PUBLISH:
        if (this.state < DISCONNECTING_MQTT_1) yield* this.#onPublish()
        return true
      case PUBACK:
        if (this.#acknowledge(PUBLISH, packet.packetId)) yield* this.#tell('onPublish', packet.packetId)
        return true
      case PUBREC:
        this.#acknowledge(PUBLISH, packet.packetId, PUBREL)
        return true
      case PUBREL:
        this.#acknowledge(PUBREC, packet.packetId, PUBCOMP)
        return true
      case PUBCOMP:
        if (this.#acknowledge(PUBREL, packet.packetId)) yield* this.#tell('onPublish', packet.packetId)
        return true
      case SUBACK: {
        const found = this.outbox.items.find((p) => p.packetType === SUBSCRIBE && p.packetId === packet.packetId)
        if (found === undefined) return true
        this.outbox.remove(found)
        yield* this.#tell('onSubscribe', packet.packetId, [...packet.payload.data])
        return true
      }
      case UNSUBACK: {
        const found = this.outbox.items.find((p) => p.packetId === packet.packetId) // whatever it is
        if (found === undefined) return true
        this.outbox.remove(found)
        yield* this.#tell('onUnsubscribe', packet.packetId)
        return true
      }
      case PINGRESP:
        this.#pingSent = false
    }
    return true
  }

  /** Only the oldest of its type can be acknowledged. `answer`: what is queued then. */
  #acknowledge(type: number, packetId: number, answer?: number): boolean {
    const oldest = this.outbox.first(type)
    if (oldest?.packetId !== packetId) return false
    if (answer !== undefined) this.outbox.emplace(acknowledgement(answer, packetId))
    this.outbox.remove(oldest)
    return true
  }

  *#onConnack(returnCode: number, sessionPresent: number): Program<void> {
    if (returnCode !== 0) {
      this.state = DISCONNECTING_TCP_1
      this.#disconnectReason = returnCode
      return
    }
    this.#pingSent = false
    this.state = CONNECTED
    this.#advanceOutbox()
    if (sessionPresent === 0) this.clearQueue(1)
    yield* this.#tell('onConnect', sessionPresent === 1)
  }

  *#onPublish(): Program<void> {
    const { header, packetId, topic, payload } = this.#parser.packet
    const qos = (header & 0x06) >> 1
    const last = payload.index + payload.length === payload.total
    // Before its PUBREL a repeated message is known by the PUBREC that waits; a second one is queued all the same.
    const known = this.outbox.items.some((p) => p.packetType === PUBREC && p.packetId === packetId)
    if (qos === 1 && last) this.outbox.emplace(acknowledgement(PUBACK, packetId))
    if (qos === 2 && last) this.outbox.emplace(acknowledgement(PUBREC, packetId))
    if (qos === 2 && known) return
    if (this.#hooks.onMessage === undefined) return
    yield* this.#hooks.onMessage(topic, payload.data.slice(), undefined, {
      qos,
      dup: (header & 0x08) !== 0,
      retain: (header & 0x01) !== 0,
      packetId,
      index: payload.index,
      total: payload.total,
    })
  }

  #checkPing(time: number): void {
    const { keepAlive } = this.settings
    if (keepAlive === 0) return
    if (since(time, this.#lastServerActivity) > 2 * keepAlive) return this.#lost()
    const quiet = since(time, this.#lastClientActivity) > keepAlive || since(time, this.#lastServerActivity) > keepAlive
    if (this.#pingSent || !quiet) return
    this.outbox.emplace(bare(PINGREQ))
    this.#pingSent = true
  }

  /** Sends the whole outbox again when the oldest packet, sent before, has waited too long. */
  #checkTimeout(time: number): void {
    const oldest = this.outbox.items[0]
    if (oldest === undefined || this.#bytesSent !== 0 || oldest === this.outbox.current) return
    if (since(time, oldest.timeSent) > this.settings.timeout) this.outbox.resetCurrent()
  }

  *#tell(callback: string, ...args: (number | boolean | number[])[]): Program<void> {
    if (this.#hooks.onEvent !== undefined) yield* this.#hooks.onEvent(callback, args)
  }
}

/** From `then` to `time`, over the wrap of 32 bits. */
const since = (time: number, then: number): number => uint32(time - then)
