// Each function of the package with a misspelt option, a wrong type and nothing at all: what it says is the caller's to read, and
// nothing is done.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Scratch } from '../cli/testing.ts'
import * as hil from '../index.ts'

type Loose = (...args: unknown[]) => unknown
const doors = hil as unknown as Readonly<Record<string, Loose>>
const HELLO = 'scenarios/01-hello.scenario.yaml'
const suite = await hil.openSuite({ paths: [HELLO] })
const method =
  (name: 'run' | 'where' | 'part' | 'lastFailed'): Loose =>
  (...args) =>
    (suite[name] as unknown as Loose).apply(suite, args)
const recorder = await hil.openTimeline()

/** What is called, with what, and what is said of it. */
const CASES: readonly (readonly [door: string, args: readonly unknown[], says: RegExp])[] = [
  ['runScenario', [], /^runScenario: expected a map, got nothing/],
  ['runScenario', [HELLO, { brokr: 'aedes' }], /unknown option "brokr"; did you mean "broker"\?/],
  ['runScenario', [HELLO, { seed: 'one' }], /seed: expected a number, got the text "one"/],
  ['runScenarios', [], /^runScenarios: paths: expected text or a list of texts/],
  ['runScenarios', [HELLO, { retires: 1 }], /unknown option "retires"; did you mean "retries"\?/],
  ['runScenarios', [HELLO, { jobs: 'many' }], /jobs: expected a number/],
  ['checkScenario', [], /^checkScenario: paths: expected text or a list of texts/],
  ['checkScenario', [HELLO, { config: 'x' }], /config: expected text, got a map/],
  ['openSuite', [{ pahts: [HELLO] }], /^openSuite: unknown option "pahts"; did you mean "paths"\?/],
  ['openSuite', [{ paths: HELLO }], /paths: expected a list, got the text/],
  ['openSuite', [null], /^openSuite: expected a map, got null/],
  ['openSuite', [{ paths: [HELLO], fleet: { counts: 5 } }], /unknown option "fleet\.counts"; did you mean "count"\?/],
  ['run', [{ outpt: 'x' }], /^run: unknown option "outpt"; did you mean "output"\?/],
  ['run', [{ jobs: 'many' }], /jobs: expected a whole number from 1, or 'auto'/],
  ['run', [{ reporters: ['json'] }], /reporters: expected a map, got a list/],
  ['where', [], /^where: choose: expected a function/],
  ['part', [], /^part: part: expected a number, got nothing/],
  ['lastFailed', [], /^lastFailed: output: expected text, got nothing/],
  ['compareSuites', [], /^compareSuites: first: expected a suite, as openSuite gives it/],
  ['compareSuites', ['a', 'b'], /second: expected a suite/],
  ['compareSuites', [suite, suite, { outptu: 'x' }], /unknown option "outptu"; did you mean "output"\?/],
  ['openLoad', [{ pahts: [] }], /^openLoad: unknown option "pahts"/],
  ['runLoad', [], /^runLoad: suite: expected a suite/],
  ['runLoad', [suite, { shard: 2 }], /unknown option "shard"; did you mean "shards"\?/],
  ['runLoad', [suite, { metrics: 9464 }], /metrics: expected a map, got 9464/],
  ['recordDevices', [], /^recordDevices: expected a map, got nothing/],
  ['recordDevices', [{}], /devices: expected a list, got nothing\nfolder: expected text, got nothing/],
  ['recordDevices', [{ devices: ['blue'], folder: 'x' }], /devices\.0: expected a map, got the text "blue"/],
  ['recordDevices', [{ devices: [{ nme: 'b' }], folder: 'x' }], /unknown option "devices\.0\.nme"/],
  ['recordDevices', [{ devices: [], folder: 'x', untilIdle: 5 }], /unknown option "untilIdle"/],
  ['draftScenario', [], /^draftScenario: recording: expected text, got nothing/],
  ['readCoverage', [5], /^readCoverage: folders: expected text or a list of texts/],
  ['readCoverage', ['x', { sied: 'client' }], /unknown option "sied"; did you mean "side"\?/],
  ['readCoverage', ['x', { mqtt: '6' }], /mqtt: the text "6" is not one of /],
  ['openBroker', [5], /^openBroker: word: expected text, got 5/],
  ['openBroker', ['aedes', 5], /options: expected a map/],
  ['openBroker', ['aedes', { queueLimt: 1 }], /unknown option "queueLimt"; did you mean "queueLimit"\?/],
  ['readRecord', [], /^readRecord: record: expected text, got nothing/],
  ['judgeRecord', [], /^judgeRecord: record: expected text, got nothing/],
  ['judgeByScenario', ['x'], /^judgeByScenario: scenario: expected text, got nothing/],
  ['makeReport', [], /^makeReport: folder: expected text, got nothing/],
  ['replayRecording', [], /^replayRecording: recording: expected text, got nothing/],
  ['replayRecording', ['x', { sped: 2 }], /unknown option "sped"; did you mean "speed"\?/],
  ['replayRecording', ['x', { speed: 'fast' }], /speed: expected a number above 0, or 'max'/],
  ['openLink', [], /^openLink: expected a map, got nothing/],
  ['openLink', [{ device: 'a', upstrem: () => ({}), recorder }], /unknown option "upstrem"; did you mean "upstream"\?/],
  ['openLink', [{ device: 'a', upstream: {}, recorder }], /upstream: expected a function/],
  ['openLink', [{ device: 'a', upstream: () => ({}), recorder: {} }], /recorder: expected a timeline/],
]

it.each(CASES)('%s, case %#', async (door, args, says) => {
  using scratch = new Scratch()
  const given = args.map((one) =>
    typeof one === 'object' && one !== null && 'folder' in one ? { ...one, folder: join(scratch.path, 'r') } : one,
  )
  const call = doors[door] ?? method(door as 'run')
  const said = await Promise.resolve()
    .then(() => call(...given))
    .catch((error: unknown) => error)
  expect(said).toBeInstanceOf(hil.Problem)
  expect(said).toMatchObject({ message: expect.stringMatching(says), hint: expect.any(String) })
  expect(existsSync(join(scratch.path, 'r'))).toBe(false)
})

it('no function of the package is left out', () => {
  const plain = /^(define|openTimeline$|Problem$|z$)/
  const tried = new Set(CASES.map(([door]) => door))
  expect(Object.keys(hil).filter((name) => !plain.test(name) && !tried.has(name))).toEqual([])
})
