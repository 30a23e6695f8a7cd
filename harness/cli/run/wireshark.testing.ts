// Packets of MQTT 5 as Wireshark's own decoder reads them out of a capture, and as the record has them, in the same words:
// each field by Wireshark's name, texts and data by their bytes.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { XMLParser } from 'fast-xml-parser'
import { PACKET_TYPES, type Packet, PROPERTIES, type Properties, type PropertyName } from '../../../emulators/index.ts'

/** One field of a packet: `mqtt.kalive 10`, `mqtt.topic 612f62`. */
export type Told = string

interface Field {
  readonly name: string
  readonly show?: string
  readonly value?: string
  readonly field?: Field | readonly Field[]
}

interface Proto extends Field {
  readonly name: string
}

/** Numbers by what is shown, texts and data by their bytes; lengths and the fields that only hold others are left out. */
const NUMBERS: ReadonlySet<string> = new Set([
  'msgtype',
  'ver',
  'kalive',
  'msgid',
  'dupflag',
  'qos',
  'retain',
  'conflag.uname',
  'conflag.passwd',
  'conflag.retain',
  'conflag.qos',
  'conflag.willflag',
  'conflag.cleansess',
  'conack.flags.sp',
  'subscription_options_qos',
  'subscription_options_nl',
  'subscription_options_rap',
  'subscription_options_retain',
  'prop_number',
  'property.max_qos',
  'property.topic_alias',
])
const BYTES: ReadonlySet<string> = new Set([
  'protoname',
  'clientid',
  'username',
  'passwd',
  'willtopic',
  'willmsg',
  'topic',
  'msg',
  'prop_string',
  'prop_key',
  'prop_value',
])

const listOf = <T>(one: T | readonly T[] | undefined): readonly T[] =>
  one === undefined ? [] : Array.isArray(one) ? (one as readonly T[]) : [one as T]

/** The fields of each MQTT packet of a capture file, in order. */
export async function shownBy(tshark: string, file: string): Promise<Told[][]> {
  const args = ['-r', file, '-Y', 'mqtt', '-T', 'pdml', '-J', 'mqtt']
  const { stdout } = await promisify(execFile)(tshark, args, { maxBuffer: 1 << 30 })
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: false })
  const { pdml } = parser.parse(stdout) as { pdml: { packet: { proto: Proto[] } | { proto: Proto[] }[] } }
  return listOf(pdml.packet).map(({ proto }) => {
    const [mqtt, ...more] = listOf(proto).filter(({ name }) => name === 'mqtt')
    if (mqtt === undefined || more.length > 0) throw new Error('not one packet in a frame')
    return inOrder(listOf(mqtt.field).flatMap(told))
  })
}

function told({ name, show = '', value = '', field }: Field): Told[] {
  const short = name.replace('mqtt.', '')
  const inside = listOf(field).flatMap(told)
  if (short.endsWith('.reason_code')) return [`reason_code ${Number(show)}`, ...inside]
  if (short === 'property_id') return [`property ${Number.parseInt(value, 16)}`, ...inside]
  if (NUMBERS.has(short)) return [`${short} ${Number(show)}`, ...inside]
  // Two bytes of it are its length.
  if (short === 'property.content_type') return [`${short} ${value.slice(4)}`, ...inside]
  // An empty payload is a field in some packets, and none in others.
  if ((short === 'topic' || short === 'msg') && value === '') return inside
  if (BYTES.has(short)) return [`${short} ${value}`, ...inside]
  return inside
}

/**
 * Properties by their numbers: the record keeps each one's values together. Empty data is no field of Wireshark's, and
 * empty texts are.
 */
function inOrder(fields: readonly Told[]): Told[] {
  const groups: Told[][] = []
  let properties: Told[][] = []
  const flush = (): void => {
    groups.push(...properties.toSorted(([a], [b]) => Number(a!.split(' ')[1]) - Number(b!.split(' ')[1])))
    properties = []
  }
  for (const field of fields) {
    if (field.startsWith('property ')) properties.push([field])
    else if (/^(prop_|property\.)/.test(field)) properties.at(-1)!.push(field)
    else {
      flush()
      groups.push([field])
    }
  }
  flush()
  return groups.flat()
}

const hex = (bytes: Uint8Array | string): string => Buffer.from(bytes as Uint8Array).toString('hex')
const masked = (bytes: Uint8Array): string => hex('*'.repeat(bytes.length))

/** What Wireshark should show of a packet that the record has; secrets are asterisks in a capture. */
export function expectedOf(packet: Packet): Told[] {
  const number = PACKET_TYPES.indexOf(packet.type as 'connect')
  return inOrder([`msgtype ${number}`, ...bodyOf(packet)])
}

function bodyOf(packet: Packet): Told[] {
  switch (packet.type) {
    case 'connect':
      return connect(packet)
    case 'connack':
      return [
        `conack.flags.sp ${Number(packet.sessionPresent)}`,
        `reason_code ${packet.returnCode}`,
        ...properties(packet),
      ]
    case 'publish':
      return [
        `dupflag ${Number(packet.dup)}`,
        `qos ${packet.qos}`,
        `retain ${Number(packet.retain)}`,
        // Instead of an empty one Wireshark shows the topic that the alias stands for, without bytes of its own.
        ...(packet.topic === '' ? [] : [`topic ${hex(packet.topic)}`]),
        ...(packet.packetId === undefined ? [] : [`msgid ${packet.packetId}`]),
        ...properties(packet),
        ...(packet.payload.length === 0 ? [] : [`msg ${hex(packet.payload)}`]),
      ]
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      // 2 bytes: the id alone, and neither code nor properties.
      return [
        `msgid ${packet.packetId}`,
        ...(packet.length > 2 ? [`reason_code ${packet.reasonCode}`] : []),
        ...properties(packet),
      ]
    case 'subscribe':
      return [
        `msgid ${packet.packetId}`,
        ...properties(packet),
        ...packet.subscriptions.flatMap((one) => [
          `topic ${hex(one.topic)}`,
          `subscription_options_retain ${one.retainHandling}`,
          `subscription_options_rap ${Number(one.retainAsPublished)}`,
          `subscription_options_nl ${Number(one.noLocal)}`,
          `subscription_options_qos ${one.qos}`,
        ]),
      ]
    case 'suback':
      return codes(packet, packet.granted)
    case 'unsuback':
      return codes(packet, packet.reasonCodes ?? [])
    case 'unsubscribe':
      return [`msgid ${packet.packetId}`, ...properties(packet), ...packet.topics.map((one) => `topic ${hex(one)}`)]
    case 'disconnect':
    case 'auth':
      return packet.length === 0 ? [] : [`reason_code ${packet.reasonCode}`, ...properties(packet)]
    case 'pingreq':
    case 'pingresp':
    case 'malformed':
      return []
  }
}

function connect(packet: Packet & { readonly type: 'connect' }): Told[] {
  const { will, username, password } = packet
  return [
    `protoname ${hex(packet.protocolName)}`,
    `ver ${packet.protocolLevel}`,
    `conflag.uname ${Number(username !== undefined)}`,
    `conflag.passwd ${Number(password !== undefined)}`,
    `conflag.retain ${Number(will?.retain ?? false)}`,
    `conflag.qos ${will?.qos ?? 0}`,
    `conflag.willflag ${Number(will !== undefined)}`,
    `conflag.cleansess ${Number(packet.clean)}`,
    `kalive ${packet.keepalive}`,
    ...properties(packet),
    `clientid ${hex(packet.clientId)}`,
    ...(will === undefined ? [] : properties(will)),
    ...(will === undefined ? [] : [`willtopic ${hex(will.topic)}`, `willmsg ${hex(will.payload)}`]),
    ...(username === undefined ? [] : [`username ${hex(username)}`]),
    ...(password === undefined ? [] : [`passwd ${masked(password)}`]),
  ]
}

const codes = (packet: Packet & { readonly type: 'suback' | 'unsuback' }, all: readonly number[]): Told[] => [
  `msgid ${packet.packetId}`,
  ...properties(packet),
  ...all.map((code) => `reason_code ${code}`),
]

function properties({ properties: given = {} }: { readonly properties?: Properties }): Told[] {
  return Object.entries(given).flatMap(([key, value]) => {
    const name = key as PropertyName
    const [id] = PROPERTIES[name]
    const pairs = name === 'userProperty' ? (value as readonly (readonly [string, string])[]) : null
    if (pairs !== null)
      return pairs.flatMap(([key, text]) => [`property ${id}`, `prop_key ${hex(key)}`, `prop_value ${hex(text)}`])
    return (Array.isArray(value) ? value : [value]).flatMap((one) => [`property ${id}`, said(name, one)])
  })
}

function said(name: PropertyName, value: unknown): Told {
  if (name === 'authenticationData') return `prop_string ${masked(value as Uint8Array)}`
  const own: Partial<Record<PropertyName, string>> = {
    contentType: 'property.content_type',
    maximumQos: 'property.max_qos',
    topicAlias: 'property.topic_alias',
  }
  const field = own[name] ?? (typeof value === 'number' ? 'prop_number' : 'prop_string')
  return `${field} ${typeof value === 'number' ? value : hex(value as string | Uint8Array)}`
}
