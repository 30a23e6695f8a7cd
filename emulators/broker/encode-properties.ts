// Properties to bytes, in the order in which they are given.

import { PROPERTIES, type Properties, type PropertyName, type UserProperty } from '../mqtt/properties.ts'

/** With their length before them [MQTT 5.0, 2.2.2]. */
export function encodeProperties(given: Properties): Uint8Array {
  const body = Buffer.concat(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : one(name as PropertyName, value))),
  )
  return Buffer.concat([varint(body.length), body])
}

function one(name: PropertyName, value: unknown): Uint8Array[] {
  const [id, kind] = PROPERTIES[name]
  if (kind === 'pairs')
    return (value as readonly UserProperty[]).map(([k, v]) =>
      Buffer.concat([Uint8Array.of(id), prefixed(Buffer.from(k)), prefixed(Buffer.from(v))]),
    )
  const values = (Array.isArray(value) ? value : [value]) as readonly (number | string | Uint8Array)[]
  return values.map((v) => Buffer.concat([Uint8Array.of(id), bytesOf(kind, v)]))
}

function bytesOf(kind: string, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === 'string') return prefixed(Buffer.from(value))
  if (typeof value !== 'number') return prefixed(value)
  switch (kind) {
    case 'byte':
      return Uint8Array.of(value)
    case 'uint16':
      return uint16(value)
    case 'uint32':
      return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
    default:
      return varint(value)
  }
}

/** Seven bits a byte, least significant first [MQTT 5.0, 1.5.5]. */
export function varint(n: number): Uint8Array {
  const out: number[] = []
  let left = n
  do {
    out.push((left % 128) | (left > 127 ? 128 : 0))
    left = Math.floor(left / 128)
  } while (left > 0)
  return Uint8Array.from(out)
}

/** Two bytes, most significant first. */
export const uint16 = (n: number): Uint8Array => Uint8Array.of((n >> 8) & 255, n & 255)

/** Bytes after their own two-byte length; at most 65535 of them. */
export const prefixed = (bytes: Uint8Array): Uint8Array => Buffer.concat([uint16(bytes.length), bytes])
