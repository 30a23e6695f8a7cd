// A case that was recorded from a Python library, as it stands in a trace file.

import type { PyValue } from '../board.ts'
import { type Duration, seconds } from '../core/time.ts'
import type { FeedEntry, ScriptedConnection } from '../drive/peer.ts'
import type { TraceEntry } from '../drive/scripted.ts'
import { bytes, type Json, list, number, object, pyValue, readTrace, text, values } from './json.ts'

export type TraceCall =
  | { readonly wait: Duration }
  | { readonly call: string; readonly args: readonly PyValue[]; readonly kwargs: Readonly<Record<string, PyValue>> }

export interface TraceCase {
  readonly client: string
  readonly name: string
  readonly options: Readonly<Record<string, PyValue>>
  readonly calls: readonly TraceCall[]
  readonly connections: readonly ScriptedConnection[]
  readonly trace: readonly TraceEntry[]
}

/** A case of a Python library; throws an Error that names the place. */
export function readCase(json: Json): TraceCase {
  const given = object(json, 'the case')
  return {
    client: text(given.client, 'client'),
    name: text(given.name, 'name'),
    options: values(given.options ?? {}, 'options'),
    calls: list(given.calls, 'calls').map(readCall),
    connections: list(given.connections ?? [], 'connections').map(readConnection),
    trace: readTrace(given.trace),
  }
}

export function readCall(json: Json): TraceCall {
  const given = object(json, 'a call')
  if (given.wait !== undefined) return { wait: seconds(number(given.wait, 'wait')) }
  return {
    call: text(given.call, 'call'),
    args: list(given.args ?? [], 'args').map(pyValue),
    kwargs: values(given.kwargs ?? {}, 'kwargs'),
  }
}

function readConnection(json: Json): ScriptedConnection {
  const given = object(json, 'a connection')
  if (given.refuse !== undefined) return { refuse: text(given.refuse, 'refuse') }
  return {
    feed: list(given.feed, 'feed').map(readFeed),
    failWrites: list(given.fail_writes ?? [], 'fail_writes').map((entry) => {
      const failing = object(entry, 'a failing write')
      return { at: number(failing.at, 'at'), errno: text(failing.errno, 'errno') }
    }),
  }
}

function readFeed(json: Json): FeedEntry {
  const given = object(json, 'a feed entry')
  if (given.data !== undefined) return { data: bytes(given.data) }
  if (given.error !== undefined) return { error: text(given.error, 'error') }
  if (given.gap === true) return { gap: true }
  if (given.eof === true) return { eof: true }
  throw new Error(`unknown feed entry ${JSON.stringify(json)}`)
}
