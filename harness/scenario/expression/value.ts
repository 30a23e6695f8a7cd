// What expressions reckon with: plain values, and quantities that keep their unit. `4s` without
// quotes is a duration, "4s" with quotes is text; the difference is made once, in typedValue.

import { type Duration, milliseconds } from '../../../emulators/index.ts'
import type { Node } from '../tree.ts'
import { parseDuration, parsePercent, parseSize, tidy, writeDuration, writePercent, writeSize } from '../units.ts'

export type Unit = 'duration' | 'size' | 'percent'

export class Quantity {
  readonly unit: Unit
  /** Milliseconds, bytes, or a fraction. */
  readonly amount: number
  /** As somebody wrote it; nothing when it was reckoned. */
  readonly text: string | undefined

  constructor(unit: Unit, amount: number, text?: string) {
    this.unit = unit
    this.amount = amount
    this.text = text
  }

  /** The form that the vocabulary reads back. */
  toString(): string {
    if (this.text !== undefined) return this.text
    if (this.unit === 'duration') return writeDuration(milliseconds(this.amount))
    return this.unit === 'size' ? writeSize(this.amount) : writePercent(this.amount)
  }

  toJSON(): string {
    return this.toString()
  }
}

export interface ScopeMap {
  readonly [name: string]: ScopeValue | undefined
}

export type ScopeValue = string | number | boolean | null | Uint8Array | Quantity | readonly ScopeValue[] | ScopeMap

export const durationValue = (d: Duration): Quantity => new Quantity('duration', d)
export const sizeValue = (bytes: number): Quantity => new Quantity('size', bytes)
export const percentValue = (fraction: number): Quantity => new Quantity('percent', fraction)

/** The quantity that this text writes, if any. */
export function parseQuantity(text: string): Quantity | undefined {
  const d = parseDuration(text)
  if (d.ok) return new Quantity('duration', d.value, text)
  const s = parseSize(text)
  if (s.ok) return new Quantity('size', s.value, text)
  const p = parsePercent(text)
  return p.ok ? new Quantity('percent', p.value, text) : undefined
}

/** A part of the file as expressions see it. Text given from outside (`--var keepalive=4s`) reads like an unquoted scalar. */
export function typedValue(given: Node | string): ScopeValue {
  if (typeof given === 'string') return plainScalar(given)
  switch (given.kind) {
    case 'list':
      return given.items.map(typedValue)
    case 'map':
      return Object.fromEntries(given.entries.map(({ key, value }) => [key, typedValue(value)]))
    case 'scalar':
      if (typeof given.value !== 'string' || given.quoted) return given.value
      return parseQuantity(given.value) ?? given.value
  }
}

function plainScalar(text: string): ScopeValue {
  const quoted = /^(["'])(.*)\1$/s.exec(text)
  if (quoted !== null) return quoted[2]!
  if (/^(true|false)$/.test(text)) return text === 'true'
  if (/^(null|~)$/.test(text)) return null
  if (/^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))) return Number(text)
  return parseQuantity(text) ?? text
}

export type Kind = 'number' | Unit | 'text' | 'boolean' | 'nothing' | 'list' | 'map'

export function kindOf(value: ScopeValue): Kind {
  if (value === null || value === undefined) return 'nothing'
  if (value instanceof Quantity) return value.unit
  if (value instanceof Uint8Array || typeof value === 'string') return 'text'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return 'map'
  return typeof value === 'number' ? 'number' : 'boolean'
}

const NAMES: Readonly<Record<Kind, string>> = {
  number: 'a number',
  duration: 'a duration',
  size: 'a size',
  percent: 'a percentage',
  text: 'text',
  boolean: 'true or false',
  nothing: 'nothing',
  list: 'a list',
  map: 'a map',
}

export const nameOfKind = (kind: Kind): string => NAMES[kind]
export const describeKind = (value: ScopeValue): string => NAMES[kindOf(value)]

/** In the middle of text; undefined when the value has no text. */
export function textOf(value: ScopeValue): string | undefined {
  if (typeof value === 'number') return String(tidy(value))
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(value)
  return value instanceof Quantity ? value.toString() : undefined
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes that are no UTF-8, which no text can stand for. */
export function isBinary(value: ScopeValue): value is Uint8Array {
  if (!(value instanceof Uint8Array)) return false
  try {
    strict.decode(value)
    return false
  } catch {
    return true
  }
}
