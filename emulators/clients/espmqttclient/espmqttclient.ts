// espMqttClient 1.7.3 (bertmelis), over the synchronous network object of an ESP8266 or ESP32.

import { Problem } from '../../core/problem.ts'
import { seconds } from '../../core/time.ts'
import { cString, numberOf } from '../arduino/c.ts'
import { networkOf } from '../arduino/options.ts'
import { type ClientHooks, type ClientKind, type EmulatedClient, type Options, parseOptions } from '../client.ts'
import { EspMqttClientCalls } from './calls.ts'
import { HABITS, METHODS, OPTIONS, QUIRKS, VERBS } from './kind.ts'

const NAME = 'espmqttclient'
/** What `EMC_GENERATE_CLIENTID` makes of the chip's id; the id is that of the recordings. */
const CHIP_ID = '123456'

function create(given: Options, hooks: ClientHooks): EmulatedClient {
  const options = parseOptions(NAME, OPTIONS, given)
  const core = String(options.core)
  if (core === 'ethernet')
    throw new Problem('client/bad-option', `${NAME}: there is none for the core ethernet`, {
      hint: 'one of esp8266, esp32',
    })
  const settings = {
    clientId: options.clientId === null ? new TextEncoder().encode(core + CHIP_ID) : cString(options.clientId),
    host: String(options.server),
    port: numberOf(options.port),
    keepAlive: numberOf(options.keepAlive) * 1000,
    timeout: numberOf(options.timeout) * 1000,
    cleanSession: options.cleanSession === true,
    username: cString(options.username),
    password: cString(options.password),
    willTopic: null,
    willQos: 0,
    willRetain: false,
    willPayload: null,
  }
  return new EspMqttClientCalls(settings, networkOf(NAME, options, hooks), hooks, options.internalTask === true)
}

export const espMqttClient: ClientKind = {
  name: NAME,
  library: 'espMqttClient (bertmelis)',
  version: '1.7.3',
  summary: 'a queue and a state machine for ESP32 and ESP8266: QoS 0 to 2 in the background, sent again until answered',
  options: OPTIONS,
  methods: METHODS,
  quirks: QUIRKS,
  habits: HABITS,
  verbs: VERBS,
  pingsUncalled: true,
  events: {
    connected: 'onConnect',
    lost: { event: 'onDisconnect', retry: seconds(5), method: 'connect' },
    published: 'onPublish',
  },
  identity: (name, server, port) => ({ clientId: name, server, port }),
  create,
}
