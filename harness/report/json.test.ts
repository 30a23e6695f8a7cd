// results.json of every kind of run is what docs/results.schema.json promises.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SuiteResult } from '../run/index.ts'
import { json, resultsOf } from './json.ts'
import { Folder, interrupted, oneOfEach } from './testing.ts'

const SCHEMA = resolve(import.meta.dirname, '../../docs/results.schema.json')
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')))

interface Results {
  summary: Record<string, number>
  notRun: { name: string }[]
  scenarios: {
    name: string
    status: string
    reason: string | null
    attempts: string[]
    earlier: { status: string; reason: string | null; steps: object[]; artifacts: string[] }[]
    steps: object[]
    flaky: boolean
  }[]
}

const written = (result: SuiteResult): Results => JSON.parse(JSON.stringify(resultsOf(result)))

describe('results.json', () => {
  const folder = new Folder()
  afterAll(() => folder[Symbol.dispose]())
  let all: SuiteResult
  beforeAll(async () => {
    all = await oneOfEach(folder.path)
  })

  it('of a suite with every status fits the schema', () => {
    const results = written(all)
    validate(results)
    expect(validate.errors).toBe(null)
    expect(results.scenarios.map((s) => s.status)).toEqual([
      'passed',
      'failed',
      'skipped',
      'broken',
      'passed',
      'inconclusive',
    ])
    expect(results.summary).toEqual({
      total: 6,
      passed: 2,
      failed: 1,
      gap: 0,
      inconclusive: 1,
      skipped: 1,
      broken: 1,
      interrupted: 0,
      flaky: 1,
    })
  })

  it('tells in a sentence why each is not passed', () => {
    const reasons = Object.fromEntries(written(all).scenarios.map((s) => [s.name, s.reason]))
    expect(reasons).toMatchObject({
      flaky: null,
      skipped: 'no board today',
      broken: 'no answer from nowhere:1',
      failed: expect.stringMatching(/^failed\.scenario\.yaml:11:\d+: expected PUBACK to blue, packetId 7/),
      passed: expect.stringMatching(/lag/),
    })
  })

  it('has the attempts of a flaky scenario, and the evidence of a failed one', () => {
    const [, failed, , , flaky] = written(all).scenarios
    expect(flaky).toMatchObject({ attempts: ['broken', 'passed'], flaky: true })
    expect(flaky?.earlier).toMatchObject([{ status: 'broken', reason: 'no answer from nowhere:1', steps: [] }])
    expect(flaky?.earlier[0]?.artifacts[0]).not.toBe(undefined)
    expect(failed?.attempts).toEqual(['failed', 'failed'])
    expect(failed?.earlier).toMatchObject([{ status: 'failed', reason: expect.stringContaining('packetId 7') }])
    expect(failed?.earlier[0]?.steps.at(-1)).toMatchObject({ verdict: 'fail' })
    expect(failed?.steps.at(-1)).toMatchObject({
      verb: 'expect',
      outcome: 'failed',
      verdict: 'fail',
      got: expect.stringContaining('packetId: expected 7, got 1'),
    })
  })

  it('of an interrupted suite fits it, too', async () => {
    const results = written(await interrupted(folder.path))
    validate(results)
    expect(validate.errors).toBe(null)
    expect(results.scenarios.map((s) => s.status)).toEqual(['interrupted'])
    expect(results.notRun.map((s) => s.name)).toEqual(['never begun'])
  })

  it('is written where the results go', async () => {
    using other = new Folder()
    const output = join(other.path, 'deep', 'er')
    await json.create({ print: () => {}, color: false, live: false, width: 80 }).onEnd?.({ ...all, output })
    expect(validate(JSON.parse(readFileSync(join(output, 'results.json'), 'utf8')))).toBe(true)
  })

  it('that lost a field, or says a status that is none, would be noticed', () => {
    const { summary: _, ...without } = written(all)
    expect(validate(without)).toBe(false)
    const wrong = written(all)
    wrong.scenarios[0]!.status = 'fine'
    expect(validate(wrong)).toBe(false)
  })
})
