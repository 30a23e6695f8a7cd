// The class as a program sees it: which of its overloads a call means, and what a sketch says once and gives to
// `connect` each time. C++ finds an overload by the number and the types of the arguments, and so do we.

import type { Program, PyValue } from '../../board.ts'
import {
  bytesOf,
  cString,
  ipAddress,
  isTrue,
  noMember,
  noOverload,
  numberOf,
  uint8,
  uint16,
  uint32,
} from '../arduino/c.ts'
import type { NetworkClient } from '../arduino/network-client.ts'
import type { EmulatedClient, Options } from '../client.ts'
import { bind, type Signature } from '../python/python.ts'
import type { ConnectArguments, Payload } from './state.ts'
import type { PubSubClient2 } from './v2.ts'
import { PubSubClient3 } from './v3.ts'

const CLASS = 'PubSubClient'

/** What a sketch gives to `connect`. */
interface Credentials {
  readonly id: PyValue
  readonly user: PyValue
  readonly pass: PyValue
}

interface Will {
  readonly topic: PyValue
  readonly message: PyValue
  readonly retained: PyValue
  readonly qos: PyValue
}

export class PubSubClientCalls implements EmulatedClient {
  readonly #mqtt: PubSubClient2 | PubSubClient3
  readonly #net: NetworkClient
  readonly #methods: Readonly<Record<string, Signature>>
  readonly #credentials: Credentials
  #will: Will | null = null

  constructor(
    mqtt: PubSubClient2 | PubSubClient3,
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
    const value = yield* this.#invoke(method, args, kwargs, signature)
    return value ?? null
  }

  *#invoke(
    method: string,
    args: readonly PyValue[],
    kwargs: Options,
    signature: Signature,
  ): Program<PyValue | undefined> {
    const mqtt = this.#mqtt
    // By name, or none at all: what the sketch says of itself.
    if (method === 'connect' && (args.length === 0 || Object.keys(kwargs).length > 0))
      return yield* mqtt.connect(this.#connection(this.#asSketch(args, kwargs)))
    if (args.length > signature.length) throw noOverload(CLASS, method)
    const a = Object.keys(kwargs).length > 0 ? bind(method, signature, args, kwargs) : args
    switch (method) {
      case 'connect':
        return yield* mqtt.connect(this.#connection(a))
      case 'publish':
      case 'publish_P':
        return yield* this.#publish(method, a)
      case 'beginPublish': {
        const { qos, retained } = this.#qosAndRetained(method, a)
        const topic = this.#topic(method, a[0])
        const plength = uint32(numberOf(a[1]))
        return yield* mqtt instanceof PubSubClient3
          ? mqtt.beginPublish(topic, plength, qos, retained)
          : mqtt.beginPublish(topic, plength, retained)
      }
      case 'write':
        return yield* mqtt.write(typeof a[0] === 'number' ? Uint8Array.of(uint8(a[0])) : bytesOf(a[0] ?? null))
      case 'print':
        return yield* mqtt.write(cString(a[0]) ?? new Uint8Array())
      case 'endPublish':
        return mqtt instanceof PubSubClient3 ? yield* mqtt.endPublish() : mqtt.endPublish()
      case 'subscribe':
        return yield* mqtt.subscribe(cString(a[0]), a[1] === undefined ? 0 : uint8(numberOf(a[1])))
      case 'unsubscribe':
        return yield* mqtt.unsubscribe(cString(a[0]))
      case 'loop':
        return yield* mqtt.loop()
      case 'connected':
        return yield* mqtt.connected()
      case 'disconnect':
        return yield* mqtt.disconnect() as Program<undefined>
      case 'net.connect':
        return yield* this.#net.connect(hostOf(a[0]), uint16(numberOf(a[1])))
      case 'net.stop':
        return yield* this.#net.stop() as Program<undefined>
      case 'net.connected':
        return (yield* this.#net.connected()) ? 1 : 0
      case 'net.available':
        return yield* this.#net.available()
      default:
        return this.#set(method, a)
    }
  }

  /** What asks nothing of the network. */
  #set(method: string, a: readonly PyValue[]): PyValue | undefined {
    const mqtt = this.#mqtt
    switch (method) {
      case 'setServer':
        return mqtt.setServer(hostOf(a[0]), numberOf(a[1])) as undefined
      case 'setCallback':
        return mqtt.setCallback(isTrue(a[0])) as undefined
      case 'setStream':
        return mqtt.setStream(isTrue(a[0])) as undefined
      case 'setKeepAlive':
        return mqtt.setKeepAlive(numberOf(a[0])) as undefined
      case 'setSocketTimeout':
        return mqtt.setSocketTimeout(numberOf(a[0])) as undefined
      case 'setBufferSize':
        return mqtt.setBufferSize(mqtt instanceof PubSubClient3 ? uint32(numberOf(a[0])) : uint16(numberOf(a[0])))
      case 'getBufferSize':
        return mqtt.getBufferSize()
      case 'state':
        return mqtt.state()
      case 'will':
        this.#will =
          a[0] === null || a[0] === undefined
            ? null
            : { topic: a[0], message: a[1] ?? '', retained: a[2] ?? false, qos: a[3] ?? 0 }
        return undefined
      default:
        throw new Error(`${method} has a signature and no code`)
    }
  }

  /** `connect`'s eight arguments, of what the sketch has said and what this call says. */
  #asSketch(args: readonly PyValue[], kwargs: Options): readonly PyValue[] {
    const { id, user, pass } = this.#credentials
    const will = this.#will
    const said = [
      ['id', id],
      ['user', user],
      ['pass', pass],
      ['willTopic', will?.topic ?? null],
      ['willQos', will?.qos ?? 0],
      ['willRetain', will?.retained ?? false],
      ['willMessage', will?.message ?? null],
      ['cleanSession', true],
    ] as const
    const unknown = Object.keys(kwargs).find((name) => !said.some(([known]) => known === name))
    if (unknown !== undefined || args.length > said.length) throw noOverload(CLASS, 'connect')
    return said.map(([name, value], i) => args[i] ?? (Object.hasOwn(kwargs, name) ? kwargs[name]! : value))
  }

  /** Overloads of 1, 3, 5, 7 and 8 arguments. */
  #connection(a: readonly PyValue[]): ConnectArguments {
    const five = a.length === 5
    if (![1, 3, 5, 7, 8].includes(a.length)) throw noOverload(CLASS, 'connect')
    const [user, pass] = five ? [null, null] : [a[1], a[2]]
    const [willTopic, willQos, willRetain, willMessage] = five ? a.slice(1) : a.slice(3)
    return {
      id: cString(a[0]),
      user: cString(user),
      pass: cString(pass),
      willTopic: cString(willTopic),
      willQos: willQos === undefined ? 0 : uint8(numberOf(willQos)),
      willRetain: isTrue(willRetain),
      willMessage: cString(willMessage),
      cleanSession: a[7] === undefined || isTrue(a[7]),
    }
  }

  *#publish(method: 'publish' | 'publish_P', a: readonly PyValue[]): Program<boolean> {
    const mqtt = this.#mqtt
    if (a.length < 2 || (method === 'publish_P' && a.length < 3)) throw noOverload(CLASS, method)
    const topic = this.#topic(method, a[0])
    const payload = payloadOf(a[1]!)
    const { qos, retained } = this.#qosAndRetained(method, a)
    if (mqtt instanceof PubSubClient3) return yield* mqtt.publish(topic, payload, qos, retained)
    return yield* method === 'publish'
      ? mqtt.publish(topic, payload, retained)
      : mqtt.publish_P(topic, payload, retained)
  }

  /** 3.x: `(…, qos, retained)` or `(…, retained)`, which are told apart by a bool. */
  #qosAndRetained(method: string, a: readonly PyValue[]): { qos: number; retained: boolean } {
    if (!(this.#mqtt instanceof PubSubClient3)) {
      if (a.length > 3) throw noOverload(CLASS, method)
      return { qos: 0, retained: isTrue(a[2]) }
    }
    if (a.length > 3 || typeof a[2] === 'number')
      return { qos: a[2] === undefined ? 0 : uint8(numberOf(a[2])), retained: isTrue(a[3]) }
    return { qos: 0, retained: isTrue(a[2]) }
  }

  #topic(method: string, value: PyValue | undefined): Uint8Array {
    const topic = cString(value)
    if (topic === null) throw noOverload(CLASS, method)
    return topic
  }
}

/** Bytes come with their length; a text is a C string. */
function payloadOf(value: PyValue): Payload {
  if (value instanceof Uint8Array) return { bytes: value, isString: false }
  return { bytes: cString(value) ?? new Uint8Array(), isString: true }
}

function hostOf(value: PyValue | undefined): string {
  return ipAddress(value) ?? new TextDecoder().decode(cString(value) ?? Uint8Array.of(0x30))
}
