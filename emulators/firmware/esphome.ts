// What an ESPHome node does with esp-mqtt, after its documentation and its public sources (mqtt_client.cpp,
// mqtt_backend_esp32.cpp): a will and a birth message, subscriptions anew at each CONNECTED, discovery for Home Assistant,
// states that are retained, one more try for a publish that failed, and a reboot after 15 minutes without a broker. It has
// a sensor (uptime) and a switch (relay, pin 2). Its log topic is left out.

import {
  macAddress,
  now,
  type Program,
  type PyValue,
  print,
  resetBoard,
  Signal,
  signal,
  sleep,
  waitFor,
  writePin,
} from '../board.ts'
import type { EmulatedClient, OptionSpec } from '../clients/client.ts'
import { parseOptions } from '../clients/client.ts'
import type { EspEvent } from '../clients/espmqtt/event-loop.ts'
import { Problem } from '../core/problem.ts'
import { milliseconds } from '../core/time.ts'
import { wholeMessage } from './event-line.ts'
import { type FirmwareContext, type FirmwareKind, textOf, utf8 } from './firmware.ts'

const OPTIONS: readonly OptionSpec[] = [
  { name: 'topic_prefix', type: 'str', default: null, summary: "what topics begin with; absent: the device's name" },
  { name: 'keepalive', type: 'seconds', default: 15, summary: 'keep alive' },
  { name: 'clean_session', type: 'bool', default: false, summary: 'a clean session' },
  { name: 'discovery', type: 'bool', default: true, summary: 'tell Home Assistant of sensor and switch, retained' },
  { name: 'discovery_prefix', type: 'str', default: 'homeassistant', summary: 'where Home Assistant listens for that' },
  {
    name: 'reboot_timeout',
    type: 'seconds',
    default: 900,
    summary: 'time without a broker after which it reboots; 0s: never',
  },
  { name: 'update_interval', type: 'seconds', default: 60, summary: 'from one state of the sensor to the next' },
]

/** Events that wait for the loop; more are dropped. */
const MOST_EVENTS = 32
/** One event a turn, and a turn is so long. */
const LOOP = milliseconds(16)
/** From CONNECTED to the first packet. */
const SETTLE = milliseconds(100)
/** Between two tries to subscribe. */
const RESUBSCRIBE = 1000
const RELAY_PIN = 2

export const esphome: FirmwareKind = {
  name: 'esphome',
  summary:
    'what ESPHome does with esp-mqtt: birth and will, discovery, retained states, reboot after 15 min without a broker',
  options: OPTIONS,
  inFleet: { library: 'esp-mqtt' },
  program(context) {
    const options = parseOptions('esphome', OPTIONS, context.options)
    if (context.client.inTask === undefined)
      throw new Problem('client/bad-option', `esphome runs on a library with events, not on ${context.client.name}`, {
        hint: 'use: esp-mqtt',
      })
    return () => new Node(context, options).run()
  },
}

class Node {
  readonly #context: FirmwareContext
  readonly #options: Readonly<Record<string, PyValue>>
  readonly #prefix: string
  readonly #events: EspEvent[] = []
  readonly #told = new Signal('events')
  #client!: EmulatedClient
  #mac = ''
  #connected = false
  #lastConnected = 0
  #birthSent = false
  #subscribed = false
  #triedAt = 0
  #resend: (() => Program<void>)[] = []
  #nextState = 0
  #relay: 0 | 1 = 0

  constructor(context: FirmwareContext, options: Readonly<Record<string, PyValue>>) {
    this.#context = context
    this.#options = options
    this.#prefix = String(options.topic_prefix ?? context.name)
  }

  get #command(): string {
    return `${this.#prefix}/switch/relay/command`
  }

  *run(): Program<void> {
    yield* this.#start()
    this.#lastConnected = yield* now()
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) yield* this.#handle(event)
      if (this.#connected) yield* this.#whileConnected()
      else yield* this.#whileNot()
      if (this.#busy) yield* sleep(LOOP)
      else yield* waitFor(this.#told, milliseconds(Math.max(LOOP, (yield* this.#due()) - (yield* now()))))
    }
  }

  get #busy(): boolean {
    return this.#events.length > 0 || (this.#connected && (!this.#birthSent || this.#resend.length > 0))
  }

  /** When there is something to do without an event. */
  *#due(): Program<number> {
    const reboot = Number(this.#options.reboot_timeout) * 1000
    if (!this.#connected) return reboot === 0 ? (yield* now()) + 60_000 : this.#lastConnected + reboot + 1
    return this.#subscribed ? this.#nextState : Math.min(this.#nextState, this.#triedAt + RESUBSCRIBE)
  }

  *#start(): Program<void> {
    const { client: kind, name, server, port, will } = this.#context
    this.#mac = Buffer.from(yield* macAddress()).toString('hex')
    const status = { topic: utf8(`${this.#prefix}/status`), payload: utf8('offline'), qos: 0, retain: true }
    this.#client = kind.create(
      {
        ...kind.identity(`${name}-${this.#mac}`, server, port),
        'session.keepalive': this.#options.keepalive!,
        'session.disable_clean_session': this.#options.clean_session !== true,
        CONFIG_FREERTOS_HZ: 1000,
        ...kind.inTask!.will(will === undefined ? status : { ...will, topic: utf8(will.topic) }),
      },
      { onEspEvent: (event) => this.#onEvent(event) },
    )
    yield* this.#client.call('start', [], {})
  }

  /** In the library's task: for the loop. */
  *#onEvent(event: EspEvent): Program<void> {
    if (this.#events.length >= MOST_EVENTS) return
    this.#events.push(event)
    yield* signal(this.#told)
  }

  *#handle(event: EspEvent): Program<void> {
    switch (event.name) {
      case 'CONNECTED':
        yield* print('[I][mqtt]: Connected')
        yield* sleep(SETTLE)
        this.#connected = true
        this.#birthSent = false
        this.#subscribed = false
        this.#triedAt = 0
        this.#nextState = 0
        yield* this.#resubscribe()
        yield* this.#sendDeviceInfo()
        this.#resend = [() => this.#sendSensor(), () => this.#sendSwitch()]
        return
      case 'DISCONNECTED':
        if (this.#connected) yield* print('[W][mqtt]: Lost client connection')
        this.#connected = false
        return
      case 'DATA': {
        const message = wholeMessage(event)
        if (message !== null && textOf(message.topic) === this.#command) yield* this.#switch(textOf(message.payload))
      }
    }
  }

  *#whileConnected(): Program<void> {
    const time = yield* now()
    this.#lastConnected = time
    if (!this.#birthSent) this.#birthSent = yield* this.#publish(`${this.#prefix}/status`, 'online')
    yield* this.#resubscribe()
    const send = this.#resend.shift()
    if (send !== undefined) yield* send()
    else if (time >= this.#nextState) {
      this.#nextState = time + Number(this.#options.update_interval) * 1000
      yield* this.#publish(`${this.#prefix}/sensor/uptime/state`, String(Math.floor(time / 1000)))
    }
  }

  *#whileNot(): Program<void> {
    const limit = Number(this.#options.reboot_timeout) * 1000
    if (limit === 0 || (yield* now()) - this.#lastConnected <= limit) return
    yield* print("[E][mqtt]: Can't connect to MQTT... Restarting...")
    yield* resetBoard()
  }

  *#resubscribe(): Program<void> {
    const time = yield* now()
    if (this.#subscribed || (this.#triedAt !== 0 && time - this.#triedAt <= RESUBSCRIBE)) return
    this.#triedAt = time
    this.#subscribed = Number(yield* this.#client.call('subscribe', [this.#command, 0], {})) >= 0
  }

  /** One that fails is tried once more at once. */
  *#publish(topic: string, payload: string, qos = 0): Program<boolean> {
    for (let tries = 0; tries < 2 && this.#connected; tries++) {
      const args = [topic, utf8(payload), null, qos, 1]
      if (Number(yield* this.#client.call('publish', args, {})) >= 0) return true
    }
    return false
  }

  *#sendDeviceInfo(): Program<void> {
    if (this.#options.discovery !== true) return
    const { name } = this.#context
    const info = { name, port: 6053, mac: this.#mac, platform: 'ESP32', network: 'wifi' }
    yield* this.#publish(`esphome/discover/${name}`, JSON.stringify(info), 2)
  }

  *#discover(component: string, object: string, more: object): Program<void> {
    if (this.#options.discovery !== true) return
    const { name } = this.#context
    const config = {
      name: object,
      stat_t: `${this.#prefix}/${component}/${object}/state`,
      ...more,
      avty_t: `${this.#prefix}/status`,
      uniq_id: `ESP${component}${object}`,
      dev: { ids: this.#mac, name, sw: 'esphome', mf: 'Espressif' },
    }
    const topic = `${String(this.#options.discovery_prefix)}/${component}/${name}/${object}/config`
    yield* this.#publish(topic, JSON.stringify(config))
  }

  *#sendSensor(): Program<void> {
    yield* this.#discover('sensor', 'uptime', { unit_of_meas: 's' })
  }

  *#sendSwitch(): Program<void> {
    yield* this.#discover('switch', 'relay', { cmd_t: this.#command })
    yield* this.#tellSwitch()
  }

  *#switch(payload: string): Program<void> {
    const wanted = payload.toUpperCase()
    if (wanted !== 'ON' && wanted !== 'OFF' && wanted !== 'TOGGLE') {
      yield* print(`[W][mqtt.switch]: 'relay': Received unknown status payload: ${payload}`)
      return
    }
    this.#relay = wanted === 'TOGGLE' ? (this.#relay === 1 ? 0 : 1) : wanted === 'ON' ? 1 : 0
    yield* writePin(RELAY_PIN, this.#relay)
    yield* this.#tellSwitch()
  }

  *#tellSwitch(): Program<void> {
    yield* this.#publish(`${this.#prefix}/switch/relay/state`, this.#relay === 1 ? 'ON' : 'OFF')
  }
}
