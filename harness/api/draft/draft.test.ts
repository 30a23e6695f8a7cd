// A draft passes where it was drafted, and fails where a broker or a device is not what it was.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { milliseconds } from '../../../emulators/index.ts'
import { brokerMutants } from '../../../fixtures/defective/brokers/index.ts'
import { inFrontOf } from '../../../fixtures/defective/plant-broker.ts'
import { type Broker, brokers } from '../../brokers/index.ts'
import { needs } from '../../brokers/needs.testing.ts'
import { hil } from '../../cli/testing.ts'
import { type Event, type Recording, readRecording } from '../../evidence/index.ts'
import { judgeInHindsight } from '../../judge/index.ts'
import { compile, type Plan } from '../../plan/index.ts'
import { conduct, type ScenarioRun, writeArtifacts } from '../../run/index.ts'
import { draftOf } from './draft.ts'

const mosquittoHere = await needs('mosquitto')

const SCENARIO = `name: what a device does
version: 1
devices:
  blue: { use: umqtt.simple, with: { keepalive: 20s }, will: { topic: blue/status, payload: gone, qos: 1, retain: true } }
  green: { use: mqttjs, with: { clientId: green-1 } }
steps:
  - connect: blue
  - subscribe: { device: blue, topic: cmd/#, qos: 1 }
  - publish: { device: blue, topic: blue/t, payload: '{"t": 21.5}', qos: 1, retain: true }
  - connect: green
  - subscribe: { device: green, topic: blue/+, qos: 1 }
  - expect: { packet: { from: green, type: puback } }
  - delay: 700ms
  - publish: { device: green, topic: cmd/blue, payload: "on", qos: 1 }
  - expect: { packet: { from: blue, type: puback } }
  - publish: { device: green, topic: other/odd, hex: "00ff", qos: 2 }
  - expect: { packet: { to: green, type: pubcomp } }
  - publish: { device: blue, topic: /slashes/, payload: /no regex/ }
  - publish: { device: blue, topic: blue/x, payload: "$" }
  - ping: blue
  - expect: { packet: { to: blue, type: pingresp } }
  - delay: 200ms
  - disconnect: blue
  - expect: { socket: { from: blue, event: ended } }
`

let folder: string
let recorded: Recording
/** The same, when nobody knows what the devices were. */
let tapped: Recording

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hil-draft-'))
  const file = join(folder, 'given.scenario.yaml')
  writeFileSync(file, SCENARIO)
  const run = await runOn(planOf(file, SCENARIO))
  expect(run.verdicts.filter(({ kind }) => kind !== 'pass')).toEqual([])
  const { artifacts } = await writeArtifacts(run, folder, 'recorded')
  recorded = readRecording(artifacts!)
  tapped = { ...recorded, header: { ...recorded.header, devices: { blue: 'recorded', green: 'recorded' } } }
})

afterAll(() => rmSync(folder, { recursive: true }))

function planOf(file: string, text: string): Plan {
  const { plans, diagnostics } = compile(file, text, {
    broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
  })
  expect(diagnostics.all).toEqual([])
  return plans[0]!
}

const runOn = (
  plan: Plan,
  openBroker: () => Promise<Broker> = () => brokers.aedes.open(),
  clock: 'real' | 'virtual' = 'real',
): ReturnType<typeof conduct> =>
  conduct(plan, { openBroker, clock, seed: 1, signal: new AbortController().signal, repetition: 0, attempt: 0 })

const draft = (recording: Recording): string =>
  draftOf(recording, { schema: './scenario.schema.json', path: recording.folder }).text

const runDraft = (recording: Recording, ...on: [(() => Promise<Broker>)?, 'virtual'?]): Promise<ScenarioRun> =>
  runOn(planOf(join(folder, 'draft.scenario.yaml'), draft(recording)), ...on)

describe('a draft', () => {
  it('of a known client has its calls, and passes', async () => {
    const text = draft(recorded)
    expect(text).toContain(
      '  blue: { use: umqtt.simple, with: { keepalive: 20s }, will: { topic: blue/status, payload: gone, qos: 1, retain: true } }',
    )
    expect(text).toContain('  green: { use: mqttjs, with: { clientId: green-1, keepalive: 60s } }')
    expect(text).toContain('  - publish: { device: green, topic: other/odd, hex: "00ff", qos: 2 }\n')
    expect(text).toContain('  - publish: { device: blue, topic: "/slashes/", payload: "/no regex/" }\n')
    expect(text).toMatch(/^ {2}- delay: \d{3,}ms$/m)
    const { verdicts, status } = await runDraft(recorded)
    expect([status, verdicts.filter(({ kind }) => kind !== 'pass')]).toEqual(['passed', []])
  })

  it('of a device that is known by its packets alone replays it, and passes', async () => {
    const text = draft(tapped)
    expect(text).toContain(`  blue: { use: replay, file: ${JSON.stringify(recorded.folder)}, device: blue }`)
    expect(text).toContain(
      'match: { clientId: blue, clean: true, keepalive: 20s, protocolLevel: 4, will: { topic: blue/status, payload: gone, qos: 1, retain: true }, username: null }',
    )
    expect(text).toContain('topic: { eq: "/slashes/" }, payload: { eq: "/no regex/" }')
    expect(text).toContain('match: { topic: other/odd, payload: { hex: "00ff" }')
    // What took long is claimed from below as well.
    expect(text).toMatch(
      /from: green, type: publish, match: \{ topic: cmd\/blue.*\n {6}after: green-subscribe.first\n {6}between: \[ \d{3,}ms, /,
    )
    const { verdicts, status } = await runDraft(tapped)
    expect([status, verdicts.filter(({ kind }) => kind !== 'pass')]).toEqual(['passed', []])
  })

  it.skipIf(mosquittoHere.skip)(`passes on another broker that does the same${mosquittoHere.why}`, async () => {
    for (const recording of [recorded, tapped]) {
      const { verdicts } = await runDraft(recording, () => brokers.mosquitto.open())
      expect(verdicts.filter(({ kind }) => kind !== 'pass')).toEqual([])
    }
  })

  // One of each thing that it claims of a broker.
  it.each(['puback-id', 'suback-says-0', 'session-present-unknown', 'qos-1-as-0', 'no-pingresp', 'sends-suback-flags'])(
    'fails on a broker with the defect %s, with calls and replayed',
    async (name) => {
      const mutant = brokerMutants.find((one) => one.name === name)!
      for (const recording of [recorded, tapped]) {
        const { openBroker } = inFrontOf('aedes', { websocket: false })(mutant)
        const { status, verdicts } = await runDraft(recording, openBroker, 'virtual')
        expect([status, verdicts.some(({ kind }) => kind === 'fail')]).toEqual(['failed', true])
      }
    },
  )

  it.each([
    ['another client id', { clientId: 'other' }],
    ['another keep alive', { keepalive: 21 }],
    ['no will', { will: undefined }],
    ['a session that is kept', { clean: false }],
  ])('fails on a device with %s', (_, change) => {
    const file = join(folder, 'claims.scenario.yaml')
    const plan = planOf(file, draft(tapped))
    const isChanged = (event: Event): boolean =>
      event.kind === 'packet' && event.packet.type === 'connect' && event.device === 'blue'
    const changed = tapped.events.map((event) =>
      isChanged(event) && event.kind === 'packet'
        ? ({ ...event, packet: { ...event.packet, ...change } } as Event)
        : event,
    )
    const kinds = (events: readonly Event[]): unknown[] => [
      ...new Set(judgeInHindsight(plan, events).verdicts.map(({ kind }) => kind)),
    ]
    // Only a record that goes on beyond the window of a claim says that nothing came.
    const longer = (events: readonly Event[]): readonly Event[] => {
      const last = events.at(-1)!
      return [...events, { ...last, at: (last.at + 60_000) as Event['at'], seq: last.seq + 1 } as Event]
    }
    expect(kinds(longer(tapped.events))).toEqual(['pass'])
    expect(kinds(longer(changed))).toContain('fail')
  })

  it('has no password, says so, and leaves the device to a replay', async () => {
    const file = join(folder, 'secret.scenario.yaml')
    const text = `name: s\nversion: 1\ndevices:\n  blue: { use: umqtt.simple, with: { user: me, password: planted-word } }\nsteps:\n  - connect: blue\n`
    const { artifacts } = await writeArtifacts(await runOn(planOf(file, text)), folder, 'secret')
    const drafted = draft(readRecording(artifacts!))
    expect(drafted).toContain('use: replay')
    expect(drafted).toContain('username: me')
    expect(drafted).toContain('# - the password: it was not recorded.')
    expect(drafted).not.toContain('planted')
    expect((await runDraft(readRecording(artifacts!))).status).toBe('passed')
  })

  it('is cut where nobody reads on, and says so', () => {
    const ping = tapped.events.find((event) => event.kind === 'packet' && event.packet.type === 'pingreq')!
    const many = Array.from({ length: 300 }, (_, k) => ({ ...ping, seq: tapped.events.length + k }))
    const { claims, leftOut, text } = draftOf(
      { ...tapped, events: [...tapped.events, ...many] },
      { schema: 's', path: 'p' },
    )
    expect(claims).toBe(250)
    expect(leftOut).toBeGreaterThan(70)
    expect(text).toMatch(/# \d+ more things were recorded.\n$/)
  })
})

describe('hil init --from', () => {
  it('writes a file that hil check accepts, and no file twice', async () => {
    const file = join(folder, 'drafts', 'blue.scenario.yaml')
    expect(await hil('init', '--from', recorded.folder, file)).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/blue.scenario.yaml: \d+ claims/),
    })
    const text = readFileSync(file, 'utf8')
    expect(text).toMatch(/^# yaml-language-server: \$schema=\S+scenario.schema.json\n/)
    expect(await hil('check', file)).toMatchObject({ code: 0, err: '' })
    expect(await hil('init', '--from', recorded.folder, file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('cli/file-exists'),
    })
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('finds its recording from the folder of the file', async () => {
    const own = join(folder, 'elsewhere')
    mkdirSync(own)
    // As hil record writes it: what the device was is not known.
    const header = { ...JSON.parse(readFileSync(recorded.file, 'utf8').split('\n')[0]!), devices: {} }
    writeFileSync(
      join(own, 'timeline.ndjson'),
      [JSON.stringify(header), ...readFileSync(recorded.file, 'utf8').split('\n').slice(1)].join('\n'),
    )
    const file = join(folder, 'beside', 'x.scenario.yaml')
    expect(await hil('init', '--from', own, file)).toMatchObject({ code: 0 })
    expect(readFileSync(file, 'utf8')).toContain('file: "../elsewhere"')
    expect(await hil('check', file)).toMatchObject({ code: 0 })
  })

  it('prints it, and says JSON', async () => {
    expect(await hil('init', '--from', recorded.folder, '-')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^# yaml-language-server/),
    })
    const file = join(folder, 'json.scenario.yaml')
    const { out } = await hil('init', '--from', recorded.folder, file, '--json')
    expect(JSON.parse(out)).toMatchObject({ written: [file], devices: ['blue', 'green'], leftOut: 0 })
  })

  it('wants a recording, and a file only with one', async () => {
    expect(await hil('init', '--from', join(folder, 'nowhere'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('cli/no-such-path'),
    })
    expect(await hil('init', 'x.scenario.yaml')).toMatchObject({
      code: 2,
      err: expect.stringContaining('cli/usage'),
    })
  })
})

describe('of a recording of MQTT 5', () => {
  const FIVE = `name: what a device of MQTT 5 does
version: 1
devices:
  blue: { use: mqttjs, protocol: 5, will: { topic: w, payload: gone, properties: { willDelayInterval: 2s, contentType: text } } }
  green: { use: raw, protocol: 5, auto: [puback] }
steps:
  - connect: green
  - subscribe: { device: green, topic: t/#, qos: 1, properties: { subscriptionIdentifier: 7 } }
  - delay: 1s
  - connect: { device: blue, properties: { sessionExpiryInterval: 1h, receiveMaximum: 10, userProperty: { site: /x/ } } }
  - publish: { device: blue, topic: t/a, payload: "21", qos: 1, properties: { payloadFormatIndicator: true, messageExpiryInterval: 1m, correlationData: { hex: 00ff }, userProperty: [[unit, C], [n, "7"]] } }
  - expect: { packet: { from: green, type: puback } }
  - disconnect: { device: blue, reasonCode: disconnect-with-will-message, properties: { sessionExpiryInterval: 10s } }
  - expect: { socket: { from: blue, event: ended } }
`
  const openReference = (): Promise<Broker> => brokers.reference.open()

  it('has the properties that will be the same again, and passes; with another one it fails', async () => {
    const run = await runOn(planOf(join(folder, 'five.scenario.yaml'), FIVE), openReference, 'virtual')
    expect(run.verdicts.filter(({ kind }) => kind !== 'pass')).toEqual([])
    const { artifacts } = await writeArtifacts(run, folder, 'five')
    const text = draft(readRecording(artifacts!))
    const inOneLine = text.replaceAll(/\s+/g, ' ')
    for (const said of [
      'sessionExpiryInterval: 3600',
      'receiveMaximum: 10',
      'willDelayInterval: 2',
      'payloadFormatIndicator: 1',
      'messageExpiryInterval: 60',
      'unit',
      'subscriptionIdentifier',
    ])
      expect(inOneLine).toContain(said)
    const again = (words: string): Promise<ScenarioRun> =>
      runOn(planOf(join(folder, 'again.scenario.yaml'), words), openReference, 'virtual')
    expect((await again(text)).verdicts.filter(({ kind }) => kind !== 'pass')).toEqual([])
    const other = text.replaceAll('receiveMaximum: 10', 'receiveMaximum: 11')
    expect((await again(other)).status).toBe('failed')
  })
})
