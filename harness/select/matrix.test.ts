import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { brokers } from '../brokers/index.ts'
import { type Ended, hilIn, Scratch } from '../cli/testing.ts'

const passing = (name: string, verifies = ''): string =>
  `name: ${name}\nversion: 1\n${verifies}devices:\n  blue: { use: umqtt.simple }\nsteps:\n  - connect: blue\n`

/** Passes on a broker that is called so, and on no other. */
const on = (name: string, broker: string, verifies = ''): string =>
  `${passing(name, verifies)}  - if: "\${{ broker.name != '${broker}' }}"\n    expect: { packet: { to: blue, type: pingresp }, within: 20ms }\n`

const CONFIG = `export default {
  brokers: { here: { use: 'aedes' }, there: { use: 'aedes', queueLimit: 9 }, away: { use: 'mosquitto', binary: 'no-such-mosquitto' } },
  scenarios: ['s'],
}\n`

interface Results {
  readonly summary: Record<string, number>
  readonly gaps: readonly { broker: string; open: boolean; reason: string }[]
  readonly scenarios: readonly {
    name: string
    status: string
    reason: string | null
    broker: { name: string; kind: string; version: string; gaps: unknown[] }
    gap: { met: boolean } | null
    artifacts: string[]
  }[]
}

class Bench implements Disposable {
  readonly #scratch = new Scratch()

  constructor(scenarios: Readonly<Record<string, string>>, gaps?: string) {
    mkdirSync(join(this.#scratch.path, 's'))
    writeFileSync(join(this.#scratch.path, 'harness.config.ts'), CONFIG)
    for (const [name, text] of Object.entries(scenarios))
      writeFileSync(join(this.#scratch.path, 's', `${name}.scenario.yaml`), text)
    if (gaps !== undefined) writeFileSync(join(this.#scratch.path, 's/gaps.yaml'), `version: 1\ngaps:\n${gaps}`)
  }

  hil(...args: string[]): Promise<Ended> {
    return hilIn(this.#scratch.path, ...args)
  }

  get results(): Results {
    return JSON.parse(readFileSync(join(this.#scratch.path, 'results/results.json'), 'utf8'))
  }

  /** `name on broker: status`. */
  get statuses(): string[] {
    return this.results.scenarios.map((s) => `${s.name} on ${s.broker.name}: ${s.status}`)
  }

  [Symbol.dispose](): void {
    this.#scratch[Symbol.dispose]()
  }
}

test('--broker all runs every scenario on each broker of the config, and one table tells', async () => {
  using bench = new Bench({ a: passing('a'), b: on('b', 'here') })
  const { code, out } = await bench.hil('run', '--broker', 'all')
  expect(code).toBe(1)
  expect(bench.statuses).toEqual([
    'a on here: passed',
    'a on there: passed',
    'a on away: skipped',
    'b on here: passed',
    'b on there: failed',
    'b on away: skipped',
  ])
  expect(out).toMatch(
    /scenario +here \d\S+ +there \d\S+ +away\n +a +passed +passed +skipped\n +b +passed +failed +skipped\n/,
  )
  expect(out).toContain('skipped: no-such-mosquitto is not installed')
  const [first, second] = bench.results.scenarios
  expect(first!.broker).toMatchObject({ name: 'here', kind: 'aedes', version: expect.stringMatching(/^\d/) })
  expect(first!.broker.gaps).toHaveLength(1)
  expect([first!.artifacts[0], second!.artifacts[0]]).toEqual([
    's-a--here/timeline.ndjson',
    's-a--there/timeline.ndjson',
  ])
})

test('several by name are a matrix, too; each mistake is told once', async () => {
  using bench = new Bench({ a: passing('a') })
  expect((await bench.hil('run', '--broker', 'here', '--broker', 'there', '--broker', 'here')).code).toBe(0)
  expect(bench.statuses).toEqual(['a on here: passed', 'a on there: passed'])
  using wrong = new Bench({ a: passing('a').replace('umqtt.simple', 'umqtt.simpel') })
  const { code, err } = await wrong.hil('check', '--broker', 'here', '--broker', 'there')
  expect(code).toBe(2)
  expect(err.match(/umqtt\.simpel/g)).toHaveLength(2) // the message, and the line below it
  expect(err).toContain('1 error in 1 file')
})

test('--last-failed runs again what failed, on the broker that it failed on', async () => {
  using bench = new Bench({ a: passing('a'), b: on('b', 'here') })
  await bench.hil('run', '--broker', 'here', '--broker', 'there')
  await bench.hil('run', '--broker', 'here', '--broker', 'there', '--last-failed')
  expect(bench.statuses).toEqual(['b on there: failed'])
})

test('a known gap is run; failing it is no failure, and it is named with its reason', async () => {
  const gaps = '  - { broker: there, scenario: b, reason: it does not answer }\n'
  using bench = new Bench({ a: passing('a'), b: on('b', 'here') }, gaps)
  const { code, out } = await bench.hil('run', '--broker', 'here', '--broker', 'there')
  expect(code).toBe(0)
  expect(bench.statuses).toContain('b on there: gap')
  expect(bench.results.summary).toMatchObject({ passed: 3, failed: 0, gap: 1 })
  expect(bench.results.gaps).toMatchObject([{ of: 'there', open: true, reason: 'it does not answer' }])
  expect(bench.results.scenarios.find((s) => s.status === 'gap')!.reason).toBe('known gap of there: it does not answer')
  expect(out).toMatch(/b +passed +gap\n/)
  expect(out).toMatch(/known gap of there: it does not answer s\/gaps\.yaml:3/)
  expect(out).toContain('3 passed, 1 known gap')
})

test('a gap may be that of a kind of device, on whatever broker', async () => {
  const gaps = '  - { device: umqtt.simple, scenario: b, reason: it does not answer }\n'
  using bench = new Bench({ a: passing('a'), b: on('b', 'here') }, gaps)
  expect((await bench.hil('run', '--broker', 'there')).code).toBe(0)
  expect(bench.statuses).toEqual(['a on there: passed', 'b on there: gap'])
  expect(bench.results.gaps).toMatchObject([{ of: 'umqtt.simple', open: true }])
  await bench.hil('run', '--broker', 'there', '--bind', 'blue=umqtt.robust')
  expect(bench.statuses).toContain('b on there: failed')
})

test('a gap that is none any more is told, and one of another version holds nothing', async () => {
  const gaps = [
    '  - { broker: aedes, versions: ">=1", scenario: a, reason: long ago }',
    '  - { broker: there, versions: "<1", scenario: b, reason: of an old version }',
  ].join('\n')
  using bench = new Bench({ a: passing('a'), b: on('b', 'here') }, gaps)
  const { code, out } = await bench.hil('run', '--broker', 'here', '--broker', 'there')
  expect(code).toBe(1)
  expect(bench.statuses).toContain('b on there: failed')
  expect(bench.results.gaps).toMatchObject([
    { of: 'here', open: false },
    { of: 'there', open: false },
  ])
  expect(out).toMatch(/no longer a gap of here: long ago/)
  expect(out).not.toContain('of an old version')
})

test('a statement that a broker breaks in one scenario is an open gap, though it keeps it in another', async () => {
  const verifies = 'verifies: [MQTT-3.1.4-4]\n'
  const gaps = '  - { broker: there, statement: MQTT-3.1.4-4, reason: not always }\n'
  using bench = new Bench({ a: passing('a', verifies), b: on('b', 'here', verifies) }, gaps)
  expect((await bench.hil('run', '--broker', 'there')).code).toBe(0)
  expect(bench.statuses).toEqual(['a on there: passed', 'b on there: gap'])
  expect(bench.results.gaps).toMatchObject([{ open: true }])
})

test('a gap of one statement does not excuse a step that tests another', async () => {
  const step = '  - verifies: [MQTT-3.1.4-5]\n    expect: { packet: { to: blue, type: pingresp }, within: 20ms }\n'
  const gaps = '  - { broker: here, statement: MQTT-3.1.4-4, reason: of that one only }\n'
  using bench = new Bench({ a: `${passing('a', 'verifies: [MQTT-3.1.4-4]\n')}${step}` }, gaps)
  expect((await bench.hil('run', '--broker', 'here')).code).toBe(1)
  expect(bench.statuses).toEqual(['a on here: failed'])
})

test('a gap that names nothing is a mistake, with its place', async () => {
  const gaps = [
    '  - { broker: her, scenario: a, reason: x }',
    '  - { broker: here, scenario: aa, reason: x }',
    '  - { broker: here, statement: MQTT-9.9.9-9, reason: x }',
    '  - { broker: here, versions: new, scenario: "b [q=1]", reason: x }',
    '  - { broker: here, reason: x }',
  ].join('\n')
  using bench = new Bench({ a: passing('a'), b: passing('b') }, gaps)
  const { code, err } = await bench.hil('run', 's/a.scenario.yaml')
  expect(code).toBe(2)
  expect(err).toMatch(/s\/gaps\.yaml:3:15 error gap\/names-nothing\n +unknown broker "her"/)
  expect(err).toMatch(/:4:31 error gap\/names-nothing\n +no scenario here is called "aa"/)
  expect(err).toMatch(/:5:32 error gap\/names-nothing\n +no scenario here tests "MQTT-9\.9\.9-9"/)
  expect(err).toMatch(/:6:31 error gap\/bad-versions/)
  expect(err).toMatch(/:7:\d+ error gap\/names-nothing\n +a gap names a statement or a scenario/)
  expect(err).toContain('did you mean "here"?')
  expect(err).toContain('5 errors')
})

test('without brokers in the config there is no all', async () => {
  using bench = new Bench({ a: passing('a') })
  const { code, err } = await bench.hil('run', '--broker', 'all', '--config', join('..', 'no-such.ts'))
  expect([code, err.includes('config/not-found')]).toEqual([2, true])
})

const GUARDED = `${passing('plain')}  - if: "\${{ broker.name != 'external' }}"\n    broker: restart\n`

const RESTARTING = `name: restarting
version: 1
devices:
  blue: { use: umqtt.simple }
steps:
  - connect: blue
  - parallel:
      - broker: { restart: { down-for: 10ms } }
      - delay: 1ms
`

test('a scenario that restarts its broker is skipped on one by its URL, with the reason; others run there', async () => {
  await using broker = await brokers.aedes.open()
  using bench = new Bench({ restarting: RESTARTING, plain: GUARDED })
  const at = `${broker.host}:${broker.port}`
  const reason = `line 8 controls the broker, and that at ${at} was not started here`
  const url = `mqtt://someone:hidden-word@${at}`
  const checked = await bench.hil('check', '--broker', url)
  expect(checked.out).toContain(`1 will be skipped: ${reason}\n`)
  const ran = await bench.hil('run', '--broker', url)
  expect(ran.code).toBe(0)
  expect(ran.out).toContain('1 skipped')
  expect(bench.results.scenarios.map(({ name, status, reason }) => [name, status, reason])).toEqual([
    ['plain', 'passed', null],
    ['restarting', 'skipped', reason],
  ])
  expect(checked.out + ran.out + JSON.stringify(bench.results)).not.toContain('hidden-word')
  expect((await bench.hil('check', '--broker', 'aedes')).out).not.toContain('skipped')
})

test('what a broker is known not to do is noted below the table as no failure', async () => {
  using bench = new Bench({ a: passing('a') })
  const { out } = await bench.hil('run', '--broker', 'here', '--broker', 'there')
  const lines = out.split('\n').filter((line) => line.includes('known limit'))
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) expect(line).toMatch(/^ +note, no failure: a known limit of \w+ at "/)
  expect(out).not.toContain('does not pass')
})
