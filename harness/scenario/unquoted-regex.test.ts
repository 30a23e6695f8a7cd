import { describe, expect, it } from 'vitest'
import { parseScenarioText } from './index.ts'
import { blamedOnRegexes } from './unquoted-regex.ts'

const said = (text: string) => {
  const { diagnostics, regexes } = parseScenarioText('x.yaml', text)
  // As the schema would: a key of its own where nobody knows one.
  const key = /(connecting|b)\//.exec(text)
  const line = text.slice(0, key?.index).split('\n')
  const at = { file: 'x.yaml', line: line.length, column: line.at(-1)!.length + 1, length: 3 }
  const unknown = key === null ? [] : [{ code: 'scenario/unknown-key', message: 'unknown key', at }]
  return blamedOnRegexes([...diagnostics, ...(diagnostics.length === 0 ? unknown : [])], regexes).map(
    ({ code, hint, severity, at: { column } }) => `${severity ?? 'error'} ${code} at ${column}: ${hint}`,
  )
}
const one = (column: number, quoted: string, severity = 'error') => [
  `${severity} scenario/unquoted-regex at ${column}: put quotes around it: ${quoted}`,
]

describe('a regular expression without quotes', () => {
  it.each([
    ['a comma', 'a: { line: /ok, connecting/ }', one(12, '"/ok, connecting/"')],
    ['a comma, behind one that is whole', 'a: { topic: /^a/, line: /x, b/ }', one(25, '"/x, b/"')],
    ['a colon', 'a: { line: /mqtt: refused/ }', one(12, '"/mqtt: refused/"')],
    ['a colon, outside of braces', 'line: /mqtt: refused/i', one(7, '"/mqtt: refused/i"')],
    ['a hash', 'a: { line: /code #1/ }\nb: 1', one(12, '"/code #1/"')],
    ['a hash, outside of braces', 'line: /code #1/', one(7, '"/code #1/"', 'warning')],
    ['a hash, in braces that end on another line', 'a: {\n  line: /code #1/\n}', one(9, '"/code #1/"', 'warning')],
    ['braces', 'a: { line: /a{2,3}/ , x: 1 }\nb: [1]', one(12, '"/a{2,3}/"')],
    ['brackets', 'a: { line: /[abc]+/ }', one(12, '"/[abc]+/"')],
    ['a backslash', 'a: { line: /\\d, \\/b/ }', one(12, "'/\\d, \\/b/'")],
  ])('with %s is told once, with its quotes', (_, text, expected) => {
    expect(said(text)).toEqual(expected)
  })

  it.each([
    'a: { topic: /home/room, payload: x }',
    'a: { topics: [/a/c, /d/] }',
    'line: /home/room # see docs/',
    'line: /a: b',
  ])('is none: %s', (text) => {
    expect(said(text).filter((line) => line.includes('unquoted-regex'))).toEqual([])
  })
})
