// Values as a person is shown them. What is long is cut to its beginning, with its length and a digest, so that two long
// values can be told apart; the record keeps all.

import { createHash } from 'node:crypto'

/** Bytes of a value that are shown. */
export const SHOWN_BYTES = 200

/** `"abc"`; longer than `limit` bytes: `"abc…" (20480 bytes, sha256 8f434346)`. */
export function quoteClipped(text: string, limit = SHOWN_BYTES): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limit) return JSON.stringify(text)
  return `${JSON.stringify(`${beginning(bytes, limit)}…`)} ${sizeAndDigest(bytes)}`
}

/** As it stands; longer than `limit` bytes: its beginning, its length and a digest. */
export function clipText(text: string, limit = SHOWN_BYTES): string {
  const bytes = Buffer.from(text)
  return bytes.length <= limit ? text : `${beginning(bytes, limit)}… ${sizeAndDigest(bytes)}`
}

/** `00 ff 80`; longer than `limit` bytes: its beginning, its length and a digest. `between` stands between two bytes. */
export function hexClipped(bytes: Uint8Array, between = '', limit = SHOWN_BYTES): string {
  const hex = Array.from(bytes.subarray(0, limit), (byte) => byte.toString(16).padStart(2, '0')).join(between)
  return bytes.length <= limit ? hex : `${hex}… ${sizeAndDigest(bytes)}`
}

const sizeAndDigest = (bytes: Uint8Array): string =>
  `(${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex').slice(0, 8)})`

/** The first whole characters of `limit` bytes. */
const beginning = (bytes: Buffer, limit: number): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, limit), { stream: true })

const CONTEXT = 20

/** Where two long texts begin to differ, `they differ at byte 512: "…abc…", "…abd…"`; null when one is short, or when they are equal. */
export function whereTheyDiffer(a: Uint8Array, b: Uint8Array): string | null {
  if (a.length <= SHOWN_BYTES && b.length <= SHOWN_BYTES) return null
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at++
  if (at === a.length && at === b.length) return null
  const around = (bytes: Uint8Array): string =>
    at >= bytes.length
      ? 'its end'
      : JSON.stringify(Buffer.from(bytes.subarray(Math.max(0, at - CONTEXT), at + CONTEXT)).toString())
  return `they differ at byte ${at}: expected ${around(a)}, got ${around(b)}`
}
