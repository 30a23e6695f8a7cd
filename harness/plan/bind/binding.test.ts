import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { milliseconds } from '../../../emulators/index.ts'
import { type CompileOptions, compile } from '../compile/compile.ts'
import type { Plan } from '../model/plan.ts'
import { parseBinding } from './binding-grammar.ts'

const TEXT = `name: n
version: 1
devices:
  dut: { use: umqtt.simple, with: { keepalive: 4s, user: u, password: p }, will: { topic: w, payload: x } }
  other: { use: umqtt.simple, with: { keepalive: 9s } }
steps:
  - connect: dut
`

/** What is looked at of the settings of an emulated device and of a process. */
interface Given {
  readonly options: object
  readonly will: { readonly topic: string } | null
  readonly command: (link: { readonly host: string; readonly port: number }) => unknown
}

const options: CompileOptions = { broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(0) }) }

const compiled = (bind: Record<string, string>, text = TEXT) => compile('n.scenario.yaml', text, { ...options, bind })

test('a bound device has the options of the same meaning in its own words, and the others stay as they are', () => {
  const [plan] = compiled({ dut: 'minimqtt' }).plans
  expect(plan?.devices.map(({ name, use, settings }) => ({ name, use, given: (settings as Given).options }))).toEqual([
    { name: 'dut', use: 'minimqtt', given: { keep_alive: 4, username: 'u', password: 'p' } },
    { name: 'other', use: 'umqtt.simple', given: { keepalive: 9 } },
  ])
  expect((plan!.devices[0]!.settings as Given).will?.topic).toBe('w')
  expect(plan?.given.bind).toEqual({ dut: 'minimqtt' })
})

test('an option that the bound library has no equal of is reported where it stands', () => {
  const text = TEXT.replace('umqtt.simple, with: { keepalive: 4s', 'minimqtt, with: { recv_timeout: 4s').replace(
    'user: u, password: p',
    'keep_alive: 5s',
  )
  const { plans, diagnostics } = compiled({ dut: 'umqtt.robust' }, text)
  expect(plans).toEqual([])
  expect(diagnostics.all).toMatchObject([{ code: 'scenario/unknown-option', at: { line: 4, column: 33 } }])
})

test('bound to a program, a scenario that calls the device is skipped with the reason', () => {
  const [plan] = compiled({ dut: 'process: ./firmware ${{ link.port }}' }).plans
  expect(plan?.skip).toBe('dut is bound to process, which takes no connect from a step')
  const alone = compiled(
    { dut: 'process: ./firmware ${{ link.port }}' },
    TEXT.replace('connect: dut', 'connect: other'),
  )
  expect(alone.plans[0]?.skip).toBeNull()
  expect((alone.plans[0]!.devices[0]!.settings as Given).command({ host: 'h', port: 7 })).toBe('./firmware 7')
})

test('in a role that runs by itself, what only takes calls is skipped with the reason', () => {
  const firmware = TEXT.replace(
    'umqtt.simple, with: { keepalive: 4s, user: u, password: p }',
    'umqtt.simple, firmware: button-led, with: { name: dut, peer: other }',
  ).replace('connect: dut', 'connect: other')
  expect(compiled({ dut: 'mqttjs' }, firmware).plans[0]?.skip).toBe('dut is bound to mqttjs, which runs no firmware')
  expect(compiled({ dut: 'umqtt.robust' }, firmware).plans[0]?.skip).toBeNull()
  const program = TEXT.replace(/ {2}dut: .*/, '  dut: { use: process, command: ./x }').replace(
    'connect: dut',
    'delay: 1s',
  )
  expect(compiled({ dut: 'mqttjs' }, program).plans[0]?.skip).toBe(
    'dut is bound to mqttjs, which does nothing by itself',
  )
  expect(compiled({ dut: 'process:./y' }, program).plans[0]?.skip).toBeNull()
})

const folder = mkdtempSync(join(tmpdir(), 'hil-binding-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a device of a file of its own has its link where the file says, and of the kind that the scenario is about', () => {
  const file = join(folder, 'dut.yaml')
  writeFileSync(
    file,
    'use: board\nport: /dev/ttyUSB0\nlink: { port: 1885, from: any }\ncommands: { connect: { send: go } }\n',
  )
  const played = (link: string): Plan | undefined =>
    compiled({ dut: `device:${file}` }, TEXT.replace(/ {2}dut: .*/, `  dut: { use: mqttjs, link: ${link} }`)).plans[0]
  expect(played('{ websocket: true }')?.skip).toBe('dut is bound to board, which has no WebSocket')
  expect(played('{ tls: { certificate: valid }, port: 1884 }')).toMatchObject({
    skip: null,
    devices: [{ at: { port: 1885 }, tls: { certificate: 'valid' } }, {}],
  })
})

test('matrix: bind runs each, and --bind wins over it', () => {
  const text = TEXT.replace('devices:', 'matrix: { bind: [{ dut: umqtt.robust }, { dut: quecpython }] }\ndevices:')
  const used = (bind: Record<string, string>): unknown => compiled(bind, text).plans.map((p) => p.devices[0]?.use)
  expect(used({})).toEqual(['umqtt.robust', 'quecpython'])
  expect(used({ dut: 'umqttsimple' })).toEqual(['umqttsimple', 'umqttsimple'])
})

describe('*', () => {
  const uses = (plans: readonly Plan[]): unknown => plans.map((plan) => plan.devices.map(({ use }) => use))

  test('plays every device that it can, and the others stay as they are written', () => {
    const text = TEXT.replace('other: { use: umqtt.simple, with: { keepalive: 9s } }', 'other: { use: minimqtt }')
    const { plans, diagnostics } = compiled({ '*': 'virtual' }, text)
    expect(diagnostics.all).toEqual([])
    expect(uses(plans)).toEqual([['micropython', 'minimqtt']])
    expect(plans[0]?.skip).toBeNull()
  })

  test('a device that is named has what is named for it', () => {
    expect(uses(compiled({ '*': 'virtual', other: 'umqtt.robust' }).plans)).toEqual([['micropython', 'umqtt.robust']])
  })

  test('where it can play none the scenario is skipped with the reason, mistakes of the file stay mistakes', () => {
    const text = TEXT.replaceAll('umqtt.simple', 'quecpython')
    expect(compiled({ '*': 'virtual' }, text).plans[0]?.skip).toMatch(/no puppet plays quecpython/)
    expect(compiled({ '*': 'virtual' }, TEXT.replace('keepalive: 4s', 'keepalive: 4')).diagnostics.all).toMatchObject([
      { at: { line: 4 } },
    ])
  })

  test('plays the device of a row of the matrix, and not what the file has in its place', () => {
    const text = TEXT.replace('devices:', 'matrix: { bind: [{ dut: minimqtt }, { dut: umqtt.robust }] }\ndevices:')
    expect(compiled({ dut: 'virtual' }, text).plans.map(({ skip }) => skip)).toEqual([
      expect.stringMatching(/has no minimqtt/),
      null,
    ])
  })

  test('is no board of its own', () => {
    expect(() => compiled({ '*': 'port:/dev/ttyUSB0' })).toThrow(expect.objectContaining({ code: 'binding/one-board' }))
  })
})

test.each([
  ['[{ dut: umqtt.robst }]', 'binding/unknown-kind'],
  ['[{ dt: umqtt.robust }]', 'binding/unknown-device'],
  ['[umqtt.robust]', 'binding/no-map'],
  ['[{ dut: 3 }]', 'binding/not-text'],
])('matrix: { bind: %s } is %s', (list, code) => {
  const { diagnostics } = compiled({}, TEXT.replace('devices:', `matrix: { bind: ${list} }\ndevices:`))
  expect(diagnostics.all).toMatchObject([{ code, at: { line: 3 } }])
})

test.each([
  ['', 'binding/empty'],
  ['@1', 'binding/empty'],
  ['umqtt.simple@', 'binding/empty'],
  ['process:', 'binding/empty'],
  ['virtual:', 'binding/empty'],
  ['virtual:no/such/folder', 'binding/no-folder'],
  ['virtual:package.json', 'binding/no-folder'],
  ['umqtt.smple', 'binding/unknown-kind'],
])('"%s" is %s', (text, code) => {
  expect(() => parseBinding(text)).toThrow(expect.objectContaining({ code }))
})

test.each(['bench-1', 'board:bench-1'])('"%s", a label that no board has, is told where labels stand', (text) => {
  expect(() => parseBinding(text)).toThrow(
    expect.objectContaining({
      code: 'binding/unknown-kind',
      hint: expect.stringMatching(/port:PATH.*labels of boards stand in hardware-map\.yaml/),
    }),
  )
})
