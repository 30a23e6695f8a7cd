// `use: raw`: a device that sends what it is told and nothing else. Its verbs make ordinary packets of ordinary
// words; `send` makes any other. The tool for conformance: it keeps no rule of MQTT by itself.

import type { OptionSpec, PyValue } from '../../../emulators/index.ts'
import type { PacketFields } from '../../packets/index.ts'
import { CALL_VERBS } from '../call-verbs.ts'
import { type WillSettings, willOf } from '../keys.ts'
import type { DeviceKind } from '../kind.ts'
import { optionsOf } from '../options.ts'
import { levelOf } from '../protocol.ts'
import type { AnswerType } from './answers.ts'
import { METHODS, rawDevice } from './device.ts'

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'clientId',
    means: 'client id',
    type: 'str',
    default: null,
    summary: "client id; without it the device's name",
  },
  { name: 'keepalive', means: 'keep alive', type: 'seconds', default: 0, summary: 'keep alive of CONNECT' },
  { name: 'clean', type: 'bool', default: true, summary: 'clean session, when connect does not say' },
  {
    name: 'protocolLevel',
    type: 'int',
    default: 4,
    summary: 'any protocol level, known or not; protocol: has words for the known ones',
  },
  {
    name: 'subprotocol',
    type: 'str',
    default: 'mqtt',
    summary: 'over WebSocket: what its upgrade offers; "" is none, "mqtt, mqttv3.1" is two',
  },
  { name: 'protocolName', type: 'str', default: null, summary: 'without it MQIsdp for level 3, MQTT for the others' },
  { name: 'username', means: 'user name', type: 'str', default: null, summary: 'user name' },
  { name: 'password', means: 'password', type: 'bytes', default: null, summary: 'password' },
]

interface Settings {
  readonly connect: Omit<PacketFields, 'clientId'> & { readonly clientId: Uint8Array | undefined }
  readonly auto: ReadonlySet<AnswerType>
  readonly subprotocols: readonly string[]
}

export const raw: DeviceKind<Settings> = {
  name: 'raw',
  verbs: ['send'],
  summary: 'sends any packet, part of a packet, or any bytes, and answers only what answers: lists',
  options: OPTIONS,
  keys: ['protocol', 'with', 'will', 'auto'],
  levels: [3, 4, 5],
  level: ({ connect }) => connect.protocolLevel ?? 4,
  choosesLevel: () => 'by steps', // send takes any CONNECT
  speaksWebSocket: true,
  names: () => ({ methods: [...METHODS, ...CALL_VERBS, 'send'], raises: [] }),
  lacks: { noun: 'a raw device', hint: 'it takes protocol, with, will and auto' },
  compile(written) {
    const options = optionsOf(written, 'raw', OPTIONS)
    const offered = (options.subprotocol as string | undefined) ?? 'mqtt'
    return {
      connect: connectOf(options, levelOf(written, options.protocolLevel), willOf(written.words)),
      auto: new Set(written.words.auto),
      subprotocols: offered.split(/[\s,]+/).filter((one) => one !== ''),
    }
  },
  busy: () => null,
  make({ connect, ...rest }, around) {
    const clientId = connect.clientId ?? utf8(around.name)
    return rawDevice({ ...around, ...rest, connect: { ...connect, clientId } })
  },
}

function connectOf(
  options: Readonly<Record<string, PyValue>>,
  level: number,
  will: WillSettings | null,
): Settings['connect'] {
  return {
    type: 'connect',
    protocolName: bytesOf(options.protocolName) ?? utf8(level === 3 ? 'MQIsdp' : 'MQTT'),
    protocolLevel: level,
    clean: (options.clean as boolean | undefined) ?? true,
    keepalive: (options.keepalive as number | undefined) ?? 0,
    clientId: bytesOf(options.clientId),
    will: will === null ? undefined : { ...will, topic: utf8(will.topic) },
    username: bytesOf(options.username),
    password: bytesOf(options.password),
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

function bytesOf(value: PyValue | undefined): Uint8Array | undefined {
  return typeof value === 'string' ? utf8(value) : value instanceof Uint8Array ? value : undefined
}
