// `--seed-each`: what a scenario says by its seed is said by that of each repetition, so the command that repeats a run does.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { hil, Scratch } from '../testing.ts'

const scratch = new Scratch()
afterAll(() => scratch[Symbol.dispose]())

const file = join(scratch.path, 'seed.scenario.yaml')
writeFileSync(
  file,
  `name: its seed
version: 1
devices: { blue: { use: umqtt.simple } }
steps:
  - connect: { device: blue }
  - publish: { device: blue, topic: t, payload: "\${{ seed }}" }
  - expect: { message: { topic: t, payload: "\${{ vars.wanted }}" }, within: 100ms }
vars: { wanted: 5 }
`,
)

interface Written {
  readonly scenarios: readonly {
    readonly status: string
    readonly seed: number
    readonly artifacts: readonly string[]
  }[]
}

async function runs(folder: string, ...flags: readonly string[]) {
  const output = join(scratch.path, folder)
  await hil('run', file, '--output', output, '--reporter', 'json', '--clock', 'virtual', ...flags)
  const { scenarios } = JSON.parse(readFileSync(join(output, 'results.json'), 'utf8')) as Written
  return scenarios.map(({ status, seed, artifacts }) => {
    const record = artifacts.find((name) => name.endsWith('timeline.ndjson'))!
    return { status, seed, record: readFileSync(join(output, record), 'utf8') }
  })
}

describe('the seed in a scenario', () => {
  it('is that of each repetition', async () => {
    const [first, second] = await runs('each', '--repeat-each', '2', '--seed-each', '--seed', '5')
    expect([first!.status, second!.status]).toEqual(['passed', 'failed'])
    expect(second!.seed).not.toBe(5)
    const wanted = ['--seed', String(second!.seed), '--var', `wanted=${second!.seed}`]
    expect(await runs('passes', ...wanted)).toMatchObject([{ status: 'passed' }])
    expect(await runs('again', '--seed', String(second!.seed))).toEqual([second])
  })

  it('is the same in each repetition of one seed', async () => {
    const [first, second] = await runs('same', '--repeat-each', '2', '--seed', '5')
    expect(second).toEqual(first)
    expect(first!.status).toBe('passed')
  })
})
