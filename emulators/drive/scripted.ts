// Drives one program against a scripted peer on a virtual clock, in one go and without waiting, and
// writes down every board call. fixtures/traces/README.md is the exact meaning of a script and of
// each entry. A closed socket still answers here: what a real board does then is `single-board.ts`'s affair.
// A program that waits for its other threads waits in vain: `staged.ts` lets them take turns.

import {
  type Answer,
  type BoardCall,
  type CallOutcome,
  type Instruction,
  osError,
  osErrorWithoutErrno,
  type Program,
  PythonError,
} from '../board.ts'
import { unreachable } from '../core/problem.ts'
import type { Random } from '../core/random.ts'
import { type Duration, elapsed, inSeconds, instant, seconds, VirtualClock, ZERO } from '../core/time.ts'
import { macOf } from './mac.ts'
import { type ScriptedConnection, ScriptedPeer } from './peer.ts'

/** JSON-like: what stands in a trace. */
export type TraceValue =
  | string
  | number
  | boolean
  | null
  | readonly TraceValue[]
  | { readonly [key: string]: TraceValue }
/** A call with its arguments and its answer. */
export type TraceEntry = readonly [string, ...TraceValue[]]

/** What a scripted board meets: connections, instructions, pins. */
export interface TraceScript {
  /** The peer of the 1st, 2nd, … connection; past the end connections are refused. */
  readonly connections?: readonly ScriptedConnection[]
  readonly clock?: VirtualClock
  /** Default: always the middle of the range. */
  readonly random?: Random
  /** What `nextInstruction` gives, in order. */
  readonly instructions?: readonly Instruction[]
  /** Levels of input pins; others read what was written to them, or 1. */
  readonly pins?: Readonly<Record<number, 0 | 1>>
  /** Whether an OSError has its `e.errno`, as on a board (default); the recordings were made where it has none. */
  readonly errno?: boolean
}

/** How a program ended; `blocked`: it waits for something that never comes. */
export type ScriptedEnd<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'raised'; readonly error: PythonError }
  | { readonly kind: 'blocked' }
  | { readonly kind: 'reset' }

const BLOCKED = Symbol('blocked')

interface ScriptedSocket {
  peer: ScriptedPeer | null
  timeout: Duration | null
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** A board on a virtual clock whose peers are written down; it keeps a trace of each call. */
export class ScriptedBoard {
  /** One entry a board call; callers may add entries of their own. */
  readonly trace: TraceEntry[] = []
  readonly sleeps: Duration[] = []
  readonly lines: string[] = []
  readonly outcomes: { readonly id: string; readonly outcome: CallOutcome }[] = []
  /** Each write to a pin, changed or not. */
  readonly pinWrites: { readonly pin: number; readonly value: 0 | 1 }[] = []
  /** Threads and timers in the order of their start; a thread's handle is its place, counted from 1. */
  readonly spawned: { readonly name: string; readonly program: () => Program<void>; readonly timer: boolean }[] = []
  readonly clock: VirtualClock
  readonly #connections: ScriptedConnection[]
  readonly #instructions: Instruction[]
  readonly #random: Random | null
  readonly #pins: Map<number, 0 | 1>
  readonly #osError: (errno: string) => PythonError
  readonly #sockets: ScriptedSocket[] = []
  /** Handles of threads that have run or were stopped. */
  readonly #over = new Set<number>()

  constructor(script: TraceScript = {}) {
    this.clock = script.clock ?? new VirtualClock()
    this.#connections = [...(script.connections ?? [])]
    this.#instructions = [...(script.instructions ?? [])]
    this.#random = script.random ?? null
    this.#osError = script.errno === false ? osErrorWithoutErrno : osError
    this.#pins = new Map(Object.entries(script.pins ?? {}).map(([pin, level]) => [Number(pin), level]))
  }

  /** Runs a program to its end or until it blocks; programs run one after another share sockets and clock. */
  run<T>(program: Program<T>, limits: { readonly until?: Duration } = {}): ScriptedEnd<T> {
    let error: PythonError | null = null
    let answer: Answer
    try {
      for (;;) {
        const step = error === null ? program.next(answer) : program.throw(error)
        if (step.done) return { kind: 'returned', value: step.value }
        if (step.value.kind === 'reset') return { kind: 'reset' }
        if (limits.until !== undefined && this.clock.now() >= limits.until) return { kind: 'blocked' }
        error = null
        try {
          const given = this.#answer(step.value)
          if (given === BLOCKED) return { kind: 'blocked' }
          answer = given
        } catch (e) {
          if (!(e instanceof PythonError)) throw e
          error = e
        }
      }
    } catch (e) {
      if (!(e instanceof PythonError)) throw e
      return { kind: 'raised', error: e }
    }
  }

  /** Runs the threads that have started since, each in one go; not those named in `except`, and no timers. */
  runThreads(except: readonly string[] = []): void {
    for (let i = 0; i < this.spawned.length; i++) {
      const { name, program, timer } = this.spawned[i]!
      if (timer || except.includes(name) || this.#over.has(i + 1)) continue
      this.#over.add(i + 1)
      this.trace.push(['thread', name])
      this.run(program())
    }
  }

  /** Time passes and nothing happens. */
  wait(time: Duration): void {
    this.clock.advance(time)
    this.trace.push(['elapsed', inSeconds(time)])
  }

  #answer(call: BoardCall): Answer | typeof BLOCKED {
    switch (call.kind) {
      case 'socket':
        this.trace.push(['socket'])
        return this.#sockets.push({ peer: null, timeout: null })
      case 'settimeout':
        this.trace.push(['settimeout', call.timeout === null ? null : inSeconds(call.timeout)])
        this.#socket(call.socket).timeout = call.timeout
        return undefined
      case 'setblocking':
        this.trace.push(['setblocking', call.on])
        this.#socket(call.socket).timeout = call.on ? null : ZERO
        return undefined
      case 'connect':
        return this.#traced(['connect', call.host, call.port], null, () => {
          const connection = this.#connections.shift() ?? { refuse: 'ECONNREFUSED' }
          if ('refuse' in connection) throw this.#osError(connection.refuse)
          this.#socket(call.socket).peer = new ScriptedPeer(connection)
          return undefined
        })
      case 'write':
      case 'send':
        return this.#traced([call.kind, hexOf(call.bytes)], null, () => {
          const errno = this.#peer(call.socket).write()
          if (errno !== null) throw this.#osError(errno)
          return call.kind === 'send' ? call.bytes.length : undefined
        })
      case 'read':
      case 'recv':
        return this.#traced(
          [call.kind, call.count],
          (got) => (got instanceof Uint8Array ? hexOf(got) : null),
          () => this.#read(call.socket, call.count, call.kind === 'read'),
        )
      case 'poll': {
        if (call.until === 'writable' || this.#peer(call.socket).available() !== 0) return true
        if (call.timeout === null) return BLOCKED
        this.clock.advance(call.timeout)
        return false
      }
      case 'available':
        return Math.max(0, this.#socket(call.socket).peer?.available() ?? 0)
      case 'close':
        this.trace.push(['close'])
        return undefined
      case 'sleep':
        this.trace.push(['sleep', inSeconds(call.duration)])
        this.sleeps.push(call.duration)
        this.clock.advance(call.duration)
        return undefined
      case 'now':
        return elapsed(instant(0), this.clock.now())
      case 'random': {
        const value = this.#random?.int(call.low, call.high) ?? Math.floor((call.low + call.high) / 2)
        this.trace.push(['random', call.low, call.high, value])
        return value
      }
      case 'print':
        this.lines.push(call.line)
        return undefined
      case 'pin':
        if (call.value === undefined) return this.#pins.get(call.pin) ?? 1
        this.#pins.set(call.pin, call.value)
        this.pinWrites.push({ pin: call.pin, value: call.value })
        return undefined
      case 'spawn':
        this.trace.push(call.after === undefined ? ['spawn', call.name] : ['timer', call.after])
        return this.spawned.push({ name: call.name, program: call.program, timer: call.after !== undefined })
      case 'stop': {
        const thread = this.spawned[call.thread - 1]
        if (thread?.timer === false) this.trace.push(['stop_thread'])
        this.#over.add(call.thread)
        return undefined
      }
      case 'self':
        return 0
      case 'signal':
        return undefined
      case 'wait':
        if (call.timeout === null) return BLOCKED
        this.clock.advance(call.timeout)
        return false
      case 'mac':
        return macOf(1)
      case 'socketstate':
        return this.#socket(call.socket).peer?.state() ?? 0
      case 'instruction': {
        const next = this.#instructions.shift()
        if (next !== undefined) return next
        if (call.wait === null) return BLOCKED
        this.clock.advance(call.wait)
        return null
      }
      case 'outcome':
        this.outcomes.push({ id: call.id, outcome: call.outcome })
        return undefined
      case 'reset':
        return BLOCKED
      default:
        return unreachable(call)
    }
  }

  /** Does it and writes it down: with the answer if `show` is given, with the errno or `blocked` if it came to that. */
  #traced(
    entry: TraceEntry,
    show: ((answer: Answer) => TraceValue) | null,
    act: () => Answer | typeof BLOCKED,
  ): Answer | typeof BLOCKED {
    try {
      const answer = act()
      if (answer === BLOCKED) this.trace.push([...entry, { blocked: true }])
      else this.trace.push(show === null ? entry : [...entry, show(answer)])
      return answer
    } catch (e) {
      if (e instanceof PythonError) this.trace.push([...entry, { errno: String(e.args[0]) }])
      throw e
    }
  }

  #read(handle: number, count: number, exact: boolean): Uint8Array | null | typeof BLOCKED {
    const { timeout } = this.#socket(handle)
    const got = this.#peer(handle).read(count, exact, timeout)
    switch (got.kind) {
      case 'bytes':
        return got.bytes
      case 'nothing':
        return null
      case 'timeout':
        this.clock.advance(timeout!)
        throw this.#osError('ETIMEDOUT')
      case 'error':
        throw this.#osError(got.errno)
      case 'blocked':
        return BLOCKED
      case 'end':
        // A program that polls a closed connection must not stop the clock for ever.
        if (!exact) this.clock.advance(seconds(1))
        return got.bytes
    }
  }

  #socket(handle: number): ScriptedSocket {
    const socket = this.#sockets[handle - 1]
    if (socket === undefined) throw osError('EBADF')
    return socket
  }

  #peer(handle: number): ScriptedPeer {
    const { peer } = this.#socket(handle)
    if (peer === null) throw osError('ENOTCONN')
    return peer
  }
}
