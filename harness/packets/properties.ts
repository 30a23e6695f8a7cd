// The properties of MQTT 5 by their names in the specification, in camel case. Which property may stand in
// which packet is not checked: a conformance test wants to send the wrong ones, too. A list sends a property more
// than once.

import { z } from 'zod'
import { PROPERTIES, type PropertyKind, type PropertyName, seconds } from '../../emulators/index.ts'
import { duration } from '../scenario/index.ts'
import { binaryField, hexBytes, stringField } from './words.ts'

/** Intervals are written with their unit, as every duration is. */
const interval = (most: number) =>
  duration()
    .transform((d) => d / seconds(1))
    .refine((s) => Number.isInteger(s) && s <= most, `on the wire these are whole seconds, at most ${most}s`)
const whole = (most: number) => z.number().int().min(0).max(most)
/** A quarter of what its two-byte length can tell: a character has at most four bytes. */
const pairText = z.string().max(16_383)
const INTERVALS: readonly string[] = [
  'messageExpiryInterval',
  'sessionExpiryInterval',
  'serverKeepAlive',
  'willDelayInterval',
]

const oneOf = (name: string, kind: PropertyKind): z.ZodType => {
  if (INTERVALS.includes(name)) {
    const most = kind === 'uint16' ? 0xffff : 0xffff_ffff
    return z.union([interval(most), whole(most)])
  }
  switch (kind) {
    case 'byte':
      return z.union([whole(255), z.boolean().transform(Number)])
    case 'uint16':
      return whole(0xffff)
    case 'uint32':
      return whole(0xffff_ffff)
    case 'varint':
      return whole(268_435_455)
    case 'string':
      return stringField()
    case 'binary':
      return binaryField()
    case 'pairs':
      return z.tuple([pairText, pairText])
  }
}

const schemaOf = (name: string, kind: PropertyKind): z.ZodType => {
  const value = oneOf(name, kind)
  return kind === 'pairs' ? z.union([z.record(pairText, pairText), z.array(value)]) : z.union([value, z.array(value)])
}

const shape = Object.fromEntries(
  Object.entries(PROPERTIES).map(([name, [id, kind]]) => [
    name,
    schemaOf(name, kind).optional().describe(`property ${id} of MQTT 5, ${kind}; a list sends it more than once`),
  ]),
) as Record<PropertyName, z.ZodOptional<z.ZodType>>

const hex = hexBytes()
  .optional()
  .describe('replaces all of them: the bytes between the length and the end of the properties')

/** zod gives a map's keys in the order of the schema; properties are sent in the order in which they are written. */
function inWrittenOrder<S extends z.ZodObject>(schema: S): S {
  const { run } = schema._zod
  schema._zod.run = (payload, context) => {
    const written = payload.value
    const result = run(payload, context)
    if (result instanceof Promise || typeof written !== 'object' || written === null) return result
    const read = result.value as Readonly<Record<string, unknown>>
    if (typeof read !== 'object' || read === null) return result
    result.value = Object.fromEntries(Object.keys(written).flatMap((key) => (key in read ? [[key, read[key]]] : [])))
    return result
  }
  return schema
}

/** `{ sessionExpiryInterval: 30s, userProperty: { a: b } }`, or `{ hex: … }` for what is not a list of properties. */
export const properties = inWrittenOrder(z.strictObject({ ...shape, hex }))
export type SentProperties = z.output<typeof properties>

const absent = z.strictObject({ absent: z.literal(true).describe('take it away') })

/** Of a packet that is there: what is named has the other value, `{ absent: true }` takes it away, the rest stays. */
export const propertyChanges = inWrittenOrder(
  z.strictObject({
    ...(Object.fromEntries(
      (Object.keys(shape) as PropertyName[]).map((name) => [
        name,
        z
          .union([shape[name].unwrap(), absent])
          .optional()
          .describe(shape[name].description ?? ''),
      ]),
    ) as unknown as Record<PropertyName, z.ZodOptional<z.ZodType>>),
    hex,
  }),
)
export type PropertyChanges = z.output<typeof propertyChanges>

/** What a packet's properties become. */
export function changedProperties(came: SentProperties | undefined, changes: PropertyChanges): SentProperties {
  if (changes.hex !== undefined) return { hex: changes.hex }
  const changed: Record<string, unknown> = { ...came }
  for (const [name, value] of Object.entries(changes))
    if (isAbsent(value)) delete changed[name]
    else if (value !== undefined) changed[name] = value
  return changed as SentProperties
}

const isAbsent = (value: unknown): boolean => typeof value === 'object' && value !== null && 'absent' in value

/** With their length before them, in the order in which they were told. */
export function encodeProperties(given: SentProperties): Uint8Array {
  const body =
    given.hex ?? Buffer.concat(Object.entries(given).flatMap(([name, value]) => all(name as PropertyName, value)))
  return Buffer.concat([varint(body.length), body])
}

/** The property, once for each value. */
function all(name: PropertyName, value: unknown): Uint8Array[] {
  if (value === undefined) return []
  const [id, kind] = PROPERTIES[name]
  const values =
    kind === 'pairs' && !Array.isArray(value) ? Object.entries(value as object) : Array.isArray(value) ? value : [value]
  return values.map((one: unknown) => Buffer.concat([Uint8Array.of(id), bytesOf(kind, one)]))
}

function bytesOf(kind: PropertyKind, value: unknown): Uint8Array {
  switch (kind) {
    case 'byte':
      return Uint8Array.of(value as number)
    case 'uint16':
      return uint16(value as number)
    case 'uint32':
      return Buffer.concat([uint16(Math.floor((value as number) / 65_536)), uint16((value as number) % 65_536)])
    case 'varint':
      return varint(value as number)
    case 'string':
    case 'binary':
      return prefixed(typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array))
    case 'pairs': {
      const [name, text] = value as [string, string]
      return Buffer.concat([prefixed(Buffer.from(name)), prefixed(Buffer.from(text))])
    }
  }
}

/** Seven bits a byte, least significant first [MQTT 3.1.1, 2.2.3]. */
export function varint(n: number): Uint8Array {
  const out: number[] = []
  let left = n
  do {
    const more = left > 127
    out.push((left % 128) | (more ? 128 : 0))
    left = Math.floor(left / 128)
  } while (left > 0)
  return Uint8Array.from(out)
}

/** Two bytes, most significant first [MQTT-1.5.2]. */
export const uint16 = (n: number): Uint8Array => Uint8Array.from([(n >> 8) & 255, n & 255])

/** Bytes after their own two-byte length; at most 65535 of them. */
export const prefixed = (bytes: Uint8Array): Uint8Array => Buffer.concat([uint16(bytes.length), bytes])
