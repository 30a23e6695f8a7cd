// The face of the package: each function does what its name says, and the import alone loads next to nothing.

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect, it } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { Scratch } from '../cli/testing.ts'
import {
  checkScenario,
  compareSuites,
  draftScenario,
  judgeByScenario,
  judgeRecord,
  makeReport,
  openBroker,
  openLink,
  openSuite,
  openTimeline,
  readCoverage,
  readRecord,
  recordDevices,
  runScenario,
  runScenarios,
} from '../index.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const TEXT = `name: hello
version: 1
devices: { blue: { use: umqtt.simple } }
steps:
  - connect: blue
  - publish: { device: blue, topic: t, payload: a, qos: 1 }
  - expect: { packet: { to: blue, type: puback } }
`

it('a suite, its records, its verdicts again, and its report', async () => {
  using scratch = new Scratch()
  const output = join(scratch.path, 'results')
  const file = join(scratch.path, 'a.scenario.yaml')
  writeFileSync(file, TEXT)
  const heard: string[] = []
  const listeners = [{ onScenarioEnd: ({ status }: { status: string }) => void heard.push(status) }]
  const { scenarios } = await runScenarios(scratch.path, { output, listeners, broker: 'aedes', seed: 1 })
  expect([scenarios.length, heard]).toEqual([1, ['passed']])
  const folder = scenarios[0]!.run.artifacts!
  const { header, events } = await readRecord(folder)
  expect(header.scenario).toBe('hello')
  expect(events.some((event) => event.kind === 'packet' && event.packet.type === 'puback')).toBe(true)
  expect(await judgeRecord(folder)).toMatchObject({ was: 'passed', run: { status: 'passed' } })
  expect(statSync(await makeReport(output)).size).toBeGreaterThan(10_000)
  await expect(makeReport(scratch.path)).rejects.toMatchObject({ code: 'cli/no-results' })
  await expect(readRecord(scratch.path)).rejects.toThrow()
})

it('scenarios that are chosen, then run; what failed; and the same with another device', async () => {
  using scratch = new Scratch()
  const output = join(scratch.path, 'results')
  const failing = TEXT.replace('name: hello', 'name: wrong').replace('type: puback }', 'type: pubrec }, within: 50ms')
  writeFileSync(join(scratch.path, 'a.scenario.yaml'), TEXT)
  writeFileSync(join(scratch.path, 'b.scenario.yaml'), failing)
  const suite = await openSuite({ paths: [scratch.path], broker: ['aedes'], seed: 1 })
  expect(suite.plans.map(({ name }) => name)).toEqual(['hello', 'wrong'])
  const { scenarios } = await suite.run({ output })
  expect(scenarios.map(({ run }) => run.status)).toEqual(['passed', 'failed'])
  expect((await suite.lastFailed(output)).plans.map(({ name }) => name)).toEqual(['wrong'])
  expect(suite.part(2, 2).plans.map(({ name }) => name)).toEqual(['wrong'])
  expect((await readCoverage(output)).totals.yes.of).toBeGreaterThan(100)
  const good = suite.where(({ name }) => name === 'hello')
  const bound = await openSuite({ paths: [scratch.path], bind: { blue: 'umqtt.robust' }, seed: 1 })
  const { compared, differs } = await compareSuites(good, bound, { output: scratch.path })
  expect([differs, compared.map(({ outcome }) => outcome.kind)]).toEqual([false, ['compared']])
})

it('an option that there is not', async () => {
  await expect(runScenarios('.', { brokr: 'aedes' } as never)).rejects.toMatchObject({
    code: 'config/bad-option',
    message: expect.stringContaining('did you mean "broker"?'),
  })
})

it('a recording that ends by itself, its draft, and a judgement by another scenario', async () => {
  using scratch = new Scratch()
  const folder = join(scratch.path, 'rec')
  let port = 0
  let ready: Promise<void> | null = null
  await recordDevices({
    devices: [{ name: 'blue' }],
    folder,
    idle: milliseconds(4000),
    onReady({ links }) {
      port = links[0]!.port
      ready = publishOnce(port)
    },
  })
  await ready
  const { text, devices, claims } = await draftScenario(folder, join(scratch.path, 'd.scenario.yaml'))
  expect([devices, claims > 0]).toEqual([['blue'], true])
  const file = join(scratch.path, 'd.scenario.yaml')
  writeFileSync(file, text)
  const [run] = await judgeByScenario(folder, file)
  expect(run!.status).toBe('passed')
  await expect(recordDevices({ devices: [{ name: 'blue' }], folder })).rejects.toMatchObject({
    code: 'cli/recording-exists',
  })
})

/** A client that publishes and leaves. */
async function publishOnce(port: number): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'one', reconnectPeriod: 0 })
  await client.publishAsync('t', 'a', { qos: 1 })
  await client.endAsync()
}

it('mistakes, without a run', async () => {
  using scratch = new Scratch()
  const file = join(scratch.path, 'a.scenario.yaml')
  writeFileSync(file, TEXT.replace('use: umqtt.simple', 'use: umqtt.simpel'))
  const [mistake, ...more] = await checkScenario(file)
  expect(mistake).toMatchObject({ severity: 'error', line: 3, hint: 'did you mean "umqtt.simple"?' })
  expect(more).toEqual([])
  await expect(runScenarios(file)).rejects.toMatchObject({ code: 'scenario/wrong' })
})

it('a broker and a link by themselves', async () => {
  await using broker = await openBroker('aedes')
  const timeline = await openTimeline()
  await using link = await openLink({
    device: 'mine',
    upstream: () => ({ host: broker.host, port: broker.port }),
    recorder: timeline,
  })
  expect(link.port).not.toBe(broker.port)
  await expect(openBroker('aedse')).rejects.toMatchObject({ code: 'select/unknown-broker' })
})

it('a small fleet', async () => {
  const text = readFileSync(join(ROOT, 'fixtures/vitest/scenarios/fleet.scenario.yaml'), 'utf8')
  const runs = await runScenario({ text }, { broker: 'aedes' })
  expect(runs.map(({ status, plan }) => [status, plan.skip !== null])).toEqual([
    ['passed', false],
    ['skipped', true],
  ])
})

it('the import loads next to nothing: three files, and zod', () => {
  const seen = new Set<string>()
  const packages = new Set<string>()
  const walk = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const text = readFileSync(file, 'utf8')
    for (const [, from] of text.matchAll(/^(?:import|export)(?! type)[^';]*?from '([^']+)'/gm))
      if (from!.startsWith('.')) walk(resolve(dirname(file), from!))
      else packages.add(from!)
  }
  walk(join(ROOT, 'harness/index.ts'))
  expect([...seen].map((file) => file.slice(ROOT.length + 1)).sort()).toEqual([
    'emulators/core/problem.ts',
    'harness/config/define.ts',
    'harness/index.ts',
  ])
  expect([...packages]).toEqual(['zod'])
})
