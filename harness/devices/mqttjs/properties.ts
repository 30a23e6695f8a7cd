// Properties as scenarios write them, in MQTT.js's own names and types. What it cannot send is raised and not left out.

import type { UserProperties } from 'mqtt-packet'
import { PROPERTIES, type PropertyName, PythonError } from '../../../emulators/index.ts'
import type { SentProperties } from '../../packets/index.ts'

const NAMES: Readonly<Partial<Record<PropertyName, string>>> = {
  maximumQos: 'maximumQoS',
  userProperty: 'userProperties',
  subscriptionIdentifierAvailable: 'subscriptionIdentifiersAvailable',
}

/** undefined: none. Throws PythonError ValueError. */
export function inItsWords(properties: SentProperties | undefined): Record<string, unknown> | undefined {
  if (properties === undefined) return undefined
  if (properties.hex !== undefined) throw refused('properties by their bytes')
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) =>
      value === undefined ? [] : [[NAMES[name as PropertyName] ?? name, valueOf5(name as PropertyName, value)]],
    ),
  )
}

function valueOf5(name: PropertyName, value: unknown): unknown {
  const kind = PROPERTIES[name][1]
  if (kind === 'pairs') return userProperties(value)
  if (Array.isArray(value)) {
    if (value.length !== 1) throw refused(`${name} more than once`)
    return valueOf5(name, value[0])
  }
  switch (kind) {
    case 'string':
      return textOf(name, value as Uint8Array)
    case 'binary':
      return Buffer.from(value as Uint8Array)
    case 'byte':
      if (name === 'maximumQos') return value
      if (value !== 0 && value !== 1) throw refused(`${name} ${value}`)
      return value === 1
    default:
      return value
  }
}

function textOf(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refused(`${name} that is not UTF-8`)
  }
}

/** MQTT.js has a map: pairs of one name leave together, and names that look like numbers first. */
function userProperties(value: unknown): UserProperties {
  const pairs = (Array.isArray(value) ? value : Object.entries(value as object)) as readonly [string, string][]
  const map: Record<string, string[]> = {}
  for (const [name, text] of pairs) {
    map[name] ??= []
    map[name].push(text)
  }
  const leaving = Object.entries(map).flatMap(([name, texts]) => texts.map((text) => [name, text]))
  if (JSON.stringify(leaving) !== JSON.stringify(pairs)) throw refused('user properties in this order')
  return map
}

const refused = (what: string): PythonError => new PythonError('ValueError', `MQTT.js cannot send ${what}`)
