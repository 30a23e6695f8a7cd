// An expression's text as tokens, up to its `}}`. `%` right behind a number is a percentage unless
// an operand follows: `20% * x` but `7 % 2`.

import { parseDuration, parseSize } from '../units.ts'
import { Quantity, type ScopeValue } from './value.ts'

/** What is wrong, at offsets of the whole scalar's value. */
export class ExpressionError extends Error {
  readonly code: string
  readonly start: number
  readonly end: number
  readonly hint: string | undefined

  constructor(code: string, message: string, at: { readonly start: number; readonly end: number }, hint?: string) {
    super(message)
    this.code = `scenario/${code}`
    this.start = at.start
    this.end = at.end
    this.hint = hint
  }
}

export interface Token {
  readonly type: 'literal' | 'name' | 'sign' | 'close' | 'end'
  readonly text: string
  readonly value?: ScopeValue
  readonly start: number
  readonly end: number
}

const SIGNS = [
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '>',
  '!',
  '?',
  ':',
  '(',
  ')',
  '[',
  ']',
  '.',
  ',',
]
const QUANTITY = /(?:\d+(?:\.\d+)?(?:ms|h|m|s))+(?!\w)|\d+(?:\.\d+)?(?:B|kB|MB|GB|KiB|MiB|GiB)(?!\w)/y
const NUMBER = /0x[0-9a-fA-F]+(?!\w)|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w)/y
const PERCENT = /\d+(?:\.\d+)?%(?!\s*[\w("'])/y
const NAME = /[A-Za-z_]\w*/y
/** After a dot: `broker.down-for`. A minus between names therefore needs spaces. */
const MEMBER = /[A-Za-z_]\w*(?:-[A-Za-z_]\w*)*/y

/** Tokens from `start`; the last is `close` at `}}`, or `end` when that is missing. */
export function lex(text: string, start: number): Token[] {
  const tokens: Token[] = []
  let at = start
  while (true) {
    while (/\s/.test(text[at] ?? '')) at++
    if (at >= text.length) return [...tokens, { type: 'end', text: '', start: text.length, end: text.length }]
    if (text.startsWith('}}', at)) return [...tokens, { type: 'close', text: '}}', start: at, end: at + 2 }]
    const token = next(text, at, tokens.at(-1)?.text === '.')
    tokens.push(token)
    at = token.end
  }
}

function next(text: string, at: number, afterDot: boolean): Token {
  const char = text[at]!
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const literal = (found: string, value: ScopeValue): Token => ({
    type: 'literal',
    text: found,
    value,
    start: at,
    end: at + found.length,
  })
  if (char === '"' || char === "'") return quoted(text, at)
  if (/\d/.test(char)) {
    const percent = take(PERCENT)
    if (percent !== undefined)
      return literal(percent, new Quantity('percent', Number(`${percent.slice(0, -1)}e-2`), percent))
    const quantity = take(QUANTITY)
    if (quantity !== undefined) return literal(quantity, quantityOf(quantity, at))
    const number = take(NUMBER)
    if (number !== undefined) return literal(number, Number(number))
    const word = take(/[\w.]+/y) ?? char
    const span = { start: at, end: at + word.length }
    throw new ExpressionError(
      'expression-syntax',
      `${word} is neither a number nor a quantity`,
      span,
      'quantities are 250ms, 1.5s, 64KiB, 20%',
    )
  }
  const name = take(afterDot ? MEMBER : NAME)
  if (name !== undefined) return { type: 'name', text: name, start: at, end: at + name.length }
  const sign = SIGNS.find((one) => text.startsWith(one, at))
  if (sign !== undefined) return { type: 'sign', text: sign, start: at, end: at + sign.length }
  const shown = String.fromCodePoint(text.codePointAt(at)!)
  const meant: Readonly<Record<string, string>> = { '=': 'to compare, write ==', '&': 'write &&', '|': 'write ||' }
  throw new ExpressionError(
    'expression-syntax',
    `${shown} has no meaning in an expression`,
    { start: at, end: at + shown.length },
    meant[char],
  )
}

function quantityOf(found: string, at: number): Quantity {
  const parsed = parseDuration(found)
  if (parsed.ok) return new Quantity('duration', parsed.value, found)
  const size = parseSize(found)
  if (size.ok) return new Quantity('size', size.value, found)
  const isSize = /B$/.test(found)
  const { reason, hint } = isSize ? size : parsed
  throw new ExpressionError('expression-syntax', reason, { start: at, end: at + found.length }, hint)
}

function quoted(text: string, at: number): Token {
  const quote = text[at]
  let value = ''
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i]!
    if (char === quote) return { type: 'literal', text: text.slice(at, i + 1), value, start: at, end: i + 1 }
    if (char === '\\' && i + 1 < text.length) {
      i++
      value += { n: '\n', t: '\t', r: '\r' }[text[i]!] ?? text[i]
    } else value += char
  }
  throw new ExpressionError('expression-syntax', 'the quote that opens here is never closed', {
    start: at,
    end: at + 1,
  })
}
