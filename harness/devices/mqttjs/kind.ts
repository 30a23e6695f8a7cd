// `use: mqttjs`: MQTT.js as a device like any other, the well-behaved reference. Its options have MQTT.js's names.

import type { IClientOptions } from 'mqtt'
import { childOf, entryOf } from '../../scenario/index.ts'
import { willOf } from '../keys.ts'
import type { DeviceKind } from '../kind.ts'
import { type DeviceOption, optionsOf } from '../options.ts'
import { mqttjsDevice } from './device.ts'

const OPTIONS: readonly DeviceOption[] = [
  {
    name: 'clientId',
    means: 'client id',
    type: 'str',
    default: null,
    summary: "client id; without it the device's name",
  },
  { name: 'clean', type: 'bool', default: true, summary: 'clean session, when connect does not say' },
  { name: 'keepalive', means: 'keep alive', type: 'seconds', default: 60, summary: 'keep alive; it pings by itself' },
  {
    name: 'reconnectPeriod',
    type: 'milliseconds',
    default: 1000,
    summary: 'from a loss to the next attempt; 0s: none',
  },
  { name: 'connectTimeout', type: 'milliseconds', default: 30_000, summary: 'how long it waits for CONNACK' },
  { name: 'username', means: 'user name', type: 'str', default: null, summary: 'user name' },
  { name: 'password', means: 'password', type: 'bytes', default: null, summary: 'password' },
  { name: 'protocolVersion', type: 'int', default: 4, summary: '3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.0' },
  { name: 'protocolId', type: 'str', default: null, summary: 'without it MQIsdp for version 3, MQTT for the others' },
  { name: 'resubscribe', type: 'bool', default: true, summary: 'subscribes again after a reconnect' },
  { name: 'reschedulePings', type: 'bool', default: true, summary: 'puts off a ping when something else was sent' },
  { name: 'queueQoSZero', type: 'bool', default: true, summary: 'keeps QoS 0 messages while it is not connected' },
  {
    name: 'rejectUnauthorized',
    type: 'bool',
    default: true,
    summary: 'verifies the certificate, with link: { tls: … }',
  },
  { name: 'reconnectOnConnackError', type: 'bool', default: false, summary: 'tries again after a refusal' },
]

const VERSIONS = [3, 4, 5]

interface Settings {
  readonly options: IClientOptions
  readonly verifies: boolean
}

export const mqttjs: DeviceKind<Settings> = {
  name: 'mqttjs',
  binding: { irreplaceable: 'whose library no board has' },
  summary: 'MQTT.js, the well-behaved reference client; messages it receives are lines on its console',
  options: OPTIONS,
  // It listens by itself; `poll` is for those that can be bound in its place.
  keys: ['with', 'will', 'poll'],
  speaksWebSocket: true,
  shows: ['serial'],
  lacks: { noun: 'an MQTT.js client', hint: 'it takes with, will and poll' },
  compile(written) {
    const { rejectUnauthorized = true, ...given } = optionsOf(written, 'mqttjs', OPTIONS) as Record<string, unknown>
    const version = given.protocolVersion ?? 4
    if (!VERSIONS.includes(version as number)) {
      written.diagnostics.add({
        code: 'scenario/option-type',
        message: `MQTT.js speaks protocol versions 3, 4 and 5, not ${version}`,
        at: entryOf(childOf(written.node, 'with'), 'protocolVersion')!.value.place,
        hint: 'a raw device sends any',
      })
      return undefined
    }
    const will = willOf(written.words)
    const protocolId = given.protocolId ?? (version === 3 ? 'MQIsdp' : 'MQTT')
    const password = given.password === undefined ? {} : { password: Buffer.from(given.password as Uint8Array) }
    return {
      options: {
        ...given,
        ...password,
        protocolId,
        ...(will === null ? {} : { will: { ...will, payload: Buffer.from(will.payload) } }),
      } as IClientOptions,
      verifies: rejectUnauthorized === true,
    }
  },
  busy: () => null,
  make: ({ options, verifies }, around) =>
    mqttjsDevice({ ...around, verifies, options: { clientId: around.name, ...options } }),
}
