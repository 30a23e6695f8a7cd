// vitest as a process, with the plugin: in a watch a change of anything that a scenario names runs it again, and only it;
// and however vitest ends, nothing outlives it.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { Scratch } from '../cli/testing.ts'
import { linkPackages, startVitest } from './testing.ts'

const program = (line: string): string => `console.log('${line}')\nsetInterval(() => {}, 1000)\n`

const scenario = (line: string): string => `name: a program that says so
version: 1
devices: { blue: { use: process, command: node ../firmware/main.mjs } }
steps:
  - expect: { serial: { device: blue, line: ${line} }, within: 2s }
`

const OTHER = `name: another
version: 1
devices: { blue: { use: umqtt.simple } }
steps:
  - connect: blue
`

it('a scenario is run again when it changes, and when its firmware, gaps or config do', async () => {
  using scratch = new Scratch()
  linkPackages(scratch.path)
  const put = (name: string, text: string): void => writeFileSync(join(scratch.path, name), text)
  for (const folder of ['scenarios', 'firmware']) mkdirSync(join(scratch.path, folder))
  put('package.json', '{ "type": "module" }')
  put('vitest.config.mjs', "import { mqttHil } from 'mqtt-hil/vitest'\nexport default { plugins: [mqttHil()] }\n")
  put('harness.config.mjs', "export default { scenarios: ['scenarios'] }\n")
  put('firmware/main.mjs', program('hello'))
  put('scenarios/a.scenario.yaml', scenario('hello'))
  put('scenarios/b.scenario.yaml', OTHER)
  put('b.scenario.yaml', OTHER)
  const { child, saying, ended } = startVitest(scratch.path, ['--watch'])
  try {
    const done = /(PASS|FAIL) {2}(Waiting for file changes|Tests failed)[\s\S]*\n/
    const first = await saying(done)
    expect(first).toMatch(/Tests {2}2 passed \(2\)/) // the one that lies outside of the config's folder is none
    put('firmware/main.mjs', program('bye'))
    const second = await saying(done)
    expect(second).toMatch(/RERUN {2}firmware\/main\.mjs/)
    expect(second).toMatch(/Tests {2}1 failed \(1\)/)
    put('scenarios/a.scenario.yaml', scenario('bye'))
    const third = await saying(done)
    expect(third).toMatch(/RERUN {2}scenarios\/a\.scenario\.yaml/)
    expect(third).toMatch(/Tests {2}1 passed \(1\)/)
    put('harness.config.mjs', "export default { scenarios: ['scenarios'], broker: 'aedes' }\n")
    expect(await saying(done)).toMatch(/Tests {2}2 passed \(2\)/)
  } finally {
    child.kill('SIGINT')
    expect((await ended).out).toMatch(/ClaimFailed: expect \{ serial/)
  }
}, 120_000)

it.each([
  ['vitest alone', (pid: number) => process.kill(pid, 'SIGINT')],
  ['its workers as well', (pid: number) => process.kill(-pid, 'SIGINT')],
  ['vitest, by a supervisor', (pid: number) => process.kill(pid, 'SIGTERM')],
])(
  'a signal to %s ends what a scenario had started',
  async (_, kill) => {
    using scratch = new Scratch()
    linkPackages(scratch.path)
    const put = (name: string, text: string): void => writeFileSync(join(scratch.path, name), text)
    put('package.json', '{ "type": "module" }')
    put('vitest.config.mjs', "import { mqttHil } from 'mqtt-hil/vitest'\nexport default { plugins: [mqttHil()] }\n")
    put(
      'main.mjs',
      "import { writeFileSync } from 'node:fs'\nwriteFileSync('pid', `${process.pid}`)\nsetInterval(() => {}, 1000)\n",
    )
    put(
      'a.scenario.yaml',
      'name: long\nversion: 1\ndevices: { blue: { use: process, command: node main.mjs } }\nsteps: [{ delay: 50s }]\n',
    )
    const { child, ended } = startVitest(scratch.path, ['run'], {}, true)
    const program = await vi.waitFor(
      () => Number(readFileSync(join(scratch.path, 'pid'), 'utf8') || Number.NaN),
      30_000,
    )
    expect(isAlive(program)).toBe(true)
    kill(child.pid!)
    await ended
    await vi.waitFor(() => expect(isAlive(program)).toBe(false), 10_000)
  },
  60_000,
)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
