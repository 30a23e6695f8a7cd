// junit.xml as a CI server's parser reads it: counts, places, properties, and text that XML would
// rather not hold.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ScenarioRun, SuiteResult } from '../run/index.ts'
import { junit, junitOf } from './junit.ts'
import { Folder, interrupted, oneOfEach, planFrom, publishing, run } from './testing.ts'

interface Case {
  '@name': string
  '@file': string
  '@line': string
  '@classname': string
  '@time': string
  properties: { property: { '@name': string; '@value': string }[] }
  failure?: { '@message': string; '@type': string; '#text': string }
  error?: { '@message': string; '@type': string; '#text': string }
  skipped?: { '@message': string }
  'system-out'?: string
}

interface Suites {
  testsuites: Record<string, string> & { testsuite: (Record<string, string> & { testcase: Case[] })[] }
}

const LISTS = ['testsuite', 'testcase', 'property']
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => LISTS.includes(name),
})

function read(xml: string): Suites {
  expect(XMLValidator.validate(xml)).toBe(true)
  expect([...xml].filter(forbidden)).toEqual([])
  // What a file holds: a lone surrogate would not come back.
  expect(Buffer.from(xml).toString()).toBe(xml)
  return parser.parse(xml) as Suites
}

/** What no XML 1.0 parser takes, escaped or not. */
function forbidden(char: string): boolean {
  const code = char.codePointAt(0)!
  return (
    (code < 0x20 && ![0x9, 0xa, 0xd].includes(code)) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    (code >= 0xfffe && code <= 0xffff)
  )
}

describe('junit.xml', () => {
  const folder = new Folder()
  afterAll(() => folder[Symbol.dispose]())
  let all: SuiteResult
  let cases: Record<string, Case>
  beforeAll(async () => {
    all = await oneOfEach(folder.path)
    const { testsuites } = read(junitOf(all))
    // The inconclusive one is told apart by its verdict alone.
    const named = testsuites.testsuite.flatMap((suite) => suite.testcase)
    cases = Object.fromEntries(named.map((one) => [one.error?.['@type'] ?? one['@name'], one]))
  })

  it('counts, in all and for each file', () => {
    const { testsuites } = read(junitOf(all))
    expect(testsuites).toMatchObject({ '@tests': '6', '@failures': '1', '@errors': '2', '@skipped': '1' })
    expect(testsuites.testsuite.map((s) => [s['@name'], s['@tests'], s['@failures'], s['@errors']])).toEqual([
      ['passed.scenario.yaml', '2', '0', '1'],
      ['failed.scenario.yaml', '1', '1', '0'],
      ['skipped.scenario.yaml', '1', '0', '0'],
      ['broken.scenario.yaml', '1', '0', '1'],
      ['flaky.scenario.yaml', '1', '0', '0'],
    ])
  })

  it('has place, time and properties of each', () => {
    expect(cases.flaky).toMatchObject({
      '@file': 'flaky.scenario.yaml',
      '@classname': 'flaky.scenario.yaml',
      '@line': '1',
    })
    expect(cases.flaky?.['@time']).toMatch(/^\d+\.\d{3}$/)
    const properties = cases.flaky!.properties.property.map((p) => [p['@name'], p['@value']])
    expect(properties).toEqual([
      ['line', '1'],
      ['broker', expect.stringMatching(/^aedes \d/)],
      ['seed', '7'],
      ['device.blue', 'umqtt.simple'],
      ['verifies', 'MQTT-2.3.1-6'],
      ['tag', 'demo'],
      ['tag', 'one'],
      ['flaky', 'true'],
      ['record', expect.stringMatching(/flaky--aedes--retry1$/)],
    ])
  })

  it('tells a failure from what was not judged and what was not run', () => {
    expect(cases.passed).not.toHaveProperty('failure')
    expect(cases.failed?.failure).toMatchObject({
      '@type': 'failed',
      '@message': expect.stringContaining('packetId 7'),
    })
    expect(cases.failed?.failure?.['#text']).toMatch(/failed\.scenario\.yaml:11:\d+ failed claim\/failed/)
    expect(cases.broken?.error?.['#text']).toContain('hint: check that it is running')
    expect(cases.inconclusive?.error?.['@message']).toContain('lag')
    expect(cases.skipped?.skipped).toEqual({ '@message': 'no board today' })
  })

  it('carries the end of the record along when something is wrong', () => {
    expect(cases.failed?.['system-out']).toMatch(/blue → PUBLISH topic "a\/b".*\n(.*\n)*.*PUBACK packetId 1/)
    expect(cases.passed).not.toHaveProperty('system-out')
  })

  it('has an interrupted run as an error', async () => {
    const { testsuites } = read(junitOf(await interrupted(folder.path)))
    expect(testsuites).toMatchObject({ '@tests': '1', '@failures': '0', '@errors': '1' })
  })

  it.each([
    ['the end of a CDATA section', ']]>', ']]>'],
    ['markup', '<b a="1">&amp;</b>', '<b a="1">&amp;</b>'],
    ['quotes', `"double" 'single'`, `"double" 'single'`],
    ['line ends and tabs', 'one\ntwo\r\nthree\tfour', 'one\ntwo\r\nthree\tfour'],
    ['control characters', 'a\u0000b\u001b[31mc\u000b', 'a\ufffdb\ufffd[31mc\ufffd'],
    ['lone surrogates', 'a\ud800b\udc00c', 'a\ufffdb\ufffdc'],
    ['a pair of surrogates', '😀', '😀'],
    ['what is no character', 'a\uffffb', 'a\ufffdb'],
  ])('survives %s', async (_, hostile, readBack) => {
    const plan = planFrom(
      'x.scenario.yaml',
      publishing(JSON.stringify(`name ${hostile}`), 7, `skip: ${JSON.stringify(hostile)}\n`),
    )
    const { testsuites } = read(junitOf(await run({ output: folder.path, plans: [plan] })))
    const [one] = testsuites.testsuite[0]!.testcase
    expect(one?.['@name']).toBe(`name ${readBack}`)
    expect(one?.skipped?.['@message']).toBe(readBack)
  })

  it('survives a device that prints such things', () => {
    const failed = all.scenarios[1]!
    const events = [
      ...failed.run.events,
      {
        kind: 'serial',
        device: 'blue',
        line: ']]> \u001b[31m\u0001 <&"\ud800',
        stream: 'out',
        at: 1,
        seq: failed.run.events.length,
      },
    ] as unknown as ScenarioRun['events']
    const result = { ...all, scenarios: [{ ...failed, run: { ...failed.run, events } }] }
    const out = read(junitOf(result)).testsuites.testsuite[0]!.testcase[0]!['system-out']
    expect(out).toContain('blue | ]]> \ufffd <&"\ufffd')
  })

  it('is written where the results go, and says so when it cannot be', async () => {
    const reporter = junit.create({ print: () => {}, color: false, live: false, width: 80 })
    await reporter.onEnd?.(all)
    expect(readFileSync(join(folder.path, 'junit.xml'), 'utf8')).toBe(junitOf(all))
    const output = join(folder.path, 'junit.xml')
    await expect(reporter.onEnd?.({ ...all, output })).rejects.toMatchObject({
      code: 'report/not-written',
      message: expect.stringMatching(/junit\.xml\/junit\.xml cannot be written: a file of that name is there/),
    })
  })
})
