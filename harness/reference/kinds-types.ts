// harness/vitest/kinds.ts: kinds of devices, their options and methods, and the fields of packets as types, from the registries.

import { type ClientKind, clientAt, clients, type FirmwareKind, firmware } from '../../emulators/index.ts'
import { type AnyDeviceKind, type DeviceOption, deviceKinds, FROM_THE_LINK } from '../devices/index.ts'
import { COMMON_FIELDS, FIELDS_OF } from '../expect/index.ts'

const HEAD = `// What each kind of device takes, and which fields each packet has. Made by \`npm run docs\` from the registries.

import type { YamlMap } from '../plan/index.ts'
import type { DurationText } from './words.ts'
`

export function kindsTypes(): string {
  const kinds = [...Object.values(deviceKinds)].map(entryOf)
  const programs = Object.values<FirmwareKind>(firmware)
    .filter(({ name }) => name !== 'puppet')
    .map(({ name, summary, options }) => `${doc(summary)}  readonly ${key(name)}: ${withType(options)}`)
  return `${HEAD}
/**
 * By the word that \`device()\` is given: the keys it takes, its options under \`with\`, the methods of its library. A project adds its own:
 * \`declare module 'mqtt-hil/vitest/test' { interface DeviceKinds { pump: { … } } }\`.
 */
export interface DeviceKinds {
${kinds.join('\n')}
}

/** The programs that a device can run in place of the puppet, with their options under \`with\`. */
export interface FirmwareOptions {
${programs.join('\n')}
}

/** Fields of a decoded packet, by its type. */
export interface FieldsOf {
${Object.entries(FIELDS_OF)
  .map(([type, fields]) => `  readonly ${type}: ${union([...fields, ...COMMON_FIELDS])}`)
  .join('\n')}
}
`
}

function entryOf(kind: AnyDeviceKind): string {
  const client = (clients as Readonly<Record<string, ClientKind>>)[kind.name]
  const methods = client === undefined ? 'string' : union(Object.keys(client.methods))
  const takes = (kind.keys as readonly string[]).includes('with')
  const options = client === undefined ? kind.options : optionsOf(client)
  const given = !takes ? 'never' : options === undefined ? 'YamlMap' : withType(options)
  return `${doc(kind.summary)}  readonly ${key(kind.name)}: {
    readonly keys: ${union(kind.keys)}
    readonly with: ${given.replaceAll('\n', '\n  ')}
    readonly methods: ${methods}
  }`
}

/** Of all its versions. */
function optionsOf(client: ClientKind): readonly DeviceOption[] {
  const all = [client, ...(client.versions ?? []).map(({ version }) => clientAt(client, version))]
  return [...new Map(all.flatMap(({ options }) => options).map((option) => [option.name, option])).values()]
}

function withType(options: readonly DeviceOption[]): string {
  const own = options.filter(({ name }) => !FROM_THE_LINK.includes(name))
  if (own.length === 0) return 'Readonly<Record<string, never>>'
  return `{\n${own.map((option) => `${doc(option.summary, '    ')}    readonly ${key(option.name)}?: ${TYPES[option.type]}`).join('\n')}\n  }`
}

const TYPES: Readonly<Record<DeviceOption['type'], string>> = {
  seconds: 'DurationText',
  milliseconds: 'DurationText',
  int: 'number',
  bool: 'boolean',
  tls: "boolean | 'context' | 'verify'",
  str: 'string',
  bytes: 'string',
}

const doc = (text: string, indent = '  '): string => `${indent}/** ${text.replaceAll('*/', '* /')} */\n`
const key = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`)
const union = (words: readonly string[]): string =>
  words.length === 0 ? 'never' : words.map((word) => `'${word}'`).join(' | ')
