// A suite on two brokers: no two runs have one name, and failures of one cause are shown once.

import { XMLParser } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '../../emulators/index.ts'
import type { ScenarioRun, SuiteResult } from '../run/index.ts'
import { ctrfOf } from './ctrf.ts'
import { annotationsOf } from './github.ts'
import { junitOf } from './junit.ts'
import { line } from './line.ts'
import { failures } from './list.ts'
import { tapOf } from './tap.ts'
import { Folder, oneOfEach } from './testing.ts'

const folder = new Folder()
afterAll(() => folder[Symbol.dispose]())
let one: SuiteResult
beforeAll(async () => {
  one = await oneOfEach(folder.path)
})

function on(run: ScenarioRun, name: string, variant = ''): ScenarioRun {
  const given = { ...run.plan.given, broker: { ...run.plan.given.broker, name } }
  return { ...run, plan: { ...run.plan, variant, given }, broker: { ...run.broker, name, version: '1.2' } }
}

const suite = (runs: readonly ScenarioRun[]): SuiteResult => ({
  ...one,
  scenarios: runs.map((run) => ({ run, attempts: [run], flaky: false })),
})
const runThatIs = (status: string): ScenarioRun => one.scenarios.find(({ run }) => run.status === status)!.run
const everyBroker = (): SuiteResult =>
  suite(['aedes', 'mosquitto'].flatMap((name) => [on(runThatIs('failed'), name), on(runThatIs('passed'), name)]))

const expected = ['failed on aedes', 'passed on aedes', 'failed on mosquitto', 'passed on mosquitto']

describe('the names of runs on several brokers', () => {
  it('are different in junit', () => {
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(junitOf(everyBroker()))
    const names = testsuites.testsuite.flatMap((s: { testcase: unknown }) => s.testcase).map((t: never) => t['@_name'])
    expect(names.sort()).toEqual([...expected].sort())
  })

  it('are different in ctrf and tap', () => {
    const { results } = ctrfOf(everyBroker()) as { results: { tests: { name: string }[] } }
    expect(results.tests.map(({ name }) => name)).toEqual(expected)
    const points = [...tapOf(everyBroker()).matchAll(/^(?:not )?ok \d+ - (.*)$/gm)].map(([, name]) => name)
    expect(points).toEqual(expected)
  })

  it('are in the annotations of GitHub', () => {
    expect(annotationsOf(everyBroker(), undefined).join('\n')).toContain('title=failed on mosquitto')
  })

  it('say nothing of a broker when there is one', () => {
    expect(tapOf(suite([on(runThatIs('passed'), 'aedes')]))).toContain('ok 1 - passed\n')
  })

  it('are in the failure on the terminal, with the version', () => {
    expect(failures(everyBroker(), false)[0]).toContain('\n  on: aedes 1.2\n')
    expect(failures(suite([runThatIs('failed')]), false)[0]).not.toContain('  on: ')
  })
})

describe('failures of one cause', () => {
  const nineteen = (): ScenarioRun[] =>
    Array.from({ length: 19 }, (_, k) => on(runThatIs('failed'), 'aedes', `qos=${k}`))

  it('are shown in full once, and then named', () => {
    const shown = failures(suite(nineteen()), false)
    expect(shown).toHaveLength(1)
    expect(shown[0]!.match(/claim\/failed/g)).toHaveLength(1)
    expect(shown[0]).toContain('18 more runs failed in the same way:\n    failed [qos=1]\n')
    expect(shown[0]).toContain('    and 8 more\n')
  })

  it('are named with the seeds that repeat them, in virtual time', () => {
    const runs = nineteen().slice(0, 3)
    const shown = (clock: 'real' | 'virtual') =>
      failures(suite(runs.map((run, k) => ({ ...run, clock, seed: 40 + k }))), false)[0]
    expect(shown('virtual')).toContain('    failed [qos=1] --seed 41\n    failed [qos=2] --seed 42\n')
    expect(shown('real')).toContain('    failed [qos=1]\n    failed [qos=2]\n')
  })

  it('are one also when numbers in what came differ, and two when the line differs', () => {
    const [first] = nineteen() as [ScenarioRun]
    const verdicts = (change: object) => first.verdicts.map((verdict) => ({ ...verdict, ...change }))
    const fail = first.verdicts.find(({ kind }) => kind === 'fail')!
    const other = { ...first, verdicts: verdicts({ got: fail.got.replace(/#\d+ \d+/, '#99 99') }) }
    const elsewhere = { ...first, verdicts: verdicts({ place: { ...fail.place, line: fail.place.line + 1 } }) }
    expect(failures(suite([first, other]), false)).toHaveLength(1)
    expect(failures(suite([first, elsewhere]), false)).toHaveLength(2)
  })

  it('of the environment are one, whatever scenario met it', () => {
    const broken = runThatIs('broken')
    const another = { ...broken, plan: { ...broken.plan, name: 'another', file: 'other.scenario.yaml' } }
    const shown = failures(suite([broken, another]), false)
    expect(shown).toHaveLength(1)
    expect(shown[0]).toContain('1 more run failed in the same way:\n    another\n')
  })

  it('of programs that did not start are one when only their folder differs, and two when their exit code or log does', () => {
    const broken = runThatIs('broken')
    const ended = (code: number, folder: string, said = 'no key') => ({
      ...broken,
      problem: new Problem('broker/not-started', `it did not start: exit code ${code}`, {
        hint: `last log lines:\n${said} in /tmp/hil-command-${folder}/broker.conf`,
      }),
    })
    const shown = (...runs: ScenarioRun[]) => failures(suite(runs), false)
    expect(shown(ended(1, 'aB3dE6'), ended(1, 'Zy9xW8'))).toHaveLength(1)
    expect(shown(ended(1, 'aB3dE6'), ended(4, 'aB3dE6'))).toHaveLength(2)
    expect(shown(ended(1, 'aB3dE6'), ended(1, 'aB3dE6', 'no port'))).toHaveLength(2)
  })

  it('are named by `line` as they happen', () => {
    let text = ''
    const reporter = line.create({ print: (more) => (text += more), color: false, live: false, width: 80 })
    for (const run of nineteen().slice(0, 3)) reporter.onScenarioEnd?.(run, true)
    expect(text.match(/claim\/failed/g)).toHaveLength(1)
    expect(text).toContain('✗ failed [qos=2]: failed in the same way as "failed [qos=0]"; record: ')
  })
})
