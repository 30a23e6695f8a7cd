// One board on a real network. Its programs start in a microtask after `startBoard` has returned,
// so that the caller can set pins first; from then on a program runs until a call has to wait. Its
// threads take turns only there. They share sockets: reads are served in the order in which they
// began, and a close lets whoever waits on that socket go on with EBADF, before the closer does.

import {
  type Answer,
  type BoardCall,
  type Instruction,
  osError,
  type Program,
  PythonError,
  type Signal,
  type SocketHandle,
  type ThreadHandle,
} from '../board.ts'
import { showException } from '../clients/python/python.ts'
import { unreachable } from '../core/problem.ts'
import { after, type Duration, elapsed, type Instant, type Timer, ZERO } from '../core/time.ts'
import { detailOf } from './detail.ts'
import type { BoardHost, PendingCall, RunningBoard, StopHow } from './host.ts'
import { macFrom } from './mac.ts'
import type { VanishHow } from './network.ts'
import { BoardSocket, type Settle } from './socket.ts'

/** A program that never waits (a busy loop) lets the world go on after this many calls. */
const CALLS_A_TURN = 500

/** How a waiting program goes on: an answer, or an exception at its `yield`. */
type Resume = { readonly value: Answer } | { readonly error: PythonError }

interface Task {
  readonly handle: ThreadHandle
  readonly name: string
  readonly program: Program<void>
  alive: boolean
  running: boolean
  /** What settled while the call that asked for it was still being made. */
  early: Resume | null
  waiting: { readonly call: BoardCall; readonly since: Instant } | null
  /** What the socket it waits on will call. */
  settle: Settle | null
  timer: Timer | null
  /** Calls off the poll that it waits for. */
  leave: (() => void) | null
  signal: Signal | null
  /** How it will go on as soon as nothing else runs. */
  woken: Resume | null
}

const MAIN = '__main__'

/** Powers a board on; `program` is made anew at every boot. */
export function startBoard(program: () => Program<void>, host: BoardHost): RunningBoard {
  return new Board(program, host)
}

class Board implements RunningBoard {
  readonly #program: () => Program<void>
  readonly #host: BoardHost
  readonly #inputs = new Map<number, 0 | 1>()
  readonly #outputs = new Map<number, 0 | 1>()
  readonly #sockets = new Map<SocketHandle, BoardSocket>()
  #tasks: Task[] = []
  #instructions: Instruction[] = []
  #instructed: Task | null = null
  #bootedAt: Instant
  #booting: Timer | null = null
  #handles = 0
  #threads = 0
  #on = true

  constructor(program: () => Program<void>, host: BoardHost) {
    this.#program = program
    this.#host = host
    this.#bootedAt = host.clock.now()
    this.#start(MAIN, program)
  }

  instruct(instruction: Instruction): void {
    if (!this.#on) return
    this.#instructions.push(instruction)
    const task = this.#instructed
    if (task === null) return
    this.#instructed = null
    this.#resume(task, { value: this.#instructions.shift()! })
  }

  setPin(pin: number, level: 0 | 1): void {
    this.#inputs.set(pin, level)
  }

  pinLevel(pin: number): 0 | 1 {
    // A pin that nobody drives reads 1: boards pull their buttons up.
    return this.#inputs.get(pin) ?? this.#outputs.get(pin) ?? 1
  }

  pending(): PendingCall | null {
    const waiting = this.#tasks.find((task) => task.name === MAIN)?.waiting
    if (!waiting) return null
    return { call: waiting.call.kind, detail: detailOf(waiting.call), since: waiting.since }
  }

  stop(how: StopHow): void {
    if (!this.#on) return
    this.#on = false
    this.#halt(how)
  }

  #start(name: string, make: () => Program<void>, delay?: Duration): ThreadHandle {
    const task: Task = {
      handle: ++this.#threads as ThreadHandle,
      name,
      program: make(),
      alive: true,
      running: false,
      early: null,
      waiting: null,
      settle: null,
      timer: null,
      leave: null,
      signal: null,
      woken: null,
    }
    this.#tasks.push(task)
    if (delay !== undefined) this.#later(task, delay, NOTHING)
    else queueMicrotask(() => this.#resume(task, NOTHING))
    return task.handle
  }

  /** The task is dropped where it stands; its sockets stay open, its locks locked. */
  #kill(handle: ThreadHandle): void {
    const task = this.#tasks.find((other) => other.handle === handle)
    if (task === undefined) return
    this.#end(task)
    this.#unhook(task)
  }

  /** What the task waits for will not wake it. */
  #unhook(task: Task): void {
    task.timer?.cancel()
    task.leave?.()
    task.leave = null
    task.signal = null
    if (this.#instructed === task) this.#instructed = null
    const { settle } = task
    if (settle !== null) for (const socket of this.#sockets.values()) socket.abandon(settle)
  }

  /** The task goes on so as soon as nothing else runs, whatever it waited for. */
  #wake(task: Task, resume: Resume): void {
    this.#unhook(task)
    if (task.woken === null)
      queueMicrotask(() => {
        const { woken } = task
        task.woken = null
        if (woken !== null) this.#resume(task, woken)
      })
    task.woken = resume
  }

  /** Memory is gone: nothing that was waiting goes on. */
  #halt(how: VanishHow | 'close'): void {
    for (const task of this.#tasks) {
      task.alive = false
      task.timer?.cancel()
      task.leave?.()
    }
    this.#tasks = []
    this.#instructions = []
    this.#instructed = null
    this.#booting?.cancel()
    for (const socket of this.#sockets.values()) {
      if (how === 'close') socket.close()
      else socket.vanish(how)
    }
    this.#sockets.clear()
  }

  #reset(): void {
    this.#halt('reset')
    const lit = [...this.#outputs].filter(([, level]) => level === 1)
    this.#outputs.clear()
    for (const [pin] of lit) this.#host.onPin(pin, 0)
    this.#host.onReset()
    if (!this.#on) return
    const { clock, bootTime = ZERO } = this.#host
    this.#booting = clock.at(after(clock.now(), bootTime), () => {
      this.#bootedAt = clock.now()
      this.#start(MAIN, this.#program)
    })
  }

  #resume(task: Task, resume: Resume): void {
    if (!task.alive) return
    if (task.running) {
      task.early = resume
      return
    }
    task.timer?.cancel()
    task.timer = null
    task.waiting = null
    task.settle = null
    task.leave = null
    task.signal = null
    task.running = true
    try {
      this.#run(task, resume)
    } catch (e) {
      this.#end(task)
      if (!(e instanceof PythonError)) this.#host.onBug(e)
      else this.#crashed(task, e)
    }
    task.running = false
  }

  /** Runs until a call waits or the program ends; throws what leaves the program. */
  #run(task: Task, first: Resume): void {
    let resume = first
    for (let calls = 0; task.alive; calls++) {
      if (calls === CALLS_A_TURN) {
        const goOn = (): void => this.#resume(task, resume)
        const { clock } = this.#host
        if (clock.busy === undefined) setImmediate(goOn)
        else clock.busy(goOn)
        return
      }
      const step = 'error' in resume ? task.program.throw(resume.error) : task.program.next(resume.value)
      if (!task.alive) return
      if (step.done) {
        this.#end(task)
        if (task.name === MAIN) this.#host.onEnd({ kind: 'returned' })
        return
      }
      const now = this.#perform(task, step.value) ?? task.early
      if (!task.alive) return
      task.early = null
      if (now === null) {
        task.waiting = { call: step.value, since: this.#host.clock.now() }
        return
      }
      resume = now
    }
  }

  #end(task: Task): void {
    task.alive = false
    this.#tasks = this.#tasks.filter((other) => other !== task)
  }

  #crashed(task: Task, error: PythonError): void {
    const { onPrint } = this.#host
    const print = onPrint.bind(this.#host)
    if (task.name !== MAIN) print(`Unhandled exception in thread started by ${task.name}`)
    print('Traceback (most recent call last):')
    print(showException(error))
    if (task.name === MAIN) this.#host.onEnd({ kind: 'raised', error })
  }

  /** The answer when there is one at once; null when the task has to wait for it. */
  #perform(task: Task, call: BoardCall): Resume | null {
    const host = this.#host
    const settle: Settle = (settled) => this.#resume(task, settled)
    task.settle = settle
    switch (call.kind) {
      case 'socket': {
        const handle = ++this.#handles as SocketHandle
        this.#sockets.set(
          handle,
          new BoardSocket(host.network, host.clock, (change) => this.#on && host.onSocket(change)),
        )
        return { value: handle }
      }
      case 'settimeout':
        return this.#socket(call.socket)?.setTimeout(call.timeout) ?? BAD_HANDLE
      case 'setblocking':
        return this.#socket(call.socket)?.setBlocking(call.on) ?? BAD_HANDLE
      case 'connect': {
        const socket = this.#socket(call.socket)
        return socket === null ? BAD_HANDLE : socket.connect(call.host, call.port, call.tls, settle)
      }
      case 'write': {
        const socket = this.#socket(call.socket)
        return socket === null ? BAD_HANDLE : socket.write(call.bytes, settle)
      }
      case 'send': {
        if (call.within !== undefined) return this.#sendWithin(task, call.socket, call.bytes, call.within)
        // The kernel takes all of it or none; a board's smaller buffers are not copied.
        const taken = { value: call.bytes.length }
        const sent: Settle = (settled) => this.#resume(task, 'error' in settled ? settled : taken)
        task.settle = sent
        const now = this.#socket(call.socket)?.write(call.bytes, sent)
        if (now === undefined) return BAD_HANDLE
        // A write that does not wait may have found no room: null, and nothing is on its way.
        return now === null || 'error' in now || now.value === null ? now : taken
      }
      case 'read':
      case 'recv': {
        const socket = this.#socket(call.socket)
        return socket === null ? BAD_HANDLE : socket.read(call.count, call.kind === 'read', settle)
      }
      case 'poll':
        return this.#poll(task, call.socket, call.until, call.timeout, (ready) => ({ value: ready }))
      case 'available':
        return { value: this.#socket(call.socket)?.available ?? 0 }
      case 'close':
        this.#sockets.get(call.socket)?.close()
        this.#sockets.delete(call.socket)
        return NOTHING
      case 'sleep':
        this.#later(task, call.duration, NOTHING)
        return null
      case 'now':
        return { value: elapsed(this.#bootedAt, host.clock.now()) }
      case 'random':
        return { value: host.random.int(call.low, call.high) }
      case 'print':
        host.onPrint(call.line)
        return NOTHING
      case 'pin':
        if (call.value === undefined) return { value: this.pinLevel(call.pin) }
        this.#writePin(call.pin, call.value)
        return NOTHING
      case 'spawn':
        return { value: this.#start(call.name, call.program, call.after) }
      case 'stop': {
        const other = this.#tasks.find(({ handle }) => handle === call.thread)
        if (call.error === undefined) this.#kill(call.thread)
        else if (other === task) return { error: call.error }
        else if (other !== undefined) this.#wake(other, { error: call.error })
        return NOTHING
      }
      case 'self':
        return { value: task.handle }
      case 'signal':
        for (const other of this.#tasks) if (other.signal === call.signal) this.#wake(other, { value: true })
        return NOTHING
      case 'wait':
        task.signal = call.signal
        if (call.timeout !== null) this.#later(task, call.timeout, { value: false })
        return null
      case 'mac':
        return { value: host.mac ?? macFrom(host.random) }
      case 'socketstate':
        return { value: this.#socket(call.socket)?.tcpState() ?? -1 }
      case 'instruction': {
        const next = this.#instructions.shift()
        if (next !== undefined) return { value: next }
        this.#instructed = task
        if (call.wait !== null) this.#later(task, call.wait, { value: null })
        return null
      }
      case 'outcome':
        if (call.uncalled !== true) host.onOutcome(call.id, call.outcome)
        else if (call.outcome.kind === 'returned') host.onEvent?.(call.id, call.outcome.value)
        return NOTHING
      case 'reset':
        this.#reset()
        return null
      default:
        return unreachable(call)
    }
  }

  /** `then`: the answer to what the poll found. A socket that is closed is ready for nothing. */
  #poll(
    task: Task,
    handle: SocketHandle,
    until: 'readable' | 'writable',
    timeout: Duration | null,
    then: (ready: boolean) => Resume,
  ): Resume | null {
    const socket = this.#socket(handle)
    if (socket === null) {
      if (timeout !== null) this.#later(task, timeout, then(false))
      return null
    }
    task.leave = socket.poll(until, timeout, (ready) => this.#resume(task, then(ready)))
    return task.leave === null ? then(true) : null
  }

  #sendWithin(task: Task, handle: SocketHandle, bytes: Uint8Array, timeout: Duration): Resume | null {
    const taken = { value: bytes.length }
    return this.#poll(task, handle, 'writable', timeout, (ready) => {
      if (!ready) return { value: 0 }
      // Whoever finds the socket ready writes into a buffer that is empty: it takes all of this, or fails.
      let settled: Resume = taken
      const now = this.#socket(handle)?.write(bytes, (end) => {
        if ('error' in end) settled = end
      })
      if (now === undefined) return BAD_HANDLE
      return now !== null && 'error' in now ? now : settled
    })
  }

  #socket(handle: SocketHandle): BoardSocket | null {
    return this.#sockets.get(handle) ?? null
  }

  #later(task: Task, wait: Duration, resume: Resume): void {
    const { clock } = this.#host
    task.timer = clock.at(after(clock.now(), wait), () => {
      if (this.#instructed === task) this.#instructed = null
      this.#resume(task, resume)
    })
  }

  #writePin(pin: number, value: 0 | 1): void {
    const before = this.#outputs.get(pin) ?? 0
    this.#outputs.set(pin, value)
    if (before !== value) this.#host.onPin(pin, value)
  }
}

const NOTHING: Resume = { value: undefined }
const BAD_HANDLE: Resume = { error: osError('EBADF') }
