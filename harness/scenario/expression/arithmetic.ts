// What + - * / % and comparisons mean between quantities. Units are never guessed: a duration plus
// a number is an error that asks for the unit.

import { tidy } from '../units.ts'
import { ExpressionError } from './lex.ts'
import type { BinarySign, Expression } from './parse.ts'
import { describeKind, kindOf, nameOfKind, parseQuantity, Quantity, type ScopeValue, textOf } from './value.ts'

type Binary = Extract<Expression, { kind: 'binary' }>

export function calculate(at: Binary, left: ScopeValue, right: ScopeValue): ScopeValue {
  switch (at.sign) {
    case '==':
      return equal(at, left, right)
    case '!=':
      return !equal(at, left, right)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(at, compare(at, left, right))
    default:
      return reckon(at, left, right)
  }
}

function equal(at: Binary, left: ScopeValue, right: ScopeValue): boolean {
  const [a, b] = [kindOf(left), kindOf(right)]
  if (a === 'nothing' || b === 'nothing') return a === b
  if (a !== b || a === 'list' || a === 'map') throw mismatch(at, left, right)
  return a === 'text' || a === 'boolean' ? textOf(left) === textOf(right) : tidy(amount(left)) === tidy(amount(right))
}

function ordered({ sign }: Binary, order: number): boolean {
  if (sign === '<') return order < 0
  if (sign === '<=') return order <= 0
  return sign === '>' ? order > 0 : order >= 0
}

/** Negative, zero or positive. Numbers, quantities of one unit, or texts. */
export function compare(at: Expression, left: ScopeValue, right: ScopeValue): number {
  const kind = kindOf(left)
  if (kind !== kindOf(right) || !['number', 'duration', 'size', 'percent', 'text'].includes(kind))
    throw mismatch(at, left, right)
  if (kind !== 'text') return tidy(amount(left)) - tidy(amount(right))
  const [a, b] = [textOf(left)!, textOf(right)!]
  return a < b ? -1 : a > b ? 1 : 0
}

function reckon(at: Binary, left: ScopeValue, right: ScopeValue): ScopeValue {
  const [a, b] = [kindOf(left), kindOf(right)]
  if (a === 'text' && b === 'text' && at.sign === '+') return `${textOf(left)}${textOf(right)}`
  const unit = unitOf(at.sign, a, b)
  if (unit === undefined) throw mismatch(at, left, right)
  const result = arithmetic(at, amount(left), amount(right))
  if (!Number.isFinite(result)) throw new ExpressionError('expression-value', 'the result is too big', at)
  return unit === 'number' ? result : new Quantity(unit, result)
}

type Measure = 'number' | Quantity['unit']

/** What comes out of two kinds, if they go together. A percentage of something is of its kind. */
function unitOf(sign: BinarySign, a: string, b: string): Measure | undefined {
  const measures: readonly string[] = ['number', 'duration', 'size', 'percent']
  if (!measures.includes(a) || !measures.includes(b)) return undefined
  if (sign === '+' || sign === '-' || sign === '%') return a === b ? (a as Measure) : undefined
  if (sign === '*') {
    if (a === 'percent') return b as Measure
    if (b === 'percent' || b === 'number') return a as Measure
    return a === 'number' ? (b as Measure) : undefined
  }
  if (a === b) return 'number'
  return b === 'number' || b === 'percent' ? (a as Measure) : undefined
}

function arithmetic(at: Binary, a: number, b: number): number {
  if ((at.sign === '/' || at.sign === '%') && b === 0)
    throw new ExpressionError('expression-value', 'division by zero', at.right)
  switch (at.sign) {
    case '+':
      return tidy(a + b)
    case '-':
      return tidy(a - b)
    case '*':
      return tidy(a * b)
    case '/':
      return tidy(a / b)
    default:
      return tidy(a % b)
  }
}

export const amount = (value: ScopeValue): number => (value instanceof Quantity ? value.amount : (value as number))

const VERBS: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'divide',
}
const WITH: Readonly<Record<string, string>> = { '*': 'by', '/': 'by', '%': 'by' }

function mismatch(at: Expression, left: ScopeValue, right: ScopeValue): ExpressionError {
  const sign = at.kind === 'binary' ? at.sign : '<'
  const verb = VERBS[sign] ?? 'compare'
  const [a, b] = sign === '-' ? [right, left] : [left, right]
  const between = sign === '-' ? 'from' : (WITH[sign] ?? (sign === '+' ? 'and' : 'with'))
  const message = `cannot ${verb} ${describeKind(a)} ${between} ${describeKind(b)}`
  return new ExpressionError('expression-type', message, at, mismatchHint(left, right))
}

function mismatchHint(left: ScopeValue, right: ScopeValue): string | undefined {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (typeof one === 'string') {
      const quantity = parseQuantity(one)
      if (quantity !== undefined) return `"${one}" is text; without its quotes it is ${nameOfKind(quantity.unit)}`
      return kindOf(other) === 'number' || other instanceof Quantity ? 'string(…) and number(…) convert' : undefined
    }
    if (typeof one === 'number' && other instanceof Quantity) {
      const written = { duration: `${one}s or ${one}ms`, size: `${one}B`, percent: `${one}%` }[other.unit]
      return `give the number a unit: ${written}`
    }
  }
  return undefined
}
