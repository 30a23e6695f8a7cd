// The reference says what the program does: its files are those that the registries make, its
// examples compile, its links lead somewhere, and every shipped scenario fits the schema.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { milliseconds } from '../../emulators/index.ts'
import { compile, scenarioSchema } from '../plan/index.ts'
import { REPORTER_NAMES } from '../report/index.ts'
import { apiOf, ENTRIES, type Entry } from './api.ts'
import { files, ROOT } from './files.ts'
import { slugsOf } from './markdown.ts'
import { snippetsIn, wholeScenario } from './snippets.ts'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const SHIPPED = readdirSync(join(ROOT, 'scenarios'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.scenario.yaml'),
)

describe('the reference', () => {
  it.each(Object.keys(files))(
    '%s is fresh (npm run docs)',
    (path) => {
      expect(read(path) === files[path]!(), `${path} is stale: npm run docs`).toBe(true)
    },
    120_000,
  )

  const examples = PAGES.flatMap((page) => snippetsIn(read(page)).map((snippet) => [page, snippet] as const))
  it.each(examples)('an example in %s compiles: %s', (page, snippet) => {
    const { diagnostics, plans } = compile(page, wholeScenario(snippet), {
      broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
    })
    // What somebody's own build makes is not here.
    const wrong = diagnostics.all.filter(({ message }) => !message.endsWith('build/old.bin does not exist'))
    expect(wrong).toEqual([])
    if (diagnostics.all.length === 0) expect(plans.length).toBeGreaterThan(0)
  })

  it('has names that expressions know', () => {
    const { diagnostics } = compile('x', wholeScenario('- delay: ${{ nosuch }}'), {
      broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
    })
    const known = diagnostics.all[0]!.hint!.replace('there is ', '').split(', ')
    expect(known.length).toBeGreaterThan(5)
    const expressions = /^## Expressions\n(.*?)^## /ms.exec(read('docs/scenarios.md'))![1]!
    for (const name of known) expect(expressions).toMatch(new RegExp(`^\\|.*\`${name}[.\`]`, 'm'))
  })

  it.each(REPORTER_NAMES)('lists the reporter %s in README.md and docs/reports.md', (name) => {
    expect(read('README.md'), `add ${name} to the reporters of README.md`).toMatch(
      new RegExp(`Reporters for[^.]*\\b${name}\\b`, 's'),
    )
    expect(read('docs/reports.md'), `add a row for ${name} to the table of docs/reports.md`).toContain(`| \`${name}\``)
  })

  it.each(PAGES)('%s has no link that leads nowhere', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!)
    const local = links.filter((link) => !/^[a-z]+:/.test(link))
    expect(local.filter((link) => !leadsSomewhere(page, link))).toEqual([])
  })
})

function leadsSomewhere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? page : join(dirname(page), file)
  if (anchor === undefined) return listed(target)
  return listed(target) && headingsOf(target).includes(anchor)
}

function listed(path: string): boolean {
  try {
    return readdirSync(join(ROOT, dirname(path))).includes(path.replace(/\/$/, '').split('/').at(-1)!)
  } catch {
    return false
  }
}

function headingsOf(page: string): string[] {
  const text = read(page).replace(/^```.*?^```$/gms, '')
  return slugsOf([...text.matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!))
}

describe('each export', () => {
  it.each(Object.keys(ENTRIES) as Entry[])(
    'of %s has a docstring, which editors show and docs/api lists',
    (entry) => {
      const all = apiOf(ROOT)[entry]
      expect(all.length).toBeGreaterThan(1)
      expect(all.filter(({ doc }) => doc === '').map(({ name }) => name)).toEqual([])
    },
    120_000,
  )
})

describe('scenario.schema.json', () => {
  const validate: ValidateFunction = new Ajv({ strict: false, allErrors: true }).compile(scenarioSchema())
  const fits = (text: string): boolean => validate(parse(text))

  it.each(SHIPPED)('%s fits it, and says so to editors', (name) => {
    const text = read(`scenarios/${name}`)
    const up = '../'.repeat(name.split('/').length - 1) || './'
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${up}scenario.schema.json`)
    fits(text)
    expect(validate.errors).toBe(null)
  })

  it('is fitted by every example', () => {
    const misfits = PAGES.flatMap((page) => snippetsIn(read(page)).map(wholeScenario)).filter((text) => !fits(text))
    expect(misfits).toEqual([])
  })

  it.each([
    ['an unknown verb', '- pubish: { device: blue, topic: a, payload: b }'],
    ['a misspelt key of a verb', '- publish: { device: blue, topik: a, payload: b }'],
    ['a misspelt key of a matcher', '- expect: { packet: { form: blue } }'],
    ['a misspelt field', '- expect: { packet: { from: blue, match: { packetID: 1 } } }'],
    ['a misspelt term', '- expect: { packet: { from: blue }, withn: 1s }'],
    ['no verb', '- id: nothing'],
    ['a duration without a unit', '- delay: 5'],
    ['a QoS of 3', '- publish: { device: blue, topic: a, payload: b, qos: 3 }'],
    ['a step without its required key', '- power: { device: blue }'],
    ['a misspelt key at the top', 'stpes: []'],
    ['a misspelt key of a device', 'devices: { blue: { use: umqtt.simple, fimware: puppet } }'],
    ['an unknown client', 'devices: { blue: { use: umqtt.simpel } }'],
    ['a misspelt key under always', 'always: [{ nevr: { message: {} } }]'],
    ['a wrong version', 'version: 2'],
  ])('does not take %s', (_, snippet) => {
    expect(fits(wholeScenario('- delay: 1s'))).toBe(true)
    expect(fits(wholeScenario(snippet))).toBe(false)
  })

  it('takes an expression wherever a value may be one', () => {
    expect(
      fits(
        wholeScenario(
          '- publish: { device: blue, topic: a, payload: b, qos: "${{ vars.q }}", retain: "${{ vars.r }}" }',
        ),
      ),
    ).toBe(true)
    expect(
      fits(wholeScenario('- expect: { packet: { from: blue }, within: "${{ vars.t }}", count: "${{ vars.n }}" }')),
    ).toBe(true)
  })

  it('describes every key, for those who complete with it', () => {
    expect(undescribed(scenarioSchema(), '')).toEqual([])
  })
})

/** Paths of properties without a description, their definitions' included. */
function undescribed(schema: unknown, path: string): string[] {
  if (Array.isArray(schema)) return schema.flatMap((item, k) => undescribed(item, `${path}[${k}]`))
  if (typeof schema !== 'object' || schema === null) return []
  const { properties, ...rest } = schema as { properties?: Record<string, { description?: string }> }
  const own = Object.entries(properties ?? {}).filter(([, value]) => value.description === undefined)
  return [
    ...own.map(([name]) => `${path}.${name}`),
    ...Object.entries(properties ?? {}).flatMap(([name, value]) => undescribed(value, `${path}.${name}`)),
    ...undescribed(Object.values(rest), path),
  ]
}
