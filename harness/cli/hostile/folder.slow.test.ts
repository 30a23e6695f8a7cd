// A results folder from a stranger: a run into it and a report of it read, write and remove nothing outside of it.

import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oneLine, visible } from '../../outside/index.ts'
import { hilIn, Scratch } from '../testing.ts'
import { nasty } from './texts.ts'

const SCENARIO = `
name: hello
version: 1
devices:
  blue: { use: umqtt.simple }
steps:
  - connect: blue
`

interface Results {
  readonly scenarios: { artifacts: string[] }[]
}

/** A folder with a scenario, its results, and things beside them that are not theirs. */
async function prepared(): Promise<Scratch & Disposable> {
  const folder = new Scratch()
  writeFileSync(join(folder.path, 'hello.scenario.yaml'), SCENARIO)
  const { code } = await hilIn(folder.path, 'run', 'hello.scenario.yaml')
  expect(code).toBe(0)
  mkdirSync(join(folder.path, 'precious/inner'), { recursive: true })
  writeFileSync(join(folder.path, 'precious/secret.txt'), 'PRECIOUS')
  writeFileSync(join(folder.path, 'precious/inner/timeline.ndjson'), 'PRECIOUS')
  return folder
}

function change(folder: Scratch, artifacts: readonly string[]): void {
  const file = join(folder.path, 'results/results.json')
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results
  results.scenarios[0]!.artifacts = [...artifacts]
  writeFileSync(file, JSON.stringify(results))
}

const isWhole = ({ path }: Scratch): boolean =>
  readFileSync(join(path, 'precious/secret.txt'), 'utf8') === 'PRECIOUS' &&
  readFileSync(join(path, 'precious/inner/timeline.ndjson'), 'utf8') === 'PRECIOUS'

const ways: readonly (readonly [string, string])[] = [
  ['a link to a folder', 'link/timeline.ndjson'],
  ['a way through a link', 'link/inner/timeline.ndjson'],
  ['a way up', '../precious/inner/timeline.ndjson'],
  ['a way down and up', 'x/../../precious/inner/timeline.ndjson'],
  ['the folder itself', './timeline.ndjson'],
]

test.each(ways)('run: nothing is removed outside of the results folder by %s', async (_, way) => {
  using folder = await prepared()
  symlinkSync('../precious', join(folder.path, 'results/link'))
  change(folder, [way, join(folder.path, 'precious/inner/timeline.ndjson')])
  expect((await hilIn(folder.path, 'run', 'hello.scenario.yaml')).code).toBe(0)
  expect(isWhole(folder)).toBe(true)
})

test('run: a link in the place of a record or a report is replaced, and not followed', async () => {
  using folder = await prepared()
  const results = join(folder.path, 'results')
  const [record] = readdirSync(results).filter((name) => name.startsWith('hello'))
  const { rmSync } = await import('node:fs')
  rmSync(join(results, record!), { recursive: true })
  symlinkSync('../precious', join(results, record!))
  for (const name of ['report.html', 'results.json', 'junit.xml']) {
    rmSync(join(results, name), { force: true })
    symlinkSync('../precious/secret.txt', join(results, name))
  }
  const { code } = await hilIn(folder.path, 'run', 'hello.scenario.yaml', '--reporter', 'json,junit,html')
  expect(code).toBe(0)
  expect(isWhole(folder)).toBe(true)
  expect(readdirSync(join(folder.path, 'precious')).sort()).toEqual(['inner', 'secret.txt'])
  for (const name of [record!, 'report.html', 'results.json', 'junit.xml'])
    expect(lstatSync(join(results, name)).isSymbolicLink()).toBe(false)
  expect(readdirSync(results).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test.each(ways.slice(0, 4))('report: nothing is read through %s', async (_, way) => {
  using folder = await prepared()
  symlinkSync('../precious', join(folder.path, 'results/link'))
  change(folder, [way.replace('timeline.ndjson', 'scenario.yaml')])
  writeFileSync(join(folder.path, 'precious/scenario.yaml'), 'PRECIOUS')
  writeFileSync(join(folder.path, 'precious/inner/scenario.yaml'), 'PRECIOUS')
  symlinkSync('../precious/secret.txt', join(folder.path, 'results/report.html.link'))
  expect((await hilIn(folder.path, 'report', 'results')).code).toBe(0)
  const page = readFileSync(join(folder.path, 'results/report.html'), 'utf8')
  const [, run] = /id="run-0">([^<]*)</.exec(page)!
  const shown = gunzipSync(Buffer.from(run!, 'base64')).toString()
  expect(shown).not.toContain('PRECIOUS')
  expect(shown).toContain('is not below the folder')
})

test('judge: a link in the place of a scenario or a timeline is not read', async () => {
  using folder = await prepared()
  const results = join(folder.path, 'results')
  const [record] = readdirSync(results).filter((name) => name.startsWith('hello'))
  const { rmSync } = await import('node:fs')
  rmSync(join(results, record!, 'scenario.yaml'))
  symlinkSync('../../precious/secret.txt', join(results, record!, 'scenario.yaml'))
  const { code, err } = await hilIn(folder.path, 'judge', 'results')
  expect([code, err]).toEqual([2, expect.stringContaining('results/outside')])
  expect(err).not.toContain('PRECIOUS')
  rmSync(join(results, record!, 'timeline.ndjson'))
  symlinkSync('../../precious/inner/timeline.ndjson', join(results, record!, 'timeline.ndjson'))
  expect((await hilIn(folder.path, 'judge', 'results')).err).toContain('no timeline.ndjson')
  expect(existsSync(join(folder.path, 'precious/secret.txt'))).toBe(true)
})

/** Every place of a value in it. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))]
}

function put(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other
  if (Array.isArray(value)) return value.map((item, k) => (String(k) === key ? put(item, rest, other) : item))
  const map = value as Record<string, unknown>
  return { ...map, [key]: put(map[key], rest, other) }
}

test('whatever stands in results.json, report, judge and coverage end with a word, and touch nothing else', async () => {
  using folder = await prepared()
  const file = join(folder.path, 'results/results.json')
  const whole = readFileSync(file, 'utf8')
  const places = placesIn(JSON.parse(whole))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...places),
      fc.oneof(nasty, fc.jsonValue(), fc.constantFrom('../precious/secret.txt', '/etc/passwd', null, [], {})),
      fc.constantFrom('report', 'judge', 'coverage'),
      async (path, other, command) => {
        writeFileSync(file, JSON.stringify(put(JSON.parse(whole), path, other)))
        const { code, out, err } = await hilIn(folder.path, command, 'results')
        const about = `${command}, ${path.join('.')}: ${oneLine(out + err)}`
        expect([0, 1, 2, 3], about).toContain(code)
        expect(visible(out + err), about).toBe(out + err)
        expect(isWhole(folder), about).toBe(true)
        if (existsSync(join(folder.path, 'results/report.html')))
          expect(readFileSync(join(folder.path, 'results/report.html'), 'utf8')).not.toMatch(/PRECIOUS|<script>planted/)
      },
    ),
    { seed: 18, numRuns: 150 },
  )
  writeFileSync(file, whole)
})
