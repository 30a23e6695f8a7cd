// The face of the package: each function does what its name says, and the import alone loads next to nothing.

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { Scratch } from '../cli/testing.ts'
import {
  checkScenario,
  judgeRecord,
  makeReport,
  openBroker,
  openLink,
  openTimeline,
  readRecord,
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
