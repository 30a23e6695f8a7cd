import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Scratch } from '../cli/testing.ts'
import { loadConfig } from './index.ts'

async function told(text: string): Promise<string> {
  using scratch = new Scratch()
  const file = join(scratch.path, 'harness.config.mjs')
  writeFileSync(file, `export default ${text}\n`)
  return await loadConfig(file).then(
    () => 'nothing wrong',
    (error: Error) => error.message.slice(`${file}: `.length),
  )
}

describe('a wrong setting is told by its path, what is expected there and what stands there', () => {
  test.each([
    ["{ scenarios: 'x' }", 'scenarios: expected a list, got the text "x"'],
    ["{ brokers: { a: 'aedes' } }", 'brokers.a: expected a map, got the text "aedes"'],
    ['{ brokers: { a: {} } }', 'brokers.a.use: expected text, got nothing'],
    ['{ brokers: [] }', 'brokers: expected a map, got a list'],
    ['{ reporters: [1] }', 'reporters.0: expected text, got 1'],
    ["{ jobs: '4' }", 'jobs: expected a number, got the text "4"'],
    ['{ jobs: 1.5 }', 'jobs: expected a whole number, got 1.5'],
    ['{ jobs: null }', 'jobs: expected a number, got null'],
    ['{ retries: -1 }', 'retries: expected at least 0, got -1'],
    ["{ timeout: '5' }", 'timeout: a duration needs a unit, got 5'],
    ['{ timeout: 5 }', "timeout: 5 is in milliseconds, and at least 100: for seconds write '5s'"],
    ['{ timeout: Infinity }', 'timeout: Infinity is not a duration'],
    ["{ brokr: 'aedes' }", 'unknown setting "brokr"; did you mean "broker"?'],
    ["{ limits: { pakcet: '1MiB' } }", 'unknown setting "limits.pakcet"; did you mean "packet"?'],
    ['[]', 'expected a map, got a list'],
  ])('%s', async (text, message) => {
    expect(await told(text)).toBe(message)
  })

  test('all of them at once', async () => {
    expect((await told("{ jobs: '4', retries: -1 }")).split('\n')).toHaveLength(2)
  })

  test('what is right is taken', async () => {
    expect(await told("{ jobs: 4, timeout: '5s' }")).toBe('nothing wrong')
    expect(await told("{ timeout: '5ms' }")).toBe('nothing wrong')
    expect(await told('{ timeout: 5000 }')).toBe('nothing wrong')
  })
})
