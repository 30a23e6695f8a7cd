// The few functions of expressions. Each knows how many arguments it takes; kinds it checks itself.

import { tidy } from '../units.ts'
import { amount, compare } from './arithmetic.ts'
import { ExpressionError } from './lex.ts'
import type { Expression } from './parse.ts'
import { describeKind, kindOf, Quantity, type ScopeMap, type ScopeValue, textOf } from './value.ts'

type Call = Extract<Expression, { kind: 'call' }>

interface Fn {
  readonly arity: readonly [least: number, most: number]
  apply(args: readonly ScopeValue[], at: Call): ScopeValue
}

const wrong = (at: Call, index: number, wanted: string, got: ScopeValue, hint?: string): ExpressionError =>
  new ExpressionError(
    'expression-type',
    `${at.name}() takes ${wanted}, not ${describeKind(got)}`,
    at.args[index] ?? at,
    hint,
  )

const extreme = (sign: 1 | -1): Fn => ({
  arity: [1, Number.POSITIVE_INFINITY],
  apply: (args, at) => args.reduce((best, one) => (sign * compare(at, one, best) > 0 ? one : best)),
})

/** Quantities become whole milliseconds, bytes, or hundredths. */
const rounding = (round: (n: number) => number): Fn => ({
  arity: [1, 1],
  apply: ([value], at) => {
    if (typeof value === 'number') return round(value)
    if (!(value instanceof Quantity)) throw wrong(at, 0, 'a number or a quantity', value!)
    const per = value.unit === 'percent' ? 100 : 1
    return new Quantity(value.unit, tidy(round(tidy(value.amount * per)) / per))
  },
})

const ofText = (change: (text: string) => ScopeValue): Fn => ({
  arity: [1, 1],
  apply: ([value], at) => {
    if (kindOf(value!) !== 'text') throw wrong(at, 0, 'text', value!)
    return change(textOf(value!)!)
  },
})

const hex: Fn = {
  arity: [1, 1],
  apply: ([value], at) => {
    if (value instanceof Uint8Array || typeof value === 'string') return Buffer.from(value).toString('hex')
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw wrong(at, 0, 'text or a whole number', value!)
    const digits = value.toString(16)
    return digits.length % 2 === 0 ? digits : `0${digits}`
  },
}

const len: Fn = {
  arity: [1, 1],
  apply: ([value], at) => {
    const kind = kindOf(value!)
    if (kind === 'text') return [...textOf(value!)!].length
    if (kind === 'list') return (value as readonly ScopeValue[]).length
    if (kind === 'map') return Object.keys(value as ScopeMap).length
    throw wrong(at, 0, 'text, a list or a map', value!)
  },
}

const number: Fn = {
  arity: [1, 1],
  apply: ([value], at) => {
    if (typeof value === 'number') return value
    if (typeof value === 'boolean') return Number(value)
    if (value instanceof Quantity)
      throw wrong(at, 0, 'text', value, `divide by a unit: x / ${value.unit === 'duration' ? '1s' : '1B'}`)
    const text = kindOf(value!) === 'text' ? textOf(value!)!.trim() : undefined
    if (text === undefined) throw wrong(at, 0, 'text', value!)
    if (text === '' || !Number.isFinite(Number(text)))
      throw new ExpressionError('expression-value', `"${text}" is not a number`, at.args[0] ?? at)
    return Number(text)
  },
}

/** What a repeated text may become: more is a mistake, and would fill the record. */
const MAX_LENGTH = 1 << 20

const repeat: Fn = {
  arity: [2, 2],
  apply: ([value, times], at) => {
    if (kindOf(value!) !== 'text') throw wrong(at, 0, 'text', value!)
    if (typeof times !== 'number' || !Number.isInteger(times) || times < 0)
      throw wrong(at, 1, 'how often as a whole number', times!)
    const text = textOf(value!)!
    if (text.length * times > MAX_LENGTH)
      throw new ExpressionError('expression-value', `repeat() makes ${MAX_LENGTH} characters at most`, at.args[1] ?? at)
    return text.repeat(times)
  },
}

const string: Fn = {
  arity: [1, 1],
  apply: ([value]) => textOf(value!) ?? JSON.stringify(value),
}

export const functions: Readonly<Record<string, Fn>> = {
  min: extreme(-1),
  max: extreme(1),
  round: rounding(Math.round),
  floor: rounding(Math.floor),
  ceil: rounding(Math.ceil),
  len,
  lower: ofText((text) => text.toLowerCase()),
  upper: ofText((text) => text.toUpperCase()),
  hex,
  repeat,
  string,
  number,
}

export const functionNamed = (name: string): Fn | undefined =>
  Object.hasOwn(functions, name) ? functions[name] : undefined

export function applyFunction(at: Call, args: readonly ScopeValue[]): ScopeValue {
  const fn = functionNamed(at.name)!
  for (const [i, arg] of args.entries())
    if ((at.name === 'min' || at.name === 'max') && typeof arg !== 'number' && !(arg instanceof Quantity))
      throw wrong(at, i, 'numbers or quantities', arg)
  const value = fn.apply(args, at)
  return typeof value === 'number' ? amount(value) : value
}
