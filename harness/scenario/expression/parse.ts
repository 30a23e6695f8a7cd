// Tokens to a tree. Precedence as in every language of this family, from `? :` up to `.` and `[ ]`.

import { ExpressionError, lex, type Token } from './lex.ts'
import type { ScopeValue } from './value.ts'

interface Span {
  readonly start: number
  readonly end: number
}

export type BinarySign = '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||'

export type Expression = Span &
  (
    | { readonly kind: 'literal'; readonly value: ScopeValue }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly object: Expression; readonly name: string; readonly at: Span }
    | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
    | { readonly kind: 'unary'; readonly sign: '-' | '!'; readonly operand: Expression }
    | { readonly kind: 'binary'; readonly sign: BinarySign; readonly left: Expression; readonly right: Expression }
    | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
    | { readonly kind: 'call'; readonly name: string; readonly at: Span; readonly args: readonly Expression[] }
  )

const LEVELS: readonly (readonly BinarySign[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
]
const CONSTANTS: ReadonlyMap<string, ScopeValue> = new Map<string, ScopeValue>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const MAX_DEPTH = 64
/** Bounds the depth of what is evaluated, too: a chain of `+` is a deep tree. */
const MAX_TOKENS = 500

/** The expression that begins at `start`, behind `${{`, and the offset behind its `}}`. */
export function parseExpression(
  text: string,
  start: number,
): { readonly expression: Expression; readonly end: number } {
  const tokens = lex(text, start)
  const last = tokens.at(-1)!
  if (last.type === 'end')
    throw new ExpressionError(
      'expression-syntax',
      'the expression is not closed',
      { start: start - 3, end: start },
      'it ends with }}',
    )
  if (tokens.length > MAX_TOKENS)
    throw new ExpressionError('expression-syntax', 'the expression is too long', { start: start - 3, end: last.end })
  const expression = new Parser(tokens).whole(start)
  return { expression, end: last.end }
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(start: number): Expression {
    const first = this.#peek
    if (first.type === 'close')
      throw new ExpressionError('expression-syntax', 'an empty expression', { start: start - 3, end: first.end })
    const expression = this.#choice()
    const { type, text } = this.#peek
    if (type !== 'close')
      throw new ExpressionError(
        'expression-syntax',
        `${text} does not belong here`,
        this.#peek,
        'an operator such as + may be missing before it',
      )
    return expression
  }

  get #peek(): Token {
    return this.#tokens[this.#at]!
  }

  #accept(...signs: readonly string[]): Token | undefined {
    const token = this.#peek
    if (token.type !== 'sign' || !signs.includes(token.text)) return undefined
    this.#at++
    return token
  }

  #need(sign: string, opened: Token): Token {
    const token = this.#accept(sign)
    if (token !== undefined) return token
    throw new ExpressionError('expression-syntax', `the ${sign} for this ${opened.text} is missing`, opened)
  }

  #choice(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError('expression-syntax', 'nested too deeply', this.#peek)
    const test = this.#binary(0)
    const question = this.#accept('?')
    let result = test
    if (question !== undefined) {
      const yes = this.#choice()
      this.#need(':', question)
      const no = this.#choice()
      result = { kind: 'choice', test, yes, no, start: test.start, end: no.end }
    }
    this.#depth--
    return result
  }

  #binary(level: number): Expression {
    const signs = LEVELS[level]
    if (signs === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (let token = this.#accept(...signs); token !== undefined; token = this.#accept(...signs)) {
      const right = this.#binary(level + 1)
      left = { kind: 'binary', sign: token.text as BinarySign, left, right, start: left.start, end: right.end }
    }
    return left
  }

  #unary(): Expression {
    const token = this.#accept('-', '!')
    if (token === undefined) return this.#postfix()
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError('expression-syntax', 'nested too deeply', token)
    const operand = this.#unary()
    this.#depth--
    return { kind: 'unary', sign: token.text as '-' | '!', operand, start: token.start, end: operand.end }
  }

  #postfix(): Expression {
    let object = this.#primary()
    for (let token = this.#accept('.', '['); token !== undefined; token = this.#accept('.', '[')) {
      if (token.text === '[') {
        const index = this.#choice()
        object = { kind: 'index', object, index, start: object.start, end: this.#need(']', token).end }
        continue
      }
      const name = this.#peek
      if (name.type !== 'name') throw new ExpressionError('expression-syntax', 'a name must follow the dot', token)
      this.#at++
      object = { kind: 'member', object, name: name.text, at: name, start: object.start, end: name.end }
    }
    return object
  }

  #primary(): Expression {
    const token = this.#peek
    const { start, end } = token
    if (token.type === 'literal') {
      this.#at++
      return { kind: 'literal', value: token.value!, start, end }
    }
    if (token.type === 'name') {
      this.#at++
      const open = this.#accept('(')
      if (open !== undefined) return this.#call(token, open)
      if (CONSTANTS.has(token.text)) return { kind: 'literal', value: CONSTANTS.get(token.text)!, start, end }
      return { kind: 'name', name: token.text, start, end }
    }
    const open = this.#accept('(')
    if (open !== undefined) {
      const inner = this.#choice()
      this.#need(')', open)
      return inner
    }
    const what =
      token.type === 'close'
        ? 'the expression ends where a value should be'
        : `a value should be here, not ${token.text}`
    throw new ExpressionError('expression-syntax', what, token)
  }

  #call(name: Token, open: Token): Expression {
    const args: Expression[] = []
    let close = this.#accept(')')
    while (close === undefined) {
      args.push(this.#choice())
      if (this.#accept(',') === undefined) close = this.#need(')', open)
    }
    return { kind: 'call', name: name.text, at: name, args, start: name.start, end: close.end }
  }
}

/** Every name that an expression begins a path with. */
export function rootNames(
  expression: Expression,
): { readonly name: string; readonly start: number; readonly end: number }[] {
  switch (expression.kind) {
    case 'literal':
      return []
    case 'name':
      return [expression]
    case 'member':
      return rootNames(expression.object)
    case 'index':
      return [...rootNames(expression.object), ...rootNames(expression.index)]
    case 'unary':
      return rootNames(expression.operand)
    case 'binary':
      return [...rootNames(expression.left), ...rootNames(expression.right)]
    case 'choice':
      return [expression.test, expression.yes, expression.no].flatMap(rootNames)
    case 'call':
      return expression.args.flatMap(rootNames)
  }
}

/** Every call, to check the functions' names before anything is evaluated. */
export function calls(expression: Expression): Extract<Expression, { kind: 'call' }>[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return []
    case 'member':
      return calls(expression.object)
    case 'index':
      return [...calls(expression.object), ...calls(expression.index)]
    case 'unary':
      return calls(expression.operand)
    case 'binary':
      return [...calls(expression.left), ...calls(expression.right)]
    case 'choice':
      return [expression.test, expression.yes, expression.no].flatMap(calls)
    case 'call':
      return [expression, ...expression.args.flatMap(calls)]
  }
}

/** The values of a root that an expression names: `saved.id`, `saved['id']`. */
export function membersOf(root: string, expression: Expression): { readonly name: string; readonly at: Span }[] {
  const inside = (one: Expression): ReturnType<typeof membersOf> => membersOf(root, one)
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return []
    case 'member':
      if (expression.object.kind === 'name' && expression.object.name === root)
        return [{ name: expression.name, at: expression.at }]
      return inside(expression.object)
    case 'index': {
      const { object, index } = expression
      if (object.kind === 'name' && object.name === root && index.kind === 'literal' && typeof index.value === 'string')
        return [{ name: index.value, at: index }]
      return [...inside(object), ...inside(index)]
    }
    case 'unary':
      return inside(expression.operand)
    case 'binary':
      return [...inside(expression.left), ...inside(expression.right)]
    case 'choice':
      return [expression.test, expression.yes, expression.no].flatMap(inside)
    case 'call':
      return expression.args.flatMap(inside)
  }
}
