// Many runs: order, side by side, again, and the end before the end. The results go to a scratch folder.

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Problem } from '../../emulators/index.ts'
import { type Broker, brokers } from '../brokers/index.ts'
import { readTimeline } from '../evidence/index.ts'
import type { Plan } from '../plan/index.ts'
import { runSuite, type SuiteListener, type SuiteOptions, type SuiteResult } from './suite.ts'
import { plansOf } from './testing.ts'

let output: string
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), 'hil-test-'))
})
afterEach(() => rmSync(output, { recursive: true }))

/** `good`, `bad`, `slow` and `skipped` do what they are called; each is a file of its own. */
function plan(name: string): Plan {
  const steps: Readonly<Record<string, string>> = {
    bad: 'expect: { socket: { from: blue, event: reset }, within: 1ms }',
    slow: 'delay: 30s',
  }
  const kind = name.replace(/\d+$/, '')
  const text = `name: ${name}
version: 1
observer: false
skip: ${kind === 'skipped'}
devices: { blue: { use: umqtt.simple } }
steps:
  - ${steps[kind] ?? 'delay: 1ms'}
`
  return plansOf(text, `folder/${name}.scenario.yaml`)[0]!
}

/** `openBroker`: default: an aedes of its own for each run. */
type TestOptions = Partial<SuiteOptions> & { readonly openBroker?: (plan: Plan) => Promise<Broker> }

const suite = (names: readonly string[], options: TestOptions = {}, listener: SuiteListener = {}) =>
  suiteOf(names.map(plan), options, listener)

function suiteOf(
  plans: readonly Plan[],
  { openBroker = () => brokers.aedes.open(), ...options }: TestOptions = {},
  listener: SuiteListener = {},
): Promise<SuiteResult> {
  return runSuite(
    plans.map((plan) => ({ plan, openBroker: () => openBroker(plan) })),
    {
      jobs: 1,
      retries: 0,
      repeatEach: 1,
      maxFailures: 0,
      seed: 5,
      globalTimeout: 0,
      output,
      signal: new AbortController().signal,
      ...options,
    },
    [listener],
  )
}

const told = ({ scenarios }: SuiteResult): string[] => scenarios.map(({ run }) => `${run.plan.name} ${run.status}`)

/** Fails the first `count` times a broker is opened for a plan, the way a port that is taken would. */
function flaky(count: number): (plan: Plan) => Promise<Broker> {
  let opened = 0
  return async () => {
    if (opened++ < count) throw new Error('not yet')
    return brokers.aedes.open()
  }
}

describe('order', () => {
  it('of results is that of the plans, however many run side by side', async () => {
    const ended: string[] = []
    const names = ['good1', 'bad2', 'good3', 'skipped4', 'good5']
    const result = await suite(names, { jobs: 3 }, { onScenarioEnd: (run) => void ended.push(run.plan.name) })
    expect(told(result)).toEqual(['good1 passed', 'bad2 failed', 'good3 passed', 'skipped4 skipped', 'good5 passed'])
    expect(ended.toSorted()).toEqual(names.toSorted())
    expect(result).toMatchObject({ notRun: [], interrupted: false, timedOut: false })
  })

  it('never more at once than jobs', async () => {
    let now = 0
    let most = 0
    await suite(
      ['good1', 'good2', 'good3', 'good4', 'good5'],
      { jobs: 2 },
      {
        onScenarioBegin: () => {
          most = Math.max(most, ++now)
        },
        onScenarioEnd: () => void now--,
      },
    )
    expect(most).toBe(2)
  })

  it('repeatEach goes round by round, each with another seed and the same again', async () => {
    const seeds = async () =>
      (await suite(['good1', 'good2'], { repeatEach: 2 })).scenarios.map(({ run }) => [
        run.plan.name,
        run.repetition,
        run.seed,
      ])
    const first = await seeds()
    expect(first.map(([name, repetition]) => `${name} ${repetition}`)).toEqual([
      'good1 0',
      'good2 0',
      'good1 1',
      'good2 1',
    ])
    expect(first[0]?.[2]).not.toBe(first[2]?.[2])
    expect(await seeds()).toEqual(first)
  })
})

describe('retries', () => {
  it('of what fails, until it passes: flaky', async () => {
    const finals: boolean[] = []
    const result = await suite(
      ['good1'],
      { retries: 3, openBroker: flaky(2) },
      { onScenarioEnd: (_, final) => void finals.push(final) },
    )
    expect(result.scenarios).toMatchObject([{ flaky: true, run: { status: 'passed', attempt: 2 } }])
    expect(result.scenarios[0]?.attempts.map((a) => a.status)).toEqual(['broken', 'broken', 'passed'])
    expect(finals).toEqual([false, false, true])
  })

  it('are used up', async () => {
    const result = await suite(['bad1', 'good2'], { retries: 2 })
    expect(result.scenarios.map((s) => [s.attempts.length, s.flaky, s.run.status])).toEqual([
      [3, false, 'failed'],
      [1, false, 'passed'],
    ])
  })

  it('skipped ones are not tried again', async () => {
    expect((await suite(['skipped1'], { retries: 2 })).scenarios[0]?.attempts).toHaveLength(1)
  })
})

describe('the end before the end', () => {
  it('maxFailures: what did not have its turn is not run', async () => {
    const result = await suite(['bad1', 'good2', 'bad3', 'good4', 'good5'], { maxFailures: 2 })
    expect(told(result)).toEqual(['bad1 failed', 'good2 passed', 'bad3 failed'])
    expect(result.notRun.map((p) => p.name)).toEqual(['good4', 'good5'])
  })

  it('maxFailures counts scenarios, not attempts', async () => {
    const result = await suite(['bad1', 'good2'], { maxFailures: 2, retries: 3 })
    expect(told(result)).toEqual(['bad1 failed', 'good2 passed'])
  })

  it('globalTimeout: the one under way is stopped, the rest is not run', async () => {
    const result = await suite(['good1', 'slow2', 'good3'], { globalTimeout: 1500, retries: 2 })
    expect(told(result)).toEqual(['good1 passed', 'slow2 interrupted'])
    expect(result).toMatchObject({ timedOut: true, interrupted: false, notRun: [{ name: 'good3' }] })
  })

  it('Ctrl-C, likewise', async () => {
    const controller = new AbortController()
    const result = await suite(
      ['slow1', 'good2'],
      { signal: controller.signal },
      { onScenarioBegin: () => controller.abort() },
    )
    expect(told(result)).toEqual(['slow1 interrupted'])
    expect(result).toMatchObject({ interrupted: true, timedOut: false, notRun: [{ name: 'good2' }] })
  })
})

describe('what it writes', () => {
  it('a folder for each run, with a record that reads back', async () => {
    const result = await suite(['good1', 'bad2'], { repeatEach: 2, retries: 1 })
    const folders = readdirSync(output)
    expect(folders.toSorted()).toEqual(
      [
        'folder-good1--aedes',
        'folder-good1--aedes--repeat1',
        'folder-bad2--aedes',
        'folder-bad2--aedes--retry1',
        'folder-bad2--aedes--repeat1',
        'folder-bad2--aedes--repeat1--retry1',
      ].toSorted(),
    )
    const { run } = result.scenarios[1]!
    const { header, events } = readTimeline(await readFile(join(run.artifacts!, 'timeline.ndjson'), 'utf8'))
    expect(header).toMatchObject({ scenario: 'bad2', status: 'failed', broker: { name: 'aedes' } })
    expect(events).toEqual(JSON.parse(JSON.stringify(run.events)))
    expect(await readFile(join(run.artifacts!, 'scenario.yaml'), 'utf8')).toBe(run.plan.text)
    expect(existsSync(join(run.artifacts!, 'broker.log'))).toBe(true)
  })

  it('files whose names differ only in punctuation do not share one', async () => {
    const names = ['a/b', 'a-b', 'a b']
    const plans = names.map((name) => ({ ...plan('good1'), file: `${name}.scenario.yaml` }))
    const result = await suiteOf(plans)
    expect(new Set(result.scenarios.map((s) => s.run.artifacts)).size).toBe(3)
  })

  it('a variant of any length has its folder', async () => {
    const long = { ...plan('good1'), variant: `payload=${'x'.repeat(400)}` }
    const result = await suiteOf([long])
    expect(result.scenarios[0]?.run.artifacts).not.toBeNull()
  })

  it('what cannot be written costs its own record, and not the suite', async () => {
    writeFileSync(join(output, 'folder-good1--aedes'), 'a file stands here')
    const ended: SuiteResult[] = []
    const result = await suite(['good1', 'good2'], {}, { onEnd: (r) => void ended.push(r) })
    expect(told(result)).toEqual(['good1 passed', 'good2 passed'])
    expect(ended).toEqual([result])
    expect(result.scenarios.map((s) => s.run)).toMatchObject([
      {
        artifacts: null,
        unwritten: { code: 'run/not-recorded', message: expect.stringContaining('a file of that name') },
      },
      {
        artifacts: join(output, 'folder-good2--aedes'),
        files: ['timeline.ndjson', 'scenario.yaml', 'broker.log'],
      },
    ])
    // What stood there is not ours to remove.
    expect(await readFile(join(output, 'folder-good1--aedes'), 'utf8')).toBe('a file stands here')
  })
})

describe('a broker that lets nobody in', () => {
  const refused = () => Promise.reject(new Problem('broker/login-refused', 'the broker refuses the observer'))

  it('is given up after three in a row, and what is left on it is not run', async () => {
    const names = Array.from({ length: 31 }, (_, k) => `good${k}`)
    const result = await suite(names, { openBroker: refused })
    expect(result.scenarios).toHaveLength(3)
    expect(result.notRun).toHaveLength(28)
    expect(result.unusable).toMatchObject([{ broker: 'aedes', problem: { code: 'broker/login-refused' }, notRun: 28 }])
  })

  it('does not keep others from running, and counts anew when one could', async () => {
    let opened = 0
    const openBroker = () => (++opened === 3 ? brokers.aedes.open() : refused())
    const result = await suite(['good1', 'good2', 'good3', 'good4', 'good5', 'skipped1', 'good6', 'good7'], {
      openBroker,
    })
    expect(result.scenarios.map(({ run }) => run.status)).toEqual([
      'broken',
      'broken',
      'passed',
      'broken',
      'broken',
      'skipped',
      'broken',
    ])
    expect(result.unusable).toMatchObject([{ notRun: 1 }])
    const plans = ['good1', 'good2', 'good3', 'good4', 'good5'].map((name, k) => {
      const one = plan(name)
      return k === 4 ? { ...one, given: { ...one.given, broker: { ...one.given.broker, name: 'other' } } } : one
    })
    const two = await suiteOf(plans, {
      openBroker: ({ given }) => (given.broker.name === 'other' ? brokers.aedes.open() : refused()),
    })
    expect(two.scenarios.at(-1)?.run.status).toBe('passed')
    expect(two.notRun.map(({ name }) => name)).toEqual(['good4'])
  })

  it('is not given up for problems of single scenarios', async () => {
    const openBroker = () => Promise.reject(new Problem('broker/not-started', 'it ended'))
    const result = await suite(['good1', 'good2', 'good3', 'good4'], { openBroker })
    expect(result.scenarios).toHaveLength(4)
    expect(result.unusable).toEqual([])
  })
})

it('tells of each step as it begins', async () => {
  const paths: string[] = []
  await suite(['good1'], {}, { onStep: (one, _, path) => void paths.push(`${one.name} ${path}`) })
  expect(paths).toEqual(['good1 0'])
})

it('runs many side by side without a warning of Node', async () => {
  const warnings: string[] = []
  const onWarning = ({ name, message }: Error): void => void warnings.push(`${name}: ${message}`)
  process.on('warning', onWarning)
  const names = Array.from({ length: 14 }, (_, k) => `good${k}`)
  const result = await suite(names, { jobs: 14 })
  // Warnings are emitted in the next tick.
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', onWarning)
  expect(result.scenarios).toHaveLength(14)
  expect(warnings).toEqual([])
})
