// Expressions: values, types, what is left for later, and the exact columns of mistakes.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { Diagnostics } from './diagnostic.ts'
import type { Scope } from './expression/evaluate.ts'
import { durationValue, typedValue } from './expression/value.ts'
import { interpolate } from './expression.ts'
import { childOf, type Node, toPlain } from './tree.ts'
import { parseScenarioText } from './yaml.ts'

const vars =
  '{ keepalive: 4s, text: "4s", n: 7, share: 20%, size: 1KiB, list: [a, b], map: { down-for: 5s }, none: null, yes: true }'
const scope: Scope = {
  values: {
    vars: typedValue(parseScenarioText('v', vars).root!),
    broker: { slack: durationValue(milliseconds(500)) },
    i: 3,
    bytes: Uint8Array.of(0x68, 0x69),
    evil: '${{ i }}',
    env: { HOME: '/root', EMPTY: '', GONE: undefined },
  },
  later: new Set(['saved', 'link']),
}

function fill(yaml: string, within: Scope = scope) {
  const diagnostics = new Diagnostics()
  const { root, diagnostics: syntax } = parseScenarioText('x.yaml', yaml)
  expect(syntax).toEqual([])
  const { node, deferred } = interpolate(root!, within, diagnostics)
  return { node, deferred, found: diagnostics.all, value: toPlain(childOf(node, 'a') ?? node) }
}

test.each<[string, unknown]>([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['7 % 4', 3],
  ['vars.n-1', 6],
  ['vars.n%4', 3],
  ['-vars.n + 1', -6],
  ['0.1 + 0.2', 0.3],
  ['0x1F', 31],
  ['10 - 3 - 2', 5],
  ['1.5 * vars.keepalive + broker.slack', '6500ms'],
  ['vars.keepalive', '4s'],
  ['vars.keepalive / 2s', 2],
  ['vars.keepalive / 3', '1333.33333333333ms'],
  ['5s % 2s', '1000ms'],
  ['vars.map.down-for', '5s'],
  ["vars.map['down-for'] * 2", '10000ms'],
  ['20% * vars.keepalive', '800ms'],
  ['vars.keepalive * vars.share', '800ms'],
  ['50% * 10', 5],
  ['20% + 5%', '25%'],
  ['2 * vars.size', '2048B'],
  ['vars.list[1]', 'b'],
  ['vars.list', ['a', 'b']],
  ['vars.map', { 'down-for': '5s' }],
  ['vars.none', null],
  ['vars.yes && !false', true],
  ['vars.n > 5 || vars.nothing', true],
  ['vars.n == 7 && vars.text == "4s"', true],
  ['vars.keepalive == 4000ms', true],
  ['vars.keepalive > 3s', true],
  ['vars.none == null', true],
  ['vars.n != null', true],
  ['vars.n > 5 ? "big" : "small"', 'big'],
  ['vars.n < 5 ? 1 : vars.n < 9 ? 2 : 3', 2],
  ['min(3, 1, 2)', 1],
  ['max(1s, 500ms)', '1s'],
  ['round(vars.keepalive / 3)', '1333ms'],
  ['ceil(1.2) + floor(1.8)', 3],
  ['len("日本") + len(vars.list)', 4],
  ['upper(vars.text)', '4S'],
  ['hex("AB")', '4142'],
  ['hex(255)', 'ff'],
  ['repeat("ab", 3)', 'ababab'],
  ['repeat("ab", 0)', ''],
  ['string(5) + "x"', '5x'],
  ['number("5") + 1', 6],
  ['"a" + "b"', 'ab'],
  ["'it\\'s }} x'", "it's }} x"],
  ['bytes', 'hi'],
  ['env.HOME', '/root'],
  ["env.HOME || 'dev'", '/root'],
  ["env.GONE || 'dev'", 'dev'],
  ["env.EMPTY || 'dev'", 'dev'],
  ["env.GONE || env.EMPTY || 'dev'", 'dev'],
  ["env.GONE || env.HOME || 'dev'", '/root'],
  ["(env.GONE || 'dev') + '/x'", 'dev/x'],
  ['env.GONE || 5', 5],
  ['evil', '${{ i }}'],
])('%s is %j', (expression, value) => {
  const { value: got, found } = fill(`a: |-\n  \${{ ${expression} }}`)
  expect(found).toEqual([])
  expect(got).toEqual(value)
})

test('inside longer text values become text', () => {
  expect(fill('a: "cmd/${{ i }}/${{ vars.keepalive * 2 }} ${{ vars.text }}"').value).toBe('cmd/3/8000ms 4s')
})

test('$${{ is a literal ${{', () => {
  expect(fill('a: "$${{ i }} ${{ i }}"').value).toBe('${{ i }} 3')
})

test('what was filled in is not filled in again', () => {
  const once = fill('a: "${{ evil }}"').node
  expect(toPlain(interpolate(once, scope, new Diagnostics()).node)).toEqual({ a: '${{ i }}' })
})

test('a reckoned duration is a duration for further expressions, quoted or not', () => {
  const { node } = fill('a: "${{ 2 * vars.keepalive }}"')
  expect(fill('a: ${{ x * 2 }}', { values: { x: typedValue(childOf(node, 'a')!) } }).value).toBe('16000ms')
})

test('--var text reads like YAML', () => {
  expect(['5', 'true', 'null', '"5"', 'a: b'].map(typedValue)).toEqual([5, true, null, '5', 'a: b'])
  expect(typedValue('4s')).toMatchObject({ unit: 'duration', amount: 4000 })
})

test.each<[string, number, number, string, string | undefined]>([
  ['a: ${{ vras.n }}', 1, 8, 'unknown-name', 'did you mean "vars"?'],
  ['a: "${{ vars.keepalve }}"', 1, 14, 'unknown-name', 'did you mean "keepalive"?'],
  ["a: 'it''s ${{ vars.x }}'", 1, 20, 'unknown-name', undefined],
  ['a: "\\t\\u00e9${{ nope }}"', 1, 17, 'unknown-name', undefined],
  ['a: "${{ vars.text == \\"x\\" && nope }}"', 1, 31, 'unknown-name', undefined],
  ['a: |\n  one\n  two ${{ nope }}\n', 3, 11, 'unknown-name', undefined],
  ['a: >-\n  one\n  two ${{ nope }}\n', 3, 11, 'unknown-name', undefined],
  ['a: one\n  two ${{ nope }}\n', 2, 11, 'unknown-name', undefined],
  ['a: "one\n  two ${{ nope }}"\n', 2, 11, 'unknown-name', undefined],
  ['a: ${{ i }} ${{ nope }}', 1, 17, 'unknown-name', undefined],
  ['a: ${{ vars.n-i }}', 1, 13, 'unknown-name', 'to subtract, put spaces around the -'],
  ['a: ${{ env.GONE }}', 1, 12, 'unknown-name', "set it, or give it a default: ${{ env.GONE || 'text' }}"],
  ['a: ${{ env.GONE || env.AWAY }}', 1, 24, 'unknown-name', "set it, or give it a default: ${{ env.AWAY || 'text' }}"],
  ['a: ${{ __proto__ }}', 1, 8, 'unknown-name', undefined],
  ['a: ${{ vars.constructor }}', 1, 13, 'unknown-name', undefined],
  ['a: ${{ mni(1) }}', 1, 8, 'unknown-name', 'did you mean "min"?'],
  ['a: ${{ vars.keepalive + 5 }}', 1, 8, 'expression-type', 'give the number a unit: 5s or 5ms'],
  ['a: ${{ 2 * vars.text }}', 1, 8, 'expression-type', '"4s" is text; without its quotes it is a duration'],
  ['a: ${{ vars.n && true }}', 1, 8, 'expression-type', undefined],
  ['a: ${{ vars.n.x }}', 1, 15, 'expression-type', undefined],
  ['a: ${{ len(5) }}', 1, 12, 'expression-type', undefined],
  ['a: ${{ repeat(5, 2) }}', 1, 15, 'expression-type', undefined],
  ['a: ${{ repeat("a", 1.5) }}', 1, 20, 'expression-type', undefined],
  ['a: ${{ repeat("ab", 600000) }}', 1, 21, 'expression-value', undefined],
  ['a: ${{ len() }}', 1, 8, 'expression-type', undefined],
  ['a: x${{ vars.list }}', 1, 9, 'expression-type', 'string(…) makes it text'],
  ['a: ${{ 1 == "1" }}', 1, 8, 'expression-type', undefined],
  ['a: ${{ 1 / 0 }}', 1, 12, 'expression-value', undefined],
  ['a: ${{ vars.list[2] }}', 1, 18, 'expression-value', 'the first is at 0'],
  ['a: ${{ 1 + }}', 1, 12, 'expression-syntax', undefined],
  ['a: ${{ }}', 1, 4, 'expression-syntax', undefined],
  ['a: ${{ 1', 1, 4, 'expression-syntax', 'it ends with }}'],
  ['a: ${{ (1 }}', 1, 8, 'expression-syntax', undefined],
  ['a: ${{ 1 2 }}', 1, 10, 'expression-syntax', undefined],
  ['a: ${{ "x }}', 1, 8, 'expression-syntax', undefined],
  ['a: ${{ 5x }}', 1, 8, 'expression-syntax', undefined],
  ['a: ${{ i = 3 }}', 1, 10, 'expression-syntax', 'to compare, write =='],
  ['a: ${{ saved.x + }}', 1, 18, 'expression-syntax', undefined],
  ['a: ${{ saved.x + nope }}', 1, 18, 'unknown-name', undefined],
])('%j', (yaml, line, column, code, hint) => {
  const { found, deferred } = fill(yaml)
  expect(found).toMatchObject([{ code: `scenario/${code}`, at: { line, column } }])
  if (hint !== undefined) expect(found[0]!.hint).toBe(hint)
  expect(deferred).toEqual([])
})

test('an expression that needs a later value is left as it is', () => {
  const { value, deferred, found } = fill('a: ["${{ saved.pid + 1 }}", "${{ i }}", "h ${{ link.host }}"]')
  expect(value).toEqual(['${{ saved.pid + 1 }}', 3, 'h ${{ link.host }}'])
  expect(deferred.map(({ place }) => place.column)).toEqual([5, 41])
  expect(found).toEqual([])
})

test('every mistake of a text is reported', () => {
  expect(fill('a: "${{ x }} ${{ 1 + }} ${{ y }}"').found.map(({ at }) => at.column)).toEqual([9, 22, 29])
})

test('no text makes it throw', () => {
  const place = { file: 'x', line: 1, column: 1, length: 1 }
  const pieces = fc.constantFrom(
    ...[
      '${{',
      '}}',
      ' ',
      '1',
      '5s',
      'vars',
      '.',
      'n',
      '(',
      ')',
      '[',
      ']',
      '+',
      '-',
      '*',
      '/',
      '%',
      '<',
      '==',
      '&&',
      '!',
      '?',
      ':',
    ],
    ...['"a"', "'", ',', 'min', 'len', 'saved', 'i', '20%', '$', 'text', 'list', '\n', '1KiB', '\\'],
  )
  const run = (text: string): void => {
    const node: Node = { kind: 'scalar', value: text, text, quoted: false, place }
    const diagnostics = new Diagnostics()
    interpolate(node, scope, diagnostics)
    for (const { at } of diagnostics.all) expect(at.column).toBeGreaterThan(0)
  }
  fc.assert(
    fc.property(fc.string(), (text) => run(`\${{${text}}}`)),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 25 }), (list) => run(`\${{ ${list.join('')} }}`)),
    { numRuns: 3000 },
  )
})

test.each([`${'('.repeat(5000)}1`, `${'-'.repeat(5000)}1`, Array(5000).fill('1').join(' + '), `${'!'.repeat(90)}true`])(
  'an expression of absurd depth is refused',
  (expression) => {
    expect(fill(`a: \${{ ${expression} }}`).found).toMatchObject([{ code: 'scenario/expression-syntax' }])
  },
)
