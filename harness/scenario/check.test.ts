// From zod's issues to codes and places of the text.

import { expect, test } from 'vitest'
import { z } from 'zod'
import { validate } from './check.ts'
import { Diagnostics } from './diagnostic.ts'
import { interpolate } from './expression.ts'
import { valueMatcher } from './matcher.ts'
import { childOf } from './tree.ts'
import { count, duration, identifier, text } from './vocabulary.ts'
import { parseScenarioText } from './yaml.ts'

const schema = z.strictObject({
  device: identifier(),
  topic: text().optional(),
  plain: z.string().optional(),
  level: z.number().int().min(0).max(2).optional(),
  on: z.boolean().optional(),
  mode: z.enum(['close', 'reset', 'refuse']).optional(),
  within: duration().optional(),
  between: z.tuple([duration(), duration()]).optional(),
  poll: z.union([duration(), z.literal(false)]).optional(),
  list: z.array(text()).min(1).optional(),
  names: z.record(identifier(), z.strictObject({ pin: z.number() })).optional(),
  match: z.strictObject({ payload: valueMatcher({ text: true }).optional() }).optional(),
  count: count().optional(),
  will: z.union([z.boolean(), z.strictObject({ topic: text(), qos: z.number().optional() })]).optional(),
  shape: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('round'), radius: z.number() }),
      z.strictObject({ kind: z.literal('flat'), width: z.number() }),
    ])
    .optional(),
  version: z.literal(1, 'this reads version: 1').optional(),
})

function check(source: string, values?: Record<string, number>) {
  const diagnostics = new Diagnostics()
  const { root } = parseScenarioText('x.yaml', source)
  const { node } = values === undefined ? { node: root! } : interpolate(root!, { values }, diagnostics)
  const output = validate(schema, node, diagnostics)
  return { output, found: diagnostics.all }
}

test('what is right comes out parsed', () => {
  expect(check('device: a\nwithin: 2s\ncount: { min: 1 }\n')).toEqual({
    output: { device: 'a', within: 2000, count: { min: 1, max: Number.POSITIVE_INFINITY } },
    found: [],
  })
})

test.each<[string, number, number, string, string | undefined]>([
  ['device: a\ntopci: x', 2, 1, 'unknown-key', 'did you mean "topic"?'],
  ['topic: x', 1, 1, 'missing-key', 'it is a name'],
  ['device: a\ntopic: 1.10', 2, 8, 'bare-number', 'write "1.10"'],
  ['device: a\nplain: 1.10', 2, 8, 'bare-number', 'write "1.10"'],
  ['device: a\nplain: [x]', 2, 8, 'wrong-type', undefined],
  ['device: a\nlevel: "1"', 2, 8, 'wrong-type', 'write 1 without quotes'],
  ['device: a\nlevel: 1.5', 2, 8, 'wrong-type', undefined],
  ['device: a\nlevel: 3', 2, 8, 'bad-value', undefined],
  ['device: a\non: yes', 2, 5, 'wrong-type', 'write true'],
  ['device: a\nmode: rest', 2, 7, 'bad-value', 'did you mean "reset"?'],
  ['device: a\nwithin: 5', 2, 9, 'bare-number', 'write "5s" or "5ms"'],
  ['device: a\nwithin:', 2, 8, 'wrong-type', undefined],
  ['device: a\nbetween: [1s, 2x]', 2, 15, 'bad-value', 'units are h, m, s and ms: "250ms", "1.5s", "1m30s"'],
  ['device: a\nbetween: [1s]', 2, 10, 'bad-value', undefined],
  ['device: a\npoll: true', 2, 7, 'bad-value', undefined],
  ['device: a\npoll: 5', 2, 7, 'bare-number', 'write "5s" or "5ms"'],
  ['device: a\nlist: x', 2, 7, 'wrong-type', 'write [x]'],
  ['device: a\nlist: []', 2, 7, 'bad-value', undefined],
  ['device: a\nlist: [x, 1]', 2, 11, 'bare-number', 'write "1"'],
  ['device: a\nnames: { 1x: { pin: 1 } }', 2, 10, 'identifier', 'for instance "x"'],
  ['device: a\nnames: { x: { pni: 1 } }', 2, 15, 'unknown-key', 'did you mean "pin"?'],
  ['device: a\nmatch: { payload: 1 }', 2, 19, 'bare-number', 'write "1"'],
  ['device: a\nmatch: { payload: { jsn: 1 } }', 2, 21, 'unknown-key', 'did you mean "json"?'],
  ['device: a\ncount: { mn: 1 }', 2, 10, 'unknown-key', 'did you mean "min"?'],
  ['device: a\npayload: x', 2, 1, 'unknown-key', 'write match: { payload: … }'],
  ['device: a\nmatch: { within: 1s }', 2, 10, 'unknown-key', 'it belongs beside match, not into it'],
  ['device: a\nwill: { tpic: x }', 2, 9, 'unknown-key', 'did you mean "topic"?'],
  ['device: a\nwill: { qos: 1 }', 2, 9, 'missing-key', 'it is text'],
  ['device: a\nwill: x', 2, 7, 'wrong-type', undefined],
  ['device: a\nshape: { kind: flta }', 2, 16, 'bad-value', 'did you mean "flat"?'],
  ['device: a\nshape: { kind: flat, widht: 1 }', 2, 22, 'unknown-key', 'did you mean "width"?'],
  ['device: a\nversion: 2', 2, 10, 'bad-value', undefined],
  ['- x', 1, 1, 'wrong-type', undefined],
])('%j', (source, line, column, code, hint) => {
  const { output, found } = check(source)
  expect(output).toBeUndefined()
  expect(found).toMatchObject([{ code: `scenario/${code}`, at: { line, column } }])
  expect(found[0]!.hint).toBe(hint)
})

test('several mistakes are several diagnostics', () => {
  const { found } = check('device: 1\nlevel: x\nmode: 5\nfoo: 1\n')
  expect(found.map(({ code, at }) => `${at.line} ${code}`)).toEqual([
    '1 scenario/bare-number',
    '2 scenario/wrong-type',
    '3 scenario/bad-value',
    '4 scenario/unknown-key',
  ])
})

test('no message speaks as zod does', () => {
  const { found } = check(
    'device: 1\nlevel: x\nmode: [5]\nwithin: {}\nlist: {}\nnames: []\nwill: 5\nshape: 1\nversion: 3\ncount: x\n',
  )
  expect(found).toHaveLength(10)
  for (const { message } of found) expect(message).not.toMatch(/Invalid|undefined|object|array|expected string/i)
})

test('further words may be known', () => {
  const diagnostics = new Diagnostics()
  const { root } = parseScenarioText('x.yaml', 'pubish: 1')
  validate(z.strictObject({}), root!, diagnostics, { known: ['publish'] })
  expect(diagnostics.all).toMatchObject([{ code: 'scenario/unknown-key', hint: 'did you mean "publish"?' }])
})

test("a schema's own refinement keeps its words, code and hint", () => {
  const own = z.strictObject({ a: z.number().optional() }).superRefine((value, ctx) => {
    if (value.a === undefined)
      ctx.addIssue({ code: 'custom', message: 'no a', params: { diagnostic: 'x/y', hint: 'give a' } })
  })
  const diagnostics = new Diagnostics()
  validate(own, childOf(parseScenarioText('x.yaml', 'm: {}').root!, 'm')!, diagnostics)
  expect(diagnostics.all).toMatchObject([{ code: 'x/y', message: 'no a', hint: 'give a', at: { line: 1, column: 4 } }])
})

test('of values that are not known yet nothing is said', () => {
  expect(
    check('device: a\nlevel: ${{ saved.x }}\nwithin: ${{ saved.y }}\npoll: ${{ saved.z }}\nmode: 5'),
  ).toMatchObject({
    output: undefined,
    found: [{ at: { line: 5 } }],
  })
})

test('what could not be read is not complained about again', () => {
  const { root, diagnostics: syntax } = parseScenarioText('x.yaml', 'device: *nobody')
  const diagnostics = new Diagnostics()
  validate(schema, root!, diagnostics)
  expect(syntax).toMatchObject([{ code: 'scenario/yaml-alias' }])
  expect(diagnostics.all).toEqual([])
})

test('a number out of an expression is text where text belongs', () => {
  const source =
    'device: a\ntopic: ${{ i }}\nplain: ${{ i }}\nlevel: ${{ i }}\nmatch: { payload: "${{ i }}" }\nlist: ["${{ i }}"]'
  expect(check(source, { i: 2 })).toEqual({
    output: { device: 'a', topic: '2', plain: '2', level: 2, match: { payload: '2' }, list: ['2'] },
    found: [],
  })
})
