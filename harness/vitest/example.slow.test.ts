// examples/extensions as a user has it: the packed package, installed with the packages that it declares, and a client, a
// device, a broker and a reporter that are not ours.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Scratch } from '../cli/testing.ts'
import { installPackage, ROOT, runVitest } from './testing.ts'

const scratch = new Scratch()
const folder = join(scratch.path, 'greenhouse')
const modules = join(scratch.path, 'node_modules')
const run = (program: string, args: readonly string[], cwd: string) => {
  const { CI: _, ...env } = process.env
  return spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...env, NO_COLOR: '1' } })
}

beforeAll(() => {
  installPackage(scratch.path)
  cpSync(join(modules, 'mqtt-hil/examples/extensions'), folder, { recursive: true })
}, 120_000)
afterAll(() => scratch[Symbol.dispose]())

const hil = (...args: readonly string[]) =>
  run(process.execPath, [join(modules, 'mqtt-hil/dist/harness/cli/main.js'), ...args], folder)

it('its tests in TypeScript and its scenario pass, with records and a report', async () => {
  const { files, out, code } = await runVitest(folder, [], join(scratch.path, 'results.json'))
  const tests = files.flatMap(({ assertionResults }) => assertionResults)
  expect(
    tests.filter(({ status }) => status !== 'passed'),
    out,
  ).toEqual([])
  expect(tests.length).toBeGreaterThan(20)
  expect(code).toBe(0)
  const { summary } = JSON.parse(readFileSync(join(folder, 'results/results.json'), 'utf8')) as { summary: object }
  expect(summary).toMatchObject({ total: tests.length, passed: tests.length })
  expect(existsSync(join(folder, 'results/report.html'))).toBe(true)
})

it('hil knows the words: run, check, clients, schema, another client in a role', () => {
  expect(hil('run')).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/1 passed[\s\S]*tally: 1 on tiny\n/),
  })
  expect(hil('check', 'scenarios')).toMatchObject({ status: 0, stderr: '' })
  expect(hil('clients', 'acme').stdout).toMatch(/it never pings/)
  expect(hil('schema').stdout).toContain('"acme"')
  expect(hil('run', '--bind', 'sensor=umqtt.simple', '--broker', 'aedes')).toMatchObject({ status: 0 })
})

it('its types are right', () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const options = '--strict --noEmit --module nodenext --target es2023 --lib es2023,esnext.disposable --types node'
  const all = [
    'vitest.config.ts',
    'harness.config.ts',
    'hil/acme.ts',
    'hil/pump.ts',
    'hil/tally.ts',
    'hil/tiny-broker.ts',
  ]
  const args = [...options.split(' '), '--skipLibCheck', ...all, 'test/pump.test.ts', 'test/sensor.test.ts']
  expect(run(process.execPath, [tsc, ...args], folder)).toMatchObject({ status: 0, stdout: '' })
})
