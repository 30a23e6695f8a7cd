// What each call on the board means to a device of the fleet. It is answered at once, or the task is parked until the
// fleet goes on with it.

import { type BoardCall, osError, type Program, type SocketHandle } from '../../board.ts'
import { unreachable } from '../../core/problem.ts'
import { macOf } from '../mac.ts'
import { FULL } from './answers.ts'
import { type FleetDevice, FleetTask } from './device.ts'
import type { Fleet } from './fleet.ts'
import { waitToRead } from './readers.ts'
import { FleetSocket } from './socket.ts'
import type { WriteCoalescer } from './write-coalescer.ts'

export type CallAnswer = Parameters<Program<void>['next']>[0]

/** What a `recv` at end of file takes, as in socket.ts. */
const END_OF_FILE = 5
/** A blocking write that waits looks at Node's buffer every so many ms. */
const LOOK_AGAIN = 5

/** Instead of an answer: the task has to wait. */
export const PENDING = Symbol('parked')

export class FleetCalls {
  readonly #fleet: Fleet
  readonly #out: WriteCoalescer

  constructor(fleet: Fleet, out: WriteCoalescer) {
    this.#fleet = fleet
    this.#out = out
  }

  /** The answer, or PARKED when the task has to wait; throws what the call raises. */
  perform(task: FleetTask, call: BoardCall): CallAnswer | typeof PENDING {
    const { device } = task
    switch (call.kind) {
      case 'write':
        return this.#write(task, device.find(call.socket), call.bytes)
      case 'send': {
        if (call.within !== undefined) return this.#sendWithin(task, call.socket, call.bytes, call.within)
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
        const now = this.#fleet.now()
        const instruction = this.#fleet.host.next(device, now)
        if (instruction !== null) return instruction
        task.waiting = 'instruction'
        if (call.wait !== null) task.wait(call.wait)
        return PENDING
      }
      case 'outcome':
        if (call.uncalled !== true) this.#fleet.host.onOutcome(device, call.id, call.outcome, this.#fleet.now())
        return undefined
      case 'now':
        return this.#fleet.now() - device.bootedAt
      case 'sleep':
        task.waiting = 'time'
        task.wait(call.duration)
        return PENDING
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
        return PENDING
      }
      case 'close':
        this.#out.flush()
        this.#closeSocket(device, device.find(call.socket))
        return undefined
      case 'poll':
        return this.#poll(task, device.find(call.socket), call.until, call.timeout)
      case 'available': {
        const socket = device.find(call.socket)
        return socket?.state === 'open' ? socket.unread : 0
      }
      case 'socketstate':
        return device.find(call.socket)?.tcpState ?? -1
      case 'print':
        this.#fleet.host.onPrint?.(device, call.line)
        return undefined
      case 'pin':
        return call.value === undefined ? 1 : undefined
      case 'spawn':
        return this.#spawn(device, call.program, call.after)
      case 'stop':
        for (const thread of [device.main, ...(device.threads ?? [])]) {
          if (thread?.handle !== call.thread) continue
          if (call.error === undefined) this.#fleet.end(thread)
          else if (thread === task) throw call.error
          else this.#fleet.rouse(thread, call.error)
        }
        return undefined
      case 'self':
        return task.handle
      case 'signal':
        if (device.main?.subject === call.signal) this.#fleet.rouse(device.main, null)
        for (const thread of device.threads ?? []) if (thread.subject === call.signal) this.#fleet.rouse(thread, null)
        return undefined
      case 'wait':
        task.waiting = 'signal'
        task.subject = call.signal
        if (call.timeout !== null) task.wait(call.timeout)
        return PENDING
      case 'mac':
        return macOf(this.#fleet.host.macNumber?.(device) ?? device.index)
      case 'reset':
        this.#fleet.halt(device, 'reset')
        this.#fleet.host.onReset(device, this.#fleet.now())
        return PENDING
      default:
        return unreachable(call)
    }
  }

  #write(task: FleetTask, socket: FleetSocket | null, bytes: Uint8Array): typeof PENDING | undefined {
    const refused = known(socket).refusal()
    if (refused !== null) throw refused
    this.#out.write(socket!, bytes)
    if (socket!.timeout === 0 || socket!.queued < FULL) return undefined
    this.#out.flush()
    task.waiting = 'time'
    task.wait(LOOK_AGAIN)
    return PENDING
  }

  /** A socket that is closed is ready for nothing. */
  #poll(
    task: FleetTask,
    socket: FleetSocket | null,
    until: 'readable' | 'writable',
    timeout: number | null,
  ): CallAnswer | typeof PENDING {
    this.#out.part()
    if (until === 'writable' && socket !== null) {
      if (socket.state === 'open' && socket.queued < FULL) return true
      if (socket.state === 'connecting') {
        task.waiting = 'writable'
        task.socket = socket
        task.count = this.#fleet.now() + (timeout ?? Number.POSITIVE_INFINITY)
        if (timeout !== null) task.wait(timeout)
        socket.awaitConnection(task)
        return PENDING
      }
      this.#lookLater(task, socket, 'writable', timeout ?? Number.POSITIVE_INFINITY)
      return PENDING
    }
    if (socket?.ready === true) return true
    task.waiting = 'readable'
    task.socket = socket
    if (socket !== null) waitToRead(socket, task)
    if (timeout !== null) task.wait(timeout)
    return PENDING
  }

  #sendWithin(task: FleetTask, handle: SocketHandle, bytes: Uint8Array, timeout: number): CallAnswer | typeof PENDING {
    const socket = known(task.device.find(handle))
    if (socket.state === 'open' && socket.queued >= FULL) {
      task.subject = bytes
      this.#lookLater(task, socket, 'send', timeout)
      return PENDING
    }
    this.#write(task, socket, bytes)
    return bytes.length
  }

  #lookLater(task: FleetTask, socket: FleetSocket, what: 'writable' | 'send', timeout: number): void {
    task.waiting = what
    task.socket = socket
    task.count = this.#fleet.now() + timeout
    task.wait(Math.min(timeout, LOOK_AGAIN))
  }

  /** Whether Node's buffer of a socket that took nothing has become smaller. */
  lookAgain(task: FleetTask): void {
    const { subject } = task
    const socket = task.socket!
    const left = task.count - this.#fleet.now()
    const free = socket.state === 'open' && socket.queued < FULL
    if (!free && left > 0) task.wait(Math.min(left, LOOK_AGAIN))
    else if (!(subject instanceof Uint8Array)) this.#fleet.resume(task, free)
    else if (!free) this.#fleet.resume(task, 0)
    else {
      const refused = socket.refusal()
      if (refused !== null) this.#fleet.raise(task, refused)
      else {
        this.#out.flush()
        socket.send(subject)
        this.#fleet.resume(task, subject.length)
      }
    }
  }

  #read(task: FleetTask, given: FleetSocket | null, wanted: number, exact: boolean): CallAnswer | typeof PENDING {
    const socket = known(given)
    if (socket.state !== 'open') throw osError(socket.state === 'closed' ? 'EBADF' : 'ENOTCONN')
    const count = wanted < 0 ? Number.POSITIVE_INFINITY : wanted
    if (socket.reader === null) {
      const bytes = socket.take(count, exact)
      if (bytes !== undefined) {
        if (exact || socket.timeout === 0 || bytes.length > 0 || count === 0) return bytes
        task.waiting = 'end of file'
        task.wait(END_OF_FILE)
        return PENDING
      }
      if (socket.error !== null) throw socket.takeError()
    }
    if (socket.timeout === 0) return socket.unread > 0 ? socket.takeAll() : null
    task.waiting = exact ? 'read' : 'recv'
    task.socket = socket
    task.count = count
    waitToRead(socket, task)
    if (socket.timeout > 0) task.wait(socket.timeout)
    return PENDING
  }

  #socket(device: FleetDevice): number {
    const socket = new FleetSocket(++device.handles, device, this.#fleet)
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
    // Who polls waits to the end of his time.
    for (const task of waiting)
      if (task !== null && task.waiting !== 'readable') this.#fleet.raise(task, osError('EBADF'))
  }

  #spawn(device: FleetDevice, make: () => Program<void>, after: number | undefined): number {
    const task = new FleetTask(device, make(), ++device.tasks, this.#fleet)
    // A list that has grown by push has room for 17.
    device.threads = device.threads === null ? [task] : [...device.threads, task]
    if (after !== undefined) task.wait(after)
    else this.#fleet.begin(task)
    return task.handle
  }
}

function known(socket: FleetSocket | null): FleetSocket {
  if (socket === null) throw osError('EBADF')
  return socket
}
