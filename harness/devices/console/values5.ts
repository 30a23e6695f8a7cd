// What of MQTT 5 can stand in a command: `{properties:json}` for all of them, `{properties.topicAlias}` for one.

import { PROPERTIES, type PropertyName } from '../../../emulators/index.ts'
import type { SentProperties } from '../../packets/index.ts'

export type Value = string | number | boolean | Uint8Array | readonly string[] | JsonMap | null | undefined
interface JsonMap {
  readonly [key: string]: unknown
}
export type Values = Readonly<Record<string, Value>>

/** What `{protocol}` becomes: `3.1.1`, `5`. */
export const protocolWords = (level: number | null): string => (level === 3 ? '3.1' : level === 5 ? '5' : '3.1.1')

/** All under `prefix`, as JSON, and each by its own name; those that are not said are empty. */
export function propertyValues(prefix: string, properties: SentProperties | undefined): Values {
  const values: Record<string, Value> = { [prefix]: jsonOf(properties ?? {}) }
  for (const name of Object.keys(PROPERTIES) as PropertyName[])
    values[`${prefix}.${name}`] = plain(name, properties?.[name])
  return values
}

/** By the names of the specification; bytes that are no text as `{ hex }`, user properties as a list of pairs. */
function jsonOf(properties: SentProperties): JsonMap {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, name === 'hex' ? hexOf(value as Uint8Array) : jsonValue(name, value)]],
    ),
  )
}

function jsonValue(name: string, value: unknown): unknown {
  if (name === 'userProperty' && !Array.isArray(value)) return Object.entries(value as object)
  if (Array.isArray(value)) return value.map((one) => (one instanceof Uint8Array ? textOf(one) : one))
  return value instanceof Uint8Array ? textOf(value) : value
}

function plain(name: PropertyName, value: unknown): Value {
  if (value instanceof Uint8Array || value === undefined) return value as Value
  if (typeof value !== 'object') return value as Value
  return { [name]: jsonValue(name, value) }
}

const hexOf = (bytes: Uint8Array): { readonly hex: string } => ({ hex: Buffer.from(bytes).toString('hex') })

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(bytes: Uint8Array): string | { readonly hex: string } {
  try {
    return STRICT.decode(bytes)
  } catch {
    return hexOf(bytes)
  }
}
