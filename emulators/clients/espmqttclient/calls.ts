// espMqttClient's methods by their names, with what C++ makes of their arguments; and the task that calls `loop` on an
// ESP32, where a program need not.

import {
  currentThread,
  interruptThread,
  type Program,
  PythonError,
  type PyValue,
  Signal,
  signal,
  sleep,
  spawn,
  type ThreadHandle,
  waitFor,
} from '../../board.ts'
import { milliseconds } from '../../core/time.ts'
import {
  bytesOf,
  type CString,
  cString,
  ipAddress,
  isTrue,
  millis,
  noMember,
  noOverload,
  numberOf,
  uint8,
  uint16,
} from '../arduino/c.ts'
import type { NetworkClient } from '../arduino/network-client.ts'
import type { ClientHooks, EmulatedClient, Options } from '../client.ts'
import { CONNECTED, DISCONNECTED, MqttClient, type Settings } from './client.ts'
import { METHODS } from './kind.ts'
import { publishPacket, subscribePacket, unsubscribePacket } from './packet.ts'

const OWNER = 'espMqttClient'
/** Between two loops of the task, which gives up the processor for a tick of FreeRTOS. */
const TICK = milliseconds(1)
/** What has become of a connection a moment ago is known after so long. */
const HEARSAY = milliseconds(20)
/** Wakes the task when the program wants something. */
const WOKEN = new PythonError('Woken')
/** What the program's payload callback writes: 'p', all over. */
const PAYLOAD_BYTE = 0x70

export class EspMqttClientCalls implements EmulatedClient, ClientHooks {
  readonly #mqtt: MqttClient
  readonly #net: NetworkClient
  readonly #hooks: ClientHooks
  readonly #internalTask: boolean
  readonly #resumed = new Signal('resume')
  readonly #outcome = new Signal('onConnect or onDisconnect')
  #settled = false
  #suspended = false
  #begun = false
  /** The task, while it waits for the socket. */
  #standing: ThreadHandle | null = null

  constructor(settings: Settings, net: NetworkClient, hooks: ClientHooks, internalTask: boolean) {
    this.#mqtt = new MqttClient(settings, net, this)
    this.#net = net
    this.#hooks = hooks
    this.#internalTask = internalTask
  }

  *begin(): Program<void> {
    if (this.#begun) return
    this.#begun = true
    if (this.#internalTask) yield* spawn('mqttclient', () => this.#task())
  }

  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    if (!this.#begun) yield* this.begin()
    if (!Object.hasOwn(METHODS, method)) throw noMember(OWNER, method)
    for (const _ in kwargs) throw noOverload(OWNER, method)
    const value = method === 'publish' ? this.#publish(args) : yield* this.#call(method, args)
    if (this.#internalTask) yield* this.#wake()
    return value
  }

  *#call(method: string, args: readonly PyValue[]): Program<PyValue> {
    const mqtt = this.#mqtt
    const [first, second, third, fourth] = args
    switch (method) {
      case 'connected':
        return mqtt.state === CONNECTED
      case 'disconnected':
        return mqtt.state === DISCONNECTED
      case 'connect':
        return mqtt.connect()
      case 'connectAndWait':
        if (first !== undefined && first !== null) this.#set({ cleanSession: isTrue(first) })
        return yield* this.#connectAndWait()
      case 'disconnect':
        return mqtt.disconnect(isTrue(first))
      case 'subscribe':
        return this.#subscribe(args)
      case 'unsubscribe':
        return this.#unsubscribe(args)
      case 'clearQueue':
        mqtt.clearQueue(isTrue(first) ? 2 : 0)
        return null
      case 'queueSize':
        return mqtt.outbox.items.length
      case 'getClientId':
        return mqtt.settings.clientId === null ? null : new TextDecoder().decode(mqtt.settings.clientId)
      case 'loop':
        if (this.#internalTask) throw noMember(OWNER, 'loop')
        yield* mqtt.loop()
        return null
      case 'setKeepAlive':
        return this.#set({ keepAlive: uint16(numberOf(first)) * 1000 })
      case 'setTimeout':
        return this.#set({ timeout: uint16(numberOf(first)) * 1000 })
      case 'setClientId':
        return this.#set({ clientId: cString(first) })
      case 'setCleanSession':
        return this.#set({ cleanSession: isTrue(first) })
      case 'setCredentials':
        return this.#set({ username: cString(first), password: cString(second) })
      case 'setServer':
        return this.#set({ host: ipAddress(first) ?? textOf(cString(first)), port: uint16(numberOf(second)) })
      case 'setWill':
        return this.#set({
          willTopic: cString(first),
          willQos: uint8(numberOf(second)),
          willRetain: isTrue(third),
          willPayload: payloadOf(fourth),
        })
      default:
        throw new Error(`${method} has a signature and no code`)
    }
  }

  *onMessage(...told: Parameters<NonNullable<ClientHooks['onMessage']>>): Program<void> {
    if (this.#hooks.onMessage !== undefined) yield* this.#hooks.onMessage(...told)
  }

  *onEvent(name: string, args: readonly PyValue[]): Program<void> {
    if (this.#hooks.onEvent !== undefined) yield* this.#hooks.onEvent(name, args)
    if (name !== 'onConnect' && name !== 'onDisconnect') return
    this.#settled = true
    yield* signal(this.#outcome)
  }

  /** Whether it is connected then. A connection whose end the library has not noticed has to go first. */
  *#connectAndWait(): Program<boolean> {
    const mqtt = this.#mqtt
    while (!mqtt.connect()) {
      if (mqtt.state === DISCONNECTED) return false
      yield* sleep(HEARSAY)
      if (mqtt.state === CONNECTED && (yield* this.#net.connected())) return true
      if (mqtt.state !== DISCONNECTED) yield* this.#settle()
    }
    if (this.#internalTask) yield* this.#wake()
    yield* this.#settle()
    return mqtt.state === CONNECTED
  }

  /** Until onConnect or onDisconnect. */
  *#settle(): Program<void> {
    this.#settled = false
    while (!this.#settled) {
      if (this.#internalTask) yield* waitFor(this.#outcome, null)
      else {
        yield* this.#mqtt.loop()
        if (!this.#settled) yield* sleep(TICK)
      }
    }
  }

  #set(settings: Partial<Settings>): null {
    this.#mqtt.settings = { ...this.#mqtt.settings, ...settings }
    return null
  }

  /** `payload`: text, bytes, or how many bytes the program's payload callback will give. */
  #publish([topic, qos, retain, payload]: readonly PyValue[]): number {
    const mqtt = this.#mqtt
    if (mqtt.state > CONNECTED) return 0
    const level = uint8(numberOf(qos))
    const name = notNull(cString(topic), 'publish')
    const content =
      typeof payload === 'number'
        ? { get: (max: number, index: number) => this.#givePayload(max, index), length: payload }
        : notNull(payloadOf(payload), 'publish')
    return mqtt.add(level > 0, (id) => publishPacket(id, name, level, isTrue(retain), content))
  }

  *#givePayload(max: number, index: number): Program<Uint8Array> {
    if (this.#hooks.onEvent !== undefined) yield* this.#hooks.onEvent('payload', [max, index])
    return new Uint8Array(max).fill(PAYLOAD_BYTE)
  }

  /** Topic and QoS, and more of them. */
  #subscribe(args: readonly PyValue[]): number {
    if (args.length < 2 || args.length % 2 !== 0) throw noOverload(OWNER, 'subscribe')
    if (this.#mqtt.state !== CONNECTED) return 0
    const list: { topic: Uint8Array; qos: number }[] = []
    for (let k = 0; k < args.length; k += 2)
      list.push({ topic: notNull(cString(args[k]), 'subscribe'), qos: uint8(numberOf(args[k + 1])) })
    return this.#mqtt.add(true, (id) => subscribePacket(id, list))
  }

  #unsubscribe(args: readonly PyValue[]): number {
    if (args.length === 0) throw noOverload(OWNER, 'unsubscribe')
    if (this.#mqtt.state !== CONNECTED) return 0
    const list = args.map((topic) => notNull(cString(topic), 'unsubscribe'))
    return this.#mqtt.add(true, (id) => unsubscribePacket(id, list))
  }

  /** Suspends itself while it is disconnected, and else loops without end; here only when there is something to do. */
  *#task(): Program<void> {
    const mqtt = this.#mqtt
    for (;;) {
      if (mqtt.state === DISCONNECTED) {
        this.#suspended = true
        yield* waitFor(this.#resumed, null)
        this.#suspended = false
      }
      yield* mqtt.loop()
      const idle = mqtt.idleFor(yield* millis())
      if (idle === 0 || !(yield* this.#net.connected())) yield* sleep(TICK)
      else yield* this.#stand(idle ?? LONG)
    }
  }

  *#stand(patience: number): Program<void> {
    this.#standing = yield* currentThread()
    try {
      yield* this.#net.spin(patience)
    } catch (e) {
      if (e !== WOKEN) throw e
    }
    this.#standing = null
  }

  *#wake(): Program<void> {
    if (this.#suspended) yield* signal(this.#resumed)
    const task = this.#standing
    this.#standing = null
    if (task !== null) yield* interruptThread(task, WOKEN)
  }
}

/** A day; keep alive 0 pings never. */
const LONG = 86_400_000

const payloadOf = (value: PyValue | undefined): CString =>
  value instanceof Uint8Array ? bytesOf(value) : cString(value)

function notNull(value: CString, method: string): Uint8Array {
  if (value === null) throw noOverload(OWNER, method)
  return value
}

const textOf = (value: CString): string => (value === null ? '' : new TextDecoder().decode(value))
