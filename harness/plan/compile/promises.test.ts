import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { milliseconds } from '../../../emulators/index.ts'
import { contractShape } from '../../devices/index.ts'
import { type CompileOptions, compile } from './compile.ts'

const folder = mkdtempSync(join(tmpdir(), 'hil-contract-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const put = (name: string, content: string): void => writeFileSync(join(folder, name), content)

const STEPS = 'steps: [{ delay: "${{ contract.dut.backoff.base * 2 }}" }]'
const scenario = (contract: string, rest = `promises: { dut: [backoff] }\n${STEPS}`): string =>
  `name: x\nversion: 1\ndevices:\n  dut: { use: umqtt.simple${contract === '' ? '' : `, contract: ${contract}`} }\n${rest}\n`
const compiled = (text: string, options: Partial<CompileOptions> = {}) =>
  compile(join(folder, 'x.scenario.yaml'), text, {
    broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
    ...options,
  })
const complaints = (text: string, options: Partial<CompileOptions> = {}): string[] =>
  compiled(text, options).diagnostics.all.map(({ code, message, at }) => `${at.line}:${at.column} ${code}: ${message}`)
const FIXED = '{ backoff: { kind: fixed, base: 5s } }'
/** What the delay of that step is given. */
const delayOf = (text: string, step = 0): unknown => {
  const found = compiled(text).plans[0]?.steps[step]
  return found?.kind === 'action' ? found.args({ saved: {}, i: 0 }) : undefined
}

describe('a contract', () => {
  it('gives its values to expressions, as the clauses themselves or by a file', () => {
    put('a.contract.yaml', 'backoff: { kind: fixed, base: 5s }')
    expect(complaints(scenario(FIXED))).toEqual([])
    expect(compiled(scenario(FIXED)).plans[0]).toMatchObject({ skip: null, steps: [{ verb: 'delay' }] })
    expect(delayOf(scenario(FIXED))).toEqual(delayOf(scenario(FIXED, 'steps: [{ delay: 10s }]')))
    expect(delayOf(scenario('{ file: a.contract.yaml }'))).toEqual(delayOf(scenario(FIXED)))
  })

  it('without jitter gives 0 of it to a claim, which asks for none', () => {
    const every = (jitter: string): string =>
      `steps: [{ expect: { packet: { from: dut, type: connect }, every: { of: 5s, jitter: ${jitter} }, count: 2, within: 60s } }]`
    expect(complaints(scenario(FIXED, every('"${{ contract.dut.backoff.jitter }}"')))).toEqual([])
    expect(complaints(scenario(FIXED, every('0%'))).join()).toContain('scenario/beat')
  })

  it('is kept with the plan, which compiles again without the file', () => {
    put('b.contract.yaml', 'backoff: { kind: fixed, base: 5s }')
    const text = scenario('{ file: b.contract.yaml }')
    const beside = compiled(text).plans[0]!.given.beside
    rmSync(join(folder, 'b.contract.yaml'))
    expect(complaints(text)).toEqual([
      expect.stringContaining('scenario/file: the file b.contract.yaml does not exist'),
    ])
    expect(complaints(text, { beside })).toEqual([])
  })

  it('reads quantities in quotes as well', () => {
    expect(complaints(scenario('{ backoff: { kind: fixed, base: "5s" } }'))).toEqual([])
  })

  it('tells what is wrong in it where it stands', () => {
    expect(complaints(scenario('{ backoff: { kind: fixed, bas: 5s } }')).join()).toMatch(/4:\d+ .*bas/)
    put('c.contract.yaml', 'backoff: { kind: fixed, base: 5 }')
    expect(complaints(scenario('{ file: c.contract.yaml }')).join()).toMatch(/scenario\/bare-number/)
  })

  it('has values for what it leaves out', () => {
    const rest = (expression: string): string => `steps: [{ delay: "\${{ ${expression} ? 1s : 2s }}" }, { delay: 1s }]`
    for (const [contract, expression] of [
      [FIXED, 'contract.dut.backoff.factor == 1 && contract.dut.backoff.step == 0s'],
      ['{ backoff: { kind: linear, base: 5s } }', 'contract.dut.backoff.step == 5s'],
      ['{ backoff: { kind: exponential, base: 5s } }', 'contract.dut.backoff.factor == 2'],
      ['{ backoff: { kind: exponential, base: 5s } }', 'contract.dut.backoff.longest == 24h'],
      [FIXED, '(contract.dut.limits.connack || 7s) == 7s'],
      ['{ limits: { connack: 3s } }', '(contract.dut.limits.connack || 7s) == 3s'],
      [
        '{ refused: { 3: retry } }',
        "(contract.dut.refused[3] || 'none') == 'retry' && (contract.dut.refused[4] || 'none') == 'none'",
      ],
      [FIXED, 'contract.dut.backoff.longest == 5s && contract.dut.backoff.jitter == 0%'],
    ] as const) {
      expect(complaints(scenario(contract, rest(expression)))).toEqual([])
      expect(delayOf(scenario(contract, rest(expression)))).toEqual(delayOf(scenario(contract, rest(expression)), 1))
    }
  })
})

it('a clause that no contract has is a mistake, also where a value stands behind it', () => {
  const delay = (expression: string): string => `steps: [{ delay: "\${{ ${expression} }}" }]`
  expect(complaints(scenario(FIXED, delay('contract.dut.limits.conack || 7s'))).join()).toMatch(
    /5:\d+ scenario\/unknown-clause: a contract has no clause "limits.conack"/,
  )
  expect(complaints(scenario(FIXED, delay('contract.dut.limit.connack || 7s'))).join()).toMatch(/"limit.connack"/)
  expect(complaints(scenario(FIXED, delay('contract.dut.limits.connack || contract.dut.backoff.longest')))).toEqual([])
})

describe('promises', () => {
  const skipOf = (contract: string, clauses: string): string | null | undefined =>
    compiled(scenario(contract, `promises: { dut: [${clauses}] }\n${STEPS}`)).plans[0]?.skip

  it('that a contract does not make skip the scenario, with that reason', () => {
    expect(skipOf('', 'backoff')).toMatch(/^dut has no contract/)
    expect(skipOf(FIXED, 'backoff.cap')).toBe('the contract of dut says nothing of backoff.cap')
    expect(skipOf(FIXED, 'backoff.kind = linear')).toBe(
      'the contract of dut says backoff.kind: fixed, and this scenario is for linear',
    )
    expect(skipOf('{ offline: { keeps: 0, drops: oldest } }', 'offline.drops')).toMatch(/says nothing of offline.drops/)
  })

  it('that it makes do not', () => {
    expect(skipOf(FIXED, 'backoff, backoff.kind = fixed, backoff.base')).toBeNull()
    expect(skipOf('{ offline: { keeps: 0 }, backoff: { kind: fixed, base: 1s } }', 'offline.keeps = 0')).toBeNull()
  })

  it('of clauses and devices that there are not are mistakes', () => {
    expect(complaints(scenario(FIXED, `promises: { dut: [backof.cap] }\n${STEPS}`)).join()).toMatch(
      /5:13 scenario\/unknown-clause: a contract has no clause "backof.cap"/,
    )
    expect(complaints(scenario(FIXED, `promises: { but: [backoff] }\n${STEPS}`)).join()).toMatch(
      /unknown-device.*"but"/,
    )
  })

  it('are those of what plays the role', () => {
    mkdirSync(join(folder, 'mine'), { recursive: true })
    put('mine/d.contract.yaml', 'backoff: { kind: linear, base: 1s }')
    put('mine/d.yaml', 'use: umqtt.robust\ncontract: { file: d.contract.yaml }')
    const clauses = `promises: { dut: [backoff.kind = linear] }\n${STEPS}`
    const bind = { dut: `device:${join(folder, 'mine/d.yaml')}` }
    expect(compiled(scenario(FIXED, clauses), { bind }).plans[0]?.skip).toBeNull()
    expect(compiled(scenario(FIXED, clauses), { bind: { dut: 'umqtt.robust' } }).plans[0]?.skip).toMatch(
      /has no contract/,
    )
  })
})

describe('a board of the hardware map', () => {
  const withMap = <T>(map: string, act: () => T): T => {
    const before = process.env.HIL_HARDWARE_MAP
    put('hardware-map.yaml', map)
    process.env.HIL_HARDWARE_MAP = join(folder, 'hardware-map.yaml')
    try {
      return act()
    } finally {
      if (before === undefined) delete process.env.HIL_HARDWARE_MAP
      else process.env.HIL_HARDWARE_MAP = before
    }
  }
  const entry = (label: string, rest: string): string => `  - { label: ${label}, port: /dev/${label}, ${rest} }\n`
  const skipWith = (map: string, bind: string): string | null | undefined =>
    withMap(`boards:\n${map}`, () => {
      const clauses =
        'promises: { dut: [backoff.kind = linear] }\nsteps: [{ delay: "${{ contract.dut.backoff.base }}" }]'
      return compiled(scenario('', clauses), { bind: { dut: bind } }).plans[0]?.skip
    })
  const LINEAR = 'contract: { backoff: { kind: linear, base: 1s } }'

  it('has its contract there, as the clauses themselves or by a file beside the map', () => {
    expect(skipWith(entry('one', LINEAR), 'one')).toBeNull()
    put('e.contract.yaml', 'backoff: { kind: linear, base: 1s }')
    expect(skipWith(entry('one', 'contract: { file: e.contract.yaml }'), 'one')).toBeNull()
    expect(skipWith(entry('one', 'chip: ESP32'), 'one')).toMatch(/^dut has no contract/)
    expect(skipWith(entry('one', LINEAR) + entry('two', 'chip: ESP32'), 'two')).toMatch(/^dut has no contract/)
  })

  it('that is one of several has what all of them promise alike', () => {
    const shelf = 'capabilities: [shelf]'
    expect(skipWith(entry('a', `${LINEAR}, ${shelf}`) + entry('b', `${LINEAR}, ${shelf}`), 'any:shelf')).toBeNull()
    expect(skipWith(entry('a', `${LINEAR}, ${shelf}`) + entry('b', shelf), 'any:shelf')).toMatch(/^dut has no contract/)
  })

  it('with a device in a file of its own has the contract of that file', () => {
    put('f.yaml', 'use: board\nport: one\ncontract: { backoff: { kind: fixed, base: 3s } }')
    expect(skipWith(entry('one', LINEAR), `device:${join(folder, 'f.yaml')}`)).toMatch(/says backoff.kind: fixed/)
    put('g.yaml', 'use: board\nport: one')
    expect(skipWith(entry('one', LINEAR), `device:${join(folder, 'g.yaml')}`)).toBeNull()
  })

  it.each([
    ['contract: { backof: { kind: fixed, base: 1s } }', 2, /backof/],
    ['contract: { backoff: { kind: fixed, bas: 1s } }', 2, /bas/],
    ['contract: { limits: { connack: 10 } }', 2, /connack|10/],
  ])('with %s is told with its place', (rest, line, why) => {
    const act = (): unknown => skipWith(entry('one', rest), 'one')
    expect(act).toThrow(
      expect.objectContaining({
        code: 'board/bad-map',
        message: expect.stringMatching(why),
        at: expect.objectContaining({ line }),
      }),
    )
  })
})

it('docs/contracts.md has each clause', () => {
  const page = readFileSync(join(resolve(import.meta.dirname, '../../..'), 'docs/contracts.md'), 'utf8')
  const clausesOf = (schema: unknown, path: string): string[] => {
    const { shape, def } = schema as { shape?: z.core.$ZodShape; def?: { innerType?: unknown } }
    if (shape === undefined) return def?.innerType === undefined ? [path] : clausesOf(def.innerType, path)
    if (['publishes', 'refused.many'].includes(path)) return [path, ...Object.keys(shape)]
    return Object.entries(shape).flatMap(([key, inner]) => clausesOf(inner, path === '' ? key : `${path}.${key}`))
  }
  const clauses = clausesOf(contractShape, '').filter((path) => !/^refused\.\d$/.test(path))
  expect(clauses.length).toBeGreaterThan(25)
  expect(clauses.filter((path) => !page.includes(`\`${path}\``))).toEqual([])
})
