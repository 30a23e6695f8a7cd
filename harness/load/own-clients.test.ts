// Fleets of a project's own client: each process of the fleet loads it from where this one has it.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clients } from '../../emulators/index.ts'
import { ROOT, Scratch } from '../cli/testing.ts'
import { addExtensions, defineStep, loadConfig, removeExtensions } from '../config/index.ts'
import { claimsOf, runFleet } from './testing.ts'

afterEach(() => removeExtensions())

const CLIENT = `
import { clients } from 'mqtt-hil/emulators'
const known = clients['umqtt.simple']
// Whatever a scenario names the device, the library says who made it.
export default { ...known, name: 'acme', identity: (name, ...where) => known.identity('acme/' + name, ...where) }
`
const STEP = `
import { defineStep, z } from 'mqtt-hil'
export default defineStep({
  kind: 'action', summary: 'nothing', args: z.strictObject({ minutes: z.number().describe('how long') }),
  devices: () => [], run: async () => {}, show: () => 'rest',
})
`
const FLEET = `
timeout: 110s
fleet:
  sensors:
    use: acme
    count: 3
    link: 100%
    publish: [{ topic: "t/\${{ i }}", every: 50ms, size: 40, qos: 1, times: 2 }]
observer: ["t/#"]
steps:
  - rest: { minutes: 5 }
  - expect: { packet: { from: sensors-2, type: connect, match: { clientId: acme/sensors-2 } }, since: start, within: 100s }
  - expect: { message: {}, since: start, count: { min: 6 }, within: 100s }
  - expect: { fleet: { group: sensors, connected: 100% }, within: 100s }
`

/** A project with both, and mqtt-hil to import from. */
function project(): Scratch {
  const scratch = new Scratch()
  mkdirSync(join(scratch.path, 'node_modules'))
  symlinkSync(ROOT, join(scratch.path, 'node_modules/mqtt-hil'))
  writeFileSync(join(scratch.path, 'acme.mjs'), CLIENT)
  writeFileSync(join(scratch.path, 'rest.mjs'), STEP)
  return scratch
}

describe('a fleet of a client of the project', () => {
  it('runs with the client and the steps of a config', async () => {
    using scratch = project()
    const config = join(scratch.path, 'harness.config.mjs')
    writeFileSync(
      config,
      `import acme from './acme.mjs'\nexport default { clients: { acme }, steps: { rest: './rest.mjs' } }\n`,
    )
    await loadConfig(config)
    const run = await runFleet(FLEET)
    expect([run.problem, run.bug, claimsOf(run)]).toEqual([null, undefined, ['pass', 'pass', 'pass']])
    expect(run.load!.counts.all).toMatchObject({ connects: 3, messages_published: 6, messages_acked: 6 })
  })

  it('runs with those that a call names by their modules', async () => {
    using scratch = project()
    await addExtensions({ clients: { acme: './acme.mjs' }, steps: { rest: './rest.mjs' } }, scratch.path, 'a call')
    const run = await runFleet(FLEET)
    expect([run.problem, run.bug, claimsOf(run)]).toEqual([null, undefined, ['pass', 'pass', 'pass']])
  })

  it('does not run with one that this process alone has', async () => {
    const rest = defineStep({
      kind: 'action',
      summary: 'nothing',
      args: z.strictObject({ minutes: z.number().describe('how long') }),
      devices: () => [],
      run: async () => {},
      show: () => 'rest',
    })
    await addExtensions(
      { clients: { acme: { ...clients['umqtt.simple'], name: 'acme' } }, steps: { rest } },
      ROOT,
      'a call',
    )
    const { problem } = await runFleet(FLEET)
    expect(problem).toMatchObject({
      code: 'run/shard',
      message: expect.stringMatching(/does not compile in a process of the fleet: "acme" is not one of/),
      hint: expect.stringContaining('path of a module'),
    })
  })
})
