// `use: mqttjs`: MQTT.js as a device like any other, the well-behaved reference. Its options have MQTT.js's names.

import type { IClientOptions } from 'mqtt'
import { childOf, entryOf } from '../../scenario/index.ts'
import { CALL_VERBS } from '../call-verbs.ts'
import { type WillSettings, willOf } from '../keys.ts'
import type { DeviceKind } from '../kind.ts'
import { type DeviceOption, optionsOf } from '../options.ts'
import { levelOf } from '../protocol.ts'
import { METHODS, mqttjsDevice } from './device.ts'
import { inItsWords } from './properties.ts'

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
  { name: 'protocolVersion', type: 'int', default: 4, summary: '3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.0; see protocol:' },
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
  { name: 'autoAssignTopicAlias', type: 'bool', default: false, summary: 'MQTT 5: gives topics aliases by itself' },
  { name: 'autoUseTopicAlias', type: 'bool', default: false, summary: 'MQTT 5: uses aliases that were given before' },
]

const VERSIONS = [3, 4, 5]

const ofWill = ({ payload, properties, ...will }: WillSettings): object => ({
  ...will,
  payload: Buffer.from(payload),
  ...(properties === undefined ? {} : { properties: inItsWords(properties) }),
})

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
  keys: ['protocol', 'with', 'will', 'poll'],
  isClient: true,
  levels: [3, 4, 5],
  level: ({ options }) => options.protocolVersion ?? 4,
  speaksWebSocket: true,
  shows: ['serial'],
  names: () => ({ methods: [...METHODS, ...CALL_VERBS], raises: [] }),
  lacks: { noun: 'an MQTT.js client', hint: 'it takes protocol, with, will and poll' },
  compile(written) {
    const { rejectUnauthorized = true, ...given } = optionsOf(written, 'mqttjs', OPTIONS) as Record<string, unknown>
    const version = levelOf(written, given.protocolVersion)
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
        protocolVersion: version,
        ...(will === null ? {} : { will: ofWill(will) }),
      } as IClientOptions,
      verifies: rejectUnauthorized === true,
    }
  },
  busy: () => null,
  make: ({ options, verifies }, around) =>
    mqttjsDevice({ ...around, verifies, options: { clientId: around.name, ...options } }),
}
