// Scenarios whose truth is known by construction, run by the command line in this process and held against it; see
// fixtures/verdict-cases/README.md. Those whose verdict is still wrong are listed, and the list can only shrink.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Ended, hil, Scratch } from './cli/testing.ts'

const ROOT = resolve(import.meta.dirname, '../fixtures/verdict-cases')
const CONFIG = join(ROOT, 'harness.config.mjs')
const REJUDGED = join(ROOT, 'rejudged')

interface Case {
  /** As seen from the folder of all cases. */
  readonly name: string
  readonly file: string
  readonly truth: readonly string[]
  /** As `--bind` takes it; empty: nothing is bound. */
  readonly bind: string
}

const cases: readonly Case[] = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.scenario.yaml'))
  .sort()
  .map((name) => {
    const file = join(ROOT, name)
    const text = readFileSync(file, 'utf8')
    const truth = /^# truth: (.*)$/m.exec(text)?.[1]
    if (truth === undefined) throw new Error(`${name}: its first line says no truth`)
    return { name, file, truth: truth.split('|'), bind: /^# bind: (.*)$/m.exec(text)?.[1] ?? '' }
  })
const run = cases.filter(({ file }) => dirname(file) !== REJUDGED)
const rejudged = cases.filter(({ file, truth }) => dirname(file) === REJUDGED && !truth.includes('record'))

const stillWrong = new Set(
  readFileSync(join(ROOT, 'still-wrong.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')),
)

const STATUS: Readonly<Record<string, string>> = { passed: 'pass', failed: 'fail', skipped: 'skip' }
const EXITS = ['pass', 'fail', 'usage', 'inconclusive']
const USAGE = 2
/** Cases of one run, so that none takes long on a slow machine. */
const AT_ONCE = 60

/** What was said of each case, by its name. */
const verdicts = new Map<string, string>()
let said = ''

beforeAll(async () => {
  const refused = await refusedFiles()
  for (const { name, file } of run) if (refused.has(file)) verdicts.set(name, 'usage')
  const accepted = run.filter(({ file }) => !refused.has(file))
  const alone = accepted.filter(({ bind }) => bind === '')
  for (let k = 0; k < alone.length; k += AT_ONCE) await perform(alone.slice(k, k + AT_ONCE))
  for (const one of accepted) if (one.bind !== '') await perform([one], '--bind', one.bind)
  // What is inconclusive, or too late to pass, may say that this process was too slow among the others, and nothing of the
  // case: it is run alone.
  for (const one of accepted) {
    const verdict = verdicts.get(one.name) ?? ''
    const isTooSlow = verdict === 'inconclusive' || (verdict === 'fail' && one.truth.includes('pass'))
    if (isTooSlow && !one.truth.includes(verdict)) await perform([one])
  }
  await judgeAgain()
}, 600_000)

async function refusedFiles(): Promise<ReadonlySet<string>> {
  const { out } = await hil('check', '--json', '--config', CONFIG, ...run.map(({ file }) => file))
  const { diagnostics } = JSON.parse(out) as {
    readonly diagnostics: readonly { readonly severity: string; readonly file: string }[]
  }
  return new Set(diagnostics.filter((d) => d.severity === 'error').map((d) => resolve(d.file)))
}

async function perform(chosen: readonly Case[], ...more: readonly string[]): Promise<void> {
  using scratch = new Scratch()
  const flags = [
    '--config',
    CONFIG,
    '--output',
    scratch.path,
    '--reporter',
    'json',
    '--jobs',
    '16',
    '--clock',
    'auto',
    ...more,
  ]
  const ended = await hil('run', ...flags, ...chosen.map(({ file }) => file))
  note(ended)
  if (ended.code === USAGE) {
    for (const { name } of chosen) verdicts.set(name, 'usage')
    return
  }
  const { scenarios } = JSON.parse(readFileSync(join(scratch.path, 'results.json'), 'utf8')) as {
    readonly scenarios: readonly { readonly file: string; readonly status: string }[]
  }
  for (const { file, status } of scenarios) verdicts.set(relative(ROOT, resolve(file)), STATUS[status] ?? status)
}

async function judgeAgain(): Promise<void> {
  using scratch = new Scratch()
  note(await hil('run', '--output', scratch.path, join(REJUDGED, 'recorded.scenario.yaml')))
  const folder = readdirSync(scratch.path, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('timeline.ndjson'),
  )!
  for (const { name, file } of rejudged) {
    const ended = await hil('judge', dirname(join(scratch.path, folder)), '--scenario', file)
    note(ended)
    verdicts.set(name, EXITS[ended.code ?? -1] ?? String(ended.code))
  }
}

const note = ({ out, err }: Ended): void => {
  said += out + err
}

describe('scenarios whose truth is known', () => {
  for (const { name, truth } of [...run, ...rejudged])
    if (stillWrong.has(name))
      it(`${name} is still wrong`, () => {
        expect(truth, 'it is right now: take it off still-wrong.txt').not.toContain(verdicts.get(name))
      })
    else
      it(`${name}: ${truth.join(' or ')}`, () => {
        expect(truth, said).toContain(verdicts.get(name))
      })

  it('names only cases that there are as still wrong', () => {
    expect([...stillWrong].filter((name) => !verdicts.has(name))).toEqual([])
  })
})
