// The operators of value matchers, from the schema that editors check them with.

import { valueMatcher } from '../scenario/index.ts'
import { code, table } from './markdown.ts'

const EXAMPLES: Readonly<Record<string, string>> = {
  json: '{ json: { t: 21.5 } }',
  hex: '{ hex: "00 ff" }',
  eq: '{ eq: "/dev/null/" }',
  in: '{ in: [on, off] }',
  not: '{ not: /error/i }',
  gt: '{ gt: 20 }',
  gte: '{ gte: 20, lt: 30 }',
  lt: '{ lt: 30 }',
  lte: '{ lte: 64KiB }',
}

interface OperatorMap {
  readonly properties?: Readonly<Record<string, { readonly description: string }>>
}

export function operatorsTable(): string {
  const { anyOf } = valueMatcher().meta() as { readonly anyOf: readonly OperatorMap[] }
  const operators = anyOf.find((one) => one.properties !== undefined)!.properties!
  const rows = Object.entries(operators).map(([name, { description }]) => {
    const example = EXAMPLES[name]
    if (example === undefined) throw new Error(`the matcher ${name} has no example in operators.ts`)
    return [code(example), description]
  })
  return table(['for instance', 'matches'], rows)
}
