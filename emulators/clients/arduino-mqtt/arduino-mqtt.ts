// arduino-mqtt (256dpi), in 2.5.2 and 2.5.3: the kind.

import { type Program, PythonError, type PyValue } from '../../board.ts'
import { Problem } from '../../core/problem.ts'
import { seconds } from '../../core/time.ts'
import { numberOf } from '../arduino/c.ts'
import { networkOf } from '../arduino/options.ts'
import { type ClientHooks, type ClientKind, type EmulatedClient, type Options, parseOptions } from '../client.ts'
import { real } from '../python/number.ts'
import { beginWith, MQTTClientCalls } from './calls.ts'
import type { LwmqttTraits } from './client.ts'
import {
  ARDUINO_MQTT_HABITS,
  ARDUINO_MQTT_METHODS,
  ARDUINO_MQTT_OPTIONS,
  ARDUINO_MQTT_QUIRKS,
  ARDUINO_MQTT_VERSIONS,
  arduinoMqttVerbs,
} from './kind.ts'
import { type CallbackKind, MQTTClient } from './mqtt-client.ts'

const NAME = 'arduino-mqtt'

const TRAITS: Readonly<Record<string, LwmqttTraits>> = {
  '2.5.2': { firstPacketId: 1, checksIncoming: false, countsSubackCodes: false, passwordNeedsNoUser: false },
  '2.5.3': { firstPacketId: 0, checksIncoming: true, countsSubackCodes: true, passwordNeedsNoUser: true },
}

const CALLBACKS: readonly CallbackKind[] = ['advanced', 'simple', 'none']

function callbackOf(value: PyValue | undefined): CallbackKind {
  const known = CALLBACKS.find((kind) => kind === value)
  if (known !== undefined) return known
  throw new Problem('client/bad-option', `${NAME}: unknown callback ${String(value)}`, {
    hint: `one of ${CALLBACKS.join(', ')}`,
  })
}

function create(traits: LwmqttTraits, given: Options, hooks: ClientHooks): EmulatedClient {
  const options = parseOptions(NAME, ARDUINO_MQTT_OPTIONS, given)
  const net = networkOf(NAME, options, hooks)
  const sizes = { read: sizeOf(options.readBufSize), write: sizeOf(options.writeBufSize) }
  const mqtt = new MQTTClient(net, traits, sizes, function* (topic, payload): Program<void> {
    if (hooks.onMessage !== undefined) yield* hooks.onMessage(topic, payload)
  })
  beginWith(mqtt, String(options.server), numberOf(options.port))
  mqtt.onMessage(callbackOf(options.callback))
  mqtt.setKeepAlive(numberOf(options.keepAlive))
  mqtt.setCleanSession(options.cleanSession === true)
  mqtt.setTimeout(Math.round(real(options.timeout!) * 1000))
  mqtt.dropOverflow(options.dropOverflow === true)
  const { clientID, username, password } = options as Record<'clientID' | 'username' | 'password', PyValue>
  return new MQTTClientCalls(mqtt, net, ARDUINO_MQTT_METHODS, { clientID, username, password })
}

/** What `malloc` is asked for. */
function sizeOf(value: PyValue | undefined): number {
  const size = numberOf(value)
  if (size < 0) throw new PythonError('MemoryError', `a buffer of ${size} bytes`)
  return size
}

function arduinoMqttAt(version: string): ClientKind {
  return {
    name: NAME,
    library: 'MQTT (arduino-mqtt, 256dpi)',
    version,
    versions: ARDUINO_MQTT_VERSIONS,
    at: arduinoMqttAt,
    summary: 'the Arduino library over lwmqtt: QoS 0 to 2, a second for each answer, and whatever goes wrong closes',
    options: ARDUINO_MQTT_OPTIONS,
    methods: ARDUINO_MQTT_METHODS,
    quirks: ARDUINO_MQTT_QUIRKS,
    habits: ARDUINO_MQTT_HABITS,
    sketch: { retry: seconds(1) },
    verbs: arduinoMqttVerbs,
    identity: (name, server, port) => ({ clientID: name, server, port }),
    create: (options, hooks) => create(TRAITS[version]!, options, hooks),
  }
}

export const arduinoMqtt: ClientKind = arduinoMqttAt('2.5.3')
