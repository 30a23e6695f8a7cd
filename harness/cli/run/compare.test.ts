// `hil run --compare` on several scenarios: each one told, and a table at the end.

import { mkdtempSync, rmSync } from 'node:fs'
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
