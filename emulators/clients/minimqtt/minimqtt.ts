// Adafruit MiniMQTT 8.1.0 as a board runs it: by the library's own method names, its properties as
// `setattr` and `getattr`. The behaviour is in client.ts and what that stands on.

import type { Program, PyValue } from '../../board.ts'
import { tuple } from '../../board.ts'
import { type ClientHooks, type ClientKind, type Options, parseOptions } from '../client.ts'
import { attributeError, bind, integer, truthy } from '../python/python.ts'
import { MiniMqttMethods } from './client.ts'
import { MINIMQTT_HABITS, MINIMQTT_METHODS, MINIMQTT_OPTIONS, MINIMQTT_QUIRKS, minimqttVerbs } from './python-api.ts'
import { EVENTS } from './session.ts'
import { TOPIC_LIMIT } from './values.ts'

export class MiniMqtt extends MiniMqttMethods {
  private userData: PyValue

  constructor(options: Options, hooks: ClientHooks) {
    super(options, hooks)
    this.userData = options.user_data!
  }

  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    if (this.clientId === null) yield* this.begin()
    const signature = Object.hasOwn(MINIMQTT_METHODS, method) ? MINIMQTT_METHODS[method] : undefined
    if (signature === undefined) throw attributeError('MQTT', method)
    const value = this.invoke(method, bind(method, signature, args, kwargs))
    const answer = isProgram(value) ? yield* value : value
    return (answer as PyValue | undefined) ?? null
  }

  private invoke(method: string, a: readonly PyValue[]): unknown {
    switch (method) {
      case 'connect':
        return this.connect({ cleanSession: a[0]!, host: a[1]!, port: a[2]!, keepAlive: a[3]!, sessionId: a[4]! })
      case 'reconnect':
        return this.reconnect(truthy(a[0]!))
      case 'disconnect':
      case 'deinit':
        return this.disconnect()
      case 'is_connected':
        return this.isConnected()
      case 'publish':
        return this.publish(a[0]!, a[1]!, a[2]!, a[3]!)
      case 'subscribe':
        return this.subscribe(a[0]!, a[1]!)
      case 'unsubscribe':
        return this.unsubscribe(a[0]!)
      case 'loop':
        return this.loop(a[0]!)
      case 'ping':
        return this.ping()
      case 'will_set':
        return this.willSet(a[0]!, a[1]!, a[2]!, a[3]!)
      case 'username_pw_set':
        return this.usernamePwSet(a[0]!, a[1]!)
      case 'add_topic_callback':
        return this.addTopicCallback(a[0]!, a[1]!)
      case 'remove_topic_callback':
        return this.removeTopicCallback(a[0]!)
      case 'enable_logger':
        return this.enableLogger(a[0]!, a[1]!, a[2]!)
      case 'disable_logger':
        this.logLevel = null
        return null
      case 'mqtt_msg':
        return a[0] === null ? this.getAttribute('mqtt_msg') : this.setMessageLimit(a[0]!)
      case 'getattr':
        return this.getAttribute(a[0]!)
      case 'setattr':
        return this.setAttribute(a[0]!, a[1]!)
      default:
        throw new Error(`${method} has a signature and no code`)
    }
  }

  /** A scenario has no module to give: anything but None stands for `adafruit_logging`, which prints. */
  private enableLogger(logPackage: PyValue, level: PyValue, name: PyValue): PyValue {
    if (logPackage === null) throw attributeError('NoneType', 'getLogger')
    this.logLevel = integer(level)
    return name
  }

  private getAttribute(name: PyValue): PyValue {
    switch (name) {
      case 'mqtt_msg':
        return tuple(this.messageLimit, TOPIC_LIMIT)
      case 'broker':
        return this.broker
      case 'port':
        return this.port
      case 'client_id':
        return this.clientId
      case 'keep_alive':
        return this.keepAlive
      case 'user_data':
        return this.userData
      case 'session_id':
        return this.sessionId
      default:
        throw attributeError('MQTT', String(name))
    }
  }

  /** `client.NAME = value`. A callback of None is taken away; anything else puts the program's own back. */
  private setAttribute(name: PyValue, value: PyValue): void {
    const callback = [...EVENTS, 'on_message' as const].find((event) => event === name)
    if (callback !== undefined) {
      if (value === null) this.unset.add(callback)
      else this.unset.delete(callback)
    } else if (name === 'mqtt_msg') this.setMessageLimit(value)
    else if (name === 'broker') this.broker = value
    else if (name === 'port') this.port = value
    else if (name === 'client_id') this.clientId = value
    else if (name === 'keep_alive') this.keepAlive = value
    else if (name === 'user_data') this.userData = value
    else if (name === 'session_id') this.sessionId = value
    else throw attributeError('MQTT', String(name))
  }
}

const isProgram = (value: unknown): value is Program<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value

export const minimqtt: ClientKind = {
  name: 'minimqtt',
  library: 'Adafruit MiniMQTT',
  version: '8.1.0',
  summary: "CircuitPython's client: pings in loop, backs off after refusals, resubscribes at reconnect",
  options: MINIMQTT_OPTIONS,
  methods: MINIMQTT_METHODS,
  habits: MINIMQTT_HABITS,
  quirks: MINIMQTT_QUIRKS,
  verbs: minimqttVerbs,
  identity: (name, broker, port) => ({ broker, port, client_id: name }),
  create: (options, hooks) => new MiniMqtt(parseOptions('minimqtt', MINIMQTT_OPTIONS, options), hooks),
}
