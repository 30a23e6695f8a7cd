// What a project adds is what comes with mqtt-hil: scenarios, bindings, the schema and `hil clients` know it.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { hilIn, Scratch } from '../cli/testing.ts'
import { parseBinding, scenarioSchema } from '../plan/index.ts'
import { runScenario } from '../select/index.ts'
import { defineDevice, defineDisturbance, defineMatcher, defineStep, loadConfig, removeExtensions } from './index.ts'

afterEach(() => removeExtensions())

/** Connects by bytes of its own: CONNECT of client id `a`, level 4. */
const sensor = defineDevice({
  summary: 'a sensor of ours',
  options: [{ name: 'reading', type: 'int', default: 21, summary: 'what it says' }],
  start({ connect, log, options }) {
    return {
      calls: {
        connect: async () => {
          const socket = connect()
          socket.write(Buffer.from('100d00044d5154540400003c000161', 'hex'))
          await new Promise((resolve) => socket.once('data', resolve))
          log(`reading ${options.reading}`)
        },
        fail: () => {
          throw new RangeError('too hot')
        },
      },
      stop() {},
    }
  },
})

const EXTENSIONS = {
  devices: { sensor },
  steps: {
    shout: defineStep({
      kind: 'action',
      summary: 'says something into the record',
      args: z.strictObject({ device: z.string().describe('who'), what: z.string().describe('what') }),
      devices: ({ device }) => [device],
      run: async ({ device, what }, stage) => {
        stage.recorder.record({ kind: 'serial', device, stream: 'out', line: what.toUpperCase() })
      },
      show: ({ what }) => `shout ${what}`,
    }),
  },
  matchers: {
    shouted: defineMatcher({
      summary: 'a line in capitals',
      kind: 'serial',
      fields: z.strictObject({ device: z.string().describe('whose') }),
      devices: ({ device }) => [device],
      stream: ({ device }) => `serial:${device}`,
      compare: ({ device }, event) =>
        event.kind !== 'serial' || event.device !== device
          ? null
          : /^[A-Z]+$/.test(event.line)
            ? []
            : ['it is not in capitals'],
      show: ({ device }) => `a shout of ${device}`,
    }),
  },
  disturbances: {
    eat: defineDisturbance({
      summary: 'eats the packet',
      settings: z.strictObject({}),
      make: () => () => ({ take() {} }),
      show: () => 'eat',
    }),
  },
}

const SCENARIO = `name: own
version: 1
timeout: 20s
devices: { a: { use: sensor, with: { reading: 35 } } }
steps:
  - connect: a
  - expect: { serial: { device: a, line: reading 35 } }
  - expect: { packet: { to: a, type: connack } }
  - call: { device: a, method: fail, raises: { type: RangeError, args: [too hot] } }
  - call: { device: a, method: teleport, raises: AttributeError }
  - shout: { device: a, what: hello }
  - expect: { shouted: { device: a } }
  - disturb: { device: a, direction: up, do: eat }
`

it('by the API: objects', async () => {
  const [run] = await runScenario({ text: SCENARIO }, EXTENSIONS)
  expect([run!.status, ...run!.verdicts.flatMap(({ kind, got }) => (kind === 'pass' ? [] : [got]))]).toEqual(['passed'])
  expect(parseBinding('sensor')).toMatchObject({ use: 'sensor' })
  const schema = JSON.stringify(scenarioSchema())
  for (const word of ['sensor', 'shout', 'shouted', 'eat']) expect(schema).toContain(`"${word}"`)
})

it('a device of ours that loses its power is gone without a byte', async () => {
  const text = `${SCENARIO.slice(0, SCENARIO.indexOf('steps:'))}steps:
  - connect: a
  - power: { device: a, state: off }
  - never: { packet: { from: a }, for: 100ms }
  - never: { socket: { from: a, event: closed, by: device }, for: 100ms }
`
  const [run] = await runScenario({ text }, EXTENSIONS)
  expect(run!.status).toBe('passed')
})

it('what is misspelt knows the project’s own words', async () => {
  const wrong = SCENARIO.replace('use: sensor', 'use: sensro').replace('- shout', '- shuot')
  await expect(runScenario({ text: wrong }, EXTENSIONS)).rejects.toThrow(
    /did you mean "sensor"\?[\s\S]*did you mean "shout"\?/,
  )
})

const MODULE = `
export default {
  summary: 'from a module',
  start: ({ log }) => ({ calls: { connect() { log('hello') } }, stop() {} }),
}
`

it('by a config: modules, in check, run, clients and the schema; reporters and brokers as well', async () => {
  using scratch = new Scratch()
  const write = (name: string, text: string): void => writeFileSync(join(scratch.path, name), text)
  mkdirSync(join(scratch.path, 'hil'))
  write('hil/talker.mjs', MODULE)
  write(
    'hil/counter.mjs',
    `export default { name: 'counter', summary: 'counts', to: ['terminal'], create: ({ print }) => {
      let count = 0
      return { onScenarioEnd: () => void count++, onEnd: () => print(count + ' counted\\n') }
    } }`,
  )
  write(
    'harness.config.mjs',
    `export default { devices: { talker: './hil/talker.mjs' }, reporters: ['./hil/counter.mjs'], output: 'results' }`,
  )
  write(
    'own.scenario.yaml',
    'name: own\nversion: 1\ndevices: { a: { use: talker } }\nsteps:\n  - connect: a\n  - expect: { serial: { device: a, line: hello } }\n',
  )
  const here = (...args: string[]) => hilIn(scratch.path, ...args)
  expect(await here('check', 'own.scenario.yaml')).toMatchObject({ err: '', code: 0 })
  expect(await here('run', 'own.scenario.yaml')).toMatchObject({ err: '', out: '1 counted\n', code: 0 })
  expect((await here('clients')).out).toMatch(/talker +from a module/)
  expect((await here('schema')).out).toContain('"talker"')
})

it('a client of a config is one that hil emulate knows', async () => {
  using scratch = new Scratch()
  const write = (name: string, text: string): void => writeFileSync(join(scratch.path, name), text)
  write(
    'acme.mjs',
    `export default { name: 'acme', library: 'acme', version: '1', summary: 'ours', quirks: [], methods: {}, verbs: {},
      options: [{ name: 'keepalive', type: 'seconds', default: 60, summary: 'keep alive' }], identity: () => ({}), create() {} }`,
  )
  write('harness.config.mjs', `export default { clients: { acme: './acme.mjs' } }`)
  const here = (...args: string[]) => hilIn(scratch.path, 'emulate', ...args)
  expect(await here('acm')).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "acme"?') })
  expect(await here('acme', '--with', 'keepaliv=3')).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean "keepalive"?'),
  })
})

it.each([
  [{ devices: { mqttjs: sensor } }, /devices\.mqttjs: "mqttjs" is a word of mqtt-hil itself/],
  [{ steps: { expect: EXTENSIONS.steps.shout } }, /steps\.expect: "expect" is a word/],
  [{ matchers: { within: EXTENSIONS.matchers.shouted } }, /matchers\.within: "within" is a word/],
  [{ devices: { a: {} } }, /devices\.a: this device has no summary/],
  [{ clients: { a: { summary: 'x' } } }, /clients\.a: this client has no options \(a list\)/],
  [{ devices: { a: './not/there.mjs' } }, /devices\.a: .*not\/there\.mjs cannot be loaded/],
  [{ devices: { a: 5 } }, /devices\.a: expected an object, or the path of a module/],
  [{ devcies: {} }, /unknown option "devcies"; did you mean "devices"\?/],
])('%o is refused', async (options, told) => {
  await expect(runScenario({ text: SCENARIO }, options as never)).rejects.toThrow(told)
})

it('a config names what is wrong', async () => {
  using scratch = new Scratch()
  const file = join(scratch.path, 'harness.config.mjs')
  writeFileSync(file, 'export default { reporters: ["./x.mjs"] }\n')
  await expect(loadConfig(file)).rejects.toMatchObject({ code: 'config/bad-extension' })
})
