// MQTTClient of arduino-mqtt (MQTTClient.cpp), which wraps lwmqtt. Whatever goes wrong closes the connection, without
// a DISCONNECT.

import type { Program } from '../../board.ts'
import { type CString, uint8, uint16 } from '../arduino/c.ts'
import type { NetworkClient } from '../arduino/network-client.ts'
import { LwmqttClient, type LwmqttTraits, type MessageHandler } from './client.ts'
import { type LwmqttError, NETWORK_FAILED_CONNECT, SUCCESS } from './errors.ts'
import type { Will } from './packet.ts'

export type CallbackKind = 'advanced' | 'simple' | 'none'

const EMPTY = new Uint8Array()

/** A C string out of bytes. */
function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

export class MQTTClient {
  readonly #net: NetworkClient
  readonly #newClient: () => LwmqttClient
  #client: LwmqttClient
  #callback: CallbackKind = 'none'
  #hostname: string | null = null
  #address = '0.0.0.0'
  #port = 0
  #will: Will | null = null
  #keepAlive = 10
  #cleanSession = true
  #timeout = 1000
  #connected = false
  #lastError: LwmqttError = SUCCESS
  #returnCode = 0
  #sessionPresent = false

  constructor(
    net: NetworkClient,
    traits: LwmqttTraits,
    sizes: { readonly read: number; readonly write: number },
    onMessage: MessageHandler,
  ) {
    this.#net = net
    const handler: MessageHandler = (topic, payload) => this.#deliver(topic, payload, onMessage)
    this.#newClient = () => new LwmqttClient(net, traits, sizes, handler)
    this.#client = this.#newClient()
  }

  /** The advanced callback's payload lies in the read buffer; the simple one gets Strings, which end at a NUL. */
  *#deliver(topic: Uint8Array, payload: Uint8Array, onMessage: MessageHandler): Program<void> {
    const terminated = untilNul(topic.slice())
    if (this.#callback === 'advanced') yield* onMessage(terminated, payload)
    else if (this.#callback === 'simple') yield* onMessage(terminated, untilNul(payload.slice()))
  }

  /** Packet ids begin anew. */
  begin(): void {
    this.#client = this.#newClient()
  }

  /** `name`: whether it is a host name, which an address that is set later does not replace. */
  setHost(host: string, isName: boolean, port: number): void {
    if (isName) this.#hostname = host
    else this.#address = host
    this.#port = uint16(port)
  }

  onMessage(kind: CallbackKind): void {
    this.#callback = kind
  }

  setWill(topic: CString, payload: CString, retained: boolean, qos: number): void {
    if (topic === null || topic.length === 0) return
    this.#will = { topic, payload: payload ?? EMPTY, retained, qos }
  }

  clearWill(): void {
    this.#will = null
  }

  /** Seconds. No effect while connected. */
  setKeepAlive(keepAlive: number): void {
    this.#keepAlive = keepAlive
  }

  setCleanSession(cleanSession: boolean): void {
    this.#cleanSession = cleanSession
  }

  /** Milliseconds, for each command as a whole. */
  setTimeout(timeout: number): void {
    this.#timeout = timeout
  }

  dropOverflow(enabled: boolean): void {
    this.#client.dropOverflow = enabled
  }

  droppedMessages(): number {
    return this.#client.droppedMessages
  }

  lastError(): LwmqttError {
    return this.#lastError
  }

  returnCode(): number {
    return this.#returnCode
  }

  sessionPresent(): boolean {
    return this.#sessionPresent
  }

  lastPacketID(): number {
    return this.#client.lastPacketId
  }

  /** `skip`: the program has connected the network object itself. */
  *connect(clientId: CString, username: CString, password: CString, skip: boolean): Program<boolean> {
    if (!skip && (yield* this.connected())) yield* this.#close()
    if (!skip && (yield* this.#net.connect(this.#hostname ?? this.#address, this.#port)) <= 0) {
      this.#lastError = NETWORK_FAILED_CONNECT
      return false
    }
    const options = {
      clientId: clientId ?? EMPTY,
      keepAlive: this.#keepAlive,
      cleanSession: this.#cleanSession,
      username: username ?? EMPTY,
      password: password ?? EMPTY,
    }
    const { error, returnCode, sessionPresent } = yield* this.#client.connect(options, this.#will, this.#timeout)
    this.#returnCode = returnCode
    if (!(yield* this.#succeeded(error))) return false
    this.#sessionPresent = sessionPresent
    this.#connected = true
    return true
  }

  *publish(topic: Uint8Array, payload: Uint8Array, retained: boolean, qos: number): Program<boolean> {
    if (!(yield* this.connected())) return false
    return yield* this.#succeeded(yield* this.#client.publish(topic, { payload, retained, qos }, this.#timeout))
  }

  *subscribe(topic: Uint8Array, qos: number): Program<boolean> {
    if (!(yield* this.connected())) return false
    return yield* this.#succeeded(yield* this.#client.subscribe(topic, uint8(qos), this.#timeout))
  }

  *unsubscribe(topic: Uint8Array): Program<boolean> {
    if (!(yield* this.connected())) return false
    return yield* this.#succeeded(yield* this.#client.unsubscribe(topic, this.#timeout))
  }

  *loop(): Program<boolean> {
    if (!(yield* this.connected())) return false
    const available = yield* this.#net.available()
    if (available > 0 && !(yield* this.#succeeded(yield* this.#client.yieldFor(available, this.#timeout)))) return false
    return yield* this.#succeeded(yield* this.#client.keepAlive(this.#timeout))
  }

  *connected(): Program<boolean> {
    return (yield* this.#net.connected()) && this.#connected
  }

  *disconnect(): Program<boolean> {
    if (!(yield* this.connected())) return false
    this.#lastError = yield* this.#client.disconnect(this.#timeout)
    yield* this.#close()
    return this.#lastError === SUCCESS
  }

  *#succeeded(error: LwmqttError): Program<boolean> {
    this.#lastError = error
    if (error !== SUCCESS) yield* this.#close()
    return error === SUCCESS
  }

  *#close(): Program<void> {
    this.#connected = false
    yield* this.#net.stop()
  }
}
