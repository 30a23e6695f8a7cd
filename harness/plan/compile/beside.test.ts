import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { milliseconds } from '../../../emulators/index.ts'
import { type CompileOptions, compile } from './compile.ts'
import { parseCsv } from './csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'hil-beside-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const put = (name: string, content: string | Buffer): void => writeFileSync(join(folder, name), content)

const compiled = (body: string, options: Partial<CompileOptions> = {}) =>
  compile(join(folder, 'x.scenario.yaml'), `name: x\nversion: 1\n${body}\n`, {
    broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
    ...options,
  })
const complaints = (body: string): string[] =>
  compiled(body).diagnostics.all.map(({ code, message, at }) => `${at.line} ${code}: ${message}`)
const STEPS = 'steps: [{ delay: "${{ vars.t.wait }}ms" }]'

describe('files beside a scenario', () => {
  it('are kept with the plan, which compiles from them alone', () => {
    put('t.json', '{ "wait": 5 }')
    const [plan] = compiled(`vars: { t: { file: t.json } }\n${STEPS}`).plans
    expect(Object.keys(plan!.given.beside!)).toEqual(['t.json'])
    rmSync(join(folder, 't.json'))
    expect(compiled(`vars: { t: { file: t.json } }\n${STEPS}`).plans).toEqual([])
    const again = compiled(`vars: { t: { file: t.json } }\n${STEPS}`, { beside: plan!.given.beside })
    expect(again.plans[0]?.steps[0]?.title).toBe(plan!.steps[0]!.title)
  })

  it('keep no password in the record', () => {
    put('s.yaml', 'wait: 5\npassword: geheim-in-file\n')
    const [plan] = compiled(`vars: { t: { file: s.yaml } }\n${STEPS}`).plans
    const kept = Buffer.from(plan!.given.beside!['s.yaml']!, 'base64').toString()
    expect(kept).toMatch(/^wait: 5\npassword: \*+\n$/)
    expect(plan!.secrets).toContain('geheim-in-file')
    expect(plan!.fleet?.source().beside['s.yaml']).toBeUndefined()
  })

  it.each([
    ['that are missing', 'vars: { t: { file: no.json } }', '3 scenario/file: the file no.json does not exist'],
    [
      'named by an expression',
      'vars: { t: { file: "${{ seed }}.json" } }',
      '3 scenario/file: file takes the path of a file',
    ],
    ['whose rows are uneven', 'vars: { t: { file: odd.csv } }', 'a row of 1 cells under 2 columns'],
  ])('%s are an error at their place', (_, vars, told) => {
    put('odd.csv', 'a,b\n1,2\n3\n')
    const found = complaints(`${vars}\nsteps: [{ delay: 1ms }]`)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(told)
  })

  it('whose own text is wrong are shown there', () => {
    put('bad.json', '{ "a": [1, }')
    const { diagnostics } = compiled('vars: { t: { file: bad.json } }\nsteps: [{ delay: 1ms }]')
    expect(diagnostics.all[0]?.at).toMatchObject({ file: join(folder, 'bad.json'), line: 1 })
  })

  it('that are defaults have words of their own', () => {
    put('defaults.yaml', 'version: 1\nstep: []\n')
    expect(complaints('steps: [{ delay: 1ms }]')).toEqual(['2 scenario/unknown-key: defaults.yaml has no key "step"'])
    rmSync(join(folder, 'defaults.yaml'))
  })
})

describe('comma-separated values', () => {
  const cells = (text: string) => {
    const table = parseCsv(text)
    return 'wrong' in table
      ? `${table.line}: ${table.wrong}`
      : table.rows.map((row) => row.map(([k, { text }]) => [k, text]))
  }

  it('may have quotes, commas and line ends in a cell, and nothing in another', () => {
    expect(cells('a,b,c\r\n"x, ""y""\nz", 1 ,\n')).toEqual([
      [
        ['a', 'x, "y"\nz'],
        ['b', '1'],
        ['c', ''],
      ],
    ])
  })

  it.each([
    ['', '1: the file is empty'],
    ['a,a\n', '1: there are two columns "a"'],
    ['a,b\n1,2\n"3\n', '3: a quote is not closed, or stands inside a cell'],
    ['a,b\n"1\n2",3\n4\n', '4: a row of 1 cells under 2 columns'],
  ])('that are wrong are told with the line: %j', (text, told) => {
    expect(cells(text)).toBe(told)
  })
})
