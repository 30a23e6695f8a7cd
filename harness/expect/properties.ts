// `properties` of a packet or a message of MQTT 5: what is named must match, whatever else is there.

import { z } from 'zod'
import { PROPERTIES, type PropertyKind, type PropertyName, seconds } from '../../emulators/index.ts'
import type { ValueMatcher } from '../scenario/index.ts'
import { type Elements, matchValue, parseDuration, textMatcher, wholeMatcher } from '../scenario/index.ts'
import type { FieldValue } from './fields.ts'
import { showValue, showWanted } from './show-value.ts'

/** What a variable byte integer can say. */
const MOST_LENGTH = 0xfff_ffff

const INTERVALS: readonly PropertyName[] = [
  'messageExpiryInterval',
  'sessionExpiryInterval',
  'serverKeepAlive',
  'willDelayInterval',
]

const MOST: Readonly<Partial<Record<PropertyKind, number>>> = {
  uint16: 0xffff,
  uint32: 0xffff_ffff,
  varint: MOST_LENGTH,
}

/** `30s` is 30 on the wire, also in a range. */
const interval = (most: number) =>
  wholeMatcher(most, (input) => {
    const parsed = typeof input === 'string' ? parseDuration(input) : null
    return parsed?.ok === true ? parsed.value / seconds(1) : input
  })

/** Available or not, asked for or not: true is 1. */
const byte = () => wholeMatcher(255, (input) => (typeof input === 'boolean' ? Number(input) : input))

const absence = z.strictObject({
  absent: z.boolean().describe('true: the packet does not have it; false: it has, with any value'),
})

const pairs = z.union([
  z.record(z.string(), z.union([textMatcher(), absence])),
  z.array(z.tuple([textMatcher(), textMatcher()])),
])

/** Subscription identifiers: their order tells nothing, and one that several subscriptions have stands as often. */
const identifiers = z.union([
  z.strictObject({
    unordered: z
      .union([z.array(wholeMatcher(MOST_LENGTH)), wholeMatcher(MOST_LENGTH).transform((one) => [one])])
      .describe('exactly these, each as often as it stands here, in any order'),
  }),
  wholeMatcher(MOST_LENGTH),
])

function matcherOf(name: PropertyName, kind: PropertyKind): z.ZodType {
  if (name === 'subscriptionIdentifier') return identifiers
  if (kind === 'pairs') return pairs
  if (INTERVALS.includes(name)) return interval(MOST[kind]!)
  if (kind === 'byte') return byte()
  return kind === 'string' || kind === 'binary' ? textMatcher() : wholeMatcher(MOST[kind])
}

const SAYS: Readonly<Partial<Record<PropertyName, string>>> = {
  userProperty:
    'a map: each name has a pair with this value; a list of [name, value]: exactly these pairs, in order; or { absent }',
  subscriptionIdentifier:
    'a list: exactly these, in order; { unordered: a list }: exactly these, in any order; a number: all that there are; or { absent }',
}

/** By the names of the specification. */
export const propertiesMatch = z.strictObject(
  Object.fromEntries(
    (Object.keys(PROPERTIES) as PropertyName[]).map((name) => [
      name,
      z
        .union([absence, matcherOf(name, PROPERTIES[name][1])])
        .optional()
        .describe(SAYS[name] ?? `a matcher, or { absent: true }`),
    ]),
  ),
)

type Wanted = Readonly<Record<string, unknown>>

/** A line for each property that differs; `prefix`: how its place is called. */
export function propertyDifferences(wanted: unknown, got: FieldValue, prefix: string): string[] {
  if (got === undefined || got === null) return [`${prefix}: expected some, got none: this is not MQTT 5`]
  const has = got as Readonly<Record<string, FieldValue>>
  return Object.entries(wanted as Wanted).flatMap(([name, want]) => {
    if (want === undefined) return []
    const path = `${prefix}.${name}`
    if (name === 'userProperty') return userDifferences(want, has[name] as Pairs | undefined, path)
    if (isUnordered(want)) return unorderedDifference(want.unordered, has[name], path)
    return oneDifference(want, has[name], path)
  })
}

type Unordered = { readonly unordered: readonly ValueMatcher[] }
const isUnordered = (want: unknown): want is Unordered =>
  typeof want === 'object' && want !== null && !(want instanceof RegExp) && 'unordered' in want

function unorderedDifference(wanted: readonly ValueMatcher[], got: FieldValue, path: string): string[] {
  const fits = Array.isArray(got) && pairsOff(wanted, got as readonly number[])
  return fits ? [] : [`${path}: expected ${showProperty({ unordered: wanted })}, got ${showValue(got)}`]
}

/** Each of the wanted takes one of those that there are, and none is left. */
function pairsOff([first, ...others]: readonly ValueMatcher[], got: readonly number[]): boolean {
  if (first === undefined) return got.length === 0
  return got.some((one, k) => matchValue(first, one) && pairsOff(others, got.toSpliced(k, 1)))
}

/** Of one property; a list of values is one value for a list, else each of them is looked at. */
function oneDifference(want: unknown, got: FieldValue, path: string, elements: Elements = 'every'): string[] {
  if (isAbsence(want)) return want.absent === (got === undefined) ? [] : [`${path}: ${absent(want, got)}`]
  const fits = got !== undefined && matchValue(want as ValueMatcher, got as Parameters<typeof matchValue>[1], elements)
  return fits ? [] : [`${path}: expected ${showWanted(want)}, got ${showValue(got)}`]
}

type Pairs = readonly (readonly [string, string])[]

function userDifferences(want: unknown, got: Pairs | undefined, path: string): string[] {
  if (isAbsence(want)) return oneDifference(want, got, path)
  const pairs = got ?? []
  if (Array.isArray(want)) {
    const wanted = want as readonly (readonly [ValueMatcher, ValueMatcher])[]
    const fits = wanted.length === pairs.length && wanted.every((one, k) => isPair(one, pairs[k]!))
    return fits ? [] : [`${path}: expected ${showProperty(want)}, got ${showPairs(got)}`]
  }
  return Object.entries(want as Wanted).flatMap(([name, value]) => {
    const mine = pairs.filter(([one]) => one === name).map(([, text]) => text)
    if (isAbsence(value)) return oneDifference(value, mine.length === 0 ? undefined : mine, `${path}.${name}`)
    return oneDifference(value, mine.length === 0 ? undefined : mine, `${path}.${name}`, 'some')
  })
}

const isPair = ([name, value]: readonly [ValueMatcher, ValueMatcher], got: readonly [string, string]): boolean =>
  matchValue(name, got[0]) && matchValue(value, got[1])

const isAbsence = (want: unknown): want is { readonly absent: boolean } =>
  typeof want === 'object' && want !== null && !(want instanceof RegExp) && 'absent' in want

const absent = (want: { readonly absent: boolean }, got: FieldValue): string =>
  want.absent ? `expected none, got ${showValue(got)}` : 'expected one, got none'

const showPairs = (pairs: Pairs | undefined): string => (pairs === undefined ? 'none' : showValue(pairs))

/** What is wanted, as a person reads it. */
export function showProperties(wanted: unknown): string {
  const parts = Object.entries(wanted as Wanted).flatMap(([name, want]) =>
    want === undefined ? [] : [`${name}: ${showProperty(want)}`],
  )
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}

function showProperty(want: unknown): string {
  if (isAbsence(want)) return want.absent ? 'absent' : 'any'
  if (isUnordered(want)) return `${showProperty(want.unordered)} in any order`
  if (Array.isArray(want)) return `[${want.map(showProperty).join(', ')}]`
  if (typeof want !== 'object' || want === null || want instanceof RegExp) return showWanted(want)
  const isMatcher = Object.keys(want).every((key) => OPERATORS.includes(key))
  return isMatcher ? showWanted(want) : showProperties(want)
}

const OPERATORS = ['json', 'hex', 'eq', 'in', 'not', 'gt', 'gte', 'lt', 'lte']
