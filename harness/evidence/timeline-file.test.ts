import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Instant, type Problem, VirtualClock } from '../../emulators/index.ts'
import type { Event, Fact } from './event.ts'
import { isKept, restampedEvent } from './lazy-bytes.ts'
import { writeEvent } from './ndjson.ts'
import { Timeline } from './recorder.ts'
import { Spool } from './spool.ts'
import { openTimeline, readTimelineFile, TimelineWriter, writeTimelineFile } from './timeline-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'hil-timeline-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = (): string => join(folder, `${files++}.ndjson`)

function publish(payload: Uint8Array, more: object = {}): Fact {
  const head = Buffer.from([0x30, 0, 0, 1, 0x61])
  const raw = new Uint8Array(Buffer.concat([head, payload]))
  return {
    kind: 'packet',
    device: 'blue',
    direction: 'up',
    connection: 1,
    packet: {
      type: 'publish',
      flags: 0,
      length: raw.length - 2,
      topic: 'a',
      payload: raw.subarray(head.length),
      qos: 0,
      retain: false,
      dup: false,
    },
    raw,
    offset: 0,
    delivered: true,
    ...more,
  }
}
const message = (payload: Uint8Array): Fact => ({
  kind: 'message',
  topic: 'a',
  payload: Uint8Array.from(payload),
  qos: 0,
  retain: false,
  dup: false,
})
const filled = (size: number, fill: number): Uint8Array => new Uint8Array(size).fill(fill)
const stamped = (facts: readonly Fact[]): Event[] => facts.map((fact, seq) => ({ ...fact, at: seq as Instant, seq }))

describe('the file of a timeline', () => {
  const big = publish(filled(5000, 7))
  const events = stamped([
    { kind: 'fault', what: 'begin' },
    { ...big, end: 'device' } as Fact,
    { ...big, end: 'broker' } as Fact,
    message(filled(5000, 7)),
    publish(filled(10, 1)),
    publish(filled(100, 2)),
    { kind: 'bytes', device: 'blue', direction: 'up', connection: 1, raw: filled(3000, 9), offset: 5, delivered: true },
    publish(new Uint8Array()),
  ])

  it('gives back what was written', async () => {
    const file = newFile()
    await writeTimelineFile(file, { scenario: 'x' }, events)
    const { header, events: read } = readTimelineFile(file)
    expect(header).toEqual({ scenario: 'x' })
    expect(read.map((event) => ({ ...event }))).toEqual(events)
    expect(read.map(writeEvent)).toEqual(events.map(writeEvent))
  })

  it('has long bytes once: both ends of a link and the observer saw the same', async () => {
    const file = newFile()
    await writeTimelineFile(file, {}, events.slice(0, 4))
    expect(readFileSync(file, 'utf8').match(/(07){5000}/g)).toHaveLength(1)
    expect(statSync(file).size).toBeLessThan(2 * 5000 + 2000)
  })

  it('is read without its long bytes, which come when they are looked at', async () => {
    const file = newFile()
    await writeTimelineFile(file, {}, events)
    const { events: read } = readTimelineFile(file)
    expect(read.map((event) => isKept(event, 'raw') || isKept(event, 'payload'))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
      true,
      false,
    ])
  })

  it('refers to no event that is too long ago, however often its bytes come again', async () => {
    const file = newFile()
    const many = stamped(
      Array.from({ length: 9500 }, (_, k) =>
        k % 2 === 0 ? big : publish(Uint8Array.from(Buffer.from(`${k}`.padEnd(70)))),
      ),
    )
    const more = stamped([
      ...many,
      message(filled(5000, 7)),
      big,
      message(Uint8Array.from(Buffer.from('1'.padEnd(70)))),
    ])
    await writeTimelineFile(file, {}, more)
    let seq = 0
    for (const event of openTimeline(file).events) if (seq++ % 500 < 3) expect({ ...event }).toEqual(more[seq - 1])
    expect(seq).toBe(more.length)
  })

  it('can be gone through without being kept, and more than once', async () => {
    const file = newFile()
    await writeTimelineFile(file, {}, events)
    for (let k = 0; k < 2; k++) {
      let seq = 0
      for (const event of openTimeline(file).events) expect({ ...event }).toEqual(events[seq++])
      expect(seq).toBe(events.length)
    }
  })

  it('of more events than fit into memory is refused', async () => {
    const file = newFile()
    await writeTimelineFile(file, {}, events)
    expect(() => readTimelineFile(file, 3000)).toThrow('more events than fit')
  })

  it.each([
    ['to nothing', '{"same":0}', 'payload'],
    ['to what comes later', '{"same":9}', 'raw'],
    ['to more than there is', '{"tail":6000}', 'packet'],
    ['backwards', '{"tail":-1}', 'packet'],
  ])('a reference %s is a mistake with its line', async (_, reference, where) => {
    const file = newFile()
    await writeTimelineFile(file, {}, events.slice(0, 2))
    const lines = readFileSync(file, 'utf8').split('\n')
    const [from, to] =
      where === 'packet'
        ? [/"payload":\{"tail":5000\}/, `"payload":${reference}`]
        : [/"raw":\{"hex":"[0-9a-f]*"\}/, `"raw":${reference}`]
    lines[2] = lines[2]!.replace(from, to)
    writeFileSync(file, lines.join('\n'))
    expect(() => readTimelineFile(file)).toThrow(/line 3 of .*refers to no bytes/)
  })

  it('that grows has each line that was written, and says when it is too long', () => {
    const file = newFile()
    const problems: string[] = []
    const writer = new TimelineWriter(file, {}, 20_000, (error) => problems.push((error as Problem).code))
    for (const event of events.slice(0, 4)) writer.write(event)
    writer.close()
    expect([...openTimeline(file).events].map(writeEvent)).toEqual(events.slice(0, 4).map(writeEvent))
    expect(problems).toEqual([])
    const long = new TimelineWriter(newFile(), {}, 20_000, (error) => problems.push((error as Problem).code))
    for (let seq = 0; seq < 400; seq++) long.write({ ...publish(filled(2000, seq % 251)), at: seq as Instant, seq })
    long.close()
    expect(problems).toEqual(['run/record-limit'])
    expect(() => new TimelineWriter(file, {}, 1, () => {})).toThrow('EEXIST')
  })
})

describe('bytes of a record in memory', () => {
  it('leave it when they are many, and are read back when they are looked at', () => {
    const spool = new Spool(10_000)
    const kept = Array.from({ length: 40 }, (_, k) => spool.keep(filled(1500, k)))
    expect(spool.spooled).toBeGreaterThan(40_000)
    for (const [k, one] of kept.entries()) expect(one.bytes).toEqual(filled(1500, k))
  })

  it('are kept once for both ends of a link', () => {
    const spool = new Spool(10_000)
    const bytes = filled(1500, 1)
    expect(spool.keep(bytes)).toBe(spool.keep(bytes))
  })

  it('are fields of their event like all others', () => {
    const timeline = new Timeline(new VirtualClock())
    timeline.record(publish(filled(5000, 7)))
    const [event] = timeline.events
    expect(isKept(event!, 'raw')).toBe(true)
    expect({ ...event }).toEqual({ ...publish(filled(5000, 7)), at: 0, seq: 0 })
    const moved = restampedEvent(event!, { at: 5 as Instant, seq: 3 })
    expect(isKept(moved, 'raw')).toBe(true)
    expect({ ...moved }).toEqual({ ...publish(filled(5000, 7)), at: 5, seq: 3 })
  })

  it('have a limit, which is told once; what others send is not recorded from then on', () => {
    const problems: string[] = []
    const timeline = new Timeline(new VirtualClock(), undefined, undefined, {
      limits: { record: 10_000, disk: 1e9 },
      onLimit: ({ code }) => problems.push(code),
    })
    for (let k = 0; k < 100; k++) timeline.record(publish(filled(10, k)))
    expect(problems).toEqual(['run/record-limit'])
    expect(timeline.events.length).toBeLessThan(30)
    const before = timeline.events.length
    timeline.record(publish(filled(10, 1)))
    timeline.record({ kind: 'fault', what: 'the end' })
    expect(timeline.events.slice(before).map(({ kind, seq }) => [kind, seq])).toEqual([['fault', before]])
  })

  it('are not kept by a timeline that only tells', () => {
    const timeline = new Timeline(new VirtualClock(), undefined, undefined, { keeps: false })
    const heard: number[] = []
    timeline.subscribe(({ seq }) => heard.push(seq))
    timeline.record(publish(filled(10, 1)))
    timeline.record({ kind: 'fault', what: 'x' })
    expect([heard, timeline.events]).toEqual([[0, 1], []])
  })
})
