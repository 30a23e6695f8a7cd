import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClientName, clients } from '../clients/index.ts'
import type { FeedEntry } from '../drive/peer.ts'
import type { TraceEntry } from '../drive/scripted.ts'
import type { TraceCase } from './case.ts'
import { formatOf } from './formats.ts'
import { play, pythonFormat } from './python.ts'
import { parseCases, replay } from './replay.ts'
import { runTraces } from './run.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/traces/', import.meta.url))
const files = readdirSync(FIXTURES).filter((name) => name.endsWith('.json'))
const cases = files.flatMap((name) => parseCases(name, readFileSync(join(FIXTURES, name), 'utf8')))

describe.each(files)('%s', (name) => {
  it.each(
    parseCases(name, readFileSync(join(FIXTURES, name), 'utf8')).map((recorded) => [recorded.name, recorded] as const),
  )('%s', (_name, recorded) => {
    expect(replay(recorded, clients)).toEqual({ kind: 'passed' })
  })
})

/** A `recv` that got less than it asked for, and the one that asks for the rest, are one. */
function joined(trace: readonly TraceEntry[]): TraceEntry[] {
  const entries: TraceEntry[] = []
  for (const entry of trace) {
    const last = entries.at(-1)
    const [kind, wanted, got] = entry
    const before = last?.[0] === 'recv' && typeof last[2] === 'string' ? last[2] : null
    if (last !== undefined && kind === 'recv' && before !== null && wanted === Number(last[1]) - before.length / 2)
      entries.splice(-1, 1, ['recv', last[1]!, ...(typeof got === 'string' ? [before + got] : [before, got!])])
    else entries.push(entry)
  }
  return entries
}

const PYTHONS = Object.keys(clients).filter((name) => formatOf(name) === pythonFormat)

it.each(PYTHONS)('%s: any split of what the peer sends gives the same calls', (name) => {
  const own = cases.filter((recorded) => recorded.client === name) as TraceCase[]
  const split = (recorded: TraceCase, sizes: readonly number[]): TraceCase => {
    let k = 0
    const connections = recorded.connections.map((connection) => {
      if (!('feed' in connection)) return connection
      const feed = connection.feed.flatMap((entry): FeedEntry[] => {
        if (!('data' in entry)) return [entry]
        const parts: FeedEntry[] = []
        for (let at = 0; at < entry.data.length; ) {
          const size = sizes[k++ % sizes.length]!
          parts.push({ data: entry.data.subarray(at, at + size) })
          at += size
        }
        return parts
      })
      return { ...connection, feed }
    })
    return { ...recorded, connections }
  }
  expect(
    own.length,
    `no recorded cases of this library: add fixtures/traces/NAME.json, see fixtures/traces/README.md`,
  ).toBeGreaterThan(0)
  fc.assert(
    fc.property(
      fc.constantFrom(...own),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      (recorded, sizes) => {
        const kind = clients[recorded.client as ClientName]
        expect(joined(play(split(recorded, sizes), kind))).toEqual(joined(play(recorded, kind)))
      },
    ),
    { numRuns: 200 },
  )
})

describe('the command', () => {
  const run = (files: Record<string, string>, ...args: string[]) => {
    const directory = mkdtempSync(join(tmpdir(), 'traces-'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
    const lines: string[] = []
    const errors: string[] = []
    const code = runTraces(args.length > 0 ? args : [directory], clients, {
      out: (line) => lines.push(line),
      err: (line) => errors.push(line),
    })
    rmSync(directory, { recursive: true })
    return { code, lines, errors }
  }
  const good = {
    client: 'umqtt.simple',
    name: 'connect',
    options: { client_id: { hex: '61' }, server: 'h' },
    calls: [{ call: 'connect', args: [] }],
    connections: [{ refuse: 'ECONNREFUSED' }],
  }
  const trace = [
    ['call', 'connect'],
    ['socket'],
    ['settimeout', null],
    ['connect', 'h', 1883, { errno: 'ECONNREFUSED' }],
    ['raise', 'OSError', ['ECONNREFUSED']],
  ]

  it('counts, and is content', () => {
    const { code, lines } = run({ 'a.json': JSON.stringify([{ ...good, trace }]) })
    expect({ code, lines }).toEqual({ code: 0, lines: ['umqtt.simple: 1 passed, 0 failed'] })
  })

  it('shows the first difference beside each other', () => {
    const other = trace.map((entry) => (entry[0] === 'raise' ? ['raise', 'OSError', ['EHOSTUNREACH']] : entry))
    const { code, lines } = run({ 'a.json': JSON.stringify([{ ...good, trace: other }]) })
    expect(code).toBe(1)
    expect(lines).toEqual([
      'umqtt.simple: 0 passed, 1 failed',
      '  connect',
      '    entry 4',
      '      library: ["raise","OSError",["EHOSTUNREACH"]]',
      '      here:    ["raise","OSError",["ECONNREFUSED"]]',
    ])
  })

  it('fails cases of a client that is not here, and options that it has not', () => {
    const { code, lines } = run({
      'a.json': JSON.stringify([
        { ...good, trace, client: 'nobody' },
        { ...good, trace, options: { ...good.options, colour: 'red' } },
      ]),
    })
    expect(code).toBe(1)
    expect(lines).toContainEqual(expect.stringContaining('no client nobody'))
    expect(lines).toContainEqual(expect.stringContaining('no option colour'))
  })

  it('tells 1.0 from 1 and a tuple from a list in what the program says', () => {
    const case_ = {
      client: 'minimqtt',
      name: 'floats',
      options: { broker: 'h', client_id: 'x' },
      calls: [
        { call: 'connect' },
        { wait: 2 },
        { call: 'publish', args: ['1.0', 'FLOAT'] },
        { call: 'subscribe', args: [{ tuple: ['a', 1] }] },
        { call: 'subscribe', args: [['a', 1]] },
      ],
      connections: [{ feed: [{ data: '200200009003000101' }] }],
      trace: [
        ...[['call', 'connect'], ['socket'], ['settimeout', 1], ['connect', 'h', 1883]],
        ...['100d', '00044d5154540402003c', '0001', '78'].map((hex) => ['send', hex]),
        ...[
          ['recv', 1, '20'],
          ['recv', 3, '020000'],
          ['on_connect', 0, 0],
          ['return', 0],
        ],
        ['elapsed', 'TWO'],
        ['call', 'publish'],
        ...['3008', '0003312e30', '312e30'].map((hex) => ['send', hex]),
        ...[
          ['on_publish', '1.0', 0],
          ['return', null],
        ],
        ['call', 'subscribe'],
        ...['8206', '0001', '00016101'].map((hex) => ['send', hex]),
        ...[
          ['recv', 1, '90'],
          ['recv', 1, '03'],
          ['recv', 2, '0001'],
          ['recv', 1, '01'],
        ],
        ...[
          ['on_subscribe', 'a', 1],
          ['return', null],
        ],
        ...[
          ['call', 'subscribe'],
          ['raise', 'ValueError', ['its own text']],
        ],
      ],
    }
    const text = JSON.stringify([case_]).replace('"FLOAT"', '1.0').replace('"TWO"', '2.0')
    expect(run({ 'a.json': text }).lines).toEqual(['minimqtt: 1 passed, 0 failed'])
  })

  it('says in one line what it cannot read', () => {
    for (const result of [
      run({ 'a.json': '[' }),
      run({ 'a.json': '{}' }),
      run({ 'a.json': '[{"client": 1}]' }),
      run({}),
      run({}, '/nowhere/at/all'),
    ]) {
      expect(result.code).toBe(2)
      expect(result.lines).toEqual([])
      expect(result.errors).toHaveLength(1)
    }
  })

  it('does not compare the texts of Python’s own exceptions', () => {
    const recorded = cases.find(({ trace: t }) => t.some((entry) => entry[1] === 'IndexError')) as TraceCase
    expect(play(recorded, clients[recorded.client as keyof typeof clients])).not.toEqual(recorded.trace)
    expect(replay(recorded, clients)).toEqual({ kind: 'passed' })
  })
})
