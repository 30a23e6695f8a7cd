// Drives tens of thousands of boards at once: the very programs and client libraries that one.ts
// drives, with no timer and no closure of their own. A program runs until it has to wait; what it wrote
// until then leaves in one piece. A device that has nothing to do waits for an instruction, and it is
// the host that says when there is one: a message is due, or something has come to be read.

import type { Socket } from 'node:net'
import { type BoardCall, type Instruction, type Outcome, osError, type Program, PythonError } from '../board.ts'
import { unreachable } from '../ground/problem.ts'
import { FleetDevice, type FleetNetwork, FleetTask } from './fleet.device.ts'
import { type Timed, TimerHeap } from './fleet.heap.ts'
import { FleetSocket } from './fleet.socket.ts'
import { Sources } from './fleet.sources.ts'
import { realWaker, type Waker } from './fleet.waker.ts'
import { ConnectWindow } from './fleet.window.ts'
import type { Ending } from './host.ts'

/** Called from inside the driver; `now` is in ms of the fleet's clock. None may throw. */
export interface FleetHost {
  /** The program of a device, made anew at every boot. */
  program(device: FleetDevice): Program<void>
  /** What the idle device is to do now; null: nothing, until `wake`. */
  next(device: FleetDevice, now: number): Instruction | null
  /** The moment that was asked for with `at`. */
  onTime(device: FleetDevice, now: number): void
  onOutcome(device: FleetDevice, id: string, outcome: Outcome, now: number): void
  /** The main program has left; the device stays on, as at the REPL. */
  onEnd(device: FleetDevice, ending: Ending, now: number): void
  /** The program called `machine.reset()`; the host boots it again when it likes. */
  onReset(device: FleetDevice, now: number): void
  /** A timer, of a device or a program, was served so late (ms). */
  onLateness?(late: number, now: number): void
  onPrint?(device: FleetDevice, line: string): void
  /** The program has called connect; the connect window may still let it wait. */
  onConnectCall?(device: FleetDevice, now: number): void
  /** The SYN leaves now: the wait for a place in the connect window is over. */
  onConnecting?(device: FleetDevice, now: number): void
  onOpen?(device: FleetDevice, now: number): void
  /** The broker's CONNACK, whichever part of the program was waiting for it. */
  onConnack?(device: FleetDevice, code: number, sessionPresent: boolean, now: number): void
  onFailed?(device: FleetDevice, errno: string, now: number): void
  /** An open connection is over, whoever ended it: seen by the kernel, perhaps not yet by the program. */
  onLost?(device: FleetDevice, now: number): void
  /** Options of `tls.connect` for this device. */
  secure?(device: FleetDevice): object | undefined
  /** An exception that is no Python exception left a program: a bug of ours. */
  onBug(error: unknown): void
}

export interface FleetSettings {
  readonly host: FleetHost
  readonly seed: number
  /** Connects under way at once; default 64: a broker's accept queue holds some hundred. */
  readonly window?: number | undefined
  readonly sources?: Sources | undefined
  /** Default: the real one. */
  readonly waker?: ((wake: () => void) => Waker) | undefined
}

/** So many timers are served before sockets have their turn. */
const TIMERS_A_TURN = 512
/** A program that never waits lets the others go on after so many calls. */
const CALLS_A_TURN = 500
/** What a `recv` at end of file takes, as in socket.ts. */
const END_OF_FILE = 5
/** More than that in Node's hands, and a blocking write waits (looked at every so many ms). */
const FULL = 64 * 1024
const LOOK_AGAIN = 5

const PARKED = Symbol('parked')

export class Fleet {
  readonly host: FleetHost
  readonly window: ConnectWindow
  readonly sources: Sources
  readonly devices: FleetDevice[] = []
  readonly #seed: number
  readonly #heap = new TimerHeap()
  readonly #waker: Waker
  /** Connections that a device left behind without a word. */
  readonly #ghosts = new Set<Socket>()
  readonly #expiry: Timed
  #out = Buffer.allocUnsafe(16 * 1024)
  #outLength = 0
  #outSocket: FleetSocket | null = null
  #ready: (() => void)[] = []
  #depth = 0
  #turning = false
  #closed = false

  constructor({ host, seed, window = 64, sources = new Sources([]), waker = realWaker }: FleetSettings) {
    this.host = host
    this.window = new ConnectWindow(window)
    this.sources = sources
    this.#seed = seed
    this.#waker = waker(() => this.#turn())
    this.#expiry = { due: Number.POSITIVE_INFINITY, fire: (now) => this.window.expire(now) }
  }

  now(): number {
    return this.#waker.now()
  }

  /** `chance`: which of the seed's streams is its own; default: by its index. */
  add(index: number, chance = index): FleetDevice {
    const device = new FleetDevice(index, Math.imul(this.#seed ^ 0x9e3779b9, 2 * chance + 1) >>> 0, this)
    this.devices.push(device)
    return device
  }

  /** Calls `fire` of its owner at `due`; Infinity calls it off. */
  at(owner: Timed, due: number): void {
    this.#heap.set(owner, due)
    if (!this.#turning && due < Number.POSITIVE_INFINITY) this.#arm()
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
    this.at(device, Number.POSITIVE_INFINITY)
    if (device.main !== null) this.#end(device.main)
    for (const thread of device.threads ?? []) this.#end(thread)
    device.main = null
    device.threads = null
    this.#forgetSockets(device, how === 'close' ? 'close' : 'vanish')
  }

  /** `break`: what becomes of its connections at that moment. */
  setNetwork(device: FleetDevice, network: FleetNetwork, breaking: 'close' | 'reset' | null): void {
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
    if (this.window.queued === 1 && !this.#turning) this.#arm()
  }

  /** The device looks for something to do, if it has nothing. */
  wake(device: FleetDevice): void {
    const { main } = device
    if (main === null || main.waiting !== 'instruction') return
    const instruction = this.host.next(device, this.now())
    if (instruction !== null) this.resume(main, instruction)
  }

  resume(task: FleetTask, answer: Answer): void {
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
      const exact = task.waiting === 'read'
      const bytes = socket.take(task.count, exact)
      if (bytes === undefined && socket.error === null) {
        // Each part that arrives begins a new wait: the timeout is the system call's, not the read's.
        if (progress && socket.timeout > 0) task.wait(socket.timeout)
        return
      }
      this.#nextReader(socket)
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
        this.#unread(socket!, task)
        if (task.waiting === 'read') socket!.drop()
        this.raise(task, osError('ETIMEDOUT'))
        return
      case 'end of file':
        this.resume(task, NO_BYTES)
        return
      case 'instruction':
        this.resume(task, null)
        return
      default:
        this.resume(task, undefined)
    }
  }

  /** Keeps a connection open that nobody serves any more, as the broker sees a device without power. */
  haunt(net: Socket): void {
    this.#ghosts.add(net)
    const over = (): void => {
      this.#ghosts.delete(net)
      net.destroy()
    }
    net.removeAllListeners()
    net.on('error', over)
    net.on('end', over)
    net.on('close', over)
  }

  /** Stops everything; nothing is called any more. */
  close(): void {
    this.#closed = true
    this.#waker.close()
    for (const device of this.devices) this.halt(device, 'close')
    for (const ghost of this.#ghosts) ghost.destroy()
  }

  #turn(): void {
    if (this.#closed) return
    this.#turning = true
    for (let served = 0; served < TIMERS_A_TURN; served++) {
      const now = this.now()
      const due = this.#heap.next
      const owner = this.#heap.take(now)
      if (owner === null) break
      this.host.onLateness?.(now - due, now)
      owner.fire(now)
    }
    this.#turning = false
    this.#arm()
  }

  #arm(): void {
    if (this.#closed) return
    const { due } = this.window
    if (due !== this.#expiry.due) this.#heap.set(this.#expiry, due)
    const { next } = this.#heap
    if (next === Number.POSITIVE_INFINITY) return
    if (next <= this.now()) this.#soon()
    else this.#waker.arm(next)
  }

  #immediate: NodeJS.Immediate | null = null
  #soon(): void {
    this.#immediate ??= setImmediate(() => {
      this.#immediate = null
      this.#turn()
    })
  }

  #go(task: FleetTask, answer: Answer, error: PythonError | null): void {
    if (!task.alive || task.running) return
    if (task.due !== Number.POSITIVE_INFINITY) this.#heap.set(task, Number.POSITIVE_INFINITY)
    task.waiting = 'nothing'
    task.socket = null
    task.running = true
    // One task may let another go on (it closes a socket that the other reads): then what it wrote leaves first.
    this.#flush()
    this.#depth++
    try {
      this.#run(task, answer, error)
    } catch (e) {
      this.#end(task)
      if (!(e instanceof PythonError)) this.host.onBug(e)
      else if (task === task.device.main) this.#ended(task, { kind: 'raised', error: e })
    }
    task.running = false
    this.#flush()
    this.#depth--
    if (this.#depth === 0 && this.#ready.length > 0) for (const start of this.#ready.splice(0)) start()
  }

  #run(task: FleetTask, first: Answer, raised: PythonError | null): void {
    const { program } = task
    let answer: Answer | typeof PARKED = first
    let error = raised
    for (let calls = 0; ; calls++) {
      if (calls === CALLS_A_TURN) {
        const resumed = answer as Answer
        const thrown = error
        setImmediate(() => this.#go(task, resumed, thrown))
        return
      }
      const step = error === null ? program.next(answer as Answer) : program.throw(error)
      error = null
      if (!task.alive) return
      if (step.done) {
        this.#end(task)
        if (task === task.device.main) this.#ended(task, RETURNED)
        return
      }
      try {
        answer = this.#perform(task, step.value)
      } catch (e) {
        if (!(e instanceof PythonError)) throw e
        error = e
        continue
      }
      if (answer === PARKED || !task.alive) return
    }
  }

  /** The answer, or PARKED when the task has to wait; throws what the call raises. */
  #perform(task: FleetTask, call: BoardCall): Answer | typeof PARKED {
    const { device } = task
    switch (call.kind) {
      case 'write':
        return this.#write(task, device.find(call.socket), call.bytes)
      case 'send': {
        this.#write(task, device.find(call.socket), call.bytes)
        return call.bytes.length
      }
      case 'read':
        return this.#read(task, device.find(call.socket), call.count, true)
      case 'recv':
        return this.#read(task, device.find(call.socket), call.count, false)
      case 'setblocking':
        known(device.find(call.socket)).timeout = call.on ? -1 : 0
        return undefined
      case 'settimeout':
        known(device.find(call.socket)).timeout = call.timeout ?? -1
        return undefined
      case 'instruction': {
        const now = this.now()
        const instruction = this.host.next(device, now)
        if (instruction !== null) return instruction
        task.waiting = 'instruction'
        if (call.wait !== null) task.wait(call.wait)
        return PARKED
      }
      case 'outcome':
        this.host.onOutcome(device, call.id, call.outcome, this.now())
        return undefined
      case 'now':
        return this.now() - device.bootedAt
      case 'sleep':
        task.waiting = 'time'
        task.wait(call.duration)
        return PARKED
      case 'random':
        return call.low + Math.floor(device.draw() * (call.high - call.low + 1))
      case 'socket':
        return this.#socket(device)
      case 'connect': {
        const socket = known(device.find(call.socket))
        task.waiting = 'connect'
        task.socket = socket
        const error = socket.connect(task, call.host, call.port, call.tls)
        if (error !== null) throw error
        return PARKED
      }
      case 'close':
        this.#flush()
        this.#closeSocket(device, device.find(call.socket))
        return undefined
      case 'socketstate':
        return device.find(call.socket)?.tcpState ?? -1
      case 'print':
        this.host.onPrint?.(device, call.line)
        return undefined
      case 'pin':
        return call.value === undefined ? 1 : undefined
      case 'spawn':
        return this.#spawn(device, call.program, call.after)
      case 'stop':
        for (const thread of [device.main, ...(device.threads ?? [])])
          if (thread?.handle === call.thread) this.#end(thread)
        return undefined
      case 'reset':
        this.halt(device, 'reset')
        this.host.onReset(device, this.now())
        return PARKED
      default:
        return unreachable(call)
    }
  }

  #write(task: FleetTask, socket: FleetSocket | null, bytes: Uint8Array): typeof PARKED | undefined {
    const refused = known(socket).refusal()
    if (refused !== null) throw refused
    if (this.#outSocket !== socket || this.#outLength + bytes.length > this.#out.length) this.#flush()
    if (bytes.length > this.#out.length) socket!.send(Buffer.from(bytes))
    else {
      this.#outSocket = socket
      this.#out.set(bytes, this.#outLength)
      this.#outLength += bytes.length
    }
    if (socket!.timeout === 0 || socket!.queued < FULL) return undefined
    this.#flush()
    task.waiting = 'time'
    task.wait(LOOK_AGAIN)
    return PARKED
  }

  #flush(): void {
    const socket = this.#outSocket
    if (socket !== null) {
      this.#outSocket = null
      const length = this.#outLength
      this.#outLength = 0
      const bytes = Buffer.allocUnsafe(length)
      this.#out.copy(bytes, 0, 0, length)
      socket.send(bytes)
    }
  }

  #read(task: FleetTask, given: FleetSocket | null, wanted: number, exact: boolean): Answer | typeof PARKED {
    const socket = known(given)
    if (socket.state !== 'open') throw osError(socket.state === 'closed' ? 'EBADF' : 'ENOTCONN')
    const count = wanted < 0 ? Number.POSITIVE_INFINITY : wanted
    if (socket.reader === null) {
      const bytes = socket.take(count, exact)
      if (bytes !== undefined) {
        if (exact || socket.timeout === 0 || bytes.length > 0 || count === 0) return bytes
        task.waiting = 'end of file'
        task.wait(END_OF_FILE)
        return PARKED
      }
      if (socket.error !== null) throw socket.takeError()
    }
    if (socket.timeout === 0) return socket.unread > 0 ? socket.takeAll() : null
    task.waiting = exact ? 'read' : 'recv'
    task.socket = socket
    task.count = count
    if (socket.reader === null) socket.reader = task
    else {
      socket.others ??= []
      socket.others.push(task)
    }
    if (socket.timeout > 0) task.wait(socket.timeout)
    return PARKED
  }

  #nextReader(socket: FleetSocket): void {
    socket.reader = socket.others?.shift() ?? null
  }

  #unread(socket: FleetSocket, task: FleetTask): void {
    if (socket.reader === task) this.#nextReader(socket)
    else if (socket.others !== null) socket.others = socket.others.filter((other) => other !== task)
  }

  #socket(device: FleetDevice): number {
    const socket = new FleetSocket(++device.handles, device, this)
    if (device.socket !== null) {
      device.sockets ??= []
      device.sockets.push(device.socket)
    }
    device.socket = socket
    return socket.handle
  }

  #closeSocket(device: FleetDevice, socket: FleetSocket | null): void {
    if (socket === null) return
    const waiting = [socket.reader, ...(socket.others ?? [])]
    socket.reader = null
    socket.others = null
    socket.close()
    if (device.socket === socket) device.socket = device.sockets?.pop() ?? null
    else device.sockets = device.sockets?.filter((other) => other !== socket) ?? null
    for (const task of waiting) if (task !== null) this.raise(task, osError('EBADF'))
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

  #spawn(device: FleetDevice, make: () => Program<void>, after: number | undefined): number {
    const task = new FleetTask(device, make(), ++device.tasks, this)
    device.threads ??= []
    device.threads.push(task)
    if (after !== undefined) task.wait(after)
    else this.#ready.push(() => this.resume(task, undefined))
    return task.handle
  }

  #end(task: FleetTask): void {
    const { device } = task
    task.alive = false
    if (task.due !== Number.POSITIVE_INFINITY) this.#heap.set(task, Number.POSITIVE_INFINITY)
    if (task.socket !== null) this.#unread(task.socket, task)
    if (device.threads !== null) device.threads = device.threads.filter((other) => other !== task)
  }

  #ended(task: FleetTask, ending: Ending): void {
    task.device.main = null
    this.host.onEnd(task.device, ending, this.now())
  }
}

type Answer = Parameters<Program<void>['next']>[0]

const RETURNED: Ending = { kind: 'returned' }
const NO_BYTES = new Uint8Array()

function known(socket: FleetSocket | null): FleetSocket {
  if (socket === null) throw osError('EBADF')
  return socket
}
