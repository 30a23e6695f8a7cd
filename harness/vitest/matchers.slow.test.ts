// The fixtures and matchers in a real vitest, on fixtures/vitest/tests: where they hold, and for each where it does not.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hil, Scratch } from '../cli/testing.ts'
import type { Results } from '../report/index.ts'
import { fixtureProject, isOther, type JsonTest, linkPackages, ROOT, runVitest } from './testing.ts'

const scratch = new Scratch()
const PROJECT = fixtureProject(scratch.path)
const OUTPUT = join(scratch.path, 'results')
let ran: Awaited<ReturnType<typeof runVitest>>

beforeAll(async () => {
  const options = { MQTT_HIL: JSON.stringify({ output: OUTPUT }) }
  ran = await runVitest(PROJECT, ['tests', 'scenarios/passing'], join(scratch.path, 'all.json'), options)
}, 120_000)
afterAll(() => scratch[Symbol.dispose]())

const tests = (name: string): readonly JsonTest[] =>
  ran.files.find((one) => basename(one.name) === `${name}.test.ts`)!.assertionResults

it('what holds passes', () => {
  expect(tests('passing').filter(({ status }) => status !== 'passed')).toEqual([])
  expect(tests('passing').length).toBeGreaterThan(8)
  expect(ran.out).not.toContain('Unhandled')
})

it('settings that are wrong fail the test with the hint', () => {
  expect(tests('misspelt').flatMap(({ failureMessages }) => failureMessages)).toEqual([
    expect.stringMatching(/^Problem: unknown broker "mosquito"\n +hint: did you mean "mosquitto"\?/),
  ])
})

/** By the title of a test in failing.test.ts: what its message must say. */
const SAID: Readonly<Record<string, readonly RegExp[]>> = {
  'toHaveSent: another QoS': [
    /^ClaimFailed: expect\(blue\)\.toHaveSent\('publish', \{ topic: 't', qos: 1 \}, \{ within: '300ms' \}\)\n/,
    /expected: PUBLISH from blue, topic "t", qos 1, within 300ms after the expect began/,
    /the nearest was #\d+ \S+ blue → PUBLISH topic "t" payload "a" qos 0 \(qos: expected 1, got 0\)/,
    /events:\n(.*\n)*? +#\d+ \S+ blue → PUBLISH/,
  ],
  'toHaveSent: too many': [/^ClaimFailed.*\n.*exactly once.*\n.*got: 2 of them/],
  'not.toHaveSent: it has': [/^ClaimFailed: expect\(blue\)\.not\.toHaveSent.*\n.*expected: no CONNECT from blue/],
  'not.toHaveSent: needs a time': [/^TypeError: .*needs a time: \{ within: '500ms' \}/],
  'toHaveReceived: the PUBACK is late': [
    /^ClaimFailed.*\n.*PUBACK to blue, within 50ms[\s\S]*PUBACK.*\[at the broker\]/,
  ],
  'toHaveReceived: not this message': [/^ClaimFailed: expect\(observer\)[\s\S]*payload: expected "b", got "a"/],
  'toHaveAcked: the device does not': [
    /^ClaimFailed: expect\(green\)\.toHaveAcked[\s\S]*PUBACK from green, packetId \d+, within 200ms after the PUBLISH/,
  ],
  'toHaveAcked: the broker does not': [
    /^ClaimFailed: expect\(broker\)\.toHaveAcked\(blue,[\s\S]*PUBCOMP to blue, packetId \d+[\s\S]*dropped by the link/,
  ],
  'toContainSequence: another order': [/^ClaimFailed.*\n.*in this order.*\n.*the first 1, then nothing for: PUBLISH/],
  'toStaySilent: it pings': [/^ClaimFailed.*\n.*never a packet from blue for 2s.*\n.*got: #\d+ \S+ blue → PINGREQ/],
  'toHaveViolations: there is none': [/^ClaimFailed.*\n.*a violation by the broker.*\n.*no matching event/],
  'toHaveNoViolations: there is one': [/^ClaimFailed: .*toHaveNoViolations[\s\S]*MQTT-3\.1\.0-2: a second CONNECT/],
  'a call that hangs': [/^ClaimFailed: blue\.publish\(\)\n.*returns within 300ms\n.*waiting in read\(1\)/],
  'a call that raises': [/^PythonError: OSError\(ECONNREFUSED\)/],
  'a word that there is not': [/^Problem: unknown key "topik"\n +hint: did you mean "topic"\?/],
  'a device that there is not': [/^Problem: "umqtt\.simpel" is not one of .*\n +hint: did you mean "umqtt\.simple"\?/],
  'a matcher of something else': [/^TypeError: toHaveSent is for a device or link/],
  'a broker that dies': [/^ClaimFailed[\s\S]*broker killed/],
  'a claim that nobody awaits: it is open when the test ends': [
    /^ClaimFailed: expect\(blue\)\.toHaveReceived\('puback', \{ packetId: 7 \}, .*\) was not awaited: it is still open/,
  ],
  'a claim that nobody awaits: it fails in between': [
    /^ClaimFailed: .* was not awaited: it failed, and the test went on\n.*not\.toHaveSent[\s\S]*no CONNECT/,
  ],
  'a claim that nobody awaits: it comes true in between': [
    /^ClaimFailed: .* was not awaited: it came true, and the test did not wait/,
  ],
  'a claim that is awaited, and still open when the test ends': [
    /^ClaimFailed: .* was not awaited: it is still open at the end of the test/,
  ],
  'a call that nobody awaits': [/^ClaimFailed: blue\.connect\(\) was not awaited/],
  'a device that nobody awaits': [/^ClaimFailed: device\('umqtt\.simple'\) was not awaited: .*\n +hint: await it/],
  'a link that nobody awaits': [/^ClaimFailed: link\('mine'\) was not awaited: /],
  'a disturbance that nobody awaits': [/^ClaimFailed: mine\.link\.disturb\(\) was not awaited: /],
  'a message that nobody awaits': [/^ClaimFailed: observer\.next\(\) was not awaited: it had not ended/],
  'an event that nobody awaits': [/^ClaimFailed: timeline\.waitFor\(\) was not awaited: it had not ended/],
  'a step that nobody awaits': [/^ClaimFailed: perform\(\{ broker \}\) was not awaited: /],
  'a window that is longer than the test: it has not come': [
    /^ClaimFailed: expect\(blue\)\.toHaveReceived[\s\S]*within 1m[\s\S]*when the test's time was up \(2\.7s[\s\S]*CONNACK/,
  ],
  'a window that is longer than the test: it cannot be waited out': [
    /^TypeError: .*toStaySilent.*: 1m must be waited out, and the test ends its claims after 9s\n +hint: give it time/,
  ],
  'a step that is longer than the test': [/^ClaimFailed: delay\n.*within the time limit of /],
  'a plain expect that fails': [
    /^AssertionError: expected 2 to be 3[^\n]*\n {2}last events:\n(.*\n)* {4}#\d+ \S+ blue ← CONNACK/,
  ],
  'a time-out that is not of a claim': [
    /^(TestTimeout)?Error: Test timed out in 2000ms[\s\S]*last events:\n(.*\n)*.*blue ← CONNACK/,
  ],
  'fake timers': [/^TypeError: vi\.useFakeTimers\(\) stops the clocks[^\n]*\n {2}hint: .*toFake: \['Date'\]/],
  'a soft claim that fails': [/^ClaimFailed: expect\(blue\)\.toHaveReceived\('puback', \{\}, \{ within: '50ms' \}\)/],
  'an asymmetric matcher that has no form on the wire': [
    /^TypeError: Any cannot be used in a match\n {2}hint: stringMatching/,
  ],
}

it('each test that must fail is looked at here', () => {
  expect(tests('failing').map(({ title }) => title)).toEqual(Object.keys(SAID))
})

it.each(Object.entries(SAID))('%s: it fails, and says why, at its line', (title, patterns) => {
  const { status, failureMessages } = tests('failing').find((one) => one.title === title)!
  expect(status).toBe('failed')
  expect(failureMessages).toHaveLength(1)
  const [message] = failureMessages
  for (const pattern of patterns) expect(message).toMatch(pattern)
  const [, line] = /\n {4}at .*failing\.test\.ts:(\d+):\d+\)?(?:\n|$)/.exec(message!)!
  expect(sourceOf(title)).toContain(Number(line))
})

/** The lines of a test in failing.test.ts. */
function sourceOf(title: string): number[] {
  const lines = readFileSync(join(PROJECT, 'tests/failing.test.ts'), 'utf8').split('\n')
  const from = lines.findIndex((line) => line.includes(`'${title}'`))
  const to = lines.indexOf('})', from)
  return lines.slice(from, to).map((_, k) => from + k + 1)
}

describe('with an output folder', () => {
  const results = () => JSON.parse(readFileSync(join(OUTPUT, 'results.json'), 'utf8')) as Results
  const titled = (name: string) => results().scenarios.find((scenario) => scenario.name === name)!

  it('each test and scenario has its place in results.json and report.html, and its record', () => {
    const all = [...tests('failing'), ...tests('passing')]
    const asked = all.filter(({ title }) => !/is not started for a test/.test(title))
    const named = results().scenarios.map(({ name }) => name.split(' > ').at(-1))
    expect(named).toEqual(expect.arrayContaining(asked.map(({ title }) => title)))
    expect(named).toContain('a message that is acknowledged')
    expect(results().summary).toMatchObject({ total: named.length, failed: tests('failing').length })
    for (const { artifacts, name } of results().scenarios) {
      const files = artifacts.map((file) => basename(file))
      expect(files, name).toEqual(expect.arrayContaining(['timeline.ndjson', 'scenario.yaml']))
      for (const file of artifacts) expect(existsSync(join(OUTPUT, file)), file).toBe(true)
    }
    expect(titled('a plain expect that fails').artifacts.map((file) => basename(file))).toContain('blue.pcapng')
    expect(statSync(join(OUTPUT, 'report.html')).size).toBeGreaterThan(10_000)
    expect(existsSync(join(OUTPUT, '.told'))).toBe(false)
  })

  it('vitest knows the folder of each', () => {
    const [one] = tests('failing')
    expect(one!.meta.mqttHil).toMatchObject({ status: 'failed', broker: 'aedes' })
    expect(readdirSync(one!.meta.mqttHil!.artifacts as string)).toContain('timeline.ndjson')
  })

  it('a claim with .not is told as it was meant', () => {
    const { status, steps } = titled('a moment divides what came before from what comes after')
    expect(status).toBe('passed')
    expect(steps.map(({ verdict }) => verdict).filter((kind) => kind === 'fail')).toEqual([])
  })

  it('hil judge comes to the same again', async () => {
    const { out, code } = await hil('judge', OUTPUT)
    expect(out).not.toMatch(/the run itself was/)
    expect(out).toMatch(new RegExp(`${tests('failing').length} failed`))
    expect(code).toBe(1)
  })
})

it('what the documentation shows passes', async () => {
  using project = new Scratch()
  linkPackages(project.path)
  const guide = readFileSync(join(ROOT, 'docs/vitest.md'), 'utf8')
  const [config, tests] = [...guide.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text]) => text!)
  writeFileSync(join(project.path, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(project.path, 'vitest.config.ts'), config!)
  writeFileSync(join(project.path, 'guide.test.ts'), tests!)
  const { code, files, out } = await runVitest(project.path, [], join(project.path, 'results.json'))
  expect(
    files.flatMap(({ assertionResults }) => assertionResults).map(({ status }) => status),
    out,
  ).toEqual(['passed', 'passed'])
  expect(code).toBe(0)
}, 60_000)

// With another vitest the example's test compiles against its types.
it.skipIf(isOther)(
  'the compiler objects to what there is not, and to nothing else',
  () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    expect(() => execFileSync(process.execPath, [tsc, '-p', PROJECT], { encoding: 'utf8' })).not.toThrow()
  },
  60_000,
)
