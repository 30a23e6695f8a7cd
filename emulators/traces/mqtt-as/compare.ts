// Compares what several tasks of one program did. The order of entries of different tasks at one instant is the
// scheduler's and no contract: what happens on sockets is one sequence, everything else a sequence for each kind of entry,
// and moments may be ten milliseconds apart.

import { isDeepStrictEqual } from 'node:util'
import type { TraceEntry } from '../../drive/scripted.ts'
import type { TraceDifference } from '../format.ts'
import type { MqttAsCase } from './case.ts'

const APART = 0.0101
const SOCKET = ['socket', 'setblocking', 'connect', 'write', 'read', 'close']

interface Timed {
  readonly at: number
  readonly index: number
  readonly entry: TraceEntry
}

export function differenceOf({ trace }: MqttAsCase, got: readonly TraceEntry[]): TraceDifference | null {
  const expected = timed(trace)
  const have = timed(got)
  // The program's end cuts off tasks that were about to run at that instant.
  const end = Math.max(expected.at(-1)?.at ?? 0, have.at(-1)?.at ?? 0)
  return inSequence(sockets(expected), sockets(have), end) ?? byKind(others(expected), others(have), end)
}

function timed(trace: readonly TraceEntry[]): Timed[] {
  let at = 0
  const all: Timed[] = []
  for (const [index, entry] of trace.entries())
    if (entry[0] === 'at') at = Number(entry[1])
    else all.push({ at, index, entry })
  return all
}

const others = (all: readonly Timed[]): Timed[] => all.filter(({ entry }) => !SOCKET.includes(entry[0]))

/** What was read, byte by byte: how many reads it took is no contract. */
const sockets = (all: readonly Timed[]): Timed[] =>
  all
    .filter(({ entry }) => SOCKET.includes(entry[0]))
    .flatMap((one) => {
      const [kind, read] = one.entry
      if (kind !== 'read' || typeof read !== 'string' || read.length <= 2) return [one]
      return read.match(/../g)!.map((byte) => ({ ...one, entry: ['read', byte] as const }))
    })

function inSequence(expected: readonly Timed[], got: readonly Timed[], end: number): TraceDifference | null {
  const length = Math.max(expected.length, got.length)
  for (let k = 0; k < length; k++) {
    const [want, have] = [expected[k], got[k]]
    if (want !== undefined && have !== undefined && same(want, have)) continue
    if (want === undefined || have === undefined) if ((want ?? have)!.at >= end - APART) continue
    return { index: want?.index ?? have!.index, expected: shown(want), got: shown(have) }
  }
  return null
}

function byKind(expected: readonly Timed[], got: readonly Timed[], end: number): TraceDifference | null {
  const left = [...got]
  for (const want of expected) {
    const found = left.findIndex((have) => same(want, have))
    if (found >= 0) left.splice(found, 1)
    else if (want.at < end - APART || isTheProgramsOwn(want))
      return {
        index: want.index,
        expected: shown(want),
        got: shown(left.find((have) => have.entry[0] === want.entry[0])),
      }
  }
  const more = left.find((have) => have.at < end - APART || isTheProgramsOwn(have))
  return more === undefined ? null : { index: more.index, expected: undefined, got: shown(more) }
}

const isTheProgramsOwn = ({ entry }: Timed): boolean => ['call', 'return', 'raise', 'end', 'blocked'].includes(entry[0])

const shown = (one: Timed | undefined): TraceEntry | undefined => one && [...one.entry, `at ${one.at}`]

function same(want: Timed, have: Timed): boolean {
  // When a case was cut off depends on what else was due.
  const together = Math.abs(want.at - have.at) <= APART || want.entry[0] === 'blocked'
  return together && isDeepStrictEqual(comparable(want.entry), comparable(have.entry))
}

/** Texts of exceptions are no contract; their types are, and errno names and -1. */
function comparable(entry: TraceEntry): readonly unknown[] {
  const at = entry[0] === 'raise' ? 1 : entry[0] === 'failed' ? 2 : 0
  if (at === 0) return entry
  const [first] = entry[at + 1] as readonly unknown[]
  const counts = entry[at] === 'OSError' && (first === -1 || /^E[A-Z0-9]+$/.test(String(first)))
  return [...entry.slice(0, at + 1), counts ? first : null]
}
