// What check says of boards: those that are put aside, and what is to be written on them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { milliseconds } from '../../../emulators/index.ts'
import { compile } from './compile.ts'

const folder = mkdtempSync(join(tmpdir(), 'hil-board-keys-'))
const names = ['HIL_HARDWARE_MAP', 'HIL_WITH_QUARANTINED'] as const
const before = names.map((name) => process.env[name])
beforeAll(() => {
  process.env.HIL_HARDWARE_MAP = join(folder, 'hardware-map.yaml')
  delete process.env.HIL_WITH_QUARANTINED
  writeFileSync(
    join(folder, 'hardware-map.yaml'),
    `boards:
  - { label: desk, port: /dev/none, chip: ESP32 }
  - { label: shelf, port: /dev/none2, chip: ESP32, capabilities: [relay], quarantine: loses its Wi-Fi }
`,
  )
  writeFileSync(join(folder, 'app.bin'), 'app')
})
afterAll(() => {
  for (const [k, name] of names.entries()) {
    const value = before[k]
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  rmSync(folder, { recursive: true, force: true })
})

const compiled = (device: string, steps = '[{ delay: 1ms }]') =>
  compile(
    join(folder, 'x.scenario.yaml'),
    `name: x\nversion: 1\ndevices:\n  dut: { use: board, ${device} }\nsteps: ${steps}\n`,
    { broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }) },
  )
const complaints = (...given: Parameters<typeof compiled>): string[] =>
  compiled(...given).diagnostics.all.map(({ code, message, at }) => `${at.line} ${code}: ${message}`)

it.each(['telnet://host:23', 'rfc2217:/host:7000'])(
  'a port over the network that is none is told how it is written: %s',
  (port) => {
    const [wrong] = compiled(`port: "${port}"`).diagnostics.all
    expect(wrong).toMatchObject({
      code: 'scenario/no-such-board',
      hint: expect.stringContaining('rfc2217://HOST:PORT'),
    })
  },
)

it('a claim about its life is known, wherever it stands', () => {
  const claim = '{ device: { device: dut, change: restarted } }'
  for (const steps of [
    `[{ expect: ${claim} }]`,
    `[{ repeat: { times: 2, steps: [{ expect: { any: [${claim}, { device: { device: dut, change: reset } }] } }] } }]`,
    `[{ never: { device: { device: dut, change: restarted }, for: 1s } }]`,
  ])
    expect([...compiled('port: desk', steps).plans[0]!.lives!]).toEqual(['dut'])
  expect([...compiled('port: desk').plans[0]!.lives!]).toEqual([])
})

describe('a board in quarantine', () => {
  it('is refused by its label', () => {
    expect(complaints('port: shelf')).toEqual(['4 board/quarantined: shelf is in quarantine: loses its Wi-Fi'])
    expect(complaints('port: desk')).toEqual([])
  })
  it('is not one of any', () => {
    const pool = (device: string) =>
      (compiled(device).plans[0]!.devices[0]!.settings as { pool: { port: { label: string } }[] }).pool
    expect(pool('port: "any:esp32"').map(({ port }) => port.label)).toEqual(['desk'])
    expect(complaints('port: "any:relay"').join()).toMatch(
      /has no board with relay that is not in quarantine \(shelf\)/,
    )
  })
  it('is used when that is asked for', () => {
    process.env.HIL_WITH_QUARANTINED = '1'
    try {
      expect(complaints('port: shelf')).toEqual([])
      expect(complaints('port: "any:relay"')).toEqual([])
    } finally {
      delete process.env.HIL_WITH_QUARANTINED
    }
  })
})

describe('flash:', () => {
  const flash = (words: string): string => `port: desk, image: app.bin, flash: ${words}`
  it('has a place for options where it has options', () => {
    expect(complaints(flash('{ command: "w {port} {image}", options: -v }')).join()).toMatch(
      /4 scenario\/bad-value: .*the command has no place for options/,
    )
    expect(complaints(flash('{ command: "w {options} {port} {image}", options: -v }'))).toEqual([])
    expect(complaints(flash('{ tool: esptool, options: -v }'))).toEqual([])
  })
  it('is a tool or a command', () => {
    expect(complaints(flash('{ tool: esptool, command: "w {image}" }')).join()).toMatch(/two ways to write the image/)
  })
  it('is told of an image that is missing, also that of a step', () => {
    const step = (image: string): string => `[{ flash: { device: dut${image} } }]`
    expect(complaints(flash('esptool'), step(', image: old.bin'))).toEqual([
      '5 scenario/verb-of-another-kind: dut cannot be told to flash: old.bin does not exist',
    ])
    expect(complaints(flash('esptool'), step(', image: app.bin'))).toEqual([])
    expect(complaints(flash('esptool'), step(''))).toEqual([])
    expect(complaints('port: desk, flash: esptool', step('')).join()).toMatch(/it has no image/)
  })
})
