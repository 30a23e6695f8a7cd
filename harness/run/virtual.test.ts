// Virtual boards in scenarios, with real links and a real broker: as puppets, with programs of their
// own, and in the roles of emulated devices.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { milliseconds, seconds } from '../../emulators/index.ts'
import { compareRecords } from '../compare/index.ts'
import { compile, type Plan } from '../plan/index.ts'
import { kindsOf, plansOf, run, runText } from './testing.ts'

const ROOT = join(import.meta.dirname, '../..')

function boundPlan(file: string, bind: Record<string, string>): Plan {
  const path = join(ROOT, file)
  const broker = () => ({ name: 'aedes', keepaliveSlack: milliseconds(50) })
  const { plans, diagnostics } = compile(path, readFileSync(path, 'utf8'), { broker, bind })
  expect(diagnostics.all).toEqual([])
  return plans[0]!
}

// They claim times to a fraction of a second, and last for seconds: in virtual time neither depends on the machine.
const inVirtualTime = (plan: Plan) => run(plan, { clock: 'virtual' })
const failed = ({ status, verdicts, problem }: Awaited<ReturnType<typeof run>>): unknown =>
  status === 'passed' ? null : { status, problem, failed: verdicts.filter(({ kind }) => kind !== 'pass') }

describe('one scenario file', () => {
  test.each([
    ['both virtual', { blue: 'virtual', green: 'virtual' }],
    ['one virtual, one emulated', { blue: 'virtual' }],
  ])('the two boards and their buttons, %s', { timeout: 60_000 }, async (_, bind) => {
    expect(failed(await inVirtualTime(boundPlan('scenarios/02-button-led.scenario.yaml', bind)))).toBeNull()
  })

  test('the room light resets its board by itself', { timeout: 60_000 }, async () => {
    expect(
      failed(await inVirtualTime(boundPlan('scenarios/13-eduponics-restart.scenario.yaml', { light: 'virtual' }))),
    ).toBeNull()
  })

  test.each(['01-hello', '03-will-on-fin', '09-robust-new-packet-id', '10-publish-hangs', '11-qos-acks'])(
    '%s with a puppet',
    async (name) => {
      expect(failed(await inVirtualTime(boundPlan(`scenarios/${name}.scenario.yaml`, { blue: 'virtual' })))).toBeNull()
    },
  )
})

test('the five minutes of docs/boards.md', async () => {
  const page = readFileSync(join(ROOT, 'docs/boards.md'), 'utf8')
  const block = (language: string, name: string): string =>
    new RegExp(`^\`\`\`${language}\\n# (?:my-board/)?${name}\\n(.*?)^\`\`\``, 'ms').exec(page)![1]!
  const folder = mkdtempSync(join(tmpdir(), 'hil-docs-'))
  try {
    mkdirSync(join(folder, 'my-board'))
    writeFileSync(join(folder, 'my-board/main.py'), block('python', 'main.py'))
    const [plan] = plansOf(block('yml', 'lamp.scenario.yaml'), join(folder, 'lamp.scenario.yaml'))
    expect((await run(plan!)).status).toBe('passed')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describe('the emulated client and the real one send the same', () => {
  test.each([
    ['01-hello', 'blue'],
    ['07-robust-reconnect-beat', 'blue'],
    ['08-robust-lost-subscriptions', 'green'],
    ['11-qos-acks', 'blue'],
  ])('%s', { timeout: 60_000 }, async (name, device) => {
    const file = `scenarios/${name}.scenario.yaml`
    const emulated = await inVirtualTime(boundPlan(file, {}))
    const virtual = await inVirtualTime(boundPlan(file, { [device]: 'virtual' }))
    expect([failed(emulated), failed(virtual)]).toEqual([null, null])
    // Packets and their order; a real library computes, and its times are another thing.
    const { differences, same } = compareRecords(emulated.events, virtual.events, { tolerance: seconds(60) })
    expect(differences).toEqual([])
    expect(same).toBeGreaterThan(3)
  })
})

const board = (files: string, steps: string, more = '') =>
  runText(
    `name: n\nversion: 1\ntimeout: 20s\ndevices:\n  blue: { use: micropython${more}, files: ${files} }\nsteps:\n${steps}\n`,
  )

const main = (source: string): string => `{ main.py: { text: ${JSON.stringify(source)} } }`

describe('a program of its own', () => {
  test('an exception that nobody catches is on the console, and the device has crashed', async () => {
    const { status, events } = await board(
      main('print("up")\n1/0\n'),
      '  - expect: { serial: { device: blue, line: up } }\n  - expect: { serial: { device: blue, line: "/ZeroDivisionError/" } }\n  - expect: { serial: { device: blue, line: "/help/" } }',
    )
    expect(status).toBe('passed')
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'device', change: 'crashed', detail: 'ZeroDivisionError: divide by zero' }),
    )
  })

  test('its button is driven, its LED is seen, what is typed reaches it', async () => {
    const source = `
from machine import Pin
import time
led, button = Pin(2, Pin.OUT), Pin(0, Pin.IN, Pin.PULL_UP)
print("ready", button.value())
while button.value(): time.sleep_ms(2)
led.on()
print("hello " + input())
`
    const { status, verdicts } = await board(
      main(source),
      `  - expect: { serial: { device: blue, line: ready 1 } }
  - drive: { device: blue, signal: button, pressed: true }
  - expect: { signal: { device: blue, signal: led, value: 1 } }
  - serial: { device: blue, send: bob }
  - expect: { serial: { device: blue, line: "/hello bob/" } }
  - reset: blue
  - expect: { signal: { device: blue, signal: led, value: 0 } }`,
      ', signals: { led: { pin: 2 }, button: { pin: 0, active: low } }',
    )
    expect(kindsOf(verdicts).filter((v) => v.includes('fail'))).toEqual([])
    expect(status).toBe('passed')
  })

  test('reaches the broker of the scenario by whatever name it was printed with', async () => {
    const source = `
import network
network.WLAN(network.STA_IF).active(True)
network.WLAN(network.STA_IF).connect("a", "b")
from umqtt.simple import MQTTClient
c = MQTTClient("blue", "mqtt.eclipse.org", keepalive=60)
c.connect()
c.publish(b"t", b"hi")
`
    const { status } = await board(main(source), '  - expect: { message: { topic: t, payload: hi } }')
    expect(status).toBe('passed')
  })

  test('loses its Wi-Fi and finds it again, and its connection is silent meanwhile', async () => {
    const source = `
import network, time
sta = network.WLAN(network.STA_IF)
sta.active(True)
sta.connect("a", "b")
while not sta.isconnected(): pass
from umqtt.simple import MQTTClient
c = MQTTClient("blue", "h")
c.connect()
while sta.isconnected(): time.sleep_ms(5)
print("lost")
c.publish(b"t", b"unheard")
while not sta.isconnected(): time.sleep_ms(5)
print("found")
c.connect()
c.publish(b"t", b"heard")
`
    const { status, events } = await board(
      main(source),
      `  - expect: { serial: { device: blue, line: lost } }
  - expect: { serial: { device: blue, line: found }, within: 5s }
  - expect: { message: { topic: t, payload: heard } }
  - never: { message: { topic: t, payload: unheard }, for: 100ms }`,
      ', wifi: { lost-after: 200ms, lost-for: 300ms }',
    )
    expect(status).toBe('passed')
    expect(events.filter((e) => e.kind === 'packet' && !e.delivered)).toHaveLength(1)
  })

  test('power off is a board that is gone: the will comes by keep alive only, and boot starts it anew', async () => {
    const source = `
import network, time
sta = network.WLAN(network.STA_IF)
sta.active(True)
sta.connect("a", "b")
from umqtt.simple import MQTTClient
c = MQTTClient("blue", "h", keepalive=1)
c.set_last_will(b"gone", b"1")
c.connect()
while True:
    c.ping()
    time.sleep(0.3)
`
    const { status, verdicts } = await board(
      main(source),
      `  - boot: blue
  - expect: { packet: { from: blue, type: connect } }
  - power: { device: blue, state: off }
  - never: { socket: { from: blue, event: closed, by: device }, for: 300ms }
  - expect: { message: { topic: gone }, within: 4s }
  - boot: blue
  - expect: { packet: { from: blue, type: connect } }`,
    )
    expect(kindsOf(verdicts).filter((v) => v.includes('fail'))).toEqual([])
    expect(status).toBe('passed')
  })
})

describe('a puppet', () => {
  test('tells what a call raised, by the errno’s name, and where one hangs', async () => {
    const { status, verdicts, events } = await board(
      '{}',
      `  - network: { device: blue, state: down, mode: refuse }
  - connect: { device: blue, raises: { type: OSError, args: [ECONNREFUSED] } }
  - network: { device: blue, state: up }
  - connect: blue
  - wait: { device: blue, within: 300ms }`,
    )
    expect(status).toBe('failed')
    expect(verdicts.filter((v) => v.kind === 'fail').map((v) => v.step)).toEqual(['4'])
    expect(events).toContainEqual(
      expect.objectContaining({ state: 'running', detail: expect.stringContaining('waiting in read(1) for ') }),
    )
  })

  test('without its library is an environment that lacks something', async () => {
    const { status, problem } = await board('{}', '  - connect: blue', ', client: umqttsimple')
    expect(status).toBe('broken')
    expect(problem?.message).toContain('umqttsimple')
    expect(problem?.hint).toContain('lib/')
  })

  test('subscribes to several topics, looks for messages by itself, and prints them', async () => {
    const { status, verdicts } = await board(
      '{}',
      `  - connect: blue
  - subscribe: { device: blue, topics: [a, b] }
  - publish: { device: blue, topic: a, payload: "één" }
  - publish: { device: blue, topic: b, hex: "00ff" }
  - expect:
      all:
        - serial: { device: blue, line: message a één }
        - serial: { device: blue, line: "message b \\\\x00\\\\xff" }
  - call: { device: blue, method: setattr, args: [pid, 65535] }
  - publish: { device: blue, topic: c, payload: x, qos: 1, start: true }
  - expect: { packet: { from: blue, type: malformed } }`,
    )
    expect(verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
    expect(status).toBe('passed')
  })
})

describe('what cannot be', () => {
  const broker = () => ({ name: 'aedes', keepaliveSlack: milliseconds(50) })
  const codes = (device: string, bind?: Record<string, string>) => {
    const text = `name: n\nversion: 1\ndevices:\n  blue: ${device}\nsteps:\n  - delay: 1ms\n`
    const { plans, diagnostics } = compile('n.scenario.yaml', text, { broker, ...(bind === undefined ? {} : { bind }) })
    return { codes: diagnostics.all.map((d) => d.code), skip: plans[0]?.skip }
  }

  test.each([
    ['{ use: micropython, files: { main.py: no/such.py } }', 'scenario/no-such-file'],
    ['{ use: micropython, firmware: button-led, with: { name: a, peer: b } }', 'scenario/no-program'],
    ['{ use: micropython, client: quecpython }', 'scenario/no-puppet'],
    ['{ use: micropython, with: { colour: red } }', 'scenario/unknown-option'],
    ['{ use: micropython, command: ls }', 'scenario/key-of-another-kind'],
  ])('%s is %s', (device, code) => {
    expect(codes(device).codes).toEqual([code])
  })

  test.each([
    ['{ use: umqtt.simple, firmware: button-led, with: { name: a, peer: b } }', /no files: with a main.py/],
    ['{ use: quecpython }', /no puppet plays quecpython/],
    ['{ use: minimqtt }', /has no minimqtt; files: .* or virtual:FOLDER would give it/],
    ['{ use: process, command: ls }', /what process does/],
    ['{ use: umqttsimple }', /has no umqttsimple; files: .* would give it/],
  ])('bound to a board, %s is skipped', (device, why) => {
    const { codes: found, skip } = codes(device, { blue: 'virtual' })
    expect(found).toEqual([])
    expect(skip).toMatch(why)
  })
})
