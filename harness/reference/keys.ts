// The keys that a zod schema takes, as rows of a table: name, type in words, default, description.
// A key without a description is an error here, so none reaches the reference or an editor.

import type { z } from 'zod'
import { packetMatch } from '../expect/index.ts'
import { disturbances } from '../link/index.ts'
import {
  binaryField,
  hexBytes,
  packetChanges,
  packetFields,
  payloadField,
  properties,
  stringField,
} from '../packets/index.ts'
import { pattern, statement } from '../plan/schema/grammar.ts'
import {
  count,
  duration,
  identifier,
  percent,
  qos,
  raisedMatcher,
  size,
  textMatcher,
  valueMatcher,
  versionText,
} from '../scenario/index.ts'
import { code, table } from './markdown.ts'

type Schema = z.core.$ZodType

interface Def {
  readonly type: string
  readonly shape?: Record<string, Schema>
  readonly innerType?: Schema
  readonly in?: Schema
  readonly element?: Schema
  readonly valueType?: Schema
  readonly items?: readonly Schema[]
  readonly options?: readonly Schema[]
  readonly entries?: Record<string, string>
  readonly values?: readonly unknown[]
  readonly defaultValue?: unknown
}

const defOf = (schema: Schema): Def => schema._zod.def as unknown as Def
const metaOf = (schema: Schema): Record<string, unknown> => (schema as z.ZodType).meta() ?? {}

/** Words of the vocabulary are known by what an editor checks of them; `.describe()` leaves that as it is. */
const fingerprint = (schema: Schema): string => {
  const { description: _, ...shape } = metaOf(schema)
  return JSON.stringify(shape)
}

const WORDS = new Map<string, string>([
  [fingerprint(duration()), '[duration](#units)'],
  [fingerprint(size()), '[size](#units)'],
  [fingerprint(identifier()), 'name'],
  [fingerprint(versionText()), 'text'],
  [fingerprint(statement), 'text'],
  [fingerprint(qos()), '`0`, `1` or `2`'],
  [fingerprint(count()), 'whole number, or `{ min, max }`'],
  [fingerprint(textMatcher()), '[text](#values)'],
  [fingerprint(valueMatcher()), '[value](#values)'],
  [fingerprint(percent()), '[percentage](#units)'],
  [fingerprint(disturbances.throttle.settings), '[size](#units) a second'],
  [fingerprint(hexBytes()), 'hex digits'],
  [fingerprint(stringField()), 'text or `{ hex }`'],
  [fingerprint(payloadField()), 'text, `{ hex }`, `{ json }` or `{ size }`'],
  [fingerprint(binaryField()), 'text, `{ hex }`, `{ json }` or `{ size }`'],
])

/** What has a table of its own elsewhere. */
const ELSEWHERE = new Map<Schema, string>([
  [raisedMatcher, '[exception](#exceptions)'],
  [pattern, '[matcher](#matchers)'],
  [packetMatch, '[decoded fields](#decoded-fields)'],
  [packetFields, '[packet](#packets)'],
  [packetChanges, '[fields of a packet](#packets)'],
  [properties, '[properties](#packets)'],
])

interface Key {
  readonly path: string
  readonly type: string
  readonly required: boolean
  readonly byDefault: string
  readonly description: string
}

export interface KeysOptions {
  /** Keys that are told elsewhere. */
  readonly except?: readonly string[]
  /** Types in better words than the schema has; their own keys are told elsewhere. */
  readonly types?: Readonly<Record<string, string>>
}

/** A table of the keys, those of maps inside written as `match.topic`. */
export function keysTable(schema: Schema, { except = [], types = {} }: KeysOptions = {}): string {
  const keys = keysOf(schema, '', except, types)
  if (keys.length === 0) return ''
  return table(
    ['key', 'type', 'default', 'what'],
    keys.map((key) => [
      code(key.path),
      types[key.path] ?? key.type,
      key.required ? '**required**' : key.byDefault === '' ? '' : key.byDefault,
      key.description,
    ]),
  )
}

function keysOf(
  schema: Schema,
  prefix: string,
  except: readonly string[] = [],
  types: Readonly<Record<string, string>> = {},
): Key[] {
  // What has a name of its own is told where that leads, except there.
  const maps = prefix === '' && defOf(schema).shape !== undefined ? [schema] : mapsIn(schema)
  return maps.flatMap((map) =>
    Object.entries(defOf(map).shape ?? {}).flatMap(([name, value]) => {
      if (except.includes(name)) return []
      const path = `${prefix}${name}`
      const told = Object.hasOwn(types, path)
      return [keyOf(path, value), ...(told ? [] : keysOf(value, `${path}.`, [], types))]
    }),
  )
}

/** The maps that may stand where the schema does. The items of a list and of a map by names have tables of their own. */
function mapsIn(schema: Schema): Schema[] {
  const def = defOf(schema)
  if (inWords(schema) !== undefined) return []
  if (def.shape !== undefined) return [schema]
  const inner = def.innerType ?? def.in
  if (inner !== undefined) return mapsIn(inner)
  return (def.options ?? []).flatMap(mapsIn)
}

function keyOf(path: string, schema: Schema): Key {
  const said = metaOf(schema).description
  if (typeof said !== 'string') throw new Error(`${path} has no description: give its schema a .describe()`)
  const parts = said.split('; ')
  const byDefault = parts.find((part) => part.startsWith('default: '))
  return {
    path,
    type: typeOf(schema),
    required: (schema as z.ZodType).safeParse(undefined).success === false,
    byDefault: byDefault === undefined ? defaultOf(schema) : byDefault.slice('default: '.length),
    description: parts.filter((part) => part !== byDefault).join('; '),
  }
}

function defaultOf(schema: Schema): string {
  const def = defOf(schema)
  if (def.type === 'default') return code(JSON.stringify(def.defaultValue))
  return def.innerType === undefined ? '' : defaultOf(def.innerType)
}

function inWords(schema: Schema): string | undefined {
  const elsewhere = ELSEWHERE.get(schema)
  if (elsewhere !== undefined) return elsewhere
  const shape = fingerprint(schema)
  return shape === '{}' ? undefined : WORDS.get(shape)
}

/** What may stand there, in words. */
export function typeOf(schema: Schema): string {
  const words = inWords(schema)
  if (words !== undefined) return words
  const def = defOf(schema)
  const inner = def.innerType ?? def.in
  if (inner !== undefined && metaOf(schema).type !== 'string') return typeOf(inner)
  switch (def.type) {
    case 'boolean':
      return '`true` or `false`'
    case 'number':
      return 'whole number'
    case 'literal':
      return def.values!.map((value) => code(String(value))).join(' or ')
    case 'enum':
      return Object.values(def.entries!).map(code).join(', ')
    case 'union':
      return [...new Set(def.options!.map(typeOf))].join(' or ')
    case 'array':
      return `list of ${plural(typeOf(def.element!))}`
    case 'tuple':
      return `[${def.items!.map(typeOf).join(', ')}]`
    case 'record':
      return `map of names to ${plural(typeOf(def.valueType!))}`
    case 'object':
      return 'map'
    case 'unknown':
    case 'lazy':
      return 'any value'
    default:
      return 'text'
  }
}

function plural(type: string): string {
  if (type === 'text') return type
  return type.startsWith('[') ? type.replace(']', 's]') : `${type}s`
}
