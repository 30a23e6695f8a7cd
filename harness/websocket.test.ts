// MQTT over WebSocket from a scenario's text to its verdicts: which devices speak it, what they find, who is skipped.

import { expect, test } from 'vitest'
import { brokers } from './brokers/index.ts'
import type { ScenarioRun } from './run/index.ts'
import { type RunScenarioOptions, runScenario } from './select/index.ts'

const text = (devices: readonly string[], steps: readonly string[], always: readonly string[] = []): string =>
  [
    'name: test',
    'version: 1',
    'timeout: 20s',
    'devices:',
    ...devices.map((line) => `  ${line}`),
    ...(always.length === 0 ? [] : ['always:', ...always.map((line) => `  - ${line}`)]),
    'steps:',
    ...steps.map((line) => `  - ${line}`),
  ].join('\n')

async function run(source: string, options: RunScenarioOptions = {}): Promise<ScenarioRun> {
  const [run] = await runScenario({ file: 'test.scenario.yaml', text: source }, options)
  if (run!.bug !== undefined) throw run!.bug
  return run!
}

const why = ({ status, problem, verdicts }: ScenarioRun): unknown => [
  status,
  problem?.message ?? null,
  ...verdicts.filter((v) => v.kind !== 'pass'),
]
const passed = (run: ScenarioRun): void => expect(why(run)).toEqual(['passed', null])

const CLEAN = ['never: { violation: { by: broker } }', 'never: { violation: { by: device } }']

test.each(['true', 'true, tls: true'])(
  'raw devices, MQTT.js and TCP meet at one broker: websocket: %s',
  async (web) => {
    const steps = [
      'connect: tester',
      'connect: js',
      'connect: plain',
      'subscribe: { device: js, topic: a/b, qos: 2 }',
      'publish: { device: plain, topic: a/b, payload: one, qos: 2 }',
      'expect: { serial: { device: js, line: message a/b one } }',
      'publish: { device: js, topic: c, payload: two, qos: 1 }',
      'expect: { message: { topic: c, payload: two } }',
      'send: { device: tester, split: 2, frame: fragmented, packet: { type: publish, topic: a/b, payload: three } }',
      'expect: { serial: { device: js, line: message a/b three } }',
      'disconnect: tester',
      'expect: { frame: { from: tester, opcode: close, code: 1000 } }',
      'expect: { socket: { from: tester, event: closed, by: device, detail: close frame 1000 } }',
      'disconnect: js',
    ]
    const devices = [
      `tester: { use: raw, link: { websocket: ${web} } }`,
      `js: { use: mqttjs, link: { websocket: ${web} } }`,
      'plain: { use: raw, auto: [pubrel] }',
    ]
    passed(await run(text(devices, steps, CLEAN)))
  },
)

test('MQTT.js comes back by itself when its WebSocket is lost, and is gone without a word when its power is', async () => {
  const steps = [
    'connect: js',
    'subscribe: { device: js, topic: a/b }',
    'network: { device: js, state: down, mode: reset }',
    'network: { device: js, state: up }',
    'expect: { upgrade: { to: js, status: 101, connection: 2 }, within: 5s }',
    'expect: { packet: { to: js, type: suback }, since: start, count: { min: 2 }, within: 3s }',
    'id: off\n    power: { device: js, state: off }',
    'never: { frame: { from: js }, after: off, for: 300ms }',
    'never: { socket: { from: js, event: ended }, after: off, for: 100ms }',
  ]
  passed(await run(text(['js: { use: mqttjs, with: { reconnectPeriod: 100ms }, link: { websocket: true } }'], steps)))
})

test.each([
  ['{ websocket: true }', /^ws:\/\/127\.0\.0\.1:\d+\/mqtt$/],
  ['{ websocket: true, tls: true }', /^wss:\/\/localhost:\d+\/mqtt$/],
  ['{ tls: true }', /^mqtts:\/\/localhost:\d+$/],
  ['{}', /^mqtt:\/\/127\.0\.0\.1:\d+$/],
])('a program finds its broker by one URL: %s', async (link, url) => {
  const program = [
    "const { connect } = require('mqtt'), { readFileSync } = require('fs')",
    'const { HIL_URL, HIL_CAFILE } = process.env',
    "console.log(HIL_URL + ' ' + (process.argv[1] === HIL_URL))",
    'const c = connect(HIL_URL, HIL_CAFILE ? { ca: readFileSync(HIL_CAFILE) } : {})',
    "c.on('connect', () => c.publish('from/program', 'hi', { qos: 1 }, () => c.end()))",
  ].join('; ')
  const command = JSON.stringify(['node', '-e', program, '${{ link.url }}'])
  const found = await run(
    text(
      [`dut: { use: process, command: ${command}, link: ${link} }`],
      [
        'expect: { message: { topic: from/program, payload: hi }, since: start, within: 10s }',
        'expect: { exit: { device: dut, code: 0 }, since: start, within: 10s }',
      ],
    ),
  )
  passed(found)
  const said = found.events.flatMap((e) => (e.kind === 'serial' ? [e.line] : []))[0]!
  expect(said.replace(/ true$/, '')).toMatch(url)
  expect(said).toMatch(/ true$/)
})

const WEB = ['blue: { use: raw, link: { websocket: true } }']

test('a broker by its ws:// URL has links of both kinds', async () => {
  await using broker = await brokers.aedes.open({ websocket: true })
  const { host, port, path } = broker.websocket!
  const steps = [
    'connect: blue',
    'connect: green',
    'publish: { device: blue, topic: a, payload: x, qos: 1 }',
    'expect: { message: { topic: a } }',
  ]
  passed(await run(text([...WEB, 'green: { use: raw }'], steps), { broker: `ws://${host}:${port}${path}` }))
})

test('a broker without WebSocket: skipped, with the reason', async () => {
  const { status, plan } = await run(text(WEB, ['connect: blue']), { broker: 'mqtt://127.0.0.1:9' })
  expect([status, plan.skip]).toEqual(['skipped', 'external has no WebSocket here'])
})

test('a client without WebSocket: skipped when it was bound, an error when the file says so', async () => {
  const { status, plan } = await run(text(WEB, ['connect: blue']), { bind: { blue: 'umqtt.simple' } })
  expect([status, plan.skip]).toEqual(['skipped', 'blue is bound to umqtt.simple, which has no WebSocket'])
  await expect(
    run(text(['blue: { use: umqtt.simple, link: { websocket: true } }'], ['connect: blue'])),
  ).rejects.toThrow(/scenario\/no-websocket[\s\S]*umqtt\.simple has no WebSocket[\s\S]*process or raw or mqttjs/)
})

test('a program in the role: only when its command asks for the URL', async () => {
  const scenario = text(WEB, ['expect: { message: { topic: t }, since: start, within: 10s }'])
  const bound = async (command: string) => run(scenario, { bind: { blue: `process:${command}` } })
  const { status, plan } = await bound('mosquitto_pub -h ${{ link.host }} -p ${{ link.port }} -t t -m x')
  expect([status, plan.skip]).toEqual([
    'skipped',
    'blue is bound to a process, whose command does not ask for ${{ link.url }}',
  ])
  const program = "require('mqtt').connect(process.argv[1]).publish('t', 'x')"
  passed(await bound(`node -e "${program}" ${'${{ link.url }}'}`))
})

test('frames are for WebSocket alone', async () => {
  const devices = ['blue: { use: raw }']
  const sent = 'send: { device: blue, frame: text, packet: { type: pingreq }, raises: { type: ValueError } }'
  passed(await run(text(devices, ['connect: blue', sent])))
  const injected = 'inject: { device: blue, to: device, frame: text, packet: { type: pingresp } }'
  const { status, problem, verdicts } = await run(text(devices, ['connect: blue', injected]))
  expect([status, JSON.stringify([problem?.message, verdicts])]).toEqual([
    'failed',
    expect.stringContaining('no WebSocket'),
  ])
})
