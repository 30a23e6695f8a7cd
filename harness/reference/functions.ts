// What the functions of expressions do, in words; the functions themselves are harness/scenario's.

import { functions } from '../scenario/expression/functions.ts'
import { code, table } from './markdown.ts'

const TEXTS: Readonly<Record<string, readonly [example: string, what: string]>> = {
  min: ['min(vars.a, 4s)', 'the least of numbers, or of quantities of one unit'],
  max: ['max(1, 2, 3)', 'the greatest'],
  round: ['round(1.5)', 'to the nearest whole number; durations to whole milliseconds, sizes to bytes'],
  floor: ['floor(1.9)', 'down'],
  ceil: ['ceil(1.1)', 'up'],
  len: ['len("abc")', 'characters of a text, items of a list, keys of a map'],
  lower: ['lower("ABC")', 'in small letters'],
  upper: ['upper("abc")', 'in capital letters'],
  hex: ['hex(255)', 'hex digits of a text’s bytes or of a whole number, two a byte'],
  repeat: ['repeat("ab", 3)', 'the text N times'],
  string: ['string(1 + 1)', 'as text'],
  number: ['number("7")', 'a text of digits as a number'],
}

export function functionsTable(): string {
  const rows = Object.keys(functions).map((name) => {
    const text = TEXTS[name]
    if (text === undefined) throw new Error(`the function ${name} has no text in functions.ts`)
    return [code(text[0]), text[1]]
  })
  return table(['for instance', 'what'], rows)
}
