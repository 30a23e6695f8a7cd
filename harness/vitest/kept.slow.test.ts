// Tests that have broker, devices and links of their file (`scope: 'file'`), in a real vitest, on fixtures/vitest/kept.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hil, Scratch } from '../cli/testing.ts'
import { PluggedIn } from '../devices/board/bench.testing.ts'
import { openSerial } from '../devices/board/serial-line.ts'
import type { Results } from '../report/index.ts'
import { fixtureProject, type JsonTest, runVitest } from './testing.ts'

const scratch = new Scratch()
const OUTPUT = join(scratch.path, 'results')
let plugged: PluggedIn
let ran: Awaited<ReturnType<typeof runVitest>>
let tests: readonly JsonTest[]

beforeAll(async () => {
  plugged = await PluggedIn.start()
  const env = { MQTT_HIL: JSON.stringify({ output: OUTPUT }), HIL_TEST_PORT: plugged.path }
  ran = await runVitest(fixtureProject(scratch.path), ['kept'], join(scratch.path, 'kept.json'), env)
  tests = ran.files.flatMap(({ assertionResults }) => assertionResults)
}, 240_000)
afterAll(async () => {
  await plugged[Symbol.asyncDispose]()
  scratch[Symbol.dispose]()
})

/** By the title of a test that is to fail: what its message must say. */
const SAID: Readonly<Record<string, RegExp>> = {
  'another kind by the same name':
    /^TypeError: blue is open for all tests of this file, as .*umqtt\.simple.*, and not as .*umqtt\.robust.*\n +hint: .*another name/,
  'a handle of a session that is over': /^Error: so that the next test/,
  'and is told so': /^TypeError: this belongs to a test that has ended.*\n +hint: ask for it in each test/,
  fails: /^ClaimFailed: .*\n +expected: PUBACK to blue, within 50ms after the expect began\n +got: no matching event/,
  'a claim that nobody awaits fails its own test': /was not awaited: it is still open at the end of the test/,
  'its time is its own: it fails':
    /within 20s after the expect began\n.*when the test's time was up \(1\.35s, nine tenths of its timeout\)/,
  two: /^TypeError: tests that share their devices run one after the other, and this one is concurrent/,
  'a failure gives it back': /^ClaimFailed: .*toHaveReceived\('pubcomp'/,
}

describe('tests that have the devices of their file', () => {
  it.each(Object.entries(SAID))('%s', (title, said) => {
    const [only] = tests.filter((one) => one.title === title)
    expect(only).toMatchObject({ status: 'failed', failureMessages: [expect.stringMatching(said)] })
  })

  it('pass, all others', () => {
    const others = tests.filter(({ title }) => SAID[title] === undefined)
    expect(others.filter(({ status }) => status !== 'passed')).toEqual([])
    expect(others).toHaveLength(19)
    expect(ran.out).not.toContain('Unhandled')
  })

  it('leave a record each, of all since the devices were opened, which says the same when it is judged again', async () => {
    const { scenarios } = JSON.parse(readFileSync(join(OUTPUT, 'results.json'), 'utf8')) as Results
    const packetsOf = (title: string): number => {
      const { artifacts } = tests.find((one) => one.title === title)!.meta.mqttHil!
      const lines = readFileSync(join(String(artifacts), 'timeline.ndjson'), 'utf8').split('\n')
      return lines.filter((line) => line.includes('"kind":"packet"')).length
    }
    expect(packetsOf('opens')).toBeGreaterThan(2)
    expect(packetsOf('has the same device, still connected')).toBeGreaterThan(packetsOf('opens'))
    const { out } = await hil('judge', OUTPUT)
    for (const { name, status } of scenarios)
      expect(out).toContain(`${status === 'passed' ? 'passed' : 'failed'} ${name}`)
    expect(out).toContain(`of ${scenarios.length} recorded`)
  })

  it('give the port back when the file has ended', async () => {
    const line = await openSerial(plugged.path, 115_200, { onData: () => {}, onGone: () => {} })
    await line.close()
    expect(readdirSync(OUTPUT)).toContain('report.html')
  })
})
