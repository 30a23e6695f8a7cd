// What the doctor finds: on this machine, and on machines that are made up of files in a folder.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hil, hilIn, Scratch } from '../testing.ts'
import { clock, descriptors, node } from './machine.ts'
import { schema } from './project.ts'
import { serial, type World } from './serial.ts'

describe('hil doctor', () => {
  it('finds Node, the clock, limits and the brokers of this machine, and all is well', async () => {
    const { code, out } = await hil('doctor', '--json')
    expect(code).toBe(0)
    const findings = JSON.parse(out) as { about: string; state: string; found: string }[]
    const state = Object.fromEntries(findings.map(({ about, state }) => [about, state]))
    expect(state).toMatchObject({ node: 'good', config: 'good', schema: 'good', 'broker aedes': 'good' })
    for (const about of ['descriptors', 'clock', 'broker mosquitto', 'broker rabbitmq'])
      expect(state).toHaveProperty([about])
  })

  it('tells a broken config and a broker that does not answer, and exits 3', async () => {
    using scratch = new Scratch()
    writeFileSync(
      join(scratch.path, 'harness.config.mjs'),
      "export default { broker: 'box', brokers: { box: { use: 'external', url: 'mqtt://127.0.0.1:1' } } }",
    )
    const away = await hilIn(scratch.path, 'doctor')
    expect(away.out).toMatch(/✗ broker box +no answer from 127.0.0.1:1/)
    expect(away.code).toBe(3)
    using other = new Scratch()
    writeFileSync(join(other.path, 'harness.config.mjs'), 'export default { jobbs: 4 }')
    const broken = await hilIn(other.path, 'doctor')
    expect(broken.out).toMatch(/✗ config +harness.config.mjs: unknown setting "jobbs"/)
    expect(broken.code).toBe(3)
  })
})

describe('the machine', () => {
  it.each([
    ['v20.19.0', 'good'],
    ['v22.1.0', 'good'],
    ['v20.18.3', 'wrong'],
    ['v18.20.0', 'wrong'],
  ])('Node %s is %s', (version, state) => {
    expect(node(version, '>=20.19').state).toBe(state)
  })

  it('with 1024 descriptors has room for some devices, and is told how to have more', () => {
    expect(descriptors(1024)).toMatchObject({ state: 'note', hint: expect.stringContaining('ulimit -n') })
    expect(descriptors(20_000).state).toBe('good')
    expect(descriptors(null).state).toBe('good')
  })

  it('whose timers come late is told what that does', () => {
    expect(clock([0.1, 0.2, 0.1])).toMatchObject({ state: 'good', found: 'timers come 0.1 ms late, at worst 0.2 ms' })
    expect(clock([0.1, 55, 0.3])).toMatchObject({ state: 'note', hint: expect.stringContaining('inconclusive') })
  })
})

describe('serial ports', () => {
  const root = process.getuid?.() === 0

  function made(folder: string, more: Partial<World> = {}): World {
    for (const part of ['dev/serial/by-id', 'proc/77', 'proc/self']) mkdirSync(join(folder, part), { recursive: true })
    writeFileSync(join(folder, 'group'), 'root:x:0:\ndialout:x:20:ann\nusers:x:100:\n')
    writeFileSync(join(folder, 'proc/77/comm'), 'bash\n')
    const [dev, etcGroup, proc] = ['dev', 'group', 'proc'].map((name) => join(folder, name)) as [string, string, string]
    return { platform: 'linux', dev, etcGroup, proc, uid: 1000, groups: [100], ...more }
  }

  it('that can be opened are told with the name that stays', async () => {
    using scratch = new Scratch()
    const here = made(scratch.path, { groups: [20] })
    writeFileSync(join(here.dev, 'ttyUSB0'), '')
    writeFileSync(join(here.dev, 'ttyS0'), '')
    symlinkSync('../../ttyUSB0', join(here.dev, 'serial/by-id/usb-CP2102-if00'))
    expect(await serial(here)).toMatchObject([
      { about: `port ${here.dev}/ttyUSB0`, state: 'good', found: expect.stringContaining('by-id/usb-CP2102-if00') },
      { about: 'udev group', state: 'good', found: 'you are in dialout' },
    ])
  })

  it.skipIf(root)('that cannot be opened are told with the group to join', async () => {
    using scratch = new Scratch()
    const here = made(scratch.path)
    writeFileSync(join(here.dev, 'ttyACM0'), '', { mode: 0o000 })
    expect(await serial(here)).toMatchObject([{ state: 'wrong', hint: expect.stringContaining('usermod -aG') }, {}])
  })

  it('without one: who is not in the group is told before the board is there', async () => {
    using scratch = new Scratch()
    expect(await serial(made(scratch.path))).toMatchObject([
      { about: 'serial ports', state: 'note' },
      { about: 'udev group', state: 'note', hint: 'sudo usermod -aG dialout $USER, then log out and in again' },
    ])
  })

  it('with ModemManager about: it is named', async () => {
    using scratch = new Scratch()
    const here = made(scratch.path)
    writeFileSync(join(here.proc, '77/comm'), 'ModemManager\n')
    expect((await serial(here)).at(-1)).toMatchObject({ found: 'ModemManager is running', state: 'note' })
  })
})

describe('the schema in the folder', () => {
  it('of another version is told, none is nothing to tell', async () => {
    using scratch = new Scratch()
    const file = join(scratch.path, 'scenario.schema.json')
    expect(await schema(file)).toBeNull()
    writeFileSync(file, '{ "type": ')
    expect(await schema(file)).toMatchObject({ state: 'note', hint: `hil schema --output ${file}` })
    expect(await schema('scenarios/scenario.schema.json')).toMatchObject({ state: 'good' })
  })
})
