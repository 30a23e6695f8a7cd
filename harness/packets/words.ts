// The values that fields of a packet are written with. Text is text, and `{ hex: … }` stands wherever text
// does: a conformance test must be able to send what no text is, such as broken UTF-8.

import type { z } from 'zod'
import {
  type Complaint,
  didYouMean,
  nameOf,
  type ParseResult,
  parseSize,
  readHex,
  readText,
  word,
} from '../scenario/index.ts'

const HEX = { type: 'string', pattern: '^([0-9A-Fa-f]{2}[\\s:_-]*)*$' }

/** Hex digits, two a byte: `20 02 00 00`. */
export const hexBytes = (): z.ZodType<Uint8Array, string> =>
  word({ what: 'hex digits', describe: 'hex digits, two a byte', schema: HEX }, readHex)

const mapOf = (properties: Readonly<Record<string, unknown>>) => ({
  anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: false, minProperties: 1, properties }],
})
/** Or an expression, which this far inside of a word nobody adds. */
const hexProperty = {
  description: 'these bytes, two digits each',
  anyOf: [HEX, { type: 'string', pattern: '\\$\\{\\{' }],
}

/** A string field of a packet: text, or `{ hex: … }` for bytes that are not UTF-8. */
export const stringField = (): z.ZodType<Uint8Array, unknown> =>
  word(
    {
      what: 'text or { hex: … }',
      describe: 'text, or { hex: … } for any bytes',
      schema: mapOf({ hex: hexProperty }),
    },
    (input) => withLength(readBytes(input, { hex: readHex })),
  )

/** As a payload, but of a field whose length has two bytes: the will's payload, the password. */
export const binaryField = (): z.ZodType<Uint8Array, unknown> => payloadField(65_535)

/** What a string or binary field can hold at most: its length has two bytes [MQTT-1.5.3]. */
function withLength(read: ParseResult<Uint8Array>, most = 65_535): ParseResult<Uint8Array> {
  if (!('value' in read) || read.value.length <= most) return read
  return { wrong: { message: `${read.value.length} bytes do not fit: this field holds at most ${most}` } }
}

/** A payload: text, `{ hex }`, `{ json }` or `{ size }`. */
export const payloadField = (most = 268_435_455): z.ZodType<Uint8Array, unknown> =>
  word(
    {
      what: 'text, { hex: … }, { json: … } or { size: … }',
      describe: 'text, or { hex }, { json }, { size }',
      schema: mapOf({
        hex: hexProperty,
        json: { description: 'a value that is sent as JSON' },
        size: { description: 'number of bytes', type: 'string' },
      }),
    },
    (input) =>
      withLength(
        readBytes(input, { hex: readHex, json: (value) => ({ value: utf8(JSON.stringify(value)) }), size: readSize }),
        most,
      ),
  )

type Reader = (given: unknown) => ParseResult<Uint8Array>

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

function readBytes(input: unknown, readers: Readonly<Record<string, Reader>>): ParseResult<Uint8Array> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    const read = readText(input)
    return 'value' in read ? { value: utf8(read.value) } : read
  }
  const known = Object.keys(readers)
  const entries = Object.entries(input)
  const hint = `write text, or one of ${known.map((name) => `{ ${name}: … }`).join(', ')}`
  const unknown = entries.find(([key]) => !known.includes(key))
  // Nothing in it is a word of ours: it is most likely meant as it stands.
  if (
    unknown !== undefined &&
    known.includes('json') &&
    entries.every(([key]) => !known.includes(key) && didYouMean(key, known) === undefined)
  )
    return {
      wrong: { message: 'a map is not a payload', hint: `to send it as JSON: { json: ${asJson(input)} }` },
    }
  if (unknown !== undefined)
    return { wrong: { code: 'scenario/unknown-key', message: `unknown key "${unknown[0]}"`, hint, path: [unknown[0]] } }
  const [only, ...more] = entries
  if (only === undefined || more.length > 0)
    return { wrong: { message: 'one way to write these bytes is enough', hint } }
  const read = readers[only[0]]!(only[1])
  return 'value' in read ? read : { wrong: under(only[0], read.wrong) }
}

function asJson(value: object): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? '{ … }' : text
}

function under(key: string, wrong: Complaint | readonly Complaint[]): Complaint[] {
  const list = Array.isArray(wrong) ? (wrong as readonly Complaint[]) : [wrong as Complaint]
  return list.map((complaint) => ({ ...complaint, path: [key, ...(complaint.path ?? [])] }))
}

function readSize(given: unknown): ParseResult<Uint8Array> {
  const parsed = typeof given === 'string' || typeof given === 'number' ? parseSize(String(given)) : null
  if (parsed === null) return { wrong: { message: `expected a size, got ${nameOf(given)}`, hint: 'write 64KiB' } }
  if (!parsed.ok) return { wrong: { code: `scenario/${parsed.code}`, message: parsed.reason, hint: parsed.hint } }
  // A repeating ramp: a lost or swapped stretch of it does not look like any other.
  const bytes = new Uint8Array(parsed.value)
  for (let i = 0; i < bytes.length; i++) bytes[i] = 0x20 + ((i + (i >> 6)) % 0x5f)
  return { value: bytes }
}
