// `vitest --watch` with the plugin: a change of anything that a scenario names runs it again, and only it.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
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
    expect(second).toMatch(/ClaimFailed: expect \{ serial[\s\S]*Tests {2}1 failed \(1\)/)
    put('scenarios/a.scenario.yaml', scenario('bye'))
    const third = await saying(done)
    expect(third).toMatch(/RERUN {2}scenarios\/a\.scenario\.yaml/)
    expect(third).toMatch(/Tests {2}1 passed \(1\)/)
    put('harness.config.mjs', "export default { scenarios: ['scenarios'], broker: 'aedes' }\n")
    expect(await saying(done)).toMatch(/Tests {2}2 passed \(2\)/)
  } finally {
    child.kill('SIGINT')
    await ended
  }
}, 120_000)
