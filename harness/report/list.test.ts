// `list` as a person reads it: golden files for plain output, and a real terminal's screen for
// what is redrawn. Times and event numbers vary, so they are written as T and #N.

import xterm from '@xterm/headless'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Problem } from '../../emulators/index.ts'
import type { Plan } from '../plan/index.ts'
import type { ScenarioResult, ScenarioRun, SuiteOptions, SuiteResult } from '../run/index.ts'
import { renderFailure } from './failure.ts'
import { list } from './list.ts'
import type { Reporter } from './reporter.ts'
import { Folder, interrupted, oneOfEach, planFrom, run } from './testing.ts'

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
  let screen: Screen
  let now: number
  const create = () => {
    screen = new Screen()
    now = 0
    const { stream } = screen
    const print = (text: string): void => void stream.write(text)
    return list.create({ print, color: false, live: true, width: 80, stream, now: () => now })
  }
  const named = (name: string): ScenarioRun => {
    const { run } = all.scenarios[0]!
    return { ...run, plan: { ...run.plan, name, file: `${name}.scenario.yaml` } }
  }
  const begin = (reporter: Reporter, plans: readonly Plan[]): void =>
    reporter.onBegin?.(plans, { repeatEach: 1 } as SuiteOptions)

  it('has one line with counts, time, rest and what runs with its step', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const reporter = create()
      const runs = Array.from({ length: 30 }, (_, k) => named(`n${k}`))
      begin(
        reporter,
        runs.map(({ plan }) => plan),
      )
      for (const run of runs.slice(0, 10)) {
        reporter.onScenarioBegin?.(run.plan, 0, 0)
        reporter.onScenarioEnd?.({ ...run, status: run === runs[0] ? 'failed' : 'passed' }, true)
      }
      for (const run of runs.slice(10, 15)) reporter.onScenarioBegin?.(run.plan, 0, 0)
      reporter.onStep?.(runs[10]!.plan, 0, '1')
      now = 60_000
      vi.advanceTimersByTime(1000)
      expect((await screen.lines()).at(-1)).toBe(
        '  ◌ 10 of 30 · 1 failed · 1m00s, about 2m00s left · n10: publish and 4 more',
      )
      await reporter.onEnd?.({ ...all, scenarios: [] })
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('never has a line that is wider than it', async () => {
    const reporter = create()
    const long = named('a name that is longer than the terminal is wide, and then some more of it, to its end')
    begin(reporter, [long.plan])
    reporter.onScenarioBegin?.(long.plan, 0, 0)
    expect(await screen.lines()).toEqual([expect.stringMatching(/^ {2}◌ 0 of 1 · 0s · a name that .*…$/)])
    reporter.onScenarioEnd?.(long, true)
    const shown = await screen.lines()
    expect(shown.filter((line) => line.includes('a name'))).toHaveLength(1)
    expect(shown[0]).toHaveLength(80)
    void reporter.onEnd?.({ ...all, scenarios: [] })
  })

  it('leaves only the lines of what has ended', async () => {
    const reporter = create()
    const [one, two, three] = all.scenarios.map((s) => s.run)
    begin(reporter, [one!.plan, two!.plan, three!.plan])
    for (const run of [one!, two!, three!]) reporter.onScenarioBegin?.(run.plan, 0, 0)
    for (const run of [one!, two!, three!]) reporter.onScenarioEnd?.(run, true)
    await reporter.onEnd?.({ ...all, scenarios: all.scenarios.slice(0, 1) })
    const left = await screen.lines()
    expect(left.join('\n')).not.toContain('◌')
    expect(left.filter((line) => line.includes('✓ passed'))).toHaveLength(1)
    expect(left.filter((line) => line.includes('✗ failed'))).toHaveLength(1)
    expect(left.join('\n')).toContain('1 passed in')
  })

  it('lists of very many only those that did not pass', async () => {
    const reporter = create()
    const runs = Array.from({ length: 101 }, (_, k) => named(`n${k}`))
    begin(
      reporter,
      runs.map(({ plan }) => plan),
    )
    for (const [k, run] of runs.entries())
      reporter.onScenarioEnd?.({ ...run, status: k === 50 ? 'failed' : 'passed' }, true)
    const shown = await screen.lines()
    expect(shown).toHaveLength(2)
    expect(shown[0]).toContain('✗ n50')
    expect(shown[1]).toContain('101 of 101 · 1 failed')
    void reporter.onEnd?.({ ...all, scenarios: [] })
  })
})

describe('list without a terminal', () => {
  it('says every 30 s how far it is, while something runs', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      let text = ''
      let now = 0
      const reporter = list.create({
        print: (more) => (text += more),
        color: false,
        live: false,
        width: 80,
        now: () => now,
      })
      const { plan } = all.scenarios[0]!.run
      reporter.onBegin?.([plan, plan], { repeatEach: 1 } as SuiteOptions)
      reporter.onScenarioBegin?.(plan, 0, 0)
      vi.advanceTimersByTime(29_000)
      expect(text).toBe('')
      now = 31_000
      vi.advanceTimersByTime(2000)
      expect(text).toBe('  ◌ 0 of 2 · 31s · passed\n')
      void reporter.onEnd?.({ ...all, scenarios: [] })
      vi.advanceTimersByTime(60_000)
      expect(text.match(/◌/g)).toHaveLength(1)
    } finally {
      vi.useRealTimers()
    }
  })

  it('names the page at the end, and a broker that let nobody in', () => {
    let text = ''
    const reporter = list.create({
      print: (more) => (text += more),
      color: false,
      live: false,
      width: 80,
      page: 'report.html',
    })
    const problem = new Problem('broker/login-refused', 'the broker refuses the observer')
    void reporter.onEnd?.({
      ...all,
      scenarios: [],
      output: 'out',
      unusable: [{ broker: 'external', problem, notRun: 28 }],
    })
    expect(text).toContain(
      'external is not usable (broker/login-refused): the broker refuses the observer; 28 scenarios were left out\n',
    )
    expect(text).toMatch(/\n {2}results: out\n {2}report: out\/report\.html\n$/)
  })
})

/** A terminal of 80 columns; what was written to it as a person sees it. */
class Screen {
  readonly #terminal = new xterm.Terminal({ cols: 80, rows: 30, allowProposedApi: true, convertEol: true })
  readonly stream = {
    columns: 80,
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

describe('a call that raised on a device that had not connected', () => {
  const failing = async (steps: string): Promise<string> => {
    const plan = planFrom(
      'a.scenario.yaml',
      `name: a\nversion: 1\ndevices: { blue: { use: umqtt.simple } }\nsteps:\n${steps}`,
    )
    const { scenarios } = await run({ output: folder.path, plans: [plan] })
    return renderFailure(scenarios[0]!.run, false)
  }

  it('is told as that, beside the words of the library', async () => {
    const text = await failing('  - publish: { device: blue, topic: a, payload: x }\n')
    expect(text).toContain('AttributeError')
    expect(text).toContain('note: blue had not connected before publish(); connect: blue is the step for it')
  })

  it('is not told of one that had', async () => {
    const text = await failing('  - connect: blue\n  - call: { device: blue, method: no_such, args: [] }\n')
    expect(text).toContain('AttributeError')
    expect(text).not.toContain('had not connected')
  })
})
