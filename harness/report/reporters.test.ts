// The reporters that write lines and files, as a person or a CI server gets them: golden files for
// their words, and what reads each format for its form.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { validate as validateCtrf } from 'ctrf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { ScenarioResult, SuiteResult } from '../run/index.ts'
import { ctrf, ctrfOf } from './ctrf.ts'
import { dot } from './dot.ts'
import { annotationsOf, github } from './github.ts'
import { reporters } from './index.ts'
import { line } from './line.ts'
import type { ReporterKind } from './reporter.ts'
import { stepSummary } from './step-summary.ts'
import { tap, tapOf } from './tap.ts'
import { Folder, interrupted, oneOfEach } from './testing.ts'

const folder = new Folder()
afterAll(() => folder[Symbol.dispose]())
let all: SuiteResult
let stopped: SuiteResult
beforeAll(async () => {
  all = await oneOfEach(folder.path)
  stopped = await interrupted(folder.path)
})

/** The same run with words that each format would trip over. */
function hostile(): SuiteResult {
  const [, failed] = all.scenarios as [ScenarioResult, ScenarioResult]
  const { run } = failed
  const plan = { ...run.plan, name: 'a | b, c: 100% # <i> \\ `x` ]]>\r\n::error::planted' }
  const verdicts = run.verdicts.map((v) => ({ ...v, got: `${v.got}\n::error::planted </pre></details> 5%` }))
  const changed = { ...run, plan, verdicts }
  return { ...all, scenarios: [{ run: changed, attempts: [changed], flaky: false }] }
}

/** The failed scenario as one whose gap is known. */
function withKnownGap(): SuiteResult {
  const [, failed] = all.scenarios as [ScenarioResult, ScenarioResult]
  const gap = {
    reason: 'it does not # yet',
    statements: [],
    devices: [],
    versions: null,
    place: failed.run.plan.place,
    met: true,
  }
  const run = { ...failed.run, status: 'gap' as const, gap }
  return { ...all, scenarios: [...all.scenarios.slice(0, 1), { run, attempts: [run], flaky: false }] }
}

function told(kind: ReporterKind, result: SuiteResult, settings = {}): string {
  let text = ''
  const reporter = kind.create({ print: (more) => (text += more), color: false, live: false, width: 80, ...settings })
  const plans = result.scenarios.map((s) => s.run.plan)
  reporter.onBegin?.(plans, { repeatEach: 1 } as never)
  for (const { attempts } of result.scenarios)
    attempts.forEach((run, k) => {
      reporter.onScenarioBegin?.(run.plan, run.repetition, k)
      reporter.onScenarioEnd?.(run, k === attempts.length - 1)
    })
  void reporter.onEnd?.(result)
  return text
}

const normalised = (text: string): string =>
  text
    .replaceAll(folder.path, 'OUTPUT')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE')
    .replace(/\d+(\.\d+)?(ms|s)\b/g, 'T')
    .replace(/("?(duration|duration_ms|start|stop)"?: )\d+/g, '$10')
    .replace(/(#|&#35;|\\#)\d+ /g, '$1N ')
    .replace(/aedes \d[\d.]*/g, 'aedes VERSION')
    .replace(/"os(Platform|Release)": ".*"/g, '"os$1": "OS"')

const golden = (name: string): string => `../../fixtures/reports/${name}`

describe('every reporter', () => {
  it('has its own word as its name', () => {
    expect(Object.entries(reporters).filter(([key, kind]) => key !== kind.name)).toEqual([])
    expect(Object.keys(reporters)).toEqual(
      expect.arrayContaining(['list', 'dot', 'line', 'json', 'junit', 'github', 'ctrf', 'tap']),
    )
  })
})

describe('dot', () => {
  it('is one character per scenario, then what went wrong', async () => {
    await expect(normalised(told(dot, all))).toMatchFileSnapshot(golden('dot.txt'))
  })

  it('breaks the line after 80', () => {
    const [passed] = all.scenarios
    const text = told(dot, { ...all, scenarios: Array.from({ length: 161 }, () => passed!) })
    expect(text.split('\n').slice(0, 4)).toEqual(['·'.repeat(80), '·'.repeat(80), '·', ''])
  })
})

describe('line', () => {
  it('is a line for each where it cannot be rewritten', async () => {
    await expect(normalised(told(line, all))).toMatchFileSnapshot(golden('line.txt'))
  })

  it('is rewritten on a terminal, and never wider than that', () => {
    const text = told(line, all, { live: true, width: 30 })
    const rewritten = text.split('\u001b[2K\u001b[G').slice(1)
    const shown = rewritten.filter((part) => part.startsWith('['))
    expect(shown).toHaveLength(9) // six scenarios, three of them tried again
    expect(shown.filter((part) => part.split('\n')[0]!.length > 29)).toEqual([])
    expect(rewritten.at(-1)).toContain('2 passed, 1 failed')
  })
})

describe('github', () => {
  it('annotates the line of each claim that did not hold', async () => {
    await expect(normalised(annotationsOf(all, undefined).join('\n'))).toMatchFileSnapshot(golden('github.txt'))
  })

  it('is one line an annotation, whatever a name or a payload says', () => {
    const lines = annotationsOf(hostile(), undefined)
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(/[\r\n]/)
    expect(lines[0]).toMatch(/^::error file=failed\.scenario\.yaml,line=11,col=5,endColumn=11,title=[^,:]+::/)
    expect(lines[0]).toContain('title=a | b%2C c%3A 100%25 # <i> \\ `x` ]]>')
    expect(lines[0]).toContain('%0A::error::planted </pre></details> 5%25')
  })

  it('names files by their path from the root of the checkout', () => {
    const above = join(process.cwd(), '..')
    const name = process.cwd().slice(above.length + 1)
    expect(annotationsOf(all, above)[0]).toContain(`file=${name}/failed.scenario.yaml,`)
    expect(annotationsOf(all, '/somewhere/else')[0]).toContain('file=failed.scenario.yaml,')
  })

  it('says that some were not run', () => {
    expect(annotationsOf(stopped, undefined).at(-1)).toBe('::error title=mqtt-hil::1 not run')
  })

  it('appends its summary to what is there', async () => {
    const file = join(folder.path, 'summary.md')
    writeFileSync(file, 'before\n')
    const was = process.env.GITHUB_STEP_SUMMARY
    process.env.GITHUB_STEP_SUMMARY = file
    try {
      await github.create({ print: () => {}, color: false, live: false, width: 80 }).onEnd?.(all)
    } finally {
      if (was === undefined) delete process.env.GITHUB_STEP_SUMMARY
      else process.env.GITHUB_STEP_SUMMARY = was
    }
    const text = readFileSync(file, 'utf8')
    expect(text.startsWith('before\n## mqtt-hil\n')).toBe(true)
    await expect(normalised(text)).toMatchFileSnapshot(golden('step-summary.md'))
  })

  it('has no marks of its own from a name or a payload in the summary', () => {
    const text = stepSummary(hostile())
    const rows = text.split('\n').filter((row) => row.startsWith('|'))
    expect(rows).toHaveLength(3)
    expect(rows[2]!.match(/(?<!\\)\|/g)).toHaveLength(6)
    expect(text.match(/<\/(pre|details)>/g)).toEqual(['</pre>', '</details>'])
    expect(text).not.toContain('<i>')
  })

  it('keeps the summary below what GitHub takes', () => {
    const [{ run }] = hostile().scenarios as [ScenarioResult]
    const long = { ...run, verdicts: run.verdicts.map((v) => ({ ...v, got: 'x'.repeat(100_000) })) }
    const scenarios = Array.from({ length: 40 }, () => ({ run: long, attempts: [long], flaky: false }))
    const text = stepSummary({ ...all, scenarios })
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024)
    expect(text).toMatch(/…and \d+ more\.\n$/)
  })
})

describe('ctrf', () => {
  it.each(['all', 'stopped', 'hostile'])('of %s is what the schema of CTRF asks for', (which) => {
    const result = { all, stopped, hostile: hostile() }[which]!
    expect(validateCtrf(ctrfOf(result, '1.2.3'))).toMatchObject({ valid: true })
  })

  it('that lost a field would be noticed', () => {
    const report = ctrfOf(all) as { results: { tests: { status: string }[] } }
    report.results.tests[0]!.status = 'fine'
    expect(validateCtrf(report)).toMatchObject({ valid: false })
  })

  it('counts each scenario once, by its status', () => {
    const { results } = ctrfOf(all) as { results: { summary: Record<string, number>; tests: { status: string }[] } }
    const { tests, passed, failed, skipped, pending, other, flaky } = results.summary
    expect({ tests, passed, failed, skipped, pending, other, flaky }).toEqual({
      tests: 6,
      passed: 2,
      failed: 1,
      skipped: 1,
      pending: 0,
      other: 2,
      flaky: 1,
    })
    expect(results.tests.map((t) => t.status)).toEqual(['passed', 'failed', 'skipped', 'other', 'passed', 'other'])
  })

  it('counts a known gap as what its test says, and not as a failure', () => {
    for (const result of [all, stopped, withKnownGap()]) {
      const report = ctrfOf(result) as { results: { summary: Record<string, number>; tests: { status: string }[] } }
      expect(validateCtrf(report)).toMatchObject({ valid: true })
      const { summary, tests } = report.results
      for (const status of ['passed', 'failed', 'skipped', 'pending', 'other'])
        expect([status, summary[status]]).toEqual([status, tests.filter((t) => t.status === status).length])
    }
    const { results } = ctrfOf(withKnownGap()) as { results: { summary: object; tests: { rawStatus: string }[] } }
    expect(results.summary).toMatchObject({ tests: 2, passed: 1, failed: 0, other: 1 })
    expect(results.tests[1]!.rawStatus).toBe('gap')
  })

  it('is written', async () => {
    await ctrf.create({ print: () => {}, color: false, live: false, width: 80, version: '1.2.3' }).onEnd?.(all)
    const text = readFileSync(join(folder.path, 'ctrf-report.json'), 'utf8')
    await expect(normalised(text)).toMatchFileSnapshot(golden('ctrf.json'))
    const { results } = JSON.parse(text) as { results: { tests: { attachments: { path: string }[] }[] } }
    const files = results.tests.flatMap((t) => t.attachments.map((a) => join(folder.path, a.path)))
    expect(files.length).toBeGreaterThan(4)
    expect(files.filter((file) => !existsSync(file))).toEqual([])
  })
})

describe('tap', () => {
  it('is TAP 14', async () => {
    await expect(normalised(tapOf(all))).toMatchFileSnapshot(golden('tap.txt'))
  })

  it('bails out when the suite was stopped', () => {
    expect(tapOf(stopped)).toMatch(/^TAP version 14\n1\.\.2\nnot ok 1 - interrupted\n(.*\n)+Bail out! interrupted\n$/)
  })

  it('has points and YAML blocks and nothing else, whatever a name or a payload says', () => {
    const { points, blocks, rest } = readTap(tapOf(hostile()))
    expect(rest).toEqual(['TAP version 14', '1..1'])
    expect(points).toEqual(['not ok 1 - a | b, c: 100% \\# <i> \\\\ `x` ]]>\ufffd ::error::planted'])
    expect(blocks).toMatchObject([{ severity: 'fail', found: expect.stringContaining('\n::error::planted </pre>') }])
  })

  it('has a known gap as a TODO, which is no failure', () => {
    const { points } = readTap(tapOf(withKnownGap()))
    expect(points.map(isFailure)).toEqual([false, false])
    expect(points[1]).toMatch(/^not ok 2 - .* # TODO known gap: it does not \\# yet$/)
    expect(readTap(tapOf(all)).points.map(isFailure)).toEqual([false, true, false, true, false, true])
  })

  it('is written, and printed', async () => {
    expect(told(tap, all)).toBe(tapOf(all))
    await expect.poll(() => existsSync(join(folder.path, 'results.tap'))).toBe(true)
  })
})

/** By the rules of the specification: TODO and SKIP behind an unescaped # make a point that is not ok no failure. */
const isFailure = (point: string): boolean => point.startsWith('not ok') && !/(?<!\\)# *(todo|skip)\b/i.test(point)

/** By the rules of the specification: a block stands between `  ---` and `  ...` below its point. */
function readTap(text: string): { points: string[]; blocks: unknown[]; rest: string[] } {
  const points: string[] = []
  const blocks: unknown[] = []
  const rest: string[] = []
  let block: string[] | null = null
  for (const row of text.trimEnd().split('\n')) {
    if (row === '  ---') block = []
    else if (row === '  ...') {
      blocks.push(parse(block!.join('\n')))
      block = null
    } else if (block !== null) block.push(row.replace(/^ {2}/, ''))
    else if (/^(not )?ok \d+/.test(row)) points.push(row)
    else rest.push(row)
  }
  return { points, blocks, rest }
}
