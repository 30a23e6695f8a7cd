// What needs the real mosquitto: skipped with a reason where it is missing, failing in CI.

import { describe, expect, it } from 'vitest'
import { brokers } from '../brokers/index.ts'
import { needs } from '../brokers/needs.testing.ts'
import { programsOf } from './children.testing.ts'
import { hil, Scratch, start } from './testing.ts'

const mosquittoHere = await needs('mosquitto')

describe.skipIf(mosquittoHere.skip)(`with mosquitto${mosquittoHere.why}`, () => {
  it('exits 3 with the reason when the broker is killed in the middle', async () => {
    using scratch = new Scratch()
    const run = start([
      'run',
      'fixtures/scenarios/long.scenario.yaml',
      '--broker',
      'mosquitto',
      '--output',
      scratch.path,
    ])
    process.kill(await mosquittoBelow(run.child.pid!), 'SIGKILL')
    const { code, out } = await run.ended
    expect(out).toContain('broker/died')
    expect(out).toMatch(/SIGKILL/)
    expect(code).toBe(3)
  })

  it('emulates a board that publishes to any broker', async () => {
    await using broker = await brokers.mosquitto.open()
    const listening = start(['emulate', 'umqtt.simple', '-p', String(broker.port), '-t', 'a/#', '-C', '1', '-v'])
    await listening.saying(/SUBACK/)
    const speaking = await hil('emulate', 'umqtt.simple', '-p', String(broker.port), '-t', 'a/b', '-m', 'hi', '-q', '1')
    expect([speaking.code, speaking.err]).toEqual([0, ''])
    const { code, out } = await listening.ended
    expect(out).toContain('message a/b hi')
    expect(code).toBe(0)
  })
})

/** The pid of the mosquitto that this `hil` started, once its scenario is under way. */
async function mosquittoBelow(parent: number): Promise<number> {
  for (;;) {
    const below = programsOf(parent)
    const broker = below.find(({ name }) => name === 'mosquitto')
    // Its other child is the scenario's process device: then the broker answers and steps run.
    if (broker !== undefined && below.length > 1) return broker.pid
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
