// Whatever stands in a file, compile answers with plans or with diagnostics and never throws. The
// texts are the shipped scenarios with lines and words left out, doubled and swapped.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { casesOf } from '../../random-cases.testing.ts'
import { compiled, plansOf } from '../testing.ts'

const FOLDER = join(import.meta.dirname, '../../../scenarios')
const shipped = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.scenario.yaml'))
  .map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')] as const)
const RUNS = casesOf(40)

/** Either plans or an error, and every error has a place in the text. */
function answers(text: string): void {
  const { plans, diagnostics } = compiled(text)
  if (plans.length > 0 === diagnostics.hasErrors) throw new Error(text)
  const lines = text.split(/\r\n|\n|\r/).length
  for (const { at } of diagnostics.all) {
    expect(at.line).toBeGreaterThanOrEqual(1)
    expect(at.line).toBeLessThanOrEqual(lines)
    expect(at.column).toBeGreaterThanOrEqual(1)
  }
}

interface Mutation {
  readonly kind: 'delete' | 'double' | 'swap'
  readonly at: number
  readonly to: number
}

const mutation = fc.record<Mutation>({
  kind: fc.constantFrom('delete', 'double', 'swap'),
  at: fc.nat(),
  to: fc.nat(),
})

function mutated(parts: readonly string[], { kind, at, to }: Mutation): string[] {
  if (parts.length === 0) return []
  const a = at % parts.length
  const b = to % parts.length
  if (kind === 'delete') return parts.toSpliced(a, 1)
  if (kind === 'double') return parts.toSpliced(b, 0, parts[a]!)
  return parts.with(a, parts[b]!).with(b, parts[a]!)
}

const linesOf = (text: string): string[] => text.split(/(?<=\n)/)
const tokensOf = (text: string): string[] => text.match(/[\w.-]+|\s+|[^\w\s]/g) ?? []

test.each(shipped)('%s compiles', (_, text) => {
  expect(plansOf(text).length).toBeGreaterThan(0)
})

test.each(shipped)('%s with lines left out, doubled and swapped', (_, text) => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      answers(mutations.reduce(mutated, linesOf(text)).join(''))
    }),
    { numRuns: RUNS },
  )
})

test.each(shipped)('%s with words left out, doubled and swapped', (_, text) => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      answers(mutations.reduce(mutated, tokensOf(text)).join(''))
    }),
    { numRuns: RUNS },
  )
})

test('any text at all', () => {
  const snippets = fc.constantFrom(
    'name: ',
    'steps:\n',
    '  - ',
    '{ ',
    ' }',
    '[',
    ']',
    ': ',
    '${{ ',
    ' }}',
    'expect',
    '\n',
  )
  const text = fc
    .array(fc.oneof(snippets, fc.string({ maxLength: 8 })), { maxLength: 40 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (given) => {
      compiled(given)
    }),
    { numRuns: casesOf(1000) },
  )
})

test('any value in the place of any other', () => {
  const values = ['', '~', '5', '-1', '1e400', 'true', '[]', '{}', '[[{}]]', '{ __proto__: 1 }', '"${{ saved.x }}"']
  values.push('"${{ i }}"', '"${{ link.port }}"', '"${{ constructor }}"', '*nobody', '!!binary aGk=', '9999999999999h')
  const places = shipped.flatMap(([, text]) =>
    linesOf(text).flatMap((line, k) => (line.includes(': ') ? [{ text, line, k }] : [])),
  )
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.constantFrom(...values), ({ text, line, k }, value) => {
      answers(
        linesOf(text)
          .with(k, `${line.slice(0, line.indexOf(': '))}: ${value}\n`)
          .join(''),
      )
    }),
    { numRuns: casesOf(600) },
  )
})
