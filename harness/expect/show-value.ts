// Values, wanted and seen, as a person reads them.

import { hexClipped, quoteClipped, showMatcher, type ValueMatcher } from '../scenario/index.ts'
import type { FieldValue } from './fields.ts'

export const showWanted = (want: unknown): string => showMatcher(want as ValueMatcher)

/** Bytes of a value in the line of an event. */
const SHORT_BYTES = 64

/** A value as a person reads it: text quoted, other bytes as hex, what is longer than `limit` bytes clipped. */
export function showValue(value: FieldValue, limit = SHORT_BYTES): string {
  if (value === undefined || value === null) return 'none'
  if (value instanceof Uint8Array) return showBytes(value, limit)
  if (Array.isArray(value)) return showList(value, limit)
  if (typeof value === 'object')
    return `{ ${Object.entries(value)
      .map(([k, v]) => `${k}: ${showValue(v, limit)}`)
      .join(', ')} }`
  return typeof value === 'string' ? quoteClipped(value, limit) : String(value)
}

/** Elements of a longer list that are shown: a packet may have tens of thousands. */
const SHOWN_OF_MANY = 8
const MANY = 16

function showList(list: readonly FieldValue[], limit: number): string {
  const shown = list.length > MANY ? list.slice(0, SHOWN_OF_MANY) : list
  const more = list.length > shown.length ? [`… ${list.length - shown.length} more`] : []
  return `[${[...shown.map((one) => showValue(one, limit)), ...more].join(', ')}]`
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function showBytes(bytes: Uint8Array, limit: number): string {
  try {
    const text = decoder.decode(bytes)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    if (!/[\u0000-\u0008\u000e-\u001f\u007f]/.test(text)) return quoteClipped(text, limit)
  } catch {
    // not text: shown as hex below
  }
  return `hex ${hexClipped(bytes, '', limit)}`
}
