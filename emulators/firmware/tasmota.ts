// What Tasmota does with MQTT, over the PubSubClient that it carries: a retained LWT, a back-off of its own in steps of
// MqttRetry, commands with their answers, and telemetry. Facts from arendst/Tasmota, xdrv_02_9_mqtt.ino (v13 and before), and
// its documentation of MQTT; a plug with one relay.

import { now, type Program, type PyValue, print, sleep, writePin } from '../board.ts'
import { type EmulatedClient, parseOptions } from '../clients/client.ts'
import { printable } from '../clients/python/python.ts'
import { milliseconds } from '../core/time.ts'
import { type FirmwareContext, type FirmwareKind, needsLibrary, textOf } from './firmware.ts'

/** Its main loop looks for messages so often. */
const TURN = milliseconds(50)
const SECOND = 1000
/** The longest pause that the back-off comes to, in seconds. */
const LONGEST = 120
/** After the first connect of a boot telemetry comes early, in seconds. */
const FIRST_TELEMETRY = 5
const RELAY = 12

const OPTIONS = [
  { name: 'topic', type: 'str', default: null, summary: "Topic; none: the device's name" },
  { name: 'group', type: 'str', default: 'tasmotas', summary: 'GroupTopic, of which it also takes commands' },
  { name: 'fallback', type: 'str', default: 'DVES_123456_fb', summary: 'fallback topic, from the MAC address' },
  {
    name: 'retry',
    type: 'seconds',
    default: 10,
    summary: 'MqttRetry: 10 s after the first failure, 20 s after the next, … to 120 s',
  },
  { name: 'tele_period', type: 'seconds', default: 300, summary: 'TelePeriod; 0 is none' },
  { name: 'keepalive', type: 'seconds', default: 30, summary: 'MqttKeepAlive' },
  { name: 'timeout', type: 'seconds', default: 4, summary: 'MqttTimeout, which is setSocketTimeout' },
  { name: 'power', type: 'bool', default: false, summary: 'whether the relay is on at boot' },
] as const

export const tasmota: FirmwareKind = {
  name: 'tasmota',
  summary: 'a Tasmota plug: LWT, commands, telemetry, and attempts 10, 20, 30, … 120 s apart',
  options: OPTIONS,
  inFleet: { library: 'pubsubclient' },
  program(context) {
    const options = parseOptions('tasmota', OPTIONS, context.options)
    needsLibrary('tasmota', context, 'pubsubclient')
    return () => new Tasmota(context, options).run()
  },
}

class Tasmota {
  readonly #client: EmulatedClient
  readonly #options: Readonly<Record<string, PyValue>>
  readonly #topic: string
  /** Seconds until the next attempt, and how many times MqttRetry the one after is. */
  #retryCounter = 0
  #retryCounterDelay = 1
  #connectCount = 0
  /** Seconds until telemetry. */
  #telePeriod: number
  #power: boolean
  #initial = true

  constructor({ client: kind, name, server, port }: FirmwareContext, options: Readonly<Record<string, PyValue>>) {
    this.#options = options
    this.#topic = options.topic === null ? name : textOf(options.topic!)
    this.#power = options.power === true
    this.#telePeriod = Number(options.tele_period)
    this.#client = kind.create(
      {
        ...kind.identity(name, server, port),
        keepAlive: options.keepalive!,
        socketTimeout: options.timeout!,
        bufferSize: 1200,
      },
      { onMessage: (topic, payload) => this.#command(textOf(topic.slice()), textOf(payload.slice())) },
    )
  }

  *run(): Program<void> {
    yield* this.#relay()
    for (let next = 0; ; ) {
      yield* this.#call('loop')
      const uptime = Math.floor((yield* now()) / SECOND)
      // A second that a call has taken is not made up for.
      if (uptime >= next) yield* this.#everySecond(uptime)
      next = Math.max(next, uptime + 1)
      yield* sleep(TURN)
    }
  }

  *#everySecond(uptime: number): Program<void> {
    if ((yield* this.#call('connected')) !== true) {
      if (this.#retryCounter > 0) this.#retryCounter--
      else yield* this.#reconnect()
    }
    if (Number(this.#options.tele_period) === 0 || --this.#telePeriod > 0) return
    this.#telePeriod = Number(this.#options.tele_period)
    yield* this.#publish(`tele/${this.#topic}/STATE`, this.#state(uptime))
  }

  *#reconnect(): Program<void> {
    yield* print('MQT: Attempting connection...')
    const lwt = `tele/${this.#topic}/LWT`
    const kwargs = { willTopic: lwt, willQos: 1, willRetain: true, willMessage: 'Offline', cleanSession: true }
    if ((yield* this.#client.call('connect', [], kwargs)) === true) return yield* this.#connected(lwt)
    this.#retryCounter = Number(this.#options.retry) * this.#retryCounterDelay
    if (this.#retryCounter < LONGEST) this.#retryCounterDelay++
    const rc = String(yield* this.#call('state'))
    yield* this.#call('disconnect')
    yield* print(`MQT: Connect failed, rc ${rc}. Retry in ${this.#retryCounter} sec`)
  }

  *#connected(lwt: string): Program<void> {
    yield* print('MQT: Connected')
    this.#retryCounter = 0
    this.#retryCounterDelay = 1
    this.#connectCount++
    const { group, fallback } = this.#options
    yield* this.#publish(lwt, 'Online', true)
    yield* this.#publish(`cmnd/${this.#topic}/POWER`, '')
    for (const topic of [this.#topic, textOf(group!), textOf(fallback!)]) {
      yield* this.#call('subscribe', `cmnd/${topic}/#`)
      yield* this.#call('loop')
    }
    if (!this.#initial) return
    this.#initial = false
    const info = [
      {
        Info1: {
          Module: 'Plug',
          Version: '13.4.0(tasmota)',
          FallbackTopic: `cmnd/${textOf(fallback!)}/`,
          GroupTopic: `cmnd/${textOf(group!)}/`,
        },
      },
      { Info2: { WebServerMode: 'Admin', Hostname: this.#topic, IPAddress: '192.168.4.2' } },
      { Info3: { RestartReason: 'Power On' } },
    ]
    for (const [i, part] of info.entries())
      yield* this.#publish(`tele/${this.#topic}/INFO${i + 1}`, JSON.stringify(part))
    yield* this.#tellPower()
    this.#telePeriod = Math.min(this.#telePeriod, FIRST_TELEMETRY)
  }

  *#command(topic: string, payload: string): Program<void> {
    const command = topic.slice(topic.lastIndexOf('/') + 1).toUpperCase()
    yield* print(`MQT: ${topic} = ${printable(Buffer.from(payload))}`)
    if (command !== 'POWER' && command !== 'POWER1')
      return yield* this.#publish(`stat/${this.#topic}/RESULT`, JSON.stringify({ Command: 'Unknown' }))
    const wanted = { ON: true, '1': true, OFF: false, '0': false, TOGGLE: !this.#power, '2': !this.#power }[
      payload.toUpperCase()
    ]
    if (wanted !== undefined && wanted !== this.#power) {
      this.#power = wanted
      yield* this.#relay()
    }
    yield* this.#tellPower()
  }

  *#tellPower(): Program<void> {
    const power = this.#power ? 'ON' : 'OFF'
    yield* this.#publish(`stat/${this.#topic}/RESULT`, JSON.stringify({ POWER: power }))
    yield* this.#publish(`stat/${this.#topic}/POWER`, power)
  }

  /** Its clock begins in 1970, as long as nobody tells it the time. */
  #state(uptime: number): string {
    const Time = new Date(uptime * SECOND).toISOString().slice(0, 19)
    const parts = [Math.floor(uptime / 3600) % 24, Math.floor(uptime / 60) % 60, uptime % 60]
    const Uptime = `${Math.floor(uptime / 86400)}T${parts.map((part) => String(part).padStart(2, '0')).join(':')}`
    return JSON.stringify({
      Time,
      Uptime,
      UptimeSec: uptime,
      MqttCount: this.#connectCount,
      POWER: this.#power ? 'ON' : 'OFF',
    })
  }

  #relay(): Program<void> {
    return writePin(RELAY, this.#power ? 1 : 0)
  }

  *#publish(topic: string, payload: string, retained = false): Program<void> {
    yield* this.#client.call('publish', [topic, payload, retained], {})
    yield* print(`MQT: ${topic} = ${payload}${retained ? ' (retained)' : ''}`)
  }

  #call(method: string, ...args: readonly PyValue[]): Program<PyValue> {
    return this.#client.call(method, args, {})
  }
}
