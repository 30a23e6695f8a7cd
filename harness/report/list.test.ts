// `list` as a person reads it: golden files for plain output, and a real terminal's screen for
// what is redrawn. Times and event numbers vary, so they are written as T and #N.

import xterm from '@xterm/headless'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ScenarioResult, SuiteResult } from '../run/index.ts'
import { renderFailure } from './failure.ts'
import { list } from './list.ts'
import { Folder, interrupted, oneOfEach } from './testing.ts'

const folder = new Folder()
afterAll(() => folder[Symbol.dispose]())
let all: SuiteResult
beforeAll(async () => {
  all = await oneOfEach(folder.path)
})

function printed(result: SuiteResult, color = false): string {
  let text = ''
  const reporter = list.create({ print: (more) => (text += more), color, live: false, width: 100 })
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
    .replace(/\d+(\.\d+)?(ms|s)\b/g, 'T')
    .replace(/#\d+/g, '#N')

const only = (status: string): SuiteResult => ({
  ...all,
  scenarios: all.scenarios.filter(({ run }: ScenarioResult) => run.status === status),
})

describe('list', () => {
  it.each(['failed', 'inconclusive', 'broken', 'skipped', 'passed'])('of a suite that is %s', async (status) => {
    await expect(normalised(printed(only(status)))).toMatchFileSnapshot(`../../fixtures/reports/list-${status}.txt`)
  })

  it('of an interrupted suite', async () => {
    const text = normalised(printed(await interrupted(folder.path)))
    expect(text).toContain('■ interrupted')
    expect(text).toContain('0 passed, 1 interrupted, 1 not run')
  })

  it('says which combination of a matrix failed, and clips lines of the scenario to the terminal', () => {
    const failed = only('failed').scenarios.find(({ run }) => run.verdicts.some(({ kind }) => kind === 'fail'))!.run
    const run = {
      ...failed,
      plan: {
        ...failed.plan,
        variant: 'qos=2',
        text: failed.plan.text.replace(/^( +- expect.*)$/gm, `$1 # ${'long '.repeat(40)}`),
      },
    }
    const wide = renderFailure(run, false)
    const narrow = renderFailure(run, false, 60)
    expect(narrow).toContain('  with: qos=2\n')
    const longest = (text: string): number =>
      Math.max(...text.split('\n').flatMap((line) => (/^ +\d+ \|/.test(line) ? [line.length] : [])))
    expect(longest(narrow)).toBeLessThanOrEqual(60)
    expect(longest(wide)).toBeGreaterThan(60)
  })

  it('is plain lines when it is not on a terminal', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(printed(all)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
    expect(printed(all)).toMatch(/\n$/)
  })

  it('has the same words with colour', () => {
    const colored = printed(all, true)
    expect(colored).toContain('\u001b[32m✓')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(printed(all))
  })

  it('shows no control characters of a name', () => {
    const [{ run }] = only('passed').scenarios as [ScenarioResult]
    const plan = { ...run.plan, name: 'a\u001b[2Jb\nc' }
    const result = { ...all, scenarios: [{ run: { ...run, plan }, attempts: [{ ...run, plan }], flaky: false }] }
    expect(printed(result)).toContain('✓ a\ufffd[2Jb c ')
  })
})

describe('list on a terminal', () => {
  it('shows the oldest eight of many that run, and how many more there are', async () => {
    const screen = new Screen()
    const { stream } = screen
    const print = (text: string): void => void stream.write(text)
    const reporter = list.create({ print, color: false, live: true, width: 40, stream })
    const { plan } = all.scenarios[0]!.run
    for (let k = 1; k <= 11; k++) reporter.onScenarioBegin?.({ ...plan, name: `name ${k}`, variant: `${k}` }, 0, 0)
    const shown = await screen.lines()
    expect(shown).toHaveLength(9)
    expect(shown.slice(0, 2)).toEqual(['  ◌ name 1 [1]', '  ◌ name 2 [2]'])
    expect(shown.at(-1)).toBe('    and 3 more')
  })

  it('shows what runs, and leaves only the lines of what has ended', async () => {
    const screen = new Screen()
    const { stream } = screen
    const reporter = list.create({
      print: (text) => void stream.write(text),
      color: false,
      live: true,
      width: 40,
      stream,
    })
    const [one, two, three] = all.scenarios.map((s) => s.run)
    const long = { ...two!.plan, name: `a name that is longer than the terminal is wide, and then some more of it` }
    reporter.onScenarioBegin?.(one!.plan, 0, 0)
    reporter.onScenarioBegin?.(long, 0, 0)
    expect(await screen.lines()).toEqual([
      '  ◌ passed',
      expect.stringContaining('◌ a name that is'),
      'nal is wide, and then some more of it',
    ])
    reporter.onScenarioEnd?.(one!, true)
    reporter.onScenarioBegin?.(three!.plan, 0, 0)
    const shown = await screen.lines()
    expect(shown[0]).toContain('✓ passed')
    expect(shown.join(' ')).toMatch(/◌ a name that is .*◌ skipped$/)
    reporter.onScenarioEnd?.({ ...two!, plan: long }, true)
    reporter.onScenarioEnd?.(three!, true)
    await reporter.onEnd?.({ ...all, scenarios: all.scenarios.slice(0, 1) })
    const left = await screen.lines()
    expect(left.join('\n')).not.toContain('◌')
    expect(left.filter((line) => line.includes('✓ passed'))).toHaveLength(1)
    expect(left.filter((line) => line.includes('✗ a name'))).toHaveLength(1)
    expect(left.join('\n')).toContain('1 passed in')
  })
})

/** A terminal of 40 columns; what was written to it as a person sees it. */
class Screen {
  readonly #terminal = new xterm.Terminal({ cols: 40, rows: 30, allowProposedApi: true, convertEol: true })
  readonly stream = {
    columns: 40,
    rows: 30,
    isTTY: true,
    write: (text: string) => {
      this.#terminal.write(text)
      return true
    },
  } as unknown as NodeJS.WriteStream

  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.#terminal.write('', resolve))
    const { active } = this.#terminal.buffer
    const lines = Array.from({ length: active.length }, (_, k) => active.getLine(k)!.translateToString(true))
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1)
  }
}
