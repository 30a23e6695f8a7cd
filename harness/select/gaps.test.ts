// A gaps.yaml counts for its folder and below, wherever hil was started.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findGaps } from './gaps.ts'

const SCENARIO = 'name: a\nversion: 1\nverifies: [MQTT-3.3.5-1]\nsteps:\n  - delay: 1ms\n'
const GAPS = 'version: 1\ngaps:\n  - { broker: aedes, statement: MQTT-3.3.5-1, reason: for the test }\n'

let project: string
let file: string
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'hil-gaps-'))
  await mkdir(join(project, 'pack/chapter/section'), { recursive: true })
  file = join(project, 'pack/chapter/section/a.scenario.yaml')
  await writeFile(file, SCENARIO)
  await writeFile(join(project, 'pack/gaps.yaml'), GAPS)
})
afterAll(() => rm(project, { recursive: true, force: true }))

async function reasons(path: string): Promise<string[]> {
  const mistakes: string[] = []
  const gaps = await findGaps([path], {}, ({ message }) => mistakes.push(message))
  expect(mistakes).toEqual([])
  return gaps.of(path).map(({ reason }) => reason)
}

test('two folders above the scenario and outside of the working directory', async () => {
  expect(await reasons(file)).toEqual(['for the test'])
  expect(await reasons(relative(process.cwd(), file))).toEqual(['for the test'])
})

test('of the folders above all count, and of those beside none', async () => {
  await writeFile(join(project, 'pack/chapter/gaps.yaml'), GAPS.replace('for the test', 'nearer'))
  await mkdir(join(project, 'pack/other'), { recursive: true })
  await writeFile(join(project, 'pack/other/b.scenario.yaml'), SCENARIO.replace('name: a', 'name: b'))
  await writeFile(join(project, 'pack/other/gaps.yaml'), GAPS.replace('for the test', 'beside'))
  expect(await reasons(file)).toEqual(['nearer', 'for the test'])
  expect(await reasons(join(project, 'pack/other/b.scenario.yaml'))).toEqual(['beside', 'for the test'])
})

test('what stands in the working directory is told as seen from there', async () => {
  const gaps = await findGaps(['scenarios/conformance/broker/3.1-connect/will.scenario.yaml'], {}, () => {})
  const files = new Set(
    gaps.of('scenarios/conformance/broker/3.1-connect/will.scenario.yaml').map(({ place }) => place.file),
  )
  expect([...files].sort()).toEqual(['scenarios/conformance/broker/gaps.yaml', 'scenarios/gaps.yaml'])
})
