// Holds named fields of an event against what a scenario wants of them.

import { type Elements, matchValue, SHOWN_BYTES, type ValueMatcher, whereTheyDiffer } from '../scenario/index.ts'
import type { Fields, FieldValue } from './fields.ts'
import { propertyDifferences, showProperties } from './properties.ts'
import { showValue, showWanted } from './show-value.ts'

export type FieldMatchers = Readonly<Record<string, unknown>>

/** One line for each field that differs: `retain: expected false, got true`. */
export function differences(
  wanted: FieldMatchers,
  fields: Fields,
  elements: Elements = 'every',
  prefix = '',
): string[] {
  const lines: string[] = []
  for (const [name, want] of Object.entries(wanted)) {
    if (want === undefined) continue
    const got = fields[name]
    if (name === 'will' && prefix === '') lines.push(...willDifferences(want, got))
    else if (name === 'properties') lines.push(...propertyDifferences(want, got, `${prefix}properties`))
    else if (!matches(want, got, elements))
      lines.push(
        `${prefix}${name}: expected ${showWanted(want)}, got ${showValue(got, SHOWN_BYTES)}${firstDifference(want, got)}`,
      )
  }
  return lines
}

/** A field that this kind of event has not is never as wanted, not even `{ not: … }`. */
function matches(want: unknown, got: FieldValue, elements: Elements): boolean {
  return got !== undefined && matchValue(want as ValueMatcher, got as Parameters<typeof matchValue>[1], elements)
}

/** `will: true | false` asks whether there is one; a map asks for some of its fields. */
function willDifferences(want: unknown, got: FieldValue): string[] {
  if (typeof want === 'boolean') {
    return got !== undefined && want === (got !== null)
      ? []
      : [`will: expected ${want ? 'one' : 'none'}, got ${showValue(got)}`]
  }
  if (got === null || got === undefined) return [`will: expected ${showWill(want)}, got none`]
  return differences(want as FieldMatchers, got as Fields, 'whole', 'will.')
}

/** `true`, `false`, or the fields that are wanted. */
export function showWill(want: unknown): string {
  if (typeof want === 'boolean') return String(want)
  const fields = Object.entries(want as FieldMatchers).filter(([, one]) => one !== undefined)
  return `{ ${fields.map(([name, one]) => `${name}: ${showField(name, one)}`).join(', ')} }`
}

/** What is wanted of one field. */
export const showField = (name: string, want: unknown): string =>
  name === 'will' ? showWill(want) : name === 'properties' ? showProperties(want) : showWanted(want)

/** Of two long values the place where they part; else nothing. */
function firstDifference(want: unknown, got: FieldValue): string {
  const [a, b] = [bytesOf(want), bytesOf(got)]
  const where = a === null || b === null ? null : whereTheyDiffer(a, b)
  return where === null ? '' : `; ${where}`
}

/** The bytes that an exact value stands for; null when it is a matcher, or none. */
function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return Buffer.from(value)
  if (typeof value !== 'object' || value === null) return null
  const { eq, hex } = value as { readonly eq?: unknown; readonly hex?: unknown }
  return typeof eq === 'string' ? Buffer.from(eq) : hex instanceof Uint8Array ? hex : null
}
