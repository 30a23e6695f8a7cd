// mqtt_as 0.8.3 as of 2025-05-07: the asynchronous client that MicroPython users with bad Wi-Fi are told to use. MQTT 5,
// `wan_ok` (a question to 8.8.8.8) and the other boards' ways to join Wi-Fi are left out.

import type { PyValue } from '../../board.ts'
import { type ClientKind, inheritedOptions, type Options } from '../client.ts'
import { MqttAs } from './client.ts'
import { HABITS, METHODS, OPTIONS, QUIRKS, VERBS } from './kind.ts'

export const mqttAs: ClientKind = {
  name: 'mqtt_as',
  library: 'mqtt_as (Peter Hinch)',
  version: '0.8.3',
  summary: "MicroPython's asynchronous client: pings, sends again, reconnects with Wi-Fi and all, for ever",
  options: OPTIONS,
  methods: METHODS,
  quirks: QUIRKS,
  habits: HABITS,
  verbs: VERBS,
  pingsUncalled: true,
  events: { connected: 'connect_coro' },
  identity: (name, server, port) => ({ client_id: new Uint8Array(new TextEncoder().encode(name)), server, port }),
  create({ will = null, ...options }, hooks) {
    return new MqttAs(settled(inheritedOptions('mqtt_as', OPTIONS, options), will), hooks)
  },
}

/** One literal, so that all devices of a fleet share its shape: an object that keys were added to has one of its own. */
function settled(options: Options, will: PyValue): Options {
  return {
    client_id: options.client_id!,
    server: options.server!,
    port: options.port!,
    user: options.user!,
    password: options.password!,
    keepalive: options.keepalive!,
    ping_interval: options.ping_interval!,
    ssl: options.ssl!,
    response_time: options.response_time!,
    clean_init: options.clean_init!,
    clean: options.clean!,
    max_repubs: options.max_repubs!,
    ssid: options.ssid!,
    wifi_pw: options.wifi_pw!,
    queue_len: options.queue_len!,
    will,
  }
}
