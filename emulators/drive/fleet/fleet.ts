// Drives tens of thousands of boards at once: the very programs and client libraries that single-board.ts
// drives, with no timer and no closure of their own. A program runs until it has to wait; what it wrote
// until then leaves in one piece (write-coalescer.ts). A device that has nothing to do waits for an instruction, and it is
// the host that says when there is one: a message is due, or something has come to be read.

import type { Socket } from 'node:net'
import { offer } from '../../at-once.ts'
import { type BoardCall, osError, PythonError } from '../../board.ts'
import type { Clock } from '../../core/time.ts'
import type { Ending } from '../host.ts'
import { Sources } from './address-pool.ts'
import { FleetAnswers } from './answers.ts'
import { type CallAnswer, FleetCalls, PENDING } from './calls.ts'
import { FleetDevice, type FleetNetwork, FleetTask } from './device.ts'
import type { Timed } from './heap.ts'
import type { FleetHost } from './host.ts'
import { type Lookup, Names } from './names.ts'
import { nextReader, stopReading } from './readers.ts'
import type { FleetSocket } from './socket.ts'
import { FleetTimers } from './timers.ts'
import { clockWaker, realWaker, type Waker } from './waker.ts'
import { ConnectWindow } from './window.ts'
import { WriteCoalescer } from './write-coalescer.ts'

export interface FleetSettings {
  readonly host: FleetHost
  readonly seed: number
  /** Connects under way at once; default 64: a broker's accept queue holds some hundred. */
  readonly window?: number | undefined
  readonly sources?: Sources | undefined
  /** Default: the system's. */
  readonly lookup?: Lookup | undefined
  /** Absent: real time, and sockets of the system. With one, connections are those of `net.connect`, which may be in memory. */
  readonly clock?: Clock | undefined
  /** Default: that of the clock. */
  readonly waker?: ((wake: () => void) => Waker) | undefined
}

/** A program that never waits lets the others go on after so many calls. */
const CALLS_A_TURN = 500
export class Fleet {
  readonly host: FleetHost
  readonly window: ConnectWindow
  readonly sources: Sources
  readonly names: Names
  readonly clock: Clock | undefined
  readonly devices: FleetDevice[] = []
  readonly #seed: number
  readonly #timers: FleetTimers
  readonly #out: WriteCoalescer
  readonly #calls: FleetCalls
  readonly #answers: FleetAnswers
  /** Connections that a device left behind without a word. */
  readonly #orphans = new Set<Socket>()
  /** Threads that begin when the task that started them has to wait. */
  #ready: FleetTask[] = []
  #depth = 0

  constructor({ host, seed, window = 64, sources = new Sources([]), clock, ...given }: FleetSettings) {
    const { lookup = clock && asGiven, waker = clock === undefined ? realWaker : clockWaker(clock) } = given
    this.host = host
    this.window = new ConnectWindow(window)
    this.sources = sources
    this.names = new Names(lookup)
    this.clock = clock
    this.#seed = seed
    this.#out = new WriteCoalescer(clock === undefined)
    this.#calls = new FleetCalls(this, this.#out)
    this.#answers = new FleetAnswers(this, this.#out)
    this.#timers = new FleetTimers(waker, this.window, this.#out, (late, now) => host.onLateness?.(late, now))
  }

  now(): number {
    return this.#timers.now()
  }

  /** `chance`: which of the seed's streams is its own; default: by its index. */
  add(index: number, chance = index): FleetDevice {
    const device = new FleetDevice(index, Math.imul(this.#seed ^ 0x9e3779b9, 2 * chance + 1) >>> 0, this)
    this.devices.push(device)
    return device
  }

  /** Calls `fire` of its owner at `due`; Infinity calls it off. */
  at(owner: Timed, due: number): void {
    this.#timers.at(owner, due)
  }

  /** Powers the device on; its program starts at once. No-op when it is on. */
  boot(device: FleetDevice): void {
    if (device.main !== null) return
    this.#forgetSockets(device, 'close')
    device.bootedAt = this.now()
    device.main = new FleetTask(device, this.host.program(device), ++device.tasks, this)
    this.resume(device.main, undefined)
  }

  /** Memory is gone. `power`, `reset`: nothing is told to the broker; `close`: sockets are closed in order. */
  halt(device: FleetDevice, how: 'power' | 'reset' | 'close'): void {
    this.#out.flush()
    this.at(device, Number.POSITIVE_INFINITY)
    if (device.main !== null) this.end(device.main)
    for (const thread of device.threads ?? []) this.end(thread)
    device.main = null
    device.threads = null
    this.#forgetSockets(device, how === 'close' ? 'close' : 'vanish')
  }

  /** `break`: what becomes of its connections at that moment. */
  setNetwork(device: FleetDevice, network: FleetNetwork, breaking: 'close' | 'reset' | null): void {
    this.#out.flush()
    device.network = network
    const sockets = [device.socket, ...(device.sockets ?? [])]
    for (const socket of sockets) {
      if (breaking !== null) socket?.break(breaking)
      if (network === 'up') socket?.resume()
    }
  }

  /** A connect asks for its place in the window. */
  enter(socket: FleetSocket): void {
    this.window.enter(socket, this.now())
    if (this.window.queued === 1) this.#timers.arm()
  }

  /** The device looks for something to do, if it has nothing. */
  wake(device: FleetDevice): void {
    const { main } = device
    if (main === null || main.waiting !== 'instruction') return
    const instruction = this.host.next(device, this.now())
    if (instruction !== null) this.resume(main, instruction)
  }

  /** A thread that waits goes on as soon as nothing else runs: with `true`, or with an exception. */
  rouse(task: FleetTask, error: PythonError | null): void {
    if (task.due !== Number.POSITIVE_INFINITY) this.#timers.at(task, Number.POSITIVE_INFINITY)
    if (task.socket !== null) stopReading(task.socket, task)
    if (task.waiting !== 'woken') this.#ready.push(task)
    task.waiting = 'woken'
    task.subject = error
  }

  /** Begins a thread as soon as nothing else runs. */
  begin(thread: FleetTask): void {
    this.#ready.push(thread)
  }

  /** Takes a task away, whatever it waits for. */
  end(task: FleetTask): void {
    const { device } = task
    task.alive = false
    if (task.due !== Number.POSITIVE_INFINITY) this.#timers.at(task, Number.POSITIVE_INFINITY)
    if (task.socket !== null) stopReading(task.socket, task)
    if (device.threads !== null) device.threads = device.threads.filter((other) => other !== task)
  }

  resume(task: FleetTask, answer: CallAnswer): void {
    this.#go(task, answer, null)
  }

  raise(task: FleetTask, error: PythonError): void {
    this.#go(task, undefined, error)
  }

  /** Something has changed for whoever reads this socket. */
  serve(socket: FleetSocket, progress: boolean): void {
    for (;;) {
      const task = socket.reader
      if (task === null) break
      if (task.waiting === 'readable') {
        if (!socket.ready) return
        nextReader(socket)
        this.resume(task, true)
        continue
      }
      const exact = task.waiting === 'read'
      const bytes = socket.take(task.count, exact)
      if (bytes === undefined && socket.error === null) {
        // Each part that arrives begins a new wait: the timeout is the system call's, not the read's.
        if (progress && socket.timeout > 0) task.wait(socket.timeout)
        return
      }
      nextReader(socket)
      if (bytes === undefined) this.raise(task, socket.takeError())
      else this.resume(task, bytes)
    }
    if (socket.readable && socket.device.idle) this.wake(socket.device)
  }

  timeUp(task: FleetTask): void {
    const { socket } = task
    switch (task.waiting) {
      case 'connect':
        if (socket!.timedOut(task)) this.raise(task, osError('ETIMEDOUT'))
        return
      case 'read':
      case 'recv':
        stopReading(socket!, task)
        if (task.waiting === 'read') socket!.drop()
        this.raise(task, osError('ETIMEDOUT'))
        return
      case 'end of file':
        this.resume(task, NO_BYTES)
        return
      case 'instruction':
        this.resume(task, null)
        return
      case 'readable':
        if (socket !== null) stopReading(socket, task)
        this.resume(task, false)
        return
      case 'writable':
      case 'send':
        this.#calls.lookAgain(task)
        return
      case 'signal':
        this.resume(task, false)
        return
      default:
        this.resume(task, undefined)
    }
  }

  /** Keeps a connection open that nobody serves any more, as the broker sees a device without power. */
  adoptOrphan(net: Socket): void {
    this.#orphans.add(net)
    const over = (): void => {
      this.#orphans.delete(net)
      net.destroy()
    }
    net.removeAllListeners()
    net.on('error', over)
    net.on('end', over)
    net.on('close', over)
  }

  /** Stops everything; nothing is called any more. */
  close(): void {
    this.#timers.close()
    for (const device of this.devices) this.halt(device, 'close')
    for (const orphan of this.#orphans) orphan.destroy()
  }

  #go(task: FleetTask, answer: CallAnswer, error: PythonError | null): void {
    if (!task.alive || task.running) return
    if (task.due !== Number.POSITIVE_INFINITY) this.#timers.at(task, Number.POSITIVE_INFINITY)
    task.waiting = 'nothing'
    task.socket = null
    task.subject = null
    task.running = true
    // One task may let another go on (it closes a socket that the other reads): what each writes is a piece of its own.
    this.#out.part()
    this.#depth++
    try {
      this.#run(task, answer, error)
    } catch (e) {
      this.end(task)
      if (!(e instanceof PythonError)) this.host.onBug(e)
      else if (task === task.device.main) this.#ended(task, { kind: 'raised', error: e })
    }
    task.running = false
    this.#out.part()
    this.#depth--
    if (this.#depth === 0 && this.#ready.length > 0)
      for (const thread of this.#ready.splice(0)) {
        const { subject } = thread
        if (subject instanceof PythonError) this.raise(thread, subject)
        else this.resume(thread, true)
      }
  }

  #run(task: FleetTask, first: CallAnswer, raised: PythonError | null): void {
    this.#answers.left = CALLS_A_TURN
    let answer: CallAnswer | typeof PENDING = first
    let error = raised
    for (let calls = 0; ; calls++) {
      if (calls === CALLS_A_TURN) {
        const resumed = answer as CallAnswer
        const thrown = error
        const goOn = (): void => this.#go(task, resumed, thrown)
        if (this.clock?.busy === undefined) setImmediate(goOn)
        else this.clock.busy(goOn)
        return
      }
      const step = this.#step(task, answer as CallAnswer, error)
      error = null
      if (!task.alive) return
      if (step.done) {
        this.end(task)
        if (task === task.device.main) this.#ended(task, RETURNED)
        return
      }
      try {
        answer = this.#calls.perform(task, step.value)
      } catch (e) {
        if (!(e instanceof PythonError)) throw e
        error = e
        continue
      }
      if (answer === PENDING || !task.alive) return
    }
  }

  /** To the next call that is not answered at once. */
  #step(task: FleetTask, answer: CallAnswer, error: PythonError | null): IteratorResult<BoardCall, void> {
    const answers = this.#answers
    const outer = answers.task
    const before = offer(answers)
    answers.task = task
    try {
      return error === null ? task.program.next(answer) : task.program.throw(error)
    } finally {
      answers.task = outer
      offer(before)
    }
  }

  #forgetSockets(device: FleetDevice, how: 'close' | 'vanish'): void {
    const { socket, sockets } = device
    device.socket = null
    device.sockets = null
    for (const one of socket === null ? [] : [socket, ...(sockets ?? [])]) {
      one.reader = null
      one.others = null
      if (how === 'close') one.close()
      else one.cut('vanish')
    }
  }

  #ended(task: FleetTask, ending: Ending): void {
    task.device.main = null
    this.host.onEnd(task.device, ending, this.now())
  }
}

/** Names are left to whoever connects. */
const asGiven: Lookup = (host, found) => found(null, [host])

const RETURNED: Ending = { kind: 'returned' }
const NO_BYTES = new Uint8Array()
