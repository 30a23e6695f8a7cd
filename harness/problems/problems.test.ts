// Every code that the program can raise is in the table of problems, and nothing else is. The sources are read: a code is a word in
// quotes with the name of an area before its slash; where one is put together, the place is listed here with its parts.

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT, exitCodeOfProblem, faultOf, problems } from './index.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const sources = ['harness', 'emulators'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.ts') && !/(^|[./])(test|contract|testing)\.ts$/.test(name))
    // Tools of this repository, which users do not have; and the problems themselves.
    .filter((name) => !/^emulators\/traces\/|^harness\/(problems|reference)\//.test(name))
    .map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8').replace(/^\s*(\/\/|\*).*$/gm, '') })),
)

/** Where a code is put together, and what it can come to. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  'harness/select/names.ts `select/unknown-${flag}`': ['select/unknown-var', 'select/unknown-bind'],
  'harness/cli/selecting.ts `select/bad-${flag}`': ['select/bad-var', 'select/bad-bind'],
  'harness/packets/words.ts `scenario/${parsed.code}`': ['scenario/bare-number', 'scenario/bad-value'],
  'harness/plan/compile/slo-bound.ts `scenario/${parsed.code}`': ['scenario/bare-number', 'scenario/bad-value'],
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

const areas = [...new Set(Object.keys(problems).map((code) => code.split('/')[0]!))]
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

describe('the problems', () => {
  it('are of every code in the sources', () => {
    const missing = [...raised].filter((code) => !Object.hasOwn(problems, code)).sort()
    expect(missing).toEqual([])
  })

  it('are of no other code', () => {
    expect(Object.keys(problems).filter((code) => !raised.has(code))).toEqual([])
  })

  it('know every place where a code is put together', () => {
    expect([...new Set(made)].sort()).toEqual(Object.keys(MADE).sort())
  })

  it('read the sources: a good hundred codes, of every area', () => {
    expect(raised.size).toBeGreaterThan(120)
    for (const parts of Object.values(MADE)) expect(parts.length).toBeGreaterThan(0)
  })

  it.each(Object.entries(problems))('%s: whole sentences', (_, { meaning, fix }) => {
    for (const text of [meaning, fix]) expect(text).toMatch(/^[\p{Lu}#$`a-z0-9-].*[.?\]]$/su)
  })
})

describe('whose fault a problem is', () => {
  it('decides the exit code', () => {
    expect(exitCodeOfProblem('select/unknown-broker')).toBe(EXIT.usage)
    expect(exitCodeOfProblem('broker/bad-options')).toBe(EXIT.usage)
    expect(exitCodeOfProblem('broker/died')).toBe(EXIT.environment)
    expect(exitCodeOfProblem('device/off')).toBe(EXIT.environment)
    expect(exitCodeOfProblem('internal/bug')).toBe(EXIT.bug)
  })

  it('of a code outside of the table goes by its area', () => {
    expect(faultOf('broker/my-own')).toBe('environment')
    expect(faultOf('my/own')).toBe('input')
  })

  it('is not taken from what every object has', () => {
    expect(faultOf('constructor')).toBe('input')
  })
})
