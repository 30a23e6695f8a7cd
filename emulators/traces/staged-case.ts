// The peers of cases that were recorded on a virtual clock, in the two ways in which they are written down. In esp-mqtt's,
// entries have moments of their own; in those of the Arduino libraries and mqtt_as, an entry is looked at when all
// before it has been read.

import { type Duration, milliseconds, seconds, ZERO } from '../core/time.ts'
import type { StagedConnection, StagedEntry, StagedWrite } from '../drive/staged/peer.ts'
import { bytes, type Json, type JsonObject, list, number, object, text } from './json.ts'

/** A connection of esp-mqtt's cases; times are milliseconds. */
export function readEspConnection(json: Json): StagedConnection {
  const given = object(json, 'a connection')
  const takes = milliseconds(number(given.connect_ms ?? 0, 'connect_ms'))
  if (given.refuse !== undefined) return { refuse: text(given.refuse, 'refuse'), takes }
  if (given.timeout === true) return { refuse: 'timeout' }
  if (given.unresolved === true) return { refuse: 'unresolved' }
  const writes = [
    ...staged(given, 'fail_writes', (write) => ({ errno: text(write.errno, 'errno') })),
    ...staged(given, 'short_writes', (write) => ({ took: number(write.taken, 'taken') })),
    ...staged(given, 'stall_writes', () => ({ stalls: true })),
  ]
  return { feed: list(given.feed, 'feed').flatMap(readEntry), takes, writes }
}

/** A connection of the Arduino libraries' cases, and of mqtt_as's; times are seconds. */
export function readArduinoConnection(json: Json): StagedConnection {
  const given = object(json, 'a connection')
  const takes = time(given.takes)
  if (given.refuse !== undefined) return { refuse: text(given.refuse, 'refuse'), takes }
  const writes = staged(given, 'fail_writes', (write) => ({
    ...(write.errno === undefined ? {} : { errno: text(write.errno, 'errno') }),
    ...(write.took === undefined ? {} : { took: number(write.took, 'took') }),
    takes: time(write.takes),
  }))
  const stall = given.stall === undefined ? undefined : list(given.stall, 'stall')
  return {
    feed: list(given.feed, 'feed').flatMap(readEntry),
    takes,
    writes,
    unhurried: true,
    brittle: true,
    ...(stall === undefined ? {} : { stall: [number(stall[0], 'stall'), time(stall[1])] as const }),
  }
}

const time = (json: Json | undefined): Duration => (json === undefined ? ZERO : seconds(number(json, 'a time')))

function staged(given: JsonObject, key: string, read: (write: JsonObject) => Omit<StagedWrite, 'at'>): StagedWrite[] {
  return list(given[key] ?? [], key).map((json) => {
    const write = object(json, `an entry of ${key}`)
    return { at: number(write.at, 'at'), ...read(write) }
  })
}

function readEntry(json: Json): StagedEntry[] {
  const given = object(json, 'a feed entry')
  if (given.data !== undefined) return [{ data: bytes(given.data) }]
  if (given.eof === true) return [{ eof: true }]
  if (given.error !== undefined) return [{ error: text(given.error, 'error') }]
  if (given.after_ms !== undefined) return [{ after: milliseconds(number(given.after_ms, 'after_ms')) }]
  if (given.after_writes !== undefined) return [{ afterWrites: number(given.after_writes, 'after_writes') }]
  if (given.at !== undefined) return [{ at: time(given.at) }]
  if (given.pause !== undefined) return [{ pause: time(given.pause) }]
  if (given.pubacks !== undefined) return pubacks(list(given.pubacks, 'pubacks'))
  throw new Error(`unknown feed entry ${JSON.stringify(json)}`)
}

/** [W, A, B]: once W writes have been made a PUBACK for id A, after one more for A + 1, … to B. */
function pubacks(json: readonly Json[]): StagedEntry[] {
  const [writes, first, last] = json.map((n) => number(n, 'pubacks')) as [number, number, number]
  const entries: StagedEntry[] = []
  for (let id = first; id <= last; id++)
    entries.push({ afterWrites: writes + id - first }, { data: Uint8Array.of(0x40, 2, id >> 8, id & 0xff) })
  return entries
}
