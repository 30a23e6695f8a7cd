// What values properties of MQTT 5 can have at all, by their kinds.

import { PROPERTIES, type PropertyKind, type PropertyName } from '../../emulators/index.ts'
import type { ValueMatcher } from '../scenario/index.ts'
import { type Domain, outside } from './domain.ts'
import type { Impossible } from './matcher.ts'
import { BYTES, neverText, PLAIN } from './text-domain.ts'

const NUMBERS: Readonly<Partial<Record<PropertyKind, Domain>>> = {
  byte: { from: 0, to: 255 },
  uint16: { from: 0, to: 0xffff },
  uint32: { from: 0, to: 0xffff_ffff },
  varint: { from: 0, to: 0xfff_ffff },
}

/** Why one of the properties is never as wanted; null: each may be. */
export function neverProperties(properties: unknown): Impossible | null {
  if (typeof properties !== 'object' || properties === null) return null
  for (const [name, wanted] of Object.entries(properties)) {
    const found = neverProperty(name as PropertyName, wanted)
    if (found !== null) return found
  }
  return null
}

function neverProperty(name: PropertyName, wanted: unknown): Impossible | null {
  if (wanted === undefined || isMap(wanted, 'absent')) return null
  const list = isMap(wanted, 'unordered') ? (wanted as { readonly unordered: unknown }).unordered : wanted
  if (wanted === null || (Array.isArray(list) && list.length === 0))
    return {
      message: `${name} that is not there is { absent: true }`,
      hint: `write ${name}: { absent: true }`,
      word: name,
    }
  const kind = PROPERTIES[name]?.[1]
  const domain = kind === undefined ? undefined : NUMBERS[kind]
  if (domain !== undefined)
    return (
      [list]
        .flat()
        .map((one) => outside({ [name]: one }, { [name]: domain }))
        .find((one) => one !== null) ?? null
    )
  if (kind === 'string' || kind === 'binary')
    return neverText(name, wanted as ValueMatcher, kind === 'binary' ? BYTES : PLAIN)
  return null
}

const isMap = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof RegExp) && key in value
