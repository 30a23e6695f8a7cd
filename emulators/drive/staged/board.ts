// Drives a program and the threads that it starts, by turns, on a virtual clock and against staged peers: a thread runs
// until it waits, and the clock moves on only when all of them wait. fixtures/traces/README.md has the exact rules.

import {
  type Answer,
  type BoardCall,
  osError,
  type Program,
  PythonError,
  type Signal,
  type SocketHandle,
  type ThreadHandle,
} from '../../board.ts'
import { unreachable } from '../../core/problem.ts'
import { after, type Duration, elapsed, type Instant, instant, milliseconds, ZERO } from '../../core/time.ts'
import { macOf } from '../mac.ts'
import { type StagedConnection, StagedPeer } from './peer.ts'

export interface Stage {
  /** The peer of the 1st, 2nd, … connection; past the end connections are refused. */
  readonly connections: readonly StagedConnection[]
  /** What the board's clock says at the beginning. Default 0. */
  readonly clock?: Duration | undefined
  /** The next number in [low, high]. */
  readonly random: (low: number, high: number) => number
  readonly mac?: Uint8Array | undefined
  /**
   * A thread's call, told when it begins, with what will come of it where that is known by then. A `close` is
   * answered with whether there was a connection.
   */
  readonly onCall?: ((call: BoardCall, end: StagedEnd) => void) | undefined
  readonly onPrint?: ((line: string) => void) | undefined
  /** An exception has left a thread. */
  readonly onUncaught?: ((thread: string, error: PythonError) => void) | undefined
}

/** `waits`: it is not known yet. `takes`: so long it will last. */
export interface StagedEnd {
  readonly answer?: Answer
  readonly error?: PythonError | undefined
  readonly waits?: true
  readonly takes?: Duration | undefined
}

/** How the program ended; `blocked`: nobody would ever go on. `late`: its time was over. */
export type StagedOutcome<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'raised'; readonly error: PythonError }
  | { readonly kind: 'blocked' | 'late' | 'reset' }

type Resume = { readonly answer: Answer } | { readonly error: PythonError }

interface Task {
  readonly handle: ThreadHandle
  readonly name: string
  readonly program: Program<unknown>
  /** How it goes on when it next runs. */
  ready: Resume | null
  /** Looked at each time the clock has moved or a thread has run: how it goes on, or null. */
  check: (() => Resume | null) | null
  /** How it goes on when nothing has happened by then. */
  due: { readonly at: Instant; readonly resume: Resume } | null
  peer: StagedPeer | null
  signal: Signal | null
}

interface StagedSocket {
  peer: StagedPeer | null
  /** How a connect that does not block has failed: the next call raises it. */
  failed: string | null
  timeout: Duration | null
}

export class StagedBoard {
  /** Exceptions that left threads. */
  readonly uncaught: { readonly thread: string; readonly error: PythonError }[] = []
  readonly #stage: Stage
  readonly #connections: StagedConnection[]
  readonly #sockets: (StagedSocket | null)[] = []
  /** In the order in which they are asked whether they can go on: the program last. */
  #tasks: Task[] = []
  #now: Instant = instant(0)
  #handles = 0

  constructor(stage: Stage) {
    this.#stage = stage
    this.#connections = [...stage.connections]
  }

  /** Since the case began. */
  now(): Instant {
    return this.#now
  }

  /** Runs a program to its end, and its threads as long as it runs. What is due at its last instant belongs to it. */
  run<T>(program: Program<T>, { until = NEVER }: { readonly until?: Instant } = {}): StagedOutcome<T> {
    let end: StagedOutcome<T> | null = null
    const main = this.#add('__main__', program)
    for (;;) {
      const task = this.#runnable(main)
      if (task === null) {
        const next = this.#nextMoment()
        if (next === NEVER || next > until) {
          if (next !== NEVER) this.#now = until
          this.#drop(main)
          return { kind: next === NEVER ? 'blocked' : 'late' }
        }
        this.#now = next
        continue
      }
      try {
        const step = this.#turn(task)
        if (step === 'reset') return { kind: 'reset' }
        if (task === main && step !== null) end = { kind: 'returned', value: step.value as T }
      } catch (e) {
        if (!(e instanceof PythonError)) throw e
        this.#drop(task)
        if (task === main) end = { kind: 'raised', error: e }
        else {
          this.uncaught.push({ thread: task.name, error: e })
          this.#stage.onUncaught?.(task.name, e)
        }
      }
      if (end !== null) return end
    }
  }

  #add(name: string, program: Program<unknown>): Task {
    const handle = ++this.#handles as ThreadHandle
    const task: Task = { handle, name, program, ready: START, check: null, due: null, peer: null, signal: null }
    this.#tasks.push(task)
    return task
  }

  #drop(task: Task): void {
    this.#tasks = this.#tasks.filter((other) => other !== task)
  }

  /** Whoever can go on now; the threads before the program. */
  #runnable(main: Task): Task | null {
    for (const task of [...this.#tasks.filter((other) => other !== main), main]) {
      const { check, due } = task
      task.ready ??= check?.() ?? null
      if (task.ready === null && due !== null && due.at <= this.#now) task.ready = due.resume
      if (task.ready !== null) return task
    }
    return null
  }

  #nextMoment(): Instant {
    let next = NEVER
    for (const { due, peer, check } of this.#tasks) {
      if (due !== null && due.at < next) next = due.at
      const moment = check === null || peer === null ? NEVER : peer.nextMoment(this.#now)
      if (moment < next && moment > this.#now) next = moment
    }
    return next
  }

  /** Runs a task until it waits; what it returned when it came to its end. */
  #turn(task: Task): { readonly value: unknown } | 'reset' | null {
    while (task.ready !== null) {
      const resume = task.ready
      task.ready = null
      task.check = null
      task.due = null
      task.peer = null
      task.signal = null
      const step = 'error' in resume ? task.program.throw(resume.error) : task.program.next(resume.answer)
      if (step.done) {
        this.#drop(task)
        return { value: step.value }
      }
      if (step.value.kind === 'reset') return 'reset'
      try {
        this.#perform(task, step.value)
      } catch (e) {
        if (!(e instanceof PythonError)) throw e
        this.#answer(task, step.value, { error: e })
      }
    }
    return null
  }

  #perform(task: Task, call: BoardCall): void {
    switch (call.kind) {
      case 'socket':
        return this.#answer(task, call, { answer: this.#sockets.push({ peer: null, failed: null, timeout: null }) })
      case 'settimeout':
        this.#open(call.socket).timeout = call.timeout
        return this.#answer(task, call, NOTHING)
      case 'setblocking':
        this.#open(call.socket).timeout = call.on ? null : ZERO
        return this.#answer(task, call, NOTHING)
      case 'connect':
        return this.#connect(task, call, this.#open(call.socket))
      case 'write':
        return this.#write(task, call, this.#open(call.socket).timeout)
      case 'send':
        return this.#write(task, call, call.within ?? this.#open(call.socket).timeout)
      case 'read':
      case 'recv':
        return this.#read(task, call)
      case 'poll':
        return this.#poll(task, call)
      case 'available':
        return this.#answer(task, call, {
          answer: Math.max(0, this.#sockets[call.socket - 1]?.peer?.available(this.#now) ?? 0),
        })
      case 'close': {
        const socket = this.#sockets[call.socket - 1]
        if (socket === null || socket === undefined) return this.#answer(task, call, NOTHING)
        this.#sockets[call.socket - 1] = null
        return this.#answer(task, call, { answer: socket.peer !== null })
      }
      case 'sleep':
        return this.#later(task, call, call.duration, NOTHING)
      case 'now':
        return this.#answer(task, call, { answer: (this.#stage.clock ?? 0) + elapsed(instant(0), this.#now) })
      case 'random':
        return this.#answer(task, call, { answer: this.#stage.random(call.low, call.high) })
      case 'print':
        this.#stage.onPrint?.(call.line)
        return this.#answer(task, call, NOTHING)
      case 'pin':
        return this.#answer(task, call, call.value === undefined ? { answer: 1 } : NOTHING)
      case 'spawn': {
        const started = this.#add(call.name, call.program())
        if (call.after !== undefined) {
          started.ready = null
          started.due = { at: after(this.#now, call.after), resume: START }
        }
        return this.#answer(task, call, { answer: started.handle })
      }
      case 'stop':
        return this.#stop(task, call)
      case 'self':
        return this.#answer(task, call, { answer: task.handle })
      case 'signal':
        for (const other of this.#tasks) if (other.signal === call.signal) other.ready ??= { answer: true }
        return this.#answer(task, call, NOTHING)
      case 'wait':
        task.signal = call.signal
        return this.#waits(task, call, call.timeout, { answer: false })
      case 'mac':
        return this.#answer(task, call, { answer: this.#stage.mac ?? macOf(1) })
      case 'socketstate': {
        const socket = this.#sockets[call.socket - 1]
        return this.#answer(task, call, { answer: socket ? (socket.peer?.state(this.#now) ?? 0) : -1 })
      }
      case 'instruction':
        return this.#waits(task, call, call.wait, { answer: null })
      case 'outcome':
        return this.#answer(task, call, NOTHING)
      case 'reset':
        return undefined
      default:
        return unreachable(call)
    }
  }

  /** The call is over, now or after `takes`. */
  #answer(task: Task, call: BoardCall, end: StagedEnd): void {
    this.#stage.onCall?.(call, end)
    const resume: Resume = end.error === undefined ? { answer: end.answer } : { error: end.error }
    if (end.takes === undefined || end.takes === 0) task.ready = resume
    else task.due = { at: after(this.#now, end.takes), resume }
  }

  /** The task waits; `resume` after `timeout`, which 0 does not make it do. */
  #waits(task: Task, call: BoardCall, timeout: Duration | null, resume: Resume): void {
    this.#stage.onCall?.(call, { waits: true })
    if (timeout === 0) task.ready = resume
    else if (timeout !== null) task.due = { at: after(this.#now, timeout), resume }
  }

  /** A sleep of 0 lets the others have their turn. */
  #later(task: Task, call: BoardCall, time: Duration, resume: StagedEnd): void {
    this.#stage.onCall?.(call, { waits: true })
    task.due = { at: after(this.#now, time), resume: { answer: resume.answer } }
  }

  #connect(task: Task, call: BoardCall, socket: StagedSocket): void {
    const staged = this.#connections.shift() ?? { refuse: 'ECONNREFUSED' }
    const { takes } = staged
    if ('feed' in staged) {
      const openAt = after(this.#now, takes ?? ZERO)
      socket.peer = new StagedPeer(staged, openAt)
      this.#answer(task, call, { answer: undefined, takes })
    } else if (staged.refuse === 'timeout')
      this.#answer(task, call, { error: osError('ETIMEDOUT'), takes: socket.timeout ?? takes })
    else if (socket.timeout === 0) {
      socket.failed = staged.refuse
      this.#answer(task, call, { answer: undefined, takes })
    } else if (staged.refuse === 'unresolved') this.#answer(task, call, { error: osError(-2), takes })
    else this.#answer(task, call, { error: osError(staged.refuse), takes })
  }

  #write(task: Task, call: Extract<BoardCall, { kind: 'write' | 'send' }>, patience: Duration | null): void {
    const peer = this.#peer(call.socket)
    const staged = peer.write(this.#now)
    if (staged === 'full') {
      this.#answer(task, call, { answer: null })
      return
    }
    if (staged === 'gone') throw osError('EPIPE')
    const { errno, took = call.bytes.length, takes } = staged
    if (errno !== undefined) this.#answer(task, call, { error: osError(errno), takes })
    else if (staged.stalls !== true)
      this.#answer(task, call, { answer: call.kind === 'send' ? took : undefined, takes })
    else if (call.kind === 'send') this.#answer(task, call, { answer: 0, takes: patience ?? milliseconds(1) })
    else this.#answer(task, call, { error: osError('ETIMEDOUT'), takes: patience ?? milliseconds(1) })
  }

  /** A `read` of so many bytes; what it has when its time is over is lost, as in socket.ts. */
  #read(task: Task, call: Extract<BoardCall, { kind: 'read' | 'recv' }>): void {
    const { timeout } = this.#open(call.socket)
    const peer = this.#peer(call.socket)
    const wanted = call.count < 0 ? Number.POSITIVE_INFINITY : call.count
    const exact = call.kind === 'read' && timeout !== 0
    const parts: Uint8Array[] = []
    let have = 0
    const look = (): StagedEnd | null => {
      const got = peer.read(wanted - have, this.#now)
      if (got === null) return null
      if (got === 'eof') return { answer: Buffer.concat(parts) }
      if (!(got instanceof Uint8Array)) return { error: osError(got.errno) }
      parts.push(got)
      have += got.length
      return !exact || have >= wanted ? { answer: Buffer.concat(parts) } : look()
    }
    const now = wanted === 0 ? { answer: new Uint8Array() } : look()
    if (now !== null) return this.#answer(task, call, now)
    if (timeout === 0) return this.#answer(task, call, { answer: null })
    this.#stage.onCall?.(call, { waits: true })
    task.peer = peer
    task.check = () => {
      const later = look()
      return later === null ? null : this.#resumeOf(call, later)
    }
    if (timeout !== null) task.due = { at: after(this.#now, timeout), resume: { error: osError('ETIMEDOUT') } }
  }

  #resumeOf(call: BoardCall, end: StagedEnd): Resume {
    this.#stage.onCall?.(call, end)
    return end.error === undefined ? { answer: end.answer } : { error: end.error }
  }

  #poll(task: Task, call: Extract<BoardCall, { kind: 'poll' }>): void {
    const socket = this.#sockets[call.socket - 1] ?? null
    const peer = socket?.peer ?? null
    const ready = (): Resume | null => {
      if (peer === null || this.#sockets[call.socket - 1] !== socket) return null
      const found = call.until === 'readable' ? peer.available(this.#now) !== 0 : peer.writable(this.#now)
      return found ? { answer: true } : null
    }
    const now = ready()
    if (now !== null) return this.#answer(task, call, { answer: true })
    task.peer = peer
    task.check = ready
    this.#waits(task, call, call.timeout, { answer: false })
  }

  #stop(task: Task, call: Extract<BoardCall, { kind: 'stop' }>): void {
    const other = this.#tasks.find(({ handle }) => handle === call.thread)
    if (other === undefined) return this.#answer(task, call, NOTHING)
    if (call.error === undefined) {
      this.#drop(other)
      if (other !== task) this.#answer(task, call, NOTHING)
      return undefined
    }
    if (other === task) throw call.error
    other.ready = { error: call.error }
    return this.#answer(task, call, NOTHING)
  }

  #open(handle: SocketHandle): StagedSocket {
    const socket = this.#sockets[handle - 1]
    if (socket === null || socket === undefined) throw osError('EBADF')
    return socket
  }

  #peer(handle: SocketHandle): StagedPeer {
    const { peer, failed } = this.#open(handle)
    if (peer === null) throw osError(failed ?? 'ENOTCONN')
    return peer
  }
}

const NEVER = instant(Number.POSITIVE_INFINITY)
const START: Resume = { answer: undefined }
const NOTHING: StagedEnd = { answer: undefined }
