// Text to tree: places, scalars as written, and everything that can be wrong with YAML.

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { casesOf } from '../random-cases.testing.ts'
import { childOf, type Node, toPlain } from './tree.ts'
import { parseScenarioText } from './yaml.ts'

const parse = (text: string) => parseScenarioText('x.yaml', text)
const found = (text: string) =>
  parse(text).diagnostics.map(({ code, at }) => `${at.line}:${at.column} ${code.replace('scenario/', '')}`)

function child(text: string, ...path: string[]): Node {
  return path.reduce<Node>((node, key) => childOf(node, key)!, parse(text).root!)
}

test('keys and values have places', () => {
  const { root, diagnostics } = parse('steps:\n  - publish: { device: blue, topic: "a/b" }\n')
  expect(diagnostics).toEqual([])
  expect(root).toMatchObject({
    kind: 'map',
    entries: [
      {
        key: 'steps',
        keyPlace: { line: 1, column: 1, length: 5 },
        value: {
          kind: 'list',
          items: [
            {
              place: { line: 2, column: 5, length: 7 },
              entries: [
                {
                  key: 'publish',
                  value: {
                    place: { line: 2, column: 14, length: 30 },
                    entries: [
                      { key: 'device' },
                      { value: { value: 'a/b', quoted: true, place: { line: 2, column: 37, length: 5 } } },
                    ],
                  },
                },
              ],
            },
          ],
        },
      },
    ],
  })
})

test.each([
  ['1.10', { value: 1.1, text: '1.10', quoted: false }],
  ['"1"', { value: '1', text: '"1"', quoted: true }],
  ['0x10', { value: 16, text: '0x10', quoted: false }],
  ['2020-01-02', { value: '2020-01-02', quoted: false }],
  ['yes', { value: 'yes' }],
  ['off', { value: 'off' }],
  ['true', { value: true }],
  ['~', { value: null }],
  ['4s', { value: '4s' }],
  ['1_000', { value: '1_000' }],
  ['!!str 5', { value: '5', quoted: true }],
  ['|\n  one\n  two\n', { value: 'one\ntwo\n', quoted: true }],
])('%s', (written, scalar) => {
  expect(child(`a: ${written}`, 'a')).toMatchObject({ kind: 'scalar', ...scalar })
})

test('keys are what is written', () => {
  expect(toPlain(parse('1: a\ntrue: b\n~: c\n"d e": f\n').root!)).toEqual({ '1': 'a', true: 'b', '~': 'c', 'd e': 'f' })
})

test('a key called __proto__ is a key', () => {
  expect(Object.keys(toPlain(parse('__proto__: { a: 1 }').root!) as object)).toEqual(['__proto__'])
})

test('an alias is its value, at the place of its use', () => {
  const text = 'a: &x { k: 1 }\nb: *x\nc: &y 5\nd: *y\n'
  expect(parse(text).diagnostics).toEqual([])
  expect(toPlain(child(text, 'b'))).toEqual({ k: 1 })
  expect(child(text, 'b')).toMatchObject({ place: { line: 2, column: 4 }, entries: [{ keyPlace: { line: 1 } }] })
  expect(child(text, 'd')).toMatchObject({ value: 5, place: { line: 4, column: 4 }, written: { line: 3, column: 7 } })
})

test.each([
  ['a: 1\na: 2\n', ['2:1 duplicate-key']],
  ['{ a: 1, a: 2 }', ['1:9 duplicate-key']],
  ['a:\n\t- b\n', ['2:1 yaml-tab']],
  ['a: 1\n---\nb: 1\n', ['2:1 multiple-documents']],
  ['a: { k: ${{ x }} }\n', ['1:9 unquoted-expression']],
  ['a: ${{ x ? 1 : 2 }}\n', ['1:4 unquoted-expression']],
  ['a: "x\nb: 1\n', ['1:4 yaml-syntax']],
  ['a:1\nb: 2\n', ['1:1 yaml-syntax']],
  ['a: @x\nb: `y\n', ['1:4 yaml-syntax', '2:4 yaml-syntax']],
  ['a: [1, 2\nb: 3\n', ['2:1 yaml-syntax']],
  ['a: b: c\n', ['1:4 yaml-syntax']],
  ['a: "\\q"\n', ['1:5 yaml-syntax']],
  ['a: *x\n', ['1:4 yaml-alias']],
  ['a: &x [*x]\n', ['1:8 yaml-alias']],
  ['a: !foo b\n', ['1:4 yaml-tag']],
  ['a: !!binary aGk=\n', ['1:4 yaml-tag']],
  ['? [a]\n: b\n', ['1:3 yaml-key']],
  ['x: &x { a: 1 }\ny:\n  <<: *x\n', ['3:3 yaml-merge-key']],
  ['a: 12345678901234567890\n', ['1:4 yaml-number']],
  ['a: .inf\n', ['1:4 yaml-number']],
  ['%YAML 1.1\n---\na: yes\n', ['1:1 yaml-version']],
  ['', ['1:1 empty']],
  ['# nothing\n', ['1:1 empty']],
])('%j', (text, codes) => {
  expect(found(text)).toEqual(codes)
})

test('blemishes do not hide the rest of the tree', () => {
  const { root, diagnostics } = parse('a: 1\na: 2\nb: !foo x\nc: 3\n')
  expect(diagnostics).toHaveLength(2)
  expect(toPlain(root!)).toEqual({ a: 1, b: 'x', c: 3 })
})

test('a byte order mark and CRLF shift nothing', () => {
  expect(parse('\uFEFFa: 1\r\nb: 2\r\n').root).toMatchObject({
    entries: [
      { keyPlace: { line: 1, column: 1 } },
      { keyPlace: { line: 2, column: 1 }, value: { value: 2, place: { length: 1 } } },
    ],
  })
})

test('an alias bomb is defused', () => {
  const rows = Array.from(
    { length: 12 },
    (_, i) =>
      `a${i}: &a${i} [${Array(9)
        .fill(i === 0 ? '1' : `*a${i - 1}`)
        .join(', ')}]`,
  )
  expect(new Set(parse(rows.join('\n')).diagnostics.map(({ code }) => code))).toEqual(new Set(['scenario/yaml-alias']))
})

test.each([
  ['- ', 20_000],
  ['? ', 20_000],
  ['[', 20_000],
  ['{a: ', 20_000],
])('%s nested %d times is refused', (text, times) => {
  expect(found(text.repeat(times))[0]).toMatch(/yaml-too-deep$/)
})

test('any text is a tree or diagnostics', () => {
  const yamlish = fc.array(
    fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '${{ ',
      ' }}',
      '|',
      '#',
      '\t',
      '? ',
      '!x ',
      ',',
      '1',
      '---',
      '<<',
      '\\',
    ),
  )
  const check = (text: string): void => {
    const { root, diagnostics } = parse(text)
    expect(root !== null || diagnostics.length > 0).toBe(true)
    if (root !== null) toPlain(root)
    for (const { at } of diagnostics) expect(at.line > 0 && at.column > 0 && at.length >= 0).toBe(true)
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), check), { numRuns: casesOf(300) })
  fc.assert(
    fc.property(yamlish, (pieces) => check(pieces.join(''))),
    { numRuns: casesOf(1000) },
  )
})

describe('a text that is read again', () => {
  it('is parsed once, and again under another name or with other words', () => {
    const first = parseScenarioText('a.yaml', 'name: one')
    expect(parseScenarioText('a.yaml', 'name: one')).toBe(first)
    expect(parseScenarioText('b.yaml', 'name: one').root).toMatchObject({ place: { file: 'b.yaml' } })
    expect(parseScenarioText('a.yaml', 'name: two').root).not.toEqual(first.root)
  })

  it('is forgotten after many others', () => {
    const first = parseScenarioText('a.yaml', 'name: one')
    for (let k = 0; k < 100; k++) parseScenarioText('a.yaml', `name: ${'x'.repeat(20_000)}${k}`)
    expect(parseScenarioText('a.yaml', 'name: one')).not.toBe(first)
  })
})
