// The command line as a person meets it: the built program, real brokers, exit codes and reports.

import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { programsOf } from './children.testing.ts'
import { hil, hilBuilt, Scratch, start } from './testing.ts'

const FAILING = 'fixtures/scenarios'

describe('hil run', () => {
  it('passes the hello scenario, says where the results lie, and exits 0', async () => {
    using scratch = new Scratch()
    const { code, out } = await hilBuilt('run', 'scenarios/01-hello.scenario.yaml', '--output', scratch.path)
    expect(out).toContain('✓ hello from an emulated ESP32')
    expect(out).toContain('1 passed')
    expect(out).toContain(scratch.path)
    expect(code).toBe(0)
    const results = JSON.parse(readFileSync(join(scratch.path, 'results.json'), 'utf8'))
    expect(results).toMatchObject({ schema: 'mqtt-hil/results', version: 1, summary: { passed: 1, failed: 0 } })
    expect(readFileSync(join(scratch.path, 'junit.xml'), 'utf8')).toContain('tests="1" failures="0"')
  })

  it.each([
    ['wrong-time', 8, /too early: #\d+ \S+ blue ← PUBACK packetId 1/],
    ['wrong-bit', 7, /retain: expected true, got false/],
    ['wrong-id', 7, /packetId: expected 7, got 1/],
    ['wrong-count', 7, /got: 1 of them/],
    ['wrong-silence', 7, /got: #\d+ \S+ observer: t "a"/],
    ['wrong-order', 7, /the first 1, then nothing for: SUBSCRIBE from blue/],
    ['wrong-always', 5, /got: #\d+ \S+ blue → PUBLISH/],
    ['hanging-call', 7, /the device has been waiting in read\(1\) for [\d.]+m?s/],
    ['time-up', 7, /within the time limit of 3s/],
    ['time-up-in-call', 8, /the device has been waiting in read\(1\) for [\d.]+m?s/],
  ])('%s: exits 1 and names line %i and what came', async (name, line, told) => {
    using scratch = new Scratch()
    const file = `${FAILING}/${name}.scenario.yaml`
    // In real time a busy machine makes some of them inconclusive.
    const { code, out } = await hil('run', file, '--clock', 'virtual', '--output', scratch.path)
    expect(out).toMatch(told)
    expect(out).toContain(`${file}:${line}:`)
    expect(code).toBe(1)
  })

  it('finds ten mistakes at once, exits 2, and opens nothing', async () => {
    using scratch = new Scratch()
    const { code, err } = await hil('run', 'fixtures/diagnostics/ten-mistakes.scenario.yaml', '--output', scratch.path)
    expect(code).toBe(2)
    const codes = [...err.matchAll(/^\S+\.yaml:\d+:\d+ error (\S+)$/gm)].map((match) => match[1])
    expect(codes.length).toBeGreaterThanOrEqual(10)
    expect(err).toContain('did you mean "publish"')
    expect(err).toContain('nothing was run')
    expect(readdirSync(scratch.path)).toEqual([])
  })

  it('judges its own record again to the same verdicts', async () => {
    using scratch = new Scratch()
    await hil('run', FAILING, '--grep', 'wrong|expected', '--output', scratch.path)
    const results = JSON.parse(readFileSync(join(scratch.path, 'results.json'), 'utf8'))
    const { code, out } = await hil('judge', scratch.path)
    expect(code).toBe(1)
    expect(out).toContain(`0 passed, ${results.summary.failed} failed`)
    for (const { status, steps } of results.scenarios) {
      expect(status).toBe('failed')
      const failed = steps.find((step: { verdict?: string }) => step.verdict === 'fail')
      expect(out).toContain(`got: ${failed.got}`)
    }
  })

  it('exits 5 when nothing matches and 2 for what it does not know', async () => {
    expect((await hil('run', FAILING, '--grep', 'no such scenario')).code).toBe(5)
    expect((await hil('run', '--no-such-flag')).code).toBe(2)
    const unknown = await hil('run', FAILING, '--broker', 'mosquito')
    expect(unknown).toMatchObject({ code: 2 })
    expect(unknown.err).toContain('did you mean "mosquitto"')
    expect((await hil('run', 'no/such/folder')).code).toBe(2)
  })

  it('exits 3 when the broker cannot be reached', async () => {
    using scratch = new Scratch()
    const { code, out } = await hil(
      'run',
      'scenarios/01-hello.scenario.yaml',
      '--broker',
      'mqtt://127.0.0.1:1',
      '--output',
      scratch.path,
    )
    expect(out).toContain('broker/unreachable')
    expect(code).toBe(3)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('on %s gives everything back and exits %d', async (signal, exit) => {
    using scratch = new Scratch()
    const run = start(['run', `${FAILING}/long.scenario.yaml`, '--output', scratch.path, '--reporter', 'list'])
    const timeline = await inTheMiddle(run.child.pid!)
    expect(timeline.length).toBeGreaterThan(0)
    run.child.kill(signal)
    const { code, out } = await run.ended
    expect(out).toContain('interrupted')
    expect(code).toBe(exit)
    for (const pid of timeline) expect(() => process.kill(pid, 0)).toThrow()
  })
})

/** Waits until the scenario's child process runs; its pids. */
async function inTheMiddle(parent: number): Promise<number[]> {
  for (;;) {
    const children = programsOf(parent)
    if (children.length > 0) return children.map(({ pid }) => pid)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('hil', () => {
  it('check finds nothing wrong with the scenarios for devices that we ship', async () => {
    const { code, out } = await hil('check', 'scenarios/devices')
    expect(out).toMatch(/\d+ files, \d+ scenarios: nothing wrong/)
    expect(code).toBe(0)
  })

  it('list names files, lines and tags', async () => {
    const { code, out } = await hil('list', 'scenarios/01-hello.scenario.yaml', 'scenarios/devices', '--tag', 'demo')
    expect(out).toContain('scenarios/01-hello.scenario.yaml:3 hello from an emulated ESP32 #demo')
    expect(code).toBe(0)
  })

  it('names what comes with the package as a command line has it, in list and in the folder of a record', async () => {
    using scratch = new Scratch()
    const packs = join(scratch.path, 'node_modules/mqtt-hil/scenarios')
    mkdirSync(join(packs, 'demo'), { recursive: true })
    copyFileSync('scenarios/01-hello.scenario.yaml', join(packs, 'demo/hello.scenario.yaml'))
    const listed = await hil('list', packs)
    expect(listed.out).toMatch(/^mqtt-hil\/demo\/hello\.scenario\.yaml:3 /)
    const output = join(scratch.path, 'results')
    expect(await hil('run', packs, '--output', output)).toMatchObject({ code: 0 })
    expect(readdirSync(output)).toContain('mqtt-hil-demo-hello--aedes')
  })

  it('schema prints a draft-7 schema that knows verbs, matchers and clients', async () => {
    const { out } = await hil('schema')
    const schema = JSON.parse(out)
    expect(schema.$schema).toContain('draft-07')
    expect(Object.keys(schema.definitions.step.properties)).toEqual(
      expect.arrayContaining(['publish', 'expect', 'never', 'id']),
    )
    expect(schema.definitions.scenarioDevice.properties.use.anyOf[0].enum).toEqual(
      expect.arrayContaining(['umqtt.simple', 'umqttsimple', 'process']),
    )
  })

  it('clients shows options with units and quirks', async () => {
    expect((await hil('clients')).out).toContain('umqtt.robust')
    expect((await hil('clients', 'umqtt.simple')).out).toMatch(/keepalive\s+a time, such as 30s/)
  })

  it('help is there for each command', async () => {
    const { out, code } = await hil('--help')
    for (const command of ['run', 'check', 'list', 'judge', 'emulate', 'clients', 'schema'])
      expect(out).toContain(`hil ${command}`)
    expect(code).toBe(0)
  })
})
