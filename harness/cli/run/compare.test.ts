// `hil run --compare` on several scenarios: each one told, and a table at the end.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { hil } from '../testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'hil-compare-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const compare = (...args: string[]): ReturnType<typeof hil> =>
  hil('run', ...args, '--compare', '--broker', 'aedes', '--output', folder)

test('a scenario of each sort: the same, another, and one that cannot be compared', async () => {
  const paths = ['scenarios/01-hello.scenario.yaml', 'scenarios/22-mqttjs-qos2.scenario.yaml']
  const { code, out } = await compare(...paths, '--bind', '*=virtual')
  expect(out).toContain('= 01-hello: ')
  expect(out).toMatch(/- 22-mqttjs-qos2 +\S/)
  expect(out).toContain('1 the same, 0 different, 1 not compared')
  expect(code).toBe(0)
})

test('another client is another stream of packets, and exit code 1', async () => {
  const { code, out } = await compare('scenarios/01-hello.scenario.yaml', '--bind', 'blue=minimqtt')
  expect(out).toContain('≠ 01-hello: ')
  expect(out).toMatch(/^ {2}[-+~] blue ▲ /m)
  expect(out).not.toContain('not compared')
  expect(code).toBe(1)
})

test('its records are no results: a later judge of the folder does not count them, nor does results.json', async () => {
  const results = join(folder, 'later')
  const scenario = 'scenarios/01-hello.scenario.yaml'
  const compared = await hil(
    'run',
    scenario,
    '--compare',
    '--bind',
    'blue=minimqtt',
    '--broker',
    'aedes',
    '--output',
    results,
  )
  expect(compared.out).toContain('01-hello: ')
  const nothing = await hil('judge', results)
  expect(nothing.err).toContain('results/compare')
  expect(nothing.code).toBe(2)
  expect((await hil('run', scenario, '--broker', 'aedes', '--output', results)).code).toBe(0)
  expect((await hil('judge', results)).out).toContain('1 passed, 0 failed, 0 inconclusive, of 1 recorded')
  expect((await hil('judge', join(results, 'compare'))).out).toContain('of 2 recorded')
  const { scenarios } = JSON.parse(readFileSync(join(results, 'results.json'), 'utf8')) as { scenarios: unknown[] }
  expect(scenarios).toHaveLength(1)
})

test('results that were written to a folder of that name are results', async () => {
  const results = join(folder, 'named/compare')
  await hil('run', 'scenarios/01-hello.scenario.yaml', '--broker', 'aedes', '--output', results)
  expect((await hil('judge', join(folder, 'named'))).out).toContain('of 1 recorded')
})
