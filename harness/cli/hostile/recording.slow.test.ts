// A recording from a stranger: what is drafted from it and what is replayed of it do what the recording says, and nothing
// that a text of it says.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { milliseconds, Problem } from '../../../emulators/index.ts'
import { draftOf } from '../../api/draft/draft.ts'
import { replayScenario } from '../../api/replay-scenario.ts'
import { type Event, type Recording, readRecording, readTimeline, writeTimeline } from '../../evidence/index.ts'
import { oneLine } from '../../outside/index.ts'
import { compile, type Plan } from '../../plan/index.ts'
import { casesOf } from '../../random-cases.testing.ts'
import { hil, Scratch } from '../testing.ts'
import { headerOfBlue } from './recording.testing.ts'
import { nasty } from './texts.ts'

const COMMAND = '\nbroker: { use: command, with: { command: [sh, -c, "touch planted; sleep 9"] } }\n'

interface Texts {
  readonly clientId: string
  readonly topic: string
  readonly payload: string
  readonly username: string
  readonly filter: string
  readonly detail: string
}

/** What a device might have said, with texts of a stranger wherever MQTT has text. */
function eventsOf({ clientId, topic, payload, username, filter, detail }: Texts): Event[] {
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
  const raw = new Uint8Array([0xc0, 0])
  const packet = (direction: 'up' | 'down', what: object): object => ({
    kind: 'packet',
    device: 'blue',
    direction,
    connection: 1,
    packet: { flags: 0, length: 4, ...what },
    raw,
    offset: 0,
    delivered: true,
  })
  const will = { topic, payload: bytes(payload), qos: 0, retain: false }
  const connect = { protocolName: 'MQTT', protocolLevel: 4, clean: true, keepalive: 30, clientId, will, username }
  const publish = { topic, payload: bytes(payload), qos: 1, retain: false, dup: false, packetId: 1 }
  return [
    { kind: 'socket', device: 'blue', change: 'connected', by: 'device', connection: 1 },
    packet('up', { type: 'connect', ...connect }),
    packet('down', { type: 'connack', sessionPresent: false, returnCode: 0 }),
    packet('up', { type: 'subscribe', packetId: 2, subscriptions: [{ topic: filter, qos: 1 }] }),
    packet('down', { type: 'suback', packetId: 2, granted: [1] }),
    packet('up', { type: 'publish', ...publish }),
    packet('down', { type: 'puback', packetId: 1 }),
    { kind: 'serial', device: 'blue', line: detail, stream: 'out' },
    packet('up', { type: 'malformed', claims: 'publish', reason: detail }),
    { kind: 'socket', device: 'blue', change: 'closed', by: 'device', connection: 1, detail },
  ].map((fact, seq) => ({ ...fact, at: seq * 10, seq })) as unknown as Event[]
}

const texts: fc.Arbitrary<Texts> = fc.record({
  clientId: nasty,
  topic: nasty,
  payload: nasty,
  username: nasty,
  filter: nasty,
  detail: nasty,
})

const recordingOf = (about: object, events: readonly Event[]): Recording => ({
  file: '/recordings/blue/timeline.ndjson',
  folder: '/recordings/blue',
  ...readTimeline(writeTimeline({ ...about }, events)),
})

const settings = { schema: './scenario.schema.json', path: '/recordings/blue' }

function planOf(text: string): Plan {
  const { plans, diagnostics } = compile('draft.scenario.yaml', text, {
    broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
  })
  // The recording is not there: that and nothing else may be missed.
  const wrong = diagnostics.all.filter(({ message }) => !message.includes('/recordings/blue'))
  expect(wrong.map(({ message, at }) => `${at.line}: ${message}\n${text}`)).toEqual([])
  return plans[0]!
}

/** Without comments and without what stands in double quotes. U+2028 ends a line for JavaScript, and not for YAML. */
const structureOf = (text: string): string => text.replace(/(?<=^|\n)#[^\n]*/g, '').replace(/"(?:[^"\\]|\\.)*"/g, '""')

const plain: Texts = { clientId: 'c', topic: 't', payload: 'p', username: 'u', filter: 'f', detail: 'd' }

describe('a draft', () => {
  it('is refused when the version of the broker in a recording has a line end in it', async () => {
    using folder = new Scratch()
    const recording = join(folder.path, 'blue')
    mkdirSync(recording)
    const broker = { name: 'aedes', kind: 'aedes', version: `1.2.0${COMMAND}`, gaps: [] }
    writeFileSync(join(recording, 'timeline.ndjson'), writeTimeline({ ...headerOfBlue({ broker }) }, eventsOf(plain)))
    const file = join(folder.path, 'x.scenario.yaml')
    const { code, err } = await hil('init', '--from', recording, file)
    expect([code, err]).toEqual([2, expect.stringContaining('`broker.version`: has control characters')])
    expect(existsSync(file)).toBe(false)
  })

  it('has the steps of the recording and no other, whatever its texts are', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const { text } = draftOf(recordingOf(headerOfBlue(), eventsOf(given)), settings)
        planOf(text)
        expect(structureOf(text)).not.toMatch(/^\s*broker:|use: (?!replay)/m)
        expect(structureOf(text).match(/^ {2}- /gm)!.length).toBe(
          structureOf(draftOf(recordingOf(headerOfBlue(), eventsOf(plain)), settings).text).match(/^ {2}- /gm)!.length,
        )
      }),
      { numRuns: casesOf(300), examples: [[{ ...plain, filter: '\u2028##vso[task.planted]' }]] },
    )
  })

  it('has the texts of its comments on lines of their own', () => {
    fc.assert(
      fc.property(nasty, (path) => {
        const { text } = draftOf(recordingOf(headerOfBlue(), eventsOf(plain)), { ...settings, path, schema: path })
        const top = text.slice(0, text.indexOf('\nname: '))
        expect(top.split(/\r\n|[\r\n\u0085\u2028\u2029]/).filter((line) => !line.startsWith('#'))).toEqual([])
      }),
    )
  })
})

describe('a replay', () => {
  it('has its own steps and no other, whatever the texts of the recording are', () => {
    fc.assert(
      fc.property(texts, nasty, (given, path) => {
        const text = replayScenario(path, recordingOf(headerOfBlue(), eventsOf(given)), ['blue'], '1')
        const expected = replayScenario('x', recordingOf(headerOfBlue(), eventsOf(plain)), ['blue'], '1')
        expect(text.split('\n').slice(1)).toEqual(expected.split('\n').slice(1))
      }),
    )
  })
})

describe('a timeline', () => {
  /** Every field of it that has text. */
  const fields = (value: unknown, path: readonly string[] = []): (readonly string[])[] => {
    if (typeof value === 'string') return [path]
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
    return Object.entries(value).flatMap(([key, item]) => fields(item, [...path, key]))
  }
  const put = (value: unknown, [key, ...rest]: readonly string[], text: unknown): unknown => {
    if (key === undefined) return text
    if (Array.isArray(value)) return value.map((item, k) => (String(k) === key ? put(item, rest, text) : item))
    const map = value as Record<string, unknown>
    return { ...map, [key]: put(map[key], rest, text) }
  }
  const lines = [headerOfBlue(), ...eventsOf(plain)]
  const all = lines.flatMap((line, k) => fields(line).map((path) => [k, path] as const))

  it('is read only when names are names and words are known ones', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.oneof(nasty, fc.jsonValue()), ([line, path], value) => {
        const changed = lines.map((l, k) => (k === line ? put(l, path, value) : l))
        const [about, ...events] = changed as [object, ...Event[]]
        let recording: Recording
        try {
          recording = recordingOf(about, events)
        } catch (error) {
          expect(error).toBeInstanceOf(Problem)
          expect((error as Problem).message).toBe(oneLine((error as Problem).message))
          return
        }
        for (const name of recording.events.flatMap((e) => ('device' in e ? [e.device ?? ''] : [])))
          expect(name).toMatch(/^[A-Za-z][\w-]*$/)
        const { text } = draftOf(recording, settings)
        expect(structureOf(text)).not.toMatch(/^\s*broker:|use: (?!replay)/m)
        expect(structureOf(text)).not.toContain('planted')
      }),
      { numRuns: casesOf(1000) },
    )
  })

  it('is found below a folder, not through names of it', async () => {
    using folder = new Scratch()
    mkdirSync(join(folder.path, '${{ env.HOME }}'))
    const file = join(folder.path, '${{ env.HOME }}', 'timeline.ndjson')
    writeFileSync(file, writeTimeline({ ...headerOfBlue() }, eventsOf(plain)))
    const text = replayScenario(folder.path, readRecording(folder.path), ['blue'], 'max')
    expect(text).toContain('$${{ env.HOME }}')
  })
})
