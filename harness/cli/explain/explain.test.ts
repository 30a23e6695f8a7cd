// Every code that the program can raise is explained, and nothing else is. The sources are read: a code is a word in
// quotes with the name of an area before its slash; where one is put together, the place is listed here with its parts.

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hilHere } from '../testing.ts'
import { explanations } from './index.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

const sources = ['harness', 'emulators'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.ts') && !/(^|[./])(test|contract|testing)\.ts$/.test(name))
    // Tools of this repository, which users do not have; and the explanations themselves.
    .filter((name) => !/^emulators\/traces\/|^harness\/cli\/explain\/(?!action)/.test(name))
    .map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8').replace(/^\s*(\/\/|\*).*$/gm, '') })),
)

/** Where a code is put together, and what it can come to. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  'harness/select/select.ts `cli/unknown-${flag}`': ['cli/unknown-var', 'cli/unknown-bind'],
  'harness/select/select.ts `cli/bad-${flag}`': ['cli/bad-var', 'cli/bad-bind'],
  'harness/packets/words.ts `scenario/${parsed.code}`': ['scenario/bare-number', 'scenario/bad-value'],
  'harness/scenario/vocabulary.ts `scenario/${parsed.code}`': ['scenario/bare-number', 'scenario/bad-value'],
  'harness/scenario/vocabulary.ts `scenario/${codeOf(what)}`': ['scenario/topic-name', 'scenario/topic-filter'],
  'harness/scenario/yaml-errors.ts `scenario/${code}`': words(
    'scenario/yaml-errors.ts',
    /\['([a-z-]+)',/g,
    'scenario/',
  ),
  'harness/scenario/yaml.ts `scenario/yaml-${what}`': words(
    'scenario/yaml.ts',
    /#complain\('([a-z-]+)'/g,
    'scenario/yaml-',
  ),
  'harness/scenario/expression/lex.ts `scenario/${code}`': sources
    .filter(({ name }) => /^harness\/scenario\/expression/.test(name))
    .flatMap(({ text }) =>
      [...text.matchAll(/new ExpressionError\(\s*'([a-z-]+)'/g)].map(([, word]) => `scenario/${word}`),
    ),
}

function words(file: string, pattern: RegExp, before: string): string[] {
  const text = sources.find(({ name }) => name === `harness/${file}`)!.text
  return [...text.matchAll(pattern)].map(([, word]) => `${before}${word}`)
}

const areas = [...new Set(Object.keys(explanations).map((code) => code.split('/')[0]!))]
/** Words with a slash that are something else. */
const NO_CODES = new Set([
  'a/b',
  'application/x-ndjson',
  'application/x-pcapng',
  'application/yaml',
  'class/tty',
  'results/replay',
  'serial/by-id',
  'test/topic',
  'text/plain',
  'vitest/config',
  'vitest/node',
])

/** Codes that stand in the sources as they are, of whatever area, with the file. */
const literal = sources.flatMap(({ name, text }) => [
  ...[...text.matchAll(/'([a-z]+\/[a-z0-9-]+)'/g)].map(([, code]) => ({ name, code: code! })),
  ...[...text.matchAll(/`error ([a-z]+\/[a-z0-9-]+)\\n/g)].map(([, code]) => ({ name, code: code! })),
])

const made = sources.flatMap(({ name, text }) =>
  [...text.matchAll(new RegExp(`\`(?:${areas.join('|')})/[a-z-]*\\$\\{[^}]*\\}\``, 'g'))].map(
    ([found]) => `${name} ${found}`,
  ),
)

const raised = new Set(
  [...literal.map(({ code }) => code), ...Object.values(MADE).flat()].filter((c) => !NO_CODES.has(c)),
)

describe('the explanations', () => {
  it('are of every code in the sources', () => {
    const missing = [...raised].filter((code) => !Object.hasOwn(explanations, code)).sort()
    expect(missing).toEqual([])
  })

  it('are of no other code', () => {
    expect(Object.keys(explanations).filter((code) => !raised.has(code))).toEqual([])
  })

  it('know every place where a code is put together', () => {
    expect([...new Set(made)].sort()).toEqual(Object.keys(MADE).sort())
  })

  it('read the sources: a good hundred codes, of every area', () => {
    expect(raised.size).toBeGreaterThan(120)
    for (const parts of Object.values(MADE)) expect(parts.length).toBeGreaterThan(0)
  })

  it.each(Object.entries(explanations))('%s: whole sentences', (_, { means, mend }) => {
    for (const text of [means, mend]) expect(text).toMatch(/^[\p{Lu}#$`a-z0-9-].*[.?\]]$/su)
  })
})

describe('hil explain', () => {
  it('tells one code, by its whole name or by its last part', async () => {
    const { code, out } = await hilHere('explain', 'claim/inconclusive')
    expect(code).toBe(0)
    expect(out).toMatch(/^claim\/inconclusive\n\n {2}The harness itself lagged/)
    expect((await hilHere('explain', 'inconclusive')).out).toBe(out)
  })

  it('shows what it should look like', async () => {
    const { out } = await hilHere('explain', 'scenario/unquoted-expression')
    expect(out).toContain('\n    with: { keepalive: "${{ vars.keepalive }}" }\n')
  })

  it('lists an area, or all, also for machines', async () => {
    const { out } = await hilHere('explain', 'link')
    expect(out.match(/^\S+$/gm)?.every((code) => code.startsWith('link/'))).toBe(true)
    const all = JSON.parse((await hilHere('explain', '--json')).out) as { code: string; means: string }[]
    expect(all).toHaveLength(Object.keys(explanations).length)
  })

  it('helps with a code that there is not', async () => {
    const { code, err } = await hilHere('explain', 'claim/faild')
    expect(code).toBe(2)
    expect(err).toContain('error cli/unknown-code')
    expect(err).toContain('did you mean "claim/failed"')
  })
})
