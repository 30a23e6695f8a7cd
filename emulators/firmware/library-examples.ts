// The programs that come with arduino-mqtt, espMqttClient and esp-mqtt, and that most others began as. Sources:
// 256dpi/arduino-mqtt 2.5, examples/ESP32DevelopmentBoard; bertmelis/espMqttClient 1.7, examples/simple-esp32;
// espressif/esp-idf 5.3, examples/protocols/mqtt/tcp.

import { type Program, type PyValue, print, Signal, sleep, waitFor } from '../board.ts'
import { millis, uint32 } from '../clients/arduino/c.ts'
import { type EmulatedClient, type OptionSpec, type Options, parseOptions } from '../clients/client.ts'
import type { ClientName } from '../clients/index.ts'
import { printable } from '../clients/python/python.ts'
import { milliseconds, seconds } from '../core/time.ts'
import { eventFields } from './event-line.ts'
import { callsOf, type FirmwareContext, type FirmwareKind, needsLibrary, setWill, utf8 } from './firmware.ts'

/** The loop of arduino-mqtt's example pauses as long; espMqttClient's does not, which no host could bear. */
const TURN = milliseconds(10)
/** Between two attempts of arduino-mqtt's example. */
const RETRY = seconds(1)
const RECONNECT_MS = 5000
const PUBLISH_MS = 1000

const ID: OptionSpec = { name: 'id', type: 'str', default: null, summary: "client id; none: the device's name" }

interface Example {
  readonly name: string
  readonly summary: string
  readonly library: ClientName
  readonly options: readonly OptionSpec[]
  run(context: FirmwareContext, options: Options): Program<void>
}

function example({ name, summary, library, options: own, run }: Example): FirmwareKind {
  const specs = [ID, ...own]
  return {
    name,
    summary,
    options: specs,
    inFleet: { library },
    program(context) {
      const options = parseOptions(name, specs, context.options)
      needsLibrary(name, context, library)
      return () => run(context, options)
    },
  }
}

const identityOf = ({ client, name, server, port }: FirmwareContext, { id }: Options): Options =>
  client.identity(id === null ? name : String(id), server, port)

export const arduinoMqttExample: FirmwareKind = example({
  name: 'arduino-mqtt-example',
  summary:
    "arduino-mqtt's ESP32DevelopmentBoard: an attempt each second until one succeeds, and a message about every second",
  library: 'arduino-mqtt',
  options: [
    { name: 'subscribes', type: 'str', default: '/example', summary: 'what it subscribes to, with QoS 0' },
    { name: 'publishes', type: 'str', default: '/hello', summary: 'where it publishes world' },
    { name: 'keepAlive', type: 'seconds', default: 10, summary: 'setKeepAlive' },
  ],
  *run(context, options) {
    const { keepAlive, subscribes, publishes } = options
    const client = context.client.create(
      { ...identityOf(context, options), keepAlive: keepAlive! },
      {
        *onMessage(topic, payload) {
          yield* print(`incoming: ${printable(topic)} - ${printable(payload)}`)
        },
      },
    )
    const call = callsOf(client)
    function* connect(): Program<void> {
      yield* print('connecting...')
      while ((yield* call('connect')) !== true) yield* sleep(RETRY)
      yield* print('connected!')
      yield* call('subscribe', subscribes!)
    }
    yield* setWill(client, context)
    yield* connect()
    let lastMillis = 0
    for (;;) {
      yield* call('loop')
      yield* sleep(TURN)
      if ((yield* call('connected')) !== true) yield* connect()
      const now = yield* millis()
      if (uint32(now - lastMillis) <= PUBLISH_MS) continue
      lastMillis = now
      yield* call('publish', publishes!, 'world')
    }
  },
})

export const espMqttClientExample: FirmwareKind = example({
  name: 'espmqttclient-example',
  summary:
    "espMqttClient's simple-esp32: subscribes and publishes at each connect, and comes back at once, without the five seconds it means to wait",
  library: 'espmqttclient',
  options: [
    { name: 'prefix', type: 'str', default: 'test', summary: 'what its topic begins with: /lol follows' },
    { name: 'keepAlive', type: 'seconds', default: 15, summary: 'setKeepAlive' },
    {
      name: 'waits',
      type: 'bool',
      default: false,
      summary:
        'the loop asks for the time in each turn, and so waits five seconds; the example does once, and never waits',
    },
  ],
  *run(context, options) {
    const { prefix, keepAlive, waits } = options
    const topic = `${String(prefix)}/lol`
    let reconnectMqtt = false
    let lastReconnect = 0
    const client: EmulatedClient = context.client.create(
      { ...identityOf(context, options), keepAlive: keepAlive! },
      {
        *onMessage(to, payload) {
          yield* print(`Publish received. ${printable(to)} ${printable(payload)}`)
        },
        *onEvent(event, args) {
          if (event === 'onConnect') {
            yield* print(`Connected to MQTT. Session present: ${args[0] === true ? 1 : 0}`)
            yield* call('subscribe', topic, 2)
            yield* call('publish', topic, 0, true, 'test 1')
            yield* call('publish', topic, 1, true, 'test 2')
            yield* call('publish', topic, 2, true, 'test 3')
          } else if (event === 'onDisconnect') {
            yield* print(`Disconnected from MQTT: ${String(args[0])}.`)
            reconnectMqtt = true
            lastReconnect = yield* millis()
          }
        },
      },
    )
    const call = callsOf(client)
    function* connectToMqtt(): Program<void> {
      yield* print('Connecting to MQTT...')
      reconnectMqtt = (yield* call('connect')) !== true
      if (reconnectMqtt) lastReconnect = yield* millis()
    }
    yield* setWill(client, context)
    yield* connectToMqtt()
    // `static uint32_t currentMillis = millis();`
    let currentMillis = yield* millis()
    for (;;) {
      yield* sleep(TURN)
      if (waits === true) currentMillis = yield* millis()
      if (reconnectMqtt && uint32(currentMillis - lastReconnect) > RECONNECT_MS) yield* connectToMqtt()
    }
  },
})

export const espMqttExample: FirmwareKind = example({
  name: 'esp-mqtt-example',
  summary:
    "ESP-IDF's examples/protocols/mqtt/tcp: subscribes, unsubscribes and publishes in its handler at each CONNECTED",
  library: 'esp-mqtt',
  options: [
    { name: 'prefix', type: 'str', default: '/topic', summary: 'what its topics begin with: /qos0 and /qos1 follow' },
    { name: 'keepalive', type: 'seconds', default: 120, summary: 'session.keepalive' },
  ],
  *run(context, options) {
    const [qos0, qos1] = [`${String(options.prefix)}/qos0`, `${String(options.prefix)}/qos1`]
    const { client: kind, will } = context
    const client: EmulatedClient = kind.create(
      {
        ...identityOf(context, options),
        'session.keepalive': options.keepalive!,
        ...(will === undefined ? {} : kind.inTask!.will({ ...will, topic: utf8(will.topic) })),
      },
      {
        *onEspEvent(event) {
          const fields = eventFields(event)
          yield* print(`MQTT_EVENT_${event.name}${fields === '' ? '' : ` ${fields}`}`)
          if (event.name === 'CONNECTED') {
            yield* sent('publish', yield* call('publish', qos1, 'data_3', 0, 1, 0))
            yield* sent('subscribe', yield* call('subscribe', qos0, 0))
            yield* sent('subscribe', yield* call('subscribe', qos1, 1))
            yield* sent('unsubscribe', yield* call('unsubscribe', qos1))
          } else if (event.name === 'SUBSCRIBED') yield* sent('publish', yield* call('publish', qos0, 'data', 0, 0, 0))
        },
      },
    )
    const call = callsOf(client)
    const sent = (what: string, id: PyValue): Program<void> => print(`sent ${what} successful, msg_id=${String(id)}`)
    yield* call('start')
    // All else is in the library's task.
    yield* waitFor(new Signal('nothing'), null)
  },
})
