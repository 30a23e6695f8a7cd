// The class as a program sees it: which of its overloads a call means, and what a sketch says once and gives to
// `connect` each time.

import type { Program, PyValue } from '../../board.ts'
import { bytesOf, cString, ipAddress, isDotted, isTrue, noMember, noOverload, numberOf, uint16 } from '../arduino/c.ts'
import type { NetworkClient } from '../arduino/network-client.ts'
import type { EmulatedClient, Options } from '../client.ts'
import { bind, type Signature } from '../python/python.ts'
import type { MQTTClient } from './mqtt-client.ts'

const CLASS = 'MQTTClient'

/** What a sketch gives to `connect`. */
interface Credentials {
  readonly clientID: PyValue
  readonly username: PyValue
  readonly password: PyValue
}

export class MQTTClientCalls implements EmulatedClient {
  readonly #mqtt: MQTTClient
  readonly #net: NetworkClient
  readonly #methods: Readonly<Record<string, Signature>>
  readonly #credentials: Credentials

  constructor(
    mqtt: MQTTClient,
    net: NetworkClient,
    methods: Readonly<Record<string, Signature>>,
    credentials: Credentials,
  ) {
    this.#mqtt = mqtt
    this.#net = net
    this.#methods = methods
    this.#credentials = credentials
  }

  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    const signature = Object.hasOwn(this.#methods, method) ? this.#methods[method] : undefined
    if (signature === undefined) throw noMember(CLASS, method)
    // The overload of publish with a length has one more.
    if (args.length > signature.length + (method === 'publish' ? 1 : 0)) throw noOverload(CLASS, method)
    const { cleanSession, ...others } = kwargs
    const named = method === 'connect' ? others : kwargs
    if (method === 'connect' && cleanSession !== undefined) this.#mqtt.setCleanSession(isTrue(cleanSession))
    const a = Object.keys(named).length > 0 ? bind(method, signature, args, named) : args
    return (yield* this.#invoke(method, a)) ?? null
  }

  *#invoke(method: string, a: readonly PyValue[]): Program<PyValue | undefined> {
    const mqtt = this.#mqtt
    switch (method) {
      case 'connect':
        return yield* this.#connect(a)
      case 'publish':
        return yield* this.#publish(a)
      case 'subscribe':
        return yield* mqtt.subscribe(textOf(method, a[0]), a[1] === undefined ? 0 : numberOf(a[1]))
      case 'unsubscribe':
        return yield* mqtt.unsubscribe(textOf(method, a[0]))
      case 'loop':
        return yield* mqtt.loop()
      case 'connected':
        return yield* mqtt.connected()
      case 'disconnect':
        return yield* mqtt.disconnect()
      case 'net.connect':
        return yield* this.#net.connect(hostOf(a[0]), uint16(numberOf(a[1])))
      case 'net.stop':
        return yield* this.#net.stop() as Program<undefined>
      case 'net.connected':
        return (yield* this.#net.connected()) ? 1 : 0
      case 'net.available':
        return yield* this.#net.available()
      default:
        return this.#ask(method, a)
    }
  }

  /** `(id, skip)`, `(id, username, skip)`, `(id, username, password, skip)`; none: what the sketch has said. */
  *#connect(a: readonly PyValue[]): Program<boolean> {
    const { clientID, username, password } = this.#credentials
    if (a.length === 0 || a[0] === null)
      return yield* this.#mqtt.connect(cString(clientID), cString(username), cString(password), isTrue(a[3]))
    const skips = typeof a.at(-1) === 'boolean'
    const [id, user, pass] = skips ? a.slice(0, -1) : a
    return yield* this.#mqtt.connect(cString(id), cString(user), cString(pass), skips && a.at(-1) === true)
  }

  /**
   * `(topic)`, `(topic, payload)`, `(topic, payload, retained, qos)`, `(topic, payload, length)` and
   * `(topic, payload, length, retained, qos)`. Bytes come with their length.
   */
  *#publish(a: readonly PyValue[]): Program<boolean> {
    const topic = textOf('publish', a[0])
    const given = a[1] ?? ''
    const payload = given instanceof Uint8Array ? given : (cString(given) ?? new Uint8Array())
    if (typeof a[2] !== 'number') return yield* this.#mqtt.publish(topic, payload, isTrue(a[2]), qosOf(a[3]))
    const exactly = bytesOf(given).subarray(0, a[2])
    return yield* this.#mqtt.publish(topic, exactly, isTrue(a[3]), qosOf(a[4]))
  }

  /** What asks nothing of the network. */
  #ask(method: string, a: readonly PyValue[]): PyValue | undefined {
    const mqtt = this.#mqtt
    switch (method) {
      case 'begin':
        setHost(mqtt, a[0], a[1])
        return mqtt.begin() as undefined
      case 'setHost':
        return setHost(mqtt, a[0], a[1]) as undefined
      case 'onMessage':
        return mqtt.onMessage(isTrue(a[0]) ? 'simple' : 'none') as undefined
      case 'onMessageAdvanced':
        return mqtt.onMessage(isTrue(a[0]) ? 'advanced' : 'none') as undefined
      case 'setWill':
        return mqtt.setWill(cString(a[0]), cString(a[1]), isTrue(a[2]), qosOf(a[3])) as undefined
      case 'clearWill':
        return mqtt.clearWill() as undefined
      case 'setKeepAlive':
        return mqtt.setKeepAlive(numberOf(a[0])) as undefined
      case 'setCleanSession':
        return mqtt.setCleanSession(isTrue(a[0])) as undefined
      case 'setTimeout':
        return mqtt.setTimeout(numberOf(a[0])) as undefined
      case 'setOptions':
        mqtt.setKeepAlive(numberOf(a[0]))
        mqtt.setCleanSession(isTrue(a[1]))
        return mqtt.setTimeout(numberOf(a[2])) as undefined
      case 'dropOverflow':
        return mqtt.dropOverflow(isTrue(a[0])) as undefined
      case 'prepareDuplicate':
        return undefined // the number is cleared before it is used
      case 'droppedMessages':
        return mqtt.droppedMessages()
      case 'lastError':
        return mqtt.lastError()
      case 'returnCode':
        return mqtt.returnCode()
      case 'sessionPresent':
        return mqtt.sessionPresent()
      case 'lastPacketID':
        return mqtt.lastPacketID()
      default:
        throw new Error(`${method} has a signature and no code`)
    }
  }
}

const qosOf = (value: PyValue | undefined): number => (value === undefined ? 0 : numberOf(value))

/** A host name or an IPAddress. */
function setHost(mqtt: MQTTClient, host: PyValue | undefined, port: PyValue | undefined): void {
  mqtt.setHost(hostOf(host), ipAddress(host) === null, port === undefined ? 1883 : numberOf(port))
}

/** Of a setting: dotted numbers are an address. */
export function beginWith(mqtt: MQTTClient, server: string, port: number): void {
  mqtt.setHost(server, !isDotted(server), port)
}

function hostOf(value: PyValue | undefined): string {
  return ipAddress(value) ?? new TextDecoder().decode(cString(value) ?? new Uint8Array())
}

function textOf(method: string, value: PyValue | undefined): Uint8Array {
  const text = cString(value)
  if (text === null) throw noOverload(CLASS, method)
  return text
}
