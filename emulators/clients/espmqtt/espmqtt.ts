// esp-mqtt, the MQTT client of ESP-IDF: what a program calls. Nothing is raised: an int or an error's name comes back, and
// what becomes of a call is an event.

import { currentThread, type Program, type PyValue, Signal, sleep, spawn, waitFor } from '../../board.ts'
import { Problem } from '../../core/problem.ts'
import { milliseconds } from '../../core/time.ts'
import { type ClientKind, type EmulatedClient, inheritedOptions, type Options, parseOptions } from '../client.ts'
import { attributeError, bind } from '../python/python.ts'
import { DISCONNECT_BIT, type EspVersion, RECONNECT_BIT, STOPPED_BIT } from './base.ts'
import { cString, int, pointer, textOf } from './c.ts'
import { newConfig, newConnectInfo, SCHEMES, setConfig, setUri } from './config.ts'
import type { EspHandler } from './event-loop.ts'
import { ESP_HABITS, ESP_METHODS, ESP_OPTIONS, ESP_QUIRKS } from './kind.ts'
import { PropertyCalls } from './properties.ts'
import { sdkConfig } from './sdkconfig.ts'
import { espTaskOptions, espVerbs } from './verbs.ts'
import { espWords5 } from './words5.ts'

/** What `esp_mqtt_client_get_state` calls the states. */
const STATES = {
  INIT: 'NOT_STARTED',
  DISCONNECTED: 'DISCONNECTED',
  CONNECTED: 'CONNECTED',
  WAIT_RECONNECT: 'WAITING_RECONNECT',
} as const

/** What has become of a connection a moment ago is known after so long. */
const HEARSAY = milliseconds(20)

/** `len`. What cannot be said in C, None, is all of the bytes, which may have a NUL among them. */
const lengthOf = (length: PyValue, data: PyValue): number =>
  length === null ? (pointer(data)?.length ?? 0) : int(length)

export class EspMqtt extends PropertyCalls implements EmulatedClient {
  /** Until `init`. */
  #options: Options | null
  #begun = false

  constructor(version: EspVersion, options: Options, handler: EspHandler) {
    super(version, sdkConfig(options), handler)
    this.#options = options
  }

  /** False: `esp_mqtt_client_init` gave NULL. */
  *init(): Program<boolean> {
    const options = this.#options
    if (options === null) return this.#begun
    this.#options = null
    this.#begun = yield* this.initialise(options)
    return this.#begun
  }

  *begin(): Program<void> {
    yield* this.init()
  }

  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    const signature = Object.hasOwn(ESP_METHODS, method) ? ESP_METHODS[method] : undefined
    if (signature === undefined || (method === 'get_state' && !this.version.isNew))
      throw attributeError('esp_mqtt_client', method)
    if (!(yield* this.init())) return method === 'publish' || method === 'enqueue' ? -1 : 'ESP_ERR_INVALID_ARG'
    if (method === 'set_config') return yield* this.setConfig(parseOptions('esp-mqtt', ESP_OPTIONS, kwargs), false)
    if (method.endsWith('_property')) return yield* this.setProperty(method, kwargs)
    return yield* this.#invoke(method, bind(method, signature, args, kwargs))
  }

  #invoke(method: string, a: readonly PyValue[]): Program<PyValue> {
    switch (method) {
      case 'start':
        return this.#start()
      case 'startAndWait':
        return this.#startAndWait(a[0]!)
      case 'stop':
        return this.#stop()
      case 'disconnect':
        return this.#disconnect()
      case 'disconnectAndWait':
        return this.#disconnectAndWait()
      case 'reconnect':
        return this.#reconnect()
      case 'destroy':
        return this.#destroy()
      case 'publish':
        return this.publish(a[0]!, a[1]!, lengthOf(a[2]!, a[1]!), int(a[3]), int(a[4]))
      case 'enqueue':
        return this.enqueuePublish(a[0]!, a[1]!, lengthOf(a[2]!, a[1]!), int(a[3]), int(a[4]), int(a[5]) !== 0)
      case 'subscribe':
        return this.subscribe([[a[0]!, a[1]!]])
      case 'subscribe_multiple':
        return this.subscribe(a[0] as readonly PyValue[][])
      case 'unsubscribe':
        return this.unsubscribe(a[0]!)
      case 'set_uri':
        return this.#setUri(a[0]!)
      case 'get_outbox_size':
        return this.#outboxSize()
      case 'get_state':
        return this.#getState()
      case 'dispatch_custom_event':
        return this.#customEvent(int(a[0]))
      default:
        throw new Error(method)
    }
  }

  /** Two of them before the task has run make two tasks. */
  *#start(): Program<PyValue> {
    yield* this.apiLock.take()
    const may = this.state === 'INIT' || this.state === 'DISCONNECTED'
    if (may) this.taskHandle = yield* spawn('mqtt_task', () => this.mqttTask())
    yield* this.apiLock.give()
    return may ? 'ESP_OK' : 'ESP_FAIL'
  }

  /**
   * Not the library's: what programs do that go on once they are connected. ESP_FAIL: DISCONNECTED came in place of
   * CONNECTED; the task tries again all the same. A connection whose end the library has not noticed has to go first.
   */
  *#startAndWait(clean: PyValue): Program<PyValue> {
    if (clean !== null) this.info.cleanSession = int(clean) !== 0
    while (this.state === 'CONNECTED' && !this.statusBits.get(DISCONNECT_BIT)) {
      yield* sleep(HEARSAY)
      if (this.current() === 'CONNECTED') return 'ESP_OK'
    }
    if (this.state === 'CONNECTED') yield* this.#settle() // until disconnect() is done
    if (this.current() === 'WAIT_RECONNECT') yield* this.#reconnect()
    else if (!this.running && (yield* this.#start()) !== 'ESP_OK') return 'ESP_FAIL'
    yield* this.#settle()
    return this.current() === 'CONNECTED' ? 'ESP_OK' : 'ESP_FAIL'
  }

  /** Until CONNECTED or DISCONNECTED. */
  *#settle(): Program<void> {
    this.outcome ??= new Signal('CONNECTED or DISCONNECTED')
    yield* waitFor(this.outcome, null)
  }

  /** Waits until the task has ended, which its poll or its wait for the next attempt holds up. */
  *#stop(): Program<PyValue> {
    yield* this.apiLock.take()
    const inTask = this.running && (yield* currentThread()) === this.taskHandle
    if (!this.running || inTask) {
      yield* this.apiLock.give()
      return 'ESP_FAIL'
    }
    // One that does not fit the out buffer is left out.
    if (this.state === 'CONNECTED') yield* this.sendDisconnect()
    this.running = false
    this.state = 'DISCONNECTED'
    yield* this.apiLock.give()
    yield* this.statusBits.wait(STOPPED_BIT, null)
    return 'ESP_OK'
  }

  /** For the task's next turn; forgotten when the next attempt to connect comes first. */
  *#disconnect(): Program<PyValue> {
    yield* this.statusBits.set(DISCONNECT_BIT)
    return 'ESP_OK'
  }

  /** Not the library's either: until DISCONNECTED. */
  *#disconnectAndWait(): Program<PyValue> {
    yield* this.#disconnect()
    if (this.state === 'CONNECTED') yield* this.#settle()
    return 'ESP_OK'
  }

  *#reconnect(): Program<PyValue> {
    if (this.state !== 'WAIT_RECONNECT') return 'ESP_FAIL'
    this.waitTimeout = 0
    yield* this.statusBits.set(RECONNECT_BIT)
    return 'ESP_OK'
  }

  *#destroy(): Program<PyValue> {
    if (this.running) yield* this.#stop()
    this.outbox.deleteAll()
    return 'ESP_OK'
  }

  *#setUri(uri: PyValue): Program<PyValue> {
    yield* this.apiLock.take()
    const result = setUri(this.config, this.info, textOf(cString(uri)), this.version.isNew)
    yield* this.apiLock.give()
    return result
  }

  *#outboxSize(): Program<PyValue> {
    yield* this.apiLock.take()
    const { size } = this.outbox
    yield* this.apiLock.give()
    return size
  }

  *#getState(): Program<PyValue> {
    yield* this.apiLock.take()
    const state = STATES[this.state]
    yield* this.apiLock.give()
    return state
  }

  *#customEvent(msgId: number): Program<PyValue> {
    return this.eventLoop.offer({ name: 'USER_EVENT', fields: { msg_id: msgId } }) ? 'ESP_OK' : 'ESP_ERR_TIMEOUT'
  }
}

/** What a recording leaves to the program: init's NULL, and TLS and WebSocket handshakes that are not made. */
const refuse = (options: Options): void => {
  const config = newConfig()
  const build = {
    protocol5: int(options.CONFIG_MQTT_PROTOCOL_5) !== 0,
    protocol311: true,
    decodes: true,
    mac: new Uint8Array(6),
  }
  const result = setConfig(config, newConnectInfo(), options, build, true)
  if (int(options.CONFIG_MQTT_EVENT_QUEUE_SIZE) !== 1)
    throw new Problem('client/bad-option', 'esp-mqtt: CONFIG_MQTT_EVENT_QUEUE_SIZE other than 1 is not emulated')
  if (result === 'ESP_ERR_NO_MEM')
    throw new Problem('client/bad-option', 'esp-mqtt: MQTT_PROTOCOL_V_5 needs CONFIG_MQTT_PROTOCOL_5: true')
  if (result !== 'ESP_OK')
    throw new Problem('client/bad-option', `esp-mqtt: esp_mqtt_client_init gives NULL for these options (${result})`)
  const scheme = config.scheme?.toLowerCase() ?? ''
  if (SCHEMES[scheme] === undefined)
    throw new Problem(
      'client/bad-option',
      'esp-mqtt: no transport: a URI with mqtt:// or mqtts://, or broker.address.transport',
    )
  if (scheme.startsWith('ws'))
    throw new Problem('client/bad-option', 'esp-mqtt: WebSockets are not emulated; mqtt and mqtts are')
}

const VERSIONS: readonly (EspVersion & { readonly changes: string })[] = [
  {
    version: '1.0.0',
    isNew: false,
    boundsPacketSize: true,
    changes: 'of September 2025, from the component registry',
  },
  {
    version: 'idf-5.5',
    isNew: false,
    boundsPacketSize: false,
    changes: 'ESP-IDF 5.5 and Arduino core 3.3: a maximum packet size above buffer.size is allowed',
  },
  {
    version: '1.1.0',
    isNew: true,
    boundsPacketSize: false,
    changes:
      'user and password of a URI are percent-decoded; the clock of a queued message begins when it is sent; MQTT 5 keeps to the receive maximum and sends all that was in flight again; get_state',
  },
]

function kindAt(version: EspVersion): ClientKind {
  return {
    name: 'esp-mqtt',
    library: 'espressif/esp-mqtt, the MQTT client of ESP-IDF',
    version: version.version,
    versions: VERSIONS.map(({ version: name, changes }) => ({ version: name, changes })),
    at: (name) => kindAt(VERSIONS.find((other) => other.version === name)!),
    summary: 'a task that connects, pings, resends and reconnects by itself; ESP-IDF, ESPHome, RainMaker, Arduino',
    options: ESP_OPTIONS,
    methods: ESP_METHODS,
    quirks: ESP_QUIRKS,
    habits: ESP_HABITS,
    verbs: espVerbs,
    mqtt5: espWords5,
    pingsUncalled: true,
    inTask: espTaskOptions,
    identity: (name, server, port) => ({
      'credentials.client_id': name,
      'broker.address.hostname': server,
      'broker.address.transport': 'MQTT_TRANSPORT_OVER_TCP',
      'broker.address.port': port,
    }),
    create(given, hooks) {
      const options = inheritedOptions('esp-mqtt', ESP_OPTIONS, given)
      if (hooks.recorded !== true) refuse(options)
      return new EspMqtt(version, options, hooks)
    },
  }
}

export const espMqtt: ClientKind = kindAt(VERSIONS.at(-1)!)
