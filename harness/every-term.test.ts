// No term of a claim or a call is passed over: for each key there is a run that it fits, and the same run with a value that
// turns the verdict. A key that the schema has and this table has not fails the test.

import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { hil, Scratch } from './cli/testing.ts'
import { expectationKeys, scenarioSchema } from './plan/index.ts'

/** Steps that publish "0", "1", … to `a` as p0, p1, …, with these times between them. */
const published = (...waits: readonly number[]): readonly string[] => [
  'connect: blue',
  ...[0, ...waits].flatMap((wait, k) => [
    ...(wait === 0 ? [] : [`delay: ${wait}ms`]),
    `{ id: p${k}, publish: { device: blue, topic: a, payload: "${k}" } }`,
  ]),
]
const BEAT = published(1000, 1000)
const GROWS = published(1000, 2000, 4000)
const LONGER = published(1000, 1500, 2000)
const VARIES = published(1000, 1200, 900, 1100)

const message = (payload: string): string => `message: { topic: a, payload: "${payload}" }`
const group = (...payloads: readonly string[]): string => `[${payloads.map((one) => `{ ${message(one)} }`).join(', ')}]`
const claim =
  (before: readonly string[], verb: 'expect' | 'never') =>
  (terms: string): Run => ({ steps: [...before, `${verb}: { ${terms} }`] })
const beats = (before: readonly string[]) => {
  const count = before.filter((step) => step.includes('publish')).length
  return (every: string): Run =>
    claim(
      before,
      'expect',
    )(`message: { topic: a }, every: { ${every} }, count: { min: ${count} }, after: p0, within: 20s`)
}
const during = (until: string): Run => ({
  always: `never: { ${message('1')}, until: ${until} }`,
  steps: [...BEAT, '{ id: over, delay: 1s }'],
})
const after =
  (before: readonly string[]) =>
  (step: string): Run => ({ steps: [...before, step] })

interface Run {
  readonly steps: readonly string[]
  readonly always?: string
}
type Pair = readonly [fits: Run, turned: Run]
const pair = (make: (said: string) => Run, fits: string, turned: string): Pair => [make(fits), make(turned)]

const expects = claim(BEAT, 'expect')
const nevers = claim(BEAT, 'never')

/** Terms of expect; those of never have its name before them. */
const TERMS: Readonly<Record<string, Pair>> = {
  all: pair(expects, `all: ${group('1', '0')}, after: p0`, `all: ${group('1', 'z')}, after: p0`),
  sequence: pair(expects, `sequence: ${group('0', '1')}, after: p0`, `sequence: ${group('1', '0')}, after: p0`),
  any: pair(expects, `any: ${group('z', '1')}, after: p0`, `any: ${group('z', 'y')}, after: p0`),
  count: pair(expects, 'message: { topic: a }, count: 3, after: p0', 'message: { topic: a }, count: 2, after: p0'),
  within: pair(expects, `${message('2')}, after: p0, within: 2500ms`, `${message('2')}, after: p0, within: 1500ms`),
  between: pair(
    expects,
    `${message('2')}, after: p0, between: [1500ms, 2500ms]`,
    `${message('2')}, after: p0, between: [2500ms, 3500ms]`,
  ),
  after: pair(expects, `${message('0')}, after: p0`, `${message('0')}, after: p1, within: 2s`),
  since: pair(
    after([...BEAT, `expect: { ${message('2')} }`]),
    `expect: { ${message('0')}, since: start, within: 30s }`,
    `expect: { ${message('0')}, within: 1s }`,
  ),
  save: pair(
    expects,
    `${message('0')}, after: p0, save: { x: { field: payload, regex: "/([0-9])/" } }`,
    `${message('0')}, after: p0, save: { x: { field: payload, regex: "/([a-z])/" } }`,
  ),
  every: pair(beats(BEAT), 'of: 1s', 'of: 2s'),
  'every.of': pair(beats(BEAT), 'of: 1s', 'of: 700ms'),
  'every.tolerance': pair(beats(BEAT), 'of: 1100ms, tolerance: 200ms', 'of: 1100ms, tolerance: 50ms'),
  'every.grow': pair(beats(GROWS), 'of: 1s, grow: 2', 'of: 1s, grow: 3'),
  'every.add': pair(beats(LONGER), 'of: 1s, add: 500ms', 'of: 1s, add: 900ms'),
  'every.cap': pair(beats(GROWS), 'of: 1s, grow: 2, cap: 4s', 'of: 1s, grow: 2, cap: 3s'),
  'every.jitter': pair(beats(VARIES), 'of: 1s, jitter: 30%, tolerance: 10ms', 'of: 1s, jitter: 5%, tolerance: 10ms'),
  'every.jitter.less': pair(
    beats(VARIES),
    'of: 1s, tolerance: 10ms, jitter: { less: 15%, more: 25% }',
    'of: 1s, tolerance: 10ms, jitter: { less: 5%, more: 25% }',
  ),
  'every.jitter.more': pair(
    beats(VARIES),
    'of: 1s, tolerance: 10ms, jitter: { less: 15%, more: 25% }',
    'of: 1s, tolerance: 10ms, jitter: { less: 15%, more: 15% }',
  ),
  'never all': pair(
    nevers,
    `all: ${group('0', 'z')}, after: p0, for: 5s`,
    `all: ${group('0', '1')}, after: p0, for: 5s`,
  ),
  'never sequence': pair(
    nevers,
    `sequence: ${group('1', '0')}, after: p0, for: 5s`,
    `sequence: ${group('0', '1')}, after: p0, for: 5s`,
  ),
  'never any': pair(
    nevers,
    `any: ${group('z', 'y')}, after: p0, for: 5s`,
    `any: ${group('z', '1')}, after: p0, for: 5s`,
  ),
  'never for': pair(nevers, `${message('2')}, after: p0, for: 1500ms`, `${message('2')}, after: p0, for: 2500ms`),
  'never after': pair(nevers, `${message('0')}, after: p1, for: 1s`, `${message('0')}, after: p0, for: 1s`),
  until: [during('p1'), during('over')],
}

const CONNECTED = ['connect: blue']
const LATE = ['disturb: { device: blue, direction: down, packet: connack, do: { delay: 500ms } }']
const HANGS = ['connect: slow', 'disturb: { device: slow, direction: down, packet: suback, do: drop }']
const CALLS: Readonly<Record<string, Pair>> = {
  within: pair(after(LATE), 'connect: { device: blue, within: 1s }', 'connect: { device: blue, within: 300ms }'),
  returns: pair(
    after(CONNECTED),
    'publish: { device: blue, topic: a, payload: x, qos: 1, returns: 1 }',
    'publish: { device: blue, topic: a, payload: x, qos: 1, returns: 2 }',
  ),
  raises: pair(
    after(CONNECTED),
    'call: { device: blue, method: nothing, raises: AttributeError }',
    'call: { device: blue, method: nothing, raises: OSError }',
  ),
  start: pair(
    after(HANGS),
    '{ timeout: 300ms, subscribe: { device: slow, topic: a, start: true } }',
    '{ timeout: 300ms, subscribe: { device: slow, topic: a, start: false } }',
  ),
}

const textOf = (name: string, { steps, always }: Run): string =>
  [
    `name: ${name}`,
    'version: 1',
    'clock: virtual',
    'devices: { blue: { use: raw }, slow: { use: umqtt.simple } }',
    ...(always === undefined ? [] : ['always:', `  - ${always}`]),
    'steps:',
    ...steps.map((step) => `  - ${step}`),
    '',
  ].join('\n')

/** What became of each run, by the name of its file. */
const statuses = new Map<string, string>()
let said = ''
const all = Object.entries({ ...TERMS, ...Object.fromEntries(Object.entries(CALLS).map(([k, p]) => [`call ${k}`, p])) })

beforeAll(async () => {
  using scratch = new Scratch()
  const files = all.flatMap(([name, runs], n) =>
    runs.map((run, k) => {
      const file = join(scratch.path, `${n}-${k}.scenario.yaml`)
      writeFileSync(file, textOf(`${name} ${k}`, run))
      return file
    }),
  )
  const output = join(scratch.path, 'out')
  const ended = await hil('run', '--output', output, '--reporter', 'json', '--jobs', '8', ...files)
  said = ended.out + ended.err
  const { scenarios } = JSON.parse(readFileSync(join(output, 'results.json'), 'utf8')) as {
    readonly scenarios: readonly { readonly file: string; readonly status: string }[]
  }
  for (const { file, status } of scenarios) statuses.set(basename(file), status)
}, 120_000)

/** The keys of each object of the schema that has these. */
function keysOf(schema: unknown, ...known: readonly string[]): readonly (readonly string[])[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties } = schema as { readonly properties?: Readonly<Record<string, unknown>> }
  const has = properties !== undefined && known.every((key) => Object.hasOwn(properties, key))
  const below = Object.values(schema).flatMap((part) => keysOf(part, ...known))
  return has ? [Object.keys(properties), ...below] : below
}

describe('every term of a claim, and of a call, is evaluated', () => {
  it.each(all.map(([name], n) => [name, n] as const))('%s', (_, n) => {
    expect([statuses.get(`${n}-0.scenario.yaml`), statuses.get(`${n}-1.scenario.yaml`)], said).toEqual([
      'passed',
      'failed',
    ])
  })

  it('has all terms of expect and never', () => {
    const every = keysOf(scenarioSchema(), 'tolerance', 'cap')[0]!.map((key) => `every.${key}`)
    const jitter = keysOf(scenarioSchema(), 'less', 'more')[0]!.map((key) => `every.jitter.${key}`)
    const own = Object.keys(TERMS).filter((key) => !key.startsWith('never '))
    expect([...own, 'for'].sort()).toEqual([...new Set([...expectationKeys(), ...every, ...jitter])].sort())
  })

  it('has all that each call may have', () => {
    const calls = keysOf(scenarioSchema(), 'within', 'returns', 'raises', 'start')
    const common = calls[0]!.filter((key) => calls.every((keys) => keys.includes(key)))
    expect([...common].sort()).toEqual([...Object.keys(CALLS), 'device'].sort())
  })
})
