// The plugin in a real vitest, on fixtures/vitest: what its reporters get, and what a person sees.

import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Scratch } from '../cli/testing.ts'
import { fixtureProject, type JsonTest, runVitest, startVitest } from './testing.ts'

const scratch = new Scratch()
const PROJECT = fixtureProject(scratch.path)
let ran: Awaited<ReturnType<typeof runVitest>>

beforeAll(async () => {
  ran = await runVitest(PROJECT, ['scenarios'], join(scratch.path, 'all.json'))
}, 120_000)
afterAll(() => scratch[Symbol.dispose]())

const file = (name: string) => ran.files.find((one) => basename(one.name) === `${name}.scenario.yaml`)!
const tests = (name: string): readonly JsonTest[] => file(name).assertionResults
const only = (name: string): JsonTest => {
  expect(tests(name)).toHaveLength(1)
  return tests(name)[0]!
}

/** The part of what vitest printed that tells of one failed test. */
function printed(title: string): string {
  const parts = ran.out.split(/^ FAIL {2}/m).filter((part) => part.split('\n')[0]!.includes(title))
  expect(parts.length, `vitest tells of ${title}`).toBeGreaterThan(0)
  return parts.join('\n')
}

const frame = (...lines: readonly string[]): RegExp =>
  new RegExp(lines.map((line) => `^ *${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`).join('[^\n]*\n'), 'm')

describe('a scenario in vitest', () => {
  it('is a test of its name, and fails the run when it fails', () => {
    expect(only('passing')).toMatchObject({ title: 'a message that is acknowledged', status: 'passed' })
    expect(only('passing').meta.mqttHil).toMatchObject({
      status: 'passed',
      broker: 'aedes',
      verifies: ['MQTT-4.3.2-2'],
      seed: expect.any(Number),
    })
    expect(ran.code).toBe(1)
  })

  it('that fails shows its line with a caret, what was expected, and the events that decided it', () => {
    expect(only('failing')).toMatchObject({ title: 'an id that is not so', status: 'failed' })
    const [message] = only('failing').failureMessages
    expect(message).toMatch(/^ClaimFailed: expect \{ packet: \{ to: blue, type: puback/)
    expect(message).toMatch(/\n {4}at expect \(\/\S+\/fixtures\/vitest\/scenarios\/failing\.scenario\.yaml:10:5\)$/)
    const told = printed('an id that is not so')
    expect(told).toMatch(/expected: PUBACK to blue, packetId 7, within 300ms after the step began/)
    expect(told).toMatch(/the nearest was #\d+ \S+ blue ← PUBACK packetId 1 \(packetId: expected 7, got 1\)/)
    expect(told).toContain('violates: MQTT-2.3.1-6')
    expect(told).toMatch(/events:\n(.*\n)*.*blue → PUBLISH topic "t" payload "a" qos 1 packetId 1/)
    expect(told).toContain('❯ expect scenarios/failing.scenario.yaml:10:5')
    expect(told).toMatch(
      frame('9|   - publish: { device: blue', '10|   - expect: { packet: { to: blue, type: puback, match:', '|     ^'),
    )
    expect(told).not.toMatch(/node_modules|dist\/harness/)
  })

  it('with two claims that do not hold shows each at its line, also inside a parallel', () => {
    expect(only('twice').failureMessages).toHaveLength(2)
    const told = printed('two claims that do not hold')
    expect(told).toMatch(frame('9|       - expect: { packet: { from: blue, type: pingreq }', '|         ^'))
    expect(told).toMatch(frame('11|       - expect: { message: { topic: t, payload: b }', '|         ^'))
  })

  it('that is skipped is skipped, with its reason', () => {
    expect(only('skipped').status).toBe('skipped')
    expect(ran.out).toMatch(
      /↓ \S*skipped\.scenario\.yaml > a device that nobody has yet .*\[the prototype comes in March\]/,
    )
  })

  it('that is inconclusive fails by that name', () => {
    expect(only('late').status).toBe('failed')
    const [message] = only('late').failureMessages
    expect(message).toMatch(/^Inconclusive: expect \{ packet: \{ to: blue, type: puback \}/)
    expect(message).toMatch(/the harness lagged by up to \S+ there, more than the margin/)
  })

  it('that falls into a known gap passes, and says so', () => {
    expect(only('gap')).toMatchObject({ status: 'passed' })
    expect(ran.out).toMatch(/known gap of aedes: made up for the tests of the plugin/)
    expect(only('gap').meta.mqttHil).toMatchObject({ status: 'gap', gap: 'made up for the tests of the plugin' })
  })

  it('with a matrix is a group with a test for each combination, and a failed one says which', () => {
    expect(tests('matrix').map(({ ancestorTitles, title, status }) => [ancestorTitles, title, status])).toEqual([
      [['a message at each QoS'], 'qos=0', 'failed'],
      [['a message at each QoS'], 'qos=1', 'passed'],
      [['a message at each QoS'], 'qos=2', 'failed'],
    ])
    expect(printed('a message at each QoS > qos=2')).toContain('  with: qos=2\n')
  })

  it('with a small fleet runs it, and leaves a large one to hil load', () => {
    expect(tests('fleet').map(({ title, status }) => [title, status])).toEqual([
      ['count=3', 'passed'],
      ['count=500', 'skipped'],
    ])
    expect(ran.out).toContain('[its fleet has 500 devices: hil load runs it]')
  })

  it('whose time is up fails at the step that took it', () => {
    expect(only('time-up').failureMessages[0]).toMatch(
      /^ClaimFailed: delay 30s\n.*time limit of 4s[\s\S]*at delay \(.*time-up\.scenario\.yaml:8:5\)$/,
    )
  })

  it('whose broker is not there is told apart from one that failed', () => {
    expect(only('broken').failureMessages[0]).toMatch(/^Broken: no answer from 127\.0\.0\.1:1.*broker\/unreachable/)
  })

  it('with mistakes is no test: each mistake is shown at its place', () => {
    expect(file('mistakes')).toMatchObject({ status: 'failed', assertionResults: [] })
    const told = printed('mistakes.scenario.yaml')
    const places = [...told.matchAll(/❯ (scenario\/[\w-]+) scenarios\/mistakes\.scenario\.yaml:(\d+:\d+)/g)]
    expect(places.map(([, code, place]) => `${place} ${code}`)).toEqual([
      '4:1 scenario/unknown-key',
      '5:10 scenario/bare-number',
      '7:16 scenario/bad-value',
      '8:37 scenario/unknown-option',
      '10:5 scenario/unknown-step',
      '11:48 scenario/bare-number',
      '12:58 scenario/bare-number',
      '13:29 scenario/unknown-device',
      '14:25 scenario/packet-direction',
      '15:26 scenario/unknown-key',
    ])
    expect(told).toMatch(frame('10|   - conect: red', '|     ^'))
    expect(told).toContain('hint: did you mean "connect"?')
  })
})

describe('options of the plugin', () => {
  const run = (name: string, options: object) =>
    runVitest(PROJECT, [`scenarios/${name}.scenario.yaml`], join(scratch.path, 'one.json'), {
      MQTT_HIL: JSON.stringify(options),
    })

  it('tags: what is not selected is skipped', async () => {
    const { code, files } = await run('matrix', { tags: '!slow' })
    expect(files[0]!.assertionResults.map(({ status }) => status)).toEqual(['skipped', 'skipped', 'skipped'])
    expect(code).toBe(0)
  }, 60_000)

  it('bind and broker: other devices on other brokers, each a test; a seed and an output folder', async () => {
    const output = join(scratch.path, 'records')
    const options = { bind: { blue: 'mqttjs' }, broker: ['aedes', 'mosquitto'], seed: 7, output }
    const { files } = await run('passing', options)
    const [first, second] = files[0]!.assertionResults
    expect([first, second].map((one) => one!.title)).toEqual(['on aedes', 'on mosquitto'])
    expect(first).toMatchObject({ status: 'passed', meta: { mqttHil: { seed: 7 } } })
    expect(first!.meta.mqttHil!.artifacts).toMatch(/records\/.*passing/)
  }, 60_000)

  it('of several brokers a test in TypeScript must say which', async () => {
    const options = { MQTT_HIL: JSON.stringify({ broker: ['aedes', 'mosquitto'] }) }
    const { files, code } = await runVitest(
      PROJECT,
      ['tests/passing', '-t', 'a moment divides'],
      join(scratch.path, 'two.json'),
      options,
    )
    const [one] = files.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'failed')
    expect(one!.failureMessages[0]).toMatch(/names 2 brokers, and this test does not say which[\s\S]*brokersOfRun\(\)/)
    expect(code).toBe(1)
  }, 60_000)

  it('a role that no scenario has, and an option that there is not, are said so', async () => {
    const role = await run('passing', { bind: { bleu: 'mqttjs' } })
    expect(role.out).toMatch(/mqttHil\(\{ bind: \{ bleu \} \}\): no scenario here has a device of that name/)
    expect(role.code).toBe(1)
    const option = startVitest(PROJECT, ['run'], { MQTT_HIL: JSON.stringify({ brokr: 'aedes' }) })
    const { code, out } = await option.ended
    expect(out).toMatch(/mqttHil\(\): unknown option "brokr"; did you mean "broker"\?/)
    expect(code).toBe(1)
  }, 60_000)
})
