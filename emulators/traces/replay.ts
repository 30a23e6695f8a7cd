// Replays recorded cases on our emulated clients and compares entry by entry.

import { isDeepStrictEqual } from 'node:util'
import type { ClientKind } from '../clients/client.ts'
import { Problem } from '../core/problem.ts'
import type { TraceEntry } from '../drive/scripted.ts'
import type { RecordedCase, TraceDifference, TraceFormat } from './format.ts'
import { formatOf } from './formats.ts'
import { type Json, object, parseJson, text } from './json.ts'

export type CaseResult =
  | { readonly kind: 'passed' }
  | { readonly kind: 'differs'; readonly difference: TraceDifference }
  /** The case could not be run. */
  | { readonly kind: 'unplayable'; readonly reason: string }

/** The cases of one file's text. Throws Problem `traces/bad-file` that names the file and the place in it. */
export function parseCases(file: string, content: string): RecordedCase[] {
  let json: Json
  try {
    json = parseJson(content)
  } catch (cause) {
    throw new Problem('traces/bad-file', `${file} is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (!Array.isArray(json)) throw new Problem('traces/bad-file', `${file} is not a list of cases`)
  return json.map((entry: Json, i) => {
    try {
      return formatOf(text(object(entry, 'the case').client, 'client')).read(entry)
    } catch (cause) {
      throw new Problem('traces/bad-file', `${file}, case ${i}: ${(cause as Error).message}`, { cause })
    }
  })
}

export function replay(recorded: RecordedCase, catalog: Readonly<Record<string, ClientKind>>): CaseResult {
  const format: TraceFormat = formatOf(recorded.client)
  const same = Object.hasOwn(catalog, recorded.client) ? catalog[recorded.client] : undefined
  const kind = format.kind?.(recorded, catalog) ?? same
  if (kind === undefined)
    return {
      kind: 'unplayable',
      reason: `no client ${recorded.client} here; there are ${Object.keys(catalog).join(', ')}`,
    }
  let got: readonly TraceEntry[]
  try {
    got = format.play(recorded, kind)
  } catch (e) {
    if (!(e instanceof Problem)) throw e
    return { kind: 'unplayable', reason: e.message }
  }
  const difference =
    format.difference === undefined
      ? firstDifference(recorded.trace, got, format.same)
      : format.difference(recorded, got)
  return difference === null ? { kind: 'passed' } : { kind: 'differs', difference }
}

/** null: they are the same, as far as the contract goes. */
export function firstDifference(
  recorded: readonly TraceEntry[],
  trace: readonly TraceEntry[],
  same: NonNullable<TraceFormat['same']> = isDeepStrictEqual,
): TraceDifference | null {
  const length = Math.max(trace.length, recorded.length)
  for (let index = 0; index < length; index++) {
    const difference = { index, expected: recorded[index], got: trace[index] }
    if (!same(difference.expected, difference.got)) return difference
  }
  return null
}
