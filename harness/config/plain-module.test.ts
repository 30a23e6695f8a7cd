import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Scratch } from '../cli/testing.ts'
import { loadConfig } from './config.ts'
import { importModule } from './import-module.ts'
import { plainModule } from './plain-module.ts'

test('the config of this repository needs no compiler', async () => {
  const path = resolve(import.meta.dirname, '../../harness.config.ts')
  const text = readFileSync(path, 'utf8')
  expect(plainModule(path, text)).toEqual({ default: expect.objectContaining({ broker: 'aedes' }) })
})

test.each([
  ["import type { Config } from 'mqtt-hil'\n\nexport default { jobs: 4 } satisfies Config\n", { jobs: 4 }],
  ['import type {\n  Config,\n} from "mqtt-hil"\nexport default { jobs: 4 } satisfies Config;\n', { jobs: 4 }],
  ['const jobs = 4\nexport default { jobs }\n', { jobs: 4 }],
  ['const config = { jobs: 4 }\nexport default config\nconfig.jobs = 5\n', { jobs: 5 }],
  ['export default [1, 2]', [1, 2]],
  ["export default { 'satisfies': 'import type { A }' }", null],
  ["export default { timeout: '5s' satisfies string }", null],
  ["import { a } from './a.ts'\nexport default { a }", null],
  ['const jobs: number = 4\nexport default { jobs }\n', null],
  ['export default // it follows\n{ jobs: 4 }\n', null],
  ['export default\n{ jobs: 4 }\n', null],
  ['export default { folder: import.meta.dirname }', null],
  ['export default { jobs: await 4 }', null],
  ['export const jobs = 4\n', null],
  ['module.exports = { jobs: 4 }', null],
  ['export default { jobs: 4,, }', null],
  ['type A = number\nexport default { jobs: 4 }', null],
])('%j', (text, expected) => {
  expect(plainModule('a.ts', text)).toEqual(expected === null ? null : { default: expected })
})

test('what it cannot read the compiler reads, to the same value', async () => {
  using scratch = new Scratch()
  const load = async (name: string, text: string): Promise<unknown> => {
    const path = join(scratch.path, name)
    writeFileSync(path, text)
    return (await importModule(path)).default
  }
  expect(await load('a.ts', 'const jobs: number = 4\nexport default { jobs }\n')).toEqual({ jobs: 4 })
  expect(await load('b.ts', 'const jobs = 4\nexport default { jobs }\n')).toEqual({ jobs: 4 })
  expect(await load('c.mjs', 'export default { folder: import.meta.dirname }')).toEqual({ folder: scratch.path })
})

test('what throws has run once, and is told by its line', async () => {
  using scratch = new Scratch()
  const path = join(scratch.path, 'harness.config.ts')
  const times = globalThis as { hilTimes?: number }
  writeFileSync(path, 'globalThis.hilTimes = (globalThis.hilTimes ?? 0) + 1\n\nexport default { jobs: none }\n')
  await expect(loadConfig(path)).rejects.toMatchObject({
    code: 'config/broken',
    message: expect.stringContaining('none is not defined'),
    at: { line: 3 },
  })
  expect(times.hilTimes).toBe(1)
  delete times.hilTimes
})

test('each load is a new one', async () => {
  using scratch = new Scratch()
  const path = join(scratch.path, 'a.ts')
  for (const jobs of [4, 5]) {
    writeFileSync(path, `export default { jobs: ${jobs} }`)
    expect(await importModule(path)).toEqual({ default: { jobs } })
  }
})
