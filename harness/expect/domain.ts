// What values a field can have at all. A claim that wants none of them can be neither satisfied nor broken.

import { matchValue, type ValueMatcher } from '../scenario/index.ts'
import type { Impossible } from './matcher.ts'

/** Whole numbers, both ends included, or these alone. */
export type Domain = { readonly from: number; readonly to: number } | { readonly values: readonly number[] }

/** How many values of a domain are tried whatever the matcher names. */
const TRIED = 300

/** Of `fields`, one that wants a value that it never has; null: each may be as wanted. */
export function outside(fields: object, domains: Readonly<Record<string, Domain | undefined>>): Impossible | null {
  for (const [name, domain] of Object.entries(domains)) {
    const wanted = (fields as Readonly<Record<string, ValueMatcher | undefined>>)[name]
    if (domain === undefined || wanted === undefined || wanted === null || mayBe(wanted, domain)) continue
    return {
      message: `${name} is never as wanted: it is ${shown(domain)}`,
      hint: 'no event can match this claim; write a value that it can have, or leave it out',
      word: name,
    }
  }
  return null
}

/** Whether a number of the domain is as wanted. */
function mayBe(wanted: ValueMatcher, domain: Domain): boolean {
  const numbers = numbersIn(wanted)
  if (numbers === null) return true
  if ('values' in domain) return domain.values.some((n) => matchValue(wanted, n, 'some'))
  const { from, to } = domain
  if (typeof wanted === 'number') return Number.isInteger(wanted) && wanted >= from && wanted <= to
  const near = numbers.flatMap((n) => [Math.floor(n) - 1, Math.floor(n), Math.ceil(n), Math.ceil(n) + 1])
  const tried = Array.from({ length: Math.min(to - from + 1, TRIED) }, (_, k) => from + k)
  return [...tried, ...near, to].some((n) => n >= from && n <= to && matchValue(wanted, n, 'some'))
}

/** All numbers that a matcher speaks of, between which nothing changes; null: only the run, or a regular expression, tells. */
function numbersIn(wanted: ValueMatcher): readonly number[] | null {
  if (typeof wanted === 'number') return [wanted]
  if (wanted instanceof RegExp || isOpen(wanted)) return null
  if (typeof wanted !== 'object' || wanted === null) return []
  const parts = Object.values(wanted).flatMap((one) => (Array.isArray(one) ? one : [one])) as ValueMatcher[]
  const inside = parts.map(numbersIn)
  return inside.includes(null) ? null : inside.flatMap((one) => one ?? [])
}

function shown(domain: Domain): string {
  if ('values' in domain)
    return [domain.values.slice(0, -1).join(', '), domain.values.at(-1)].filter((part) => part !== '').join(' or ')
  const { from, to } = domain
  if (to === Number.MAX_SAFE_INTEGER) return `${from} or more`
  return to - from === 1 ? `${from} or ${to}` : `${from} to ${to}`
}

/** What only the run knows. */
export const isOpen = (wanted: unknown): boolean => typeof wanted === 'string' && wanted.includes('${{')

/** TCP connections of a device are counted from 1. */
export const CONNECTION: Domain = { from: 1, to: Number.MAX_SAFE_INTEGER }
export const LEVEL: Domain = { from: 3, to: 5 }
export const QOS: Domain = { from: 0, to: 2 }
/** 0 is a violation, and decoded all the same. */
export const PACKET_ID: Domain = { from: 0, to: 0xffff }
/** In seconds. */
export const KEEP_ALIVE: Domain = { from: 0, to: 0xffff }
/** The lower half of the first byte. */
export const FLAGS: Domain = { from: 0, to: 15 }
/** A remaining length has 28 bits; one that is malformed may say more, and is not decoded. */
export const LENGTH: Domain = { from: 0, to: 0xfff_ffff }
/** Of WebSocket: two bytes. */
export const CLOSE_CODE: Domain = { from: 0, to: 0xffff }
export const FRAME_LENGTH: Domain = { from: 0, to: Number.MAX_SAFE_INTEGER }
export const BYTE: Domain = { from: 0, to: 255 }
/** Three digits [RFC 9110, 15]. */
export const HTTP_STATUS: Domain = { from: 100, to: 999 }
