// Plays cases of the Python libraries. The texts of Python's own exceptions are not compared (they are CPython's there and
// ours here); the types are, and so are the arguments of OSError and of the libraries' own exceptions.

import { isDeepStrictEqual } from 'node:util'
import { PyFloat, PythonError, type PyValue } from '../board.ts'
import type { ClientKind, EmulatedClient } from '../clients/client.ts'
import { seconds } from '../core/time.ts'
import { hexOf, ScriptedBoard, type TraceEntry, type TraceValue } from '../drive/scripted.ts'
import { readCase, type TraceCase } from './case.ts'
import type { TraceFormat } from './format.ts'
import { standIn } from './stand-in.ts'

export const pythonFormat: TraceFormat<TraceCase> = { read: readCase, play, same: sameEntry }

/** QuecPython's keep-alive thread: the recordings start it and leave it standing. */
const NEVER_RUN = ['loop_forever']

/** A library that still tries after so much time on the virtual clock tries for ever. */
const FOR_EVER = seconds(100 * 24 * 3600)

/** The trace that our client makes of a case. Throws the Problem of options that it has not. */
export function play(recorded: TraceCase, kind: ClientKind): readonly TraceEntry[] {
  const board = new ScriptedBoard({ connections: recorded.connections, errno: false })
  const { trace } = board
  let client: EmulatedClient
  try {
    client = kind.create(recorded.options, {
      *onMessage(topic, payload) {
        trace.push(['callback', hexOf(topic), hexOf(payload)])
      },
      connections: standIn,
      boolIsInt: true,
      *onEvent(name, args) {
        trace.push([name, ...args.map(show)])
      },
    })
  } catch (e) {
    if (!(e instanceof PythonError)) throw e
    trace.push(raised(e))
    return trace
  }
  if (client.begin !== undefined) board.run(client.begin())
  for (const call of recorded.calls) {
    if ('wait' in call) {
      board.wait(call.wait)
      continue
    }
    trace.push(['call', call.call])
    const end = board.run(client.call(call.call, call.args, call.kwargs), { until: FOR_EVER })
    if (end.kind === 'returned') trace.push(['return', show(end.value)])
    else if (end.kind === 'raised') trace.push(raised(end.error))
    else {
      trace.push(['blocked'])
      return trace
    }
    board.runThreads(NEVER_RUN)
  }
  return trace
}

const raised = (error: PythonError): TraceEntry => ['raise', error.type, error.args.map(show)]

function show(value: PyValue): TraceValue {
  if (value instanceof Uint8Array) return { hex: hexOf(value) }
  if (value instanceof PyFloat) return value.value
  return Array.isArray(value) ? value.map(show) : (value as TraceValue)
}

/** Python's own exceptions, as far as libraries let them out; OSError is not among them on purpose. */
const PYTHONS_OWN = new Set([
  'ArithmeticError',
  'AssertionError',
  'AttributeError',
  'EOFError',
  'IndexError',
  'KeyError',
  'LookupError',
  'MemoryError',
  'NameError',
  'NotImplementedError',
  'OverflowError',
  'RuntimeError',
  'SyntaxError',
  'TypeError',
  'UnicodeDecodeError',
  'UnicodeError',
  'ValueError',
  'ZeroDivisionError',
  'error', // struct.error
])

function sameEntry(expected: TraceEntry | undefined, got: TraceEntry | undefined): boolean {
  if (expected === undefined || got === undefined) return false
  if (expected[0] === 'raise' && PYTHONS_OWN.has(String(expected[1])))
    return isDeepStrictEqual(expected.slice(0, 2), got.slice(0, 2))
  return isDeepStrictEqual(expected, got)
}
