// Recorded, replayed, judged again and drafted from: on the embedded broker and on a real one.

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needs } from '../../brokers/needs.testing.ts'
import { compareReplay } from '../../compare/index.ts'
import { readRecording } from '../../evidence/index.ts'
import { type Ended, hil, Scratch, start } from '../testing.ts'

const mosquittoHere = await needs('mosquitto')

/** Both directions of QoS 0, 1 and 2, a will, retained messages, a reconnect, an end by RST. */
const SCENARIO = `name: two devices
version: 1
devices:
  blue: { use: umqtt.simple, with: { keepalive: 20s }, will: { topic: blue/status, payload: gone, qos: 1, retain: true } }
  green: { use: mqttjs, with: { reconnectPeriod: 0s } }
  tool: { use: raw, auto: [puback, pubrec, pubrel, pubcomp] }
steps:
  - connect: green
  - subscribe: { device: green, topic: blue/#, qos: 2 }
  - delay: 200ms # replays keep to each other by their times
  - connect: blue
  - subscribe: { device: blue, topic: cmd/blue, qos: 1 }
  - publish: { device: blue, topic: blue/t, payload: "21.5", qos: 1 }
  - expect: { packet: { from: green, type: puback } }
  - delay: 200ms
  - publish: { device: green, topic: cmd/blue, payload: "on", qos: 1 }
  - expect: { packet: { from: blue, type: puback } }
  - publish: { device: green, topic: blue/x, payload: two, qos: 2, retain: true }
  - expect: { packet: { from: green, type: pubcomp } }
  - delay: 200ms
  - connect: { device: tool, clean: false }
  - subscribe: { device: tool, topic: blue/x, qos: 1 }
  - expect: { packet: { from: tool, type: puback } }
  - call: { device: tool, method: reset }
  - expect: { socket: { from: tool, event: reset } }
  - connect: { device: tool, clean: false }
  - ping: tool
  - expect: { packet: { to: tool, type: pingresp } }
  - disconnect: tool
  - expect: { socket: { from: tool, event: ended, connection: 2 } }
  - disconnect: blue
  - expect: { socket: { from: blue, event: ended } }
`

let scratch: Scratch
/** The folder of the recorded run. */
let recorded: string

beforeAll(async () => {
  scratch = new Scratch()
  const file = join(scratch.path, 'two.scenario.yaml')
  writeFileSync(file, SCENARIO)
  const output = join(scratch.path, 'results')
  expect(await hil('run', file, '--output', output)).toMatchObject({ code: 0 })
  recorded = join(output, readdirSync(output).find((name) => name.endsWith('--aedes'))!)
})

afterAll(() => scratch[Symbol.dispose]())

const replayed = (output: string): string =>
  join(output, readdirSync(output).find((name) => name.startsWith('replay'))!)

/** `hil judge` says of each what the run itself came to. */
async function judgedTheSame(output: string): Promise<void> {
  const { scenarios } = JSON.parse(readFileSync(join(output, 'results.json'), 'utf8')) as {
    scenarios: { name: string; status: string }[]
  }
  const { out } = await hil('judge', output)
  for (const { name, status } of scenarios) expect(out).toContain(`${status} ${name}\n`)
  expect(out).not.toContain('the run itself was')
}

describe.each([
  ['aedes', { skip: false, why: '' }],
  ['mosquitto', mosquittoHere],
] as const)('hil replay on %s', (broker, { skip, why }) => {
  describe.skipIf(skip)(`with what it has recorded${why}`, () => {
    it.each(['1', '1.5'])('sends the packets of a run again, at speed %s', async (speed) => {
      const output = join(scratch.path, `replay-${broker}-${speed}`)
      const { code, out, err } = await hil('replay', recorded, '--broker', broker, '--speed', speed, '--output', output)
      expect({ code, err, out }).toEqual({
        code: 0,
        err: '',
        out: `= green: 8 packets, the same as recorded\n= blue: 5 packets, the same as recorded\n= tool: 6 packets, the same as recorded\n  results: ${output}\n`,
      })
      // Held against each other here once more, with nothing of the command between.
      const [before, now] = [readRecording(recorded).events, readRecording(replayed(output)).events]
      for (const device of ['blue', 'green', 'tool']) expect(compareReplay(before, now, device).differences).toEqual([])
      const clean = before.filter(
        (e) => e.kind === 'packet' && e.device === 'blue' && e.direction === 'up' && e.packet.type !== 'puback',
      )
      const again = now.filter(
        (e) => e.kind === 'packet' && e.device === 'blue' && e.direction === 'up' && e.packet.type !== 'puback',
      )
      expect(again.map((e) => e.kind === 'packet' && Buffer.from(e.raw).toString('hex'))).toEqual(
        clean.map((e) => e.kind === 'packet' && Buffer.from(e.raw).toString('hex')),
      )
      await judgedTheSame(output)
    })

    it('sends what was tapped again, and a replay of a replay is the same as well', async () => {
      const folder = join(scratch.path, `tapped-${broker}`)
      const recording = start(['record', '--broker', broker, '--output', folder, '--device', 'blue'])
      const [, port] = /blue connects to \S+:(\d+)/.exec(await recording.saying(/recording into/))!
      await hil('emulate', 'umqtt.robust', '-p', port!, '-t', 'a/b', '-m', 'hello', '-q', '1', '-r')
      await recording.saying(/socket closed/)
      recording.child.kill('SIGINT')
      await recording.ended
      const [first, second] = [join(scratch.path, `once-${broker}`), join(scratch.path, `twice-${broker}`)]
      for (const [from, output] of [
        [folder, first],
        [first, second],
      ] as const)
        expect(await hil('replay', from, '--broker', broker, '--output', output)).toMatchObject({
          code: 0,
          out: expect.stringContaining('= blue: 3 packets, the same'),
        })
      await judgedTheSame(second)
    })
  })
})

describe('hil replay', () => {
  it('plays only the device that is named', async () => {
    const output = join(scratch.path, 'only')
    const { code, out } = await hil('replay', recorded, '--device', 'tool', '--speed', 'max', '--output', output)
    // The retained message that it got is not there, so that it waits for that in vain.
    expect(code).toBe(1)
    expect(out).toMatch(/^≠ tool: \d packets are the same/)
    expect(out).toContain('it went no further: PUBLISH topic "blue/x"')
    expect(out).not.toContain('green')
    await judgedTheSame(output)
  })

  it('says where it differs from a recording that was tampered with, after the fact', async () => {
    const output = join(scratch.path, 'tampered-replay')
    await hil('replay', recorded, '--speed', 'max', '--output', output)
    const now = readRecording(replayed(output)).events
    const before = readRecording(recorded).events.map((event) =>
      event.kind === 'packet' && event.packet.type === 'publish' && event.device === 'blue' && event.direction === 'up'
        ? { ...event, raw: Uint8Array.from(event.raw, (byte, k) => (k === 5 ? byte ^ 1 : byte)) }
        : event,
    )
    expect(compareReplay(before, now, 'blue').differences).toHaveLength(2)
  })

  it.each([
    [['nowhere'], 2, 'cli/no-such-path'],
    [['fixtures/scenarios'], 2, 'cli/no-record'],
    [['RECORDED', '--device', 'bleu'], 2, 'did you mean "blue"?'],
    [['RECORDED', '--speed', 'fast'], 2, 'expected a number above 0, or max'],
    [['RECORDED', '--speed', '0'], 2, 'expected a number above 0, or max'],
  ] as const)('%s: exit %i, %s', async (args, code, message) => {
    const ended = await hil('replay', ...args.map((word) => (word === 'RECORDED' ? recorded : word)))
    expect(ended).toMatchObject({ code, err: expect.stringContaining(message) })
  })

  it('exits 3 when the broker is not there', async () => {
    const { code, err } = await hil(
      'replay',
      recorded,
      '--broker',
      'mqtt://127.0.0.1:1',
      '--output',
      join(scratch.path, 'none'),
    )
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('broker/unreachable') })
  })

  it('names the recordings when there are several', async () => {
    const folder = join(scratch.path, 'several')
    for (const name of ['one', 'two']) {
      mkdirSync(join(folder, name), { recursive: true })
      cpSync(join(recorded, 'timeline.ndjson'), join(folder, name, 'timeline.ndjson'))
    }
    expect(await hil('replay', folder)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/cli\/many-records[\s\S]*several\/one/),
    })
  })
})

describe('use: replay', () => {
  const scenario = (device: string): string =>
    `name: n\nversion: 1\ndevices:\n  blue: ${device}\nsteps:\n  - expect: { exit: { device: blue, code: 0 }, within: 20s }\n`
  async function check(device: string): Promise<Ended> {
    const file = join(scratch.path, `check-${Math.random()}.scenario.yaml`)
    writeFileSync(file, scenario(device))
    return hil('check', file)
  }

  it('is a device of a scenario like any other', async () => {
    const file = join(scratch.path, 'use.scenario.yaml')
    writeFileSync(
      file,
      `name: a recorded device beside another
version: 1
devices:
  blue: { use: replay, file: ${recorded}, speed: max }
  reader: { use: umqtt.simple }
steps:
  - connect: reader
  - expect: { exit: { device: blue, code: 1 }, within: 20s }
  - expect: { message: { topic: blue/t, payload: "21.5" }, since: start }
  - reset: blue
  - expect: { packet: { from: blue, type: connect, connection: 2 }, since: start }
`,
    )
    const { code, out } = await hil('run', file, '--output', join(scratch.path, 'use'))
    expect({ code, out }).toMatchObject({ code: 0 })
  })

  it('can be bound in the place of another', async () => {
    const file = join(scratch.path, 'bound.scenario.yaml')
    writeFileSync(
      file,
      `name: a role
version: 1
devices:
  green: { use: umqtt.simple, firmware: button-led, with: { name: green, peer: blue } }
steps:
  - expect: { packet: { from: green, type: subscribe, match: { topic: "blue/#" } } }
`,
    )
    const bound = ['--bind', `green=replay:${recorded}`, '--output', join(scratch.path, 'bound')]
    expect(await hil('run', file, ...bound)).toMatchObject({ code: 0 })
  })

  it.each([
    ['{ use: replay }', 'a replay is of a recording'],
    ['{ use: replay, file: ../nowhere }', 'scenario/no-recording'],
    ['{ use: replay, file: RECORDED, device: red }', 'it has green, blue, tool'],
    ['{ use: replay, file: RECORDED, speed: fast }', 'speed'],
    ['{ use: replay, file: RECORDED, will: { topic: a, payload: b } }', 'a replay has no will'],
  ])('%s: %s', async (device, message) => {
    expect(await check(device.replace('RECORDED', recorded))).toMatchObject({
      code: 2,
      err: expect.stringContaining(message),
    })
  })

  it('says what is wrong with a file that was cut short', async () => {
    const folder = join(scratch.path, 'cut')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'timeline.ndjson'),
      readFileSync(join(recorded, 'timeline.ndjson'), 'utf8').slice(0, -20),
    )
    expect(await check(`{ use: replay, file: ${folder} }`)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/line \d+ of/),
    })
  })
})

describe('hil judge', () => {
  it('says of a recording that it has no claims', async () => {
    const folder = join(scratch.path, 'claimless')
    await hil('record', '--output', folder, '--for', '50ms')
    expect(await hil('judge', folder)).toMatchObject({ code: 2, err: expect.stringContaining('cli/no-claims') })
  })

  it('holds the claims of a scenario against any record', async () => {
    const claims = (steps: string): string => {
      const file = join(scratch.path, `claims-${Math.random()}.scenario.yaml`)
      writeFileSync(file, `name: claims\nversion: 1\ndevices:\n  blue: { use: umqtt.simple }\n${steps}`)
      return file
    }
    const judge = (steps: string): Promise<Ended> => hil('judge', recorded, '--scenario', claims(steps))
    const good = `always:
  - never: { packet: { from: blue, type: pingreq } }
steps:
  - id: hello
    expect: { packet: { from: blue, type: connect, match: { keepalive: 20s, will: { qos: 1 } } }, within: 500ms }
  - expect: { packet: { to: blue, type: connack }, after: hello.first, within: 1s }
  - never: { packet: { from: blue, type: connect }, for: 50ms }
  - expect: { packet: { from: blue, type: disconnect } }
`
    expect(await judge(good)).toMatchObject({ code: 0, out: expect.stringContaining('passed claims') })
    expect(await judge(good.replace('qos: 1', 'qos: 2'))).toMatchObject({
      code: 1,
      out: expect.stringContaining('will'),
    })
    expect(await judge(good.replace('type: pingreq', 'type: subscribe'))).toMatchObject({ code: 1 })
    // Its window goes on beyond the record, which cannot tell.
    expect(await judge(good.replace('type: disconnect', 'type: pingreq'))).toMatchObject({
      code: 3,
      out: expect.stringContaining('the record ended'),
    })
    expect(await judge(good.replace('within: 1s', 'between: [1s, 2s]'))).toMatchObject({ code: 1 })
    expect(await judge('steps:\n  - connect: blue\n')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/6:5 error cli\/scenario-acts/),
    })
    expect(
      await judge('  other: { use: raw }\nsteps:\n  - never: { packet: { from: other }, for: 1s }\n'),
    ).toMatchObject({ code: 2, err: expect.stringContaining('nothing is recorded of other') })
    expect(await judge('steps:\n  - exspect: {}\n')).toMatchObject({
      code: 2,
      err: expect.stringContaining('scenario/unknown'),
    })
  })

  it('comes to the verdicts of the run when the claims are those of the run', async () => {
    const file = join(scratch.path, 'watch.scenario.yaml')
    const lines = [
      'from: blue, type: connect',
      'to: blue, type: connack',
      'from: blue, type: publish',
      'from: blue, type: disconnect',
    ]
    for (const wrong of [null, 2]) {
      const steps = lines.map(
        (line, k) =>
          `  - expect: { packet: { ${k === wrong ? line.replace('publish', 'pingreq') : line} }, within: 3s }\n`,
      )
      writeFileSync(
        file,
        `name: watch\nversion: 1\ndevices:\n  blue: { use: replay, file: ${recorded} }\n  green: { use: replay, file: ${recorded} }\nsteps:\n${steps.join('')}`,
      )
      const output = join(scratch.path, `watch-${wrong}`)
      const live = await hil('run', file, '--output', output, '--reporter', 'json')
      const later = await hil('judge', output, '--scenario', file)
      expect([live.code, later.code]).toEqual(wrong === null ? [0, 0] : [1, 1])
    }
  })
})
