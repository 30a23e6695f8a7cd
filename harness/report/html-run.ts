// One run as the page shows it: its record read back from the results folder, each event with a line
// of text and its decoded fields. A record that is gone or broken is told in the report, and no error.

import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Problem } from '../../emulators/index.ts'
import { type Event, openTimeline, withoutPassword } from '../evidence/index.ts'
import { describe, eventFields } from '../expect/index.ts'
import { realPathWithin } from '../outside/index.ts'
import { describeErrno } from '../run/index.ts'
import { readLoad } from './html-load.ts'
import type { EventData, PlainData, RunData, ScenarioData } from './page/model.ts'

/** Bytes of a packet that are shown; what a person reads of 200 KiB is its beginning. */
const MOST_BYTES = 2048

/** A run, with each of its events as JSON: a tree of objects takes several times as much memory. */
export interface WrittenRun extends Omit<RunData, 'steps' | 'events'> {
  readonly events: readonly string[]
}

export async function readRun(folder: string, scenario: ScenarioData): Promise<WrittenRun> {
  const file = async (name: string): Promise<string | null> => {
    const path = scenario.artifacts.find((artifact) => basename(artifact) === name)
    return path === undefined ? null : await realPathWithin(folder, path)
  }
  try {
    const load = await file('load.json')
    const text = await file('scenario.yaml')
    const record = await file('timeline.ndjson')
    const { events, more } = record === null ? { events: [], more: 0 } : shownEvents(record)
    return {
      text: text === null ? '' : await readFile(text, 'utf8'),
      events,
      load: load === null ? null : readLoad(await readFile(load, 'utf8'), load),
      trouble:
        record === null && load === null && scenario.status !== 'skipped'
          ? 'no record of it was written'
          : more > 0
            ? `the record goes on for ${more} events that are not shown here; ${basename(record!)} has them`
            : null,
    }
  } catch (error) {
    return {
      text: '',
      events: [],
      load: null,
      trouble: `its record cannot be read: ${reasonOf(error)}`,
    }
  }
}

/** Of a Problem its message, but of a file that the system does not give what the system says. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Problem)) return describeErrno(error)
  const { cause } = error
  return cause instanceof Error && 'errno' in cause ? describeErrno(cause) : error.message
}

/** What a browser shows of one run; a page with more would not open. */
const MAX_SHOWN_CHARACTERS = 24 * 1024 * 1024

/** The first events of a record, as many as a page takes, and how many more there are. */
function shownEvents(record: string): { readonly events: readonly string[]; readonly more: number } {
  const events: string[] = []
  let characters = 0
  let more = 0
  for (const event of openTimeline(record).events) {
    if (characters > MAX_SHOWN_CHARACTERS) {
      more++
      continue
    }
    const text = JSON.stringify(eventData(event))
    characters += text.length
    events.push(text)
  }
  return { events, more }
}

export function eventData(event: Event): EventData {
  const { hex: _, ...fields } = eventFields(event)
  const { at, seq, lag, kind } = event
  const text = describe(event).replace(/^#\d+ \S+ /, '')
  return {
    seq,
    at: Math.round(at * 1000) / 1000,
    ...(lag === undefined ? {} : { lag: Math.round(lag) }),
    kind,
    ...('device' in event && event.device !== undefined ? { device: event.device } : {}),
    text: text.length > 500 ? `${text.slice(0, 499)}…` : text,
    fields: plainFields(fields),
    ...(event.kind === 'packet' ? { way: event.direction, ...bytesOf(withoutPassword(event)) } : {}),
  }
}

function plainFields(fields: object): Record<string, PlainData> {
  const shown = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    shown.map(([name, value]) => [name, name === 'password' && value !== null ? '(hidden)' : plain(value)]),
  )
}

const bytesOf = (raw: Uint8Array): { readonly hex: string; readonly size: number } => ({
  hex: Buffer.from(raw.subarray(0, MOST_BYTES)).toString('hex'),
  size: raw.length,
})

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function plain(value: unknown): PlainData {
  if (value instanceof Uint8Array) return bytesAsText(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) return plainFields(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return typeof value === 'bigint' ? String(value) : ((value ?? null) as PlainData)
}

/** As text where it is text, else in hexadecimal; cut where nobody reads on. */
function bytesAsText(bytes: Uint8Array): PlainData {
  const more = bytes.length > MOST_BYTES ? ` … ${bytes.length} bytes` : ''
  const head = bytes.subarray(0, MOST_BYTES)
  try {
    const text = utf8.decode(head)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what makes it no text
    if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text)) return text + more
  } catch {
    // no text
  }
  return { hex: Buffer.from(head).toString('hex') + more }
}
