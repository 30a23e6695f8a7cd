// The properties of MQTT 5 by their names in the specification, in camel case. Which property may stand in
// which packet is not checked: a conformance test wants to send the wrong ones, too.

import { z } from 'zod'
import { seconds } from '../../emulators/index.ts'
import { duration } from '../scenario/index.ts'
import { binaryField, hexBytes, stringField } from './words.ts'

type Kind = 'byte' | 'uint16' | 'uint32' | 'varint' | 'string' | 'binary' | 'pairs'

/** Identifier and type of each [MQTT 5.0, 2.2.2.2]. */
const PROPERTIES = {
  payloadFormatIndicator: [0x01, 'byte'],
  messageExpiryInterval: [0x02, 'uint32'],
  contentType: [0x03, 'string'],
  responseTopic: [0x08, 'string'],
  correlationData: [0x09, 'binary'],
  subscriptionIdentifier: [0x0b, 'varint'],
  sessionExpiryInterval: [0x11, 'uint32'],
  assignedClientIdentifier: [0x12, 'string'],
  serverKeepAlive: [0x13, 'uint16'],
  authenticationMethod: [0x15, 'string'],
  authenticationData: [0x16, 'binary'],
  requestProblemInformation: [0x17, 'byte'],
  willDelayInterval: [0x18, 'uint32'],
  requestResponseInformation: [0x19, 'byte'],
  responseInformation: [0x1a, 'string'],
  serverReference: [0x1c, 'string'],
  reasonString: [0x1f, 'string'],
  receiveMaximum: [0x21, 'uint16'],
  topicAliasMaximum: [0x22, 'uint16'],
  topicAlias: [0x23, 'uint16'],
  maximumQos: [0x24, 'byte'],
  retainAvailable: [0x25, 'byte'],
  userProperty: [0x26, 'pairs'],
  maximumPacketSize: [0x27, 'uint32'],
  wildcardSubscriptionAvailable: [0x28, 'byte'],
  subscriptionIdentifierAvailable: [0x29, 'byte'],
  sharedSubscriptionAvailable: [0x2a, 'byte'],
} as const satisfies Record<string, readonly [number, Kind]>

export type PropertyName = keyof typeof PROPERTIES

/** Intervals are written with their unit, as every duration is. */
const interval = duration().transform((d) => d / seconds(1))
const whole = (most: number) => z.number().int().min(0).max(most)
/** A quarter of what its two-byte length can tell: a character has at most four bytes. */
const pairText = z.string().max(16_383)
const INTERVALS: readonly string[] = [
  'messageExpiryInterval',
  'sessionExpiryInterval',
  'serverKeepAlive',
  'willDelayInterval',
]

const schemaOf = (name: string, kind: Kind): z.ZodType => {
  if (INTERVALS.includes(name)) return z.union([interval, whole(0xffff_ffff)])
  switch (kind) {
    case 'byte':
      return z.union([whole(255), z.boolean().transform(Number)])
    case 'uint16':
      return whole(0xffff)
    case 'uint32':
      return whole(0xffff_ffff)
    case 'varint':
      return z.union([whole(268_435_455), z.array(whole(268_435_455))])
    case 'string':
      return stringField()
    case 'binary':
      return binaryField()
    case 'pairs':
      return z.union([z.record(pairText, pairText), z.array(z.tuple([pairText, pairText]))])
  }
}

const shape = Object.fromEntries(
  Object.entries(PROPERTIES).map(([name, [id, kind]]) => [
    name,
    schemaOf(name, kind).optional().describe(`property ${id} of MQTT 5, ${kind}`),
  ]),
) as Record<PropertyName, z.ZodOptional<z.ZodType>>

/** `{ sessionExpiryInterval: 30s, userProperty: { a: b } }`, or `{ hex: … }` for what is not a list of properties. */
export const properties = z.strictObject({
  ...shape,
  hex: hexBytes()
    .optional()
    .describe('replaces all of them: the bytes between the length and the end of the properties'),
})
export type Properties = z.output<typeof properties>

/** With their length before them. */
export function encodeProperties(given: Properties): Uint8Array {
  const body =
    given.hex ?? Buffer.concat(Object.entries(given).flatMap(([name, value]) => one(name as PropertyName, value)))
  return Buffer.concat([varint(body.length), body])
}

function one(name: PropertyName, value: unknown): Uint8Array[] {
  if (value === undefined) return []
  const [id, kind] = PROPERTIES[name]
  switch (kind) {
    case 'byte':
      return [Buffer.from([id, value as number])]
    case 'uint16':
      return [Buffer.from([id]), uint16(value as number)]
    case 'uint32':
      return [Buffer.from([id]), uint16(Math.floor((value as number) / 65_536)), uint16((value as number) % 65_536)]
    case 'varint':
      return [value as number | number[]].flat().map((n) => Buffer.concat([Buffer.from([id]), varint(n)]))
    case 'string':
    case 'binary':
      return [Buffer.from([id]), prefixed(value as Uint8Array)]
    case 'pairs': {
      const pairs = Array.isArray(value)
        ? (value as [string, string][])
        : Object.entries(value as Record<string, string>)
      return pairs.map(([k, v]) =>
        Buffer.concat([Buffer.from([id]), prefixed(Buffer.from(k)), prefixed(Buffer.from(v))]),
      )
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
