// The words of a project, from the text of its config.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hil, Scratch } from '../cli/testing.ts'
import { configWords, wordsIn } from './config-words.ts'

const ROOT = join(import.meta.dirname, '../..')

describe('the keys of a map', () => {
  it('of the example', () => {
    const file = join(ROOT, 'examples/extensions/harness.config.ts')
    const found = (['clients', 'devices', 'brokers'] as const).map((map) => configWords(map, file))
    expect(found).toEqual([['acme'], ['pump'], ['tiny']])
    expect(configWords('steps', file)).toEqual([])
  })

  it.each<[string, string[]]>([
    ["brokers: { 'plant-1': { use: 'external', url: 'mqtt://x:1' }, b: x }", ['plant-1', 'b']],
    ['brokers: { a, /* b: 1, */ ...more, c: { d: { e: 1 } } // f: 2\n }', ['a', 'c']],
    ['broker: "brokers: { x: 1 }"', []],
    ['brokers: { [computed]: 1, a: [{ b: 1 }, "c", d] }', ['a']],
    ['brokers: named({ a: 1 })', []],
    ['brokers: { a: 1', ['a']],
    ['', []],
  ])('%s', (text, words) => {
    expect(wordsIn(`export default { ${text} }`, 'brokers')).toEqual(words)
  })

  it('without a config: none', () => {
    expect(configWords('clients', '/nowhere/harness.config.ts')).toEqual([])
  })
})

it('Tab offers them, and does not run the config', async () => {
  using scratch = new Scratch()
  const text =
    "throw new Error('it was run')\nexport default { brokers: { plant: { use: 'aedes' } }, devices: { pump: './p.ts' } }"
  const file = join(scratch.path, 'own.config.ts')
  writeFileSync(file, text)
  const offered = async (...words: string[]) =>
    (await hil('--complete', ...words)).out.split('\n').filter((w) => w !== '')
  expect(await offered('run', '--config', file, '--broker', 'pl')).toEqual(['plant'])
  expect(await offered('run', '--config', file, '--bind', 'blue=pu')).toEqual(['blue=pubsubclient', 'blue=pump'])
})
