// The file of a timeline, written and read line by line: a record may be longer than any text, and than memory. Events
// that are read have their long bytes still in the file.

import { closeSync, createReadStream, createWriteStream, openSync, readSync, writeSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '../../emulators/index.ts'
import type { Event } from './event.ts'
import { LARGE_BYTES, LazyBytes, withBytesKept } from './lazy-bytes.ts'
import {
  EventWriter,
  Latest,
  rawOf,
  readEvent,
  readHeader,
  type TimelineHeader,
  type WrittenTimeline,
  writeHeader,
} from './ndjson.ts'
import { DEFAULT_RECORD_LIMITS } from './recorder.ts'

const CHUNK_BYTES = 256 * 1024

/** Throws what the disk says. */
export async function writeTimelineFile(file: string, header: TimelineHeader, events: Iterable<Event>): Promise<void> {
  await pipeline(Readable.from(chunksOf(header, events), { objectMode: false }), createWriteStream(file))
}

/** The events of a file of which its header's length is known, under another header. Throws what the disk says. */
export async function copyTimelineFile(
  file: string,
  header: TimelineHeader,
  { from, headerBytes }: { readonly from: string; readonly headerBytes: number },
): Promise<void> {
  const to = createWriteStream(file)
  to.write(writeHeader(header))
  await pipeline(createReadStream(from, { start: headerBytes }), to)
}

/** A timeline's file that grows with the run: what is cut short by a crash is there up to it. */
export class TimelineWriter {
  readonly #descriptor: number
  readonly #writer = new EventWriter()
  readonly #maxBytes: number
  readonly #onError: (error: NodeJS.ErrnoException | Problem) => void
  #text = ''
  #written = 0
  #isOpen = true
  #scheduled: NodeJS.Timeout | null = null
  readonly #every: number | null
  readonly headerBytes: number

  /**
   * @param maxBytes more is Problem `run/record-limit`
   * @param onError called once; nothing is written any more
   * @param every how long what has come may wait to be written, ms; null: until it is much
   * Throws what the disk says, EEXIST when there is such a file.
   */
  constructor(
    file: string,
    header: TimelineHeader,
    maxBytes: number,
    onError: (error: NodeJS.ErrnoException | Problem) => void,
    every: number | null = 0,
  ) {
    this.#maxBytes = maxBytes
    this.#every = every
    this.#onError = onError
    this.#descriptor = openSync(file, 'wx')
    const first = writeHeader(header)
    this.headerBytes = Buffer.byteLength(first)
    this.#append(first)
  }

  write(event: Event): void {
    if (this.#isOpen) this.#append(this.#writer.line(event))
  }

  close(): void {
    this.#flush()
    this.#isOpen = false
    closeSync(this.#descriptor)
  }

  #append(text: string): void {
    this.#text += text
    if (this.#text.length >= CHUNK_BYTES) this.#flush()
    else if (this.#every !== null) this.#scheduled ??= setTimeout(() => this.#flush(), this.#every)
  }

  #flush(): void {
    if (this.#scheduled !== null) clearTimeout(this.#scheduled)
    this.#scheduled = null
    if (!this.#isOpen || this.#text === '') return
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at)
      this.#written += bytes.length
    } catch (error) {
      return this.#fail(error as NodeJS.ErrnoException)
    }
    if (this.#written <= this.#maxBytes) return
    this.#fail(
      new Problem('run/record-limit', `the record takes more than ${this.#maxBytes} bytes of disk`, {
        hint: 'raise limits.disk in the config, or let less be sent',
      }),
    )
  }

  #fail(error: NodeJS.ErrnoException | Problem): void {
    this.#isOpen = false
    this.#onError(error)
  }
}

function* chunksOf(header: TimelineHeader, events: Iterable<Event>): Generator<Buffer> {
  const writer = new EventWriter()
  let text = writeHeader(header)
  for (const event of events) {
    text += writer.line(event)
    if (text.length < CHUNK_BYTES) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}

/** Of memory, for the events of a record that is read again. */
export const MAX_RECORD_BYTES = DEFAULT_RECORD_LIMITS.record

/** What reading may cost. An event costs about so much in memory, whatever it is. */
export const EVENT_COST_BYTES = 1024

/**
 * All of it; long bytes stay in the file and are read when they are looked at.
 * @param maxBytes of memory; more is Problem `evidence/too-long`
 * Throws Problem `select/unreadable`, `evidence/bad-timeline`.
 */
export function readTimelineFile(file: string, maxBytes = Number.POSITIVE_INFINITY): WrittenTimeline {
  const read = openTimeline(file)
  const events: Event[] = []
  let cost = 0
  for (const event of read.events) {
    events.push(event)
    cost += EVENT_COST_BYTES
    if (cost > maxBytes)
      throw new Problem('evidence/too-long', `${file} has more events than fit into ${maxBytes} bytes of memory`, {
        hint: 'record less at a time',
      })
  }
  return { header: read.header, events }
}

/** The events are read as they are asked for, once; none is kept. Throws as `readTimelineFile`, the events too. */
export function openTimeline(file: string): { readonly header: TimelineHeader; readonly events: Iterable<Event> } {
  const lines = new Lines(file)
  const all = lines[Symbol.iterator]()
  const first = all.next()
  const header = readHeader(first.done === true ? '' : first.value.text, file)
  return { header, events: eventsOf(lines, all) }
}

function* eventsOf(lines: Lines, all: Iterator<Line>): Generator<Event> {
  /** Where the latest long bytes are, by their event. */
  const known = new Latest<number, LazyBytes>()
  let seq = 0
  for (let next = all.next(); next.done !== true; next = all.next()) {
    const { text, start, length } = next.value
    const due = seq++
    const raw = (of: number): Uint8Array | undefined => known.get(of)?.bytes
    const event = readEvent(text, due, lines.file, raw)
    const bytes = rawOf(event)
    if (bytes === undefined && !(event.kind === 'message' && event.payload.length >= LARGE_BYTES)) {
      yield event
      continue
    }
    const read = (): Uint8Array => {
      const again = readEvent(lines.textAt(start, length), due, lines.file, raw)
      return again.kind === 'message' ? again.payload : rawOf(again)!
    }
    const kept = new LazyBytes((bytes ?? (event as Event & { payload: Uint8Array }).payload).length, null, { read })
    // A reference is resolved to the bytes that it means, once.
    const same = /"raw":\{"same":(\d+)\}/.exec(text.slice(0, 100_000))
    const cell = (same === null ? undefined : known.get(Number(same[1]))) ?? kept
    if (bytes !== undefined && same === null && bytes.length >= LEAST_KNOWN_BYTES) known.set(due, cell)
    yield withBytesKept(event, () => cell)
  }
}

const LEAST_KNOWN_BYTES = 64

/** What the system says of it. */
function wordsOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException
  return (
    { ENOENT: 'no such file', ENOTDIR: 'a file stands where a folder should be', EACCES: 'permission denied' }[code] ??
    code
  )
}

interface Line {
  readonly text: string
  readonly start: number
  readonly length: number
}

const closed = new FinalizationRegistry<() => void>((close) => close())

/** The lines of a file, which stays open as long as somebody may look at one again. */
class Lines implements Iterable<Line> {
  readonly file: string
  readonly #descriptor: number

  constructor(file: string) {
    this.file = file
    try {
      this.#descriptor = openSync(file, 'r')
    } catch (cause) {
      throw new Problem('select/unreadable', `${file} cannot be read: ${wordsOf(cause)}`, {
        hint: 'name the output folder of a run, or of a recording; results by default',
        cause,
      })
    }
    const descriptor = this.#descriptor
    closed.register(this, () => closeSync(descriptor))
  }

  textAt(start: number, length: number): string {
    const bytes = Buffer.alloc(length)
    let read = 0
    while (read < length) {
      const count = readSync(this.#descriptor, bytes, read, length - read, start + read)
      if (count === 0)
        throw new Problem('select/unreadable', `${this.file} is shorter than it was when it was read first`)
      read += count
    }
    return bytes.toString()
  }

  *[Symbol.iterator](): Generator<Line> {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let parts: Buffer[] = []
    let start = 0
    let at = 0
    for (;;) {
      const count = this.#read(chunk, at)
      if (count === 0) break
      at += count
      let from = 0
      for (let end = chunk.indexOf(10); end >= 0 && end < count; end = chunk.indexOf(10, from)) {
        parts.push(Buffer.from(chunk.subarray(from, end)))
        const line = Buffer.concat(parts)
        yield { text: line.toString(), start, length: line.length }
        start += line.length + 1
        parts = []
        from = end + 1
        if (from >= count) break
      }
      if (from < count) parts.push(Buffer.from(chunk.subarray(from, count)))
    }
    const rest = Buffer.concat(parts)
    if (rest.length > 0) yield { text: rest.toString(), start, length: rest.length }
  }

  #read(chunk: Buffer, at: number): number {
    try {
      return readSync(this.#descriptor, chunk, 0, chunk.length, at)
    } catch (cause) {
      throw new Problem('select/unreadable', `${this.file} cannot be read: ${wordsOf(cause)}`, {
        hint: 'name the output folder of a run, or of a recording; results by default',
        cause,
      })
    }
  }
}
