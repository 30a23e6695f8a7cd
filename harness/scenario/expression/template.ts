// A scalar's text with `${{ … }}` in it, parsed once. `$${{` is how text holds a literal `${{`.

import type { ScalarNode } from '../tree.ts'
import { ExpressionError } from './lex.ts'
import { type Expression, parseExpression } from './parse.ts'

export type Part = string | Expression

export interface Template {
  readonly parts: readonly Part[]
  readonly errors: readonly ExpressionError[]
}

/** Whether this text still has an expression in it: the value is not known yet. */
export const isDeferred = (node: ScalarNode): boolean =>
  !node.computed && typeof node.value === 'string' && /(?<!\$)\$\{\{/.test(node.value)

const parsed = new WeakMap<ScalarNode, Template>()

/** The template of a scalar; a scenario with a matrix asks for the same one again and again. */
export function templateOf(node: ScalarNode): Template {
  const known = parsed.get(node)
  if (known !== undefined) return known
  const made = parseTemplate(String(node.value))
  parsed.set(node, made)
  return made
}

export function parseTemplate(text: string): Template {
  const parts: Part[] = []
  const errors: ExpressionError[] = []
  let literal = ''
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('${{', at)
    if (open < 0) break
    if (open > at && text[open - 1] === '$') {
      literal += `${text.slice(at, open - 1)}\${{`
      at = open + 3
      continue
    }
    literal += text.slice(at, open)
    if (literal !== '') parts.push(literal)
    literal = ''
    try {
      const { expression, end } = parseExpression(text, open + 3)
      parts.push(expression)
      at = end
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      errors.push(error)
      const close = text.indexOf('}}', Math.max(open + 3, error.start))
      at = close < 0 ? text.length : close + 2
    }
  }
  literal += text.slice(at)
  if (literal !== '') parts.push(literal)
  return { parts, errors }
}
