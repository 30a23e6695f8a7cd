// PubSubClient, in 2.8 and as PubSubClient3: the kind.

import type { Program, PyValue } from '../../board.ts'
import { Problem } from '../../core/problem.ts'
import { seconds } from '../../core/time.ts'
import { numberOf } from '../arduino/c.ts'
import { networkOf } from '../arduino/options.ts'
import { type ClientHooks, type ClientKind, type EmulatedClient, type Options, parseOptions } from '../client.ts'
import type { PubSubClientHooks } from './base.ts'
import { PubSubClientCalls } from './calls.ts'
import {
  METHODS_2,
  METHODS_3,
  PUBSUBCLIENT_HABITS,
  PUBSUBCLIENT_OPTIONS,
  PUBSUBCLIENT_QUIRKS,
  PUBSUBCLIENT_VERSIONS,
  verbsOf,
} from './kind.ts'
import type { PubSubClientBuild } from './state.ts'
import { PubSubClient2 } from './v2.ts'
import { PubSubClient3 } from './v3.ts'

const NAME = 'pubsubclient'

function buildOf(options: Options): PubSubClientBuild {
  const { MQTT_VERSION, MQTT_MAX_TRANSFER_SIZE } = options
  if (MQTT_VERSION !== 3 && MQTT_VERSION !== 4)
    throw new Problem('client/bad-option', `${NAME}: MQTT_VERSION is 3 or 4`, { hint: 'it speaks MQTT 3.1 and 3.1.1' })
  return {
    MQTT_VERSION,
    MQTT_MAX_TRANSFER_SIZE: MQTT_MAX_TRANSFER_SIZE === null ? null : numberOf(MQTT_MAX_TRANSFER_SIZE),
  }
}

class Hooks implements PubSubClientHooks {
  readonly #hooks: ClientHooks

  constructor(hooks: ClientHooks) {
    this.#hooks = hooks
  }

  *callback(topic: Uint8Array, payload: Uint8Array): Program<void> {
    if (this.#hooks.onMessage !== undefined) yield* this.#hooks.onMessage(topic, payload)
  }

  *stream(byte: number): Program<void> {
    if (this.#hooks.onEvent !== undefined) yield* this.#hooks.onEvent('stream', [Uint8Array.of(byte)])
  }
}

function create(version: string, given: Options, hooks: ClientHooks): EmulatedClient {
  const options = parseOptions(NAME, PUBSUBCLIENT_OPTIONS, given)
  const net = networkOf(NAME, options, hooks)
  const build = buildOf(options)
  const three = version !== '2.8'
  const size = numberOf(options.bufferSize)
  const mqtt = three
    ? new PubSubClient3(net, new Hooks(hooks), build, size, { receivesQos2: version === '3.3.0+158603e' })
    : new PubSubClient2(net, new Hooks(hooks), build, size)
  mqtt.setServer(String(options.server), numberOf(options.port))
  mqtt.setKeepAlive(numberOf(options.keepAlive))
  mqtt.setSocketTimeout(numberOf(options.socketTimeout))
  mqtt.setCallback(options.callback === true)
  mqtt.setStream(options.stream === true)
  const { id, user, pass } = options as Record<'id' | 'user' | 'pass', PyValue>
  return new PubSubClientCalls(mqtt, net, three ? METHODS_3 : METHODS_2, { id, user, pass })
}

function pubsubclientAt(version: string): ClientKind {
  const three = version !== '2.8'
  return {
    name: NAME,
    library: three ? 'PubSubClient3 (hmueller01)' : 'PubSubClient (knolleary)',
    version,
    versions: PUBSUBCLIENT_VERSIONS,
    at: pubsubclientAt,
    summary:
      'the Arduino library that most sketches and Tasmota are made with; QoS 0, one buffer, and nothing waited for',
    options: PUBSUBCLIENT_OPTIONS,
    methods: three ? METHODS_3 : METHODS_2,
    quirks: PUBSUBCLIENT_QUIRKS,
    habits: PUBSUBCLIENT_HABITS,
    sketch: { retry: seconds(5) },
    verbs: verbsOf(three),
    identity: (name, server, port) => ({ id: name, server, port }),
    create: (options, hooks) => create(version, options, hooks),
  }
}

export const pubsubclient: ClientKind = pubsubclientAt('2.8')
