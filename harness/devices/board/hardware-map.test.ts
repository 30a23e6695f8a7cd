import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPort, readMap, updateMap } from './hardware-map.ts'
import { bridgeOf, fromSysfs, type PortInfo } from './ports.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hil-map-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const port = (path: string, more: Partial<PortInfo> = {}): PortInfo => ({
  path,
  vendorId: '10c4',
  productId: 'ea60',
  serialNumber: null,
  location: null,
  bridge: 'CP210x',
  ...more,
})

describe('the hardware map', () => {
  test('is written anew without losing what people wrote', async () => {
    const file = join(folder, 'map.yaml')
    await updateMap([port('/dev/ttyUSB0', { serialNumber: 'A1' })], file)
    const mine = readFileSync(file, 'utf8').replace(
      'label: board-1',
      'label: blue # on the windowsill\n    capabilities: [motor]\n    signals: { led: { pin: 2 } }',
    )
    writeFileSync(file, mine)
    const labels = await updateMap(
      [
        port('/dev/ttyUSB3', { serialNumber: 'A1', id: '240ac4' } as never),
        port('/dev/ttyUSB0', { serialNumber: 'B2' }),
      ],
      file,
    )
    expect(labels).toEqual(['blue', 'board-1'])
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('label: blue # on the windowsill')
    expect(text).toContain('Which board is which')
    expect(readMap(file)).toMatchObject([
      {
        label: 'blue',
        serial: 'A1',
        port: '/dev/ttyUSB3',
        id: '240ac4',
        capabilities: ['motor'],
        signals: { led: { pin: 2 } },
      },
      { label: 'board-1', serial: 'B2', port: '/dev/ttyUSB0' },
    ])
  })

  test('finds a board by its serial number, wherever it is; by its socket when bridges share a number', () => {
    const ports = [
      port('/dev/ttyUSB0', { serialNumber: '0001', location: '1.1' }),
      port('/dev/ttyUSB1', { serialNumber: '0001', location: '1.2' }),
      port('/dev/ttyUSB2', { serialNumber: 'X9', location: '3' }),
      port('/dev/ttyUSB3', { location: '4' }),
    ]
    const path = (board: object) => findPort({ label: 'b', ...board }, ports)?.path ?? null
    expect(path({ serial: 'X9', location: 'elsewhere', port: '/dev/ttyUSB0' })).toBe('/dev/ttyUSB2')
    expect(path({ serial: '0001', location: '1.2' })).toBe('/dev/ttyUSB1')
    expect(path({ serial: 'gone', location: '4' })).toBeNull()
    expect(path({ location: '4' })).toBe('/dev/ttyUSB3')
    expect(path({ port: '/dev/ttyUSB1' })).toBe('/dev/ttyUSB1')
  })

  test.each([
    ['boards: [{ label: a }, { label: a }]', /two boards are called a/, 1, /name of one board/],
    [
      'boards: [{ label: a, port: /dev/x }, { label: b, port: /dev/x }]',
      /a and b are both at \/dev\/x/,
      1,
      /another port/,
    ],
    ['boards: [{ name: a }]', /"label" is missing/, 1, /./],
    ['boards:\n  - label: a\n    quarentine: broken', /unknown key "quarentine"/, 3, /did you mean "quarantine"/],
    ['boards:\n  - label: a\n    power: { of: x, on: y }', /unknown key "of"/, 3, /did you mean "off"/],
    ['boards:\n  - label: a\n    signals: { led: { pin: 2, serial: "/LED (/" } }', /regular expression/, 3, /./],
    ['boards:\n  - label: a\n    reset: rst', /rst|reset/, 3, /rts/],
    ['bords: []', /unknown key "bords"/, 1, /did you mean "boards"/],
    ['boards: [', /is missing/, 1, /./],
    ['just words', /map/, 1, /./],
  ])('%s is told in one line, with its place and what to do', (text, why, line, hint) => {
    const file = join(folder, 'map.yaml')
    writeFileSync(file, text)
    expect(() => readMap(file)).toThrow(
      expect.objectContaining({
        code: 'board/bad-map',
        message: expect.stringMatching(why),
        at: expect.objectContaining({ line }),
        hint: expect.stringMatching(hint),
      }),
    )
  })

  test.each(['', '# nothing yet', 'boards: []', 'boards:'])('"%s" has no boards', (text) => {
    const file = join(folder, 'map.yaml')
    writeFileSync(file, text)
    expect(readMap(file)).toEqual([])
  })
})

test('where udev is missing, the kernel tells of USB ports', async () => {
  const device = join(folder, 'devices/usb1/1-2/1-2.1')
  const tty = join(device, '1-2.1:1.0/ttyUSB0/tty/ttyUSB0')
  mkdirSync(tty, { recursive: true })
  mkdirSync(join(folder, 'devices/platform/serial8250/tty/ttyS0'), { recursive: true })
  mkdirSync(join(folder, 'class/tty'), { recursive: true })
  writeFileSync(join(device, 'idVendor'), '1a86\n')
  writeFileSync(join(device, 'idProduct'), '55d4\n')
  writeFileSync(join(device, 'serial'), '5435\n')
  symlinkSync(tty, join(folder, 'class/tty/ttyUSB0'))
  symlinkSync(join(folder, 'devices/platform/serial8250/tty/ttyS0'), join(folder, 'class/tty/ttyS0'))
  expect(await fromSysfs(folder)).toEqual([
    {
      path: '/dev/ttyUSB0',
      vendorId: '1a86',
      productId: '55d4',
      serialNumber: '5435',
      location: '2.1',
      bridge: 'CH9102',
    },
  ])
  expect(await fromSysfs(join(folder, 'nowhere'))).toEqual([])
})

test.each([
  ['10c4', 'ea60', 'CP210x'],
  ['1a86', '7523', 'CH340'],
  ['1a86', '55d4', 'CH9102'],
  ['0403', '6001', 'FTDI FT232'],
  ['303a', '1001', 'Espressif USB JTAG/serial'],
  ['0403', 'ffff', 'FTDI'],
  ['dead', 'beef', null],
])('%s:%s is %s', (vendor, product, name) => expect(bridgeOf(vendor, product)).toBe(name))
