// Answers the calls of one virtual board's interpreter, from one reset to the next: sockets over its
// network, time, pins, Wi-Fi, the console. One call at a time is under way, because the interpreter
// stands still meanwhile; an interrupt or an event ends a call early, and the program makes it again.

import { osError, type SocketHandle } from '../board.ts'
import { unreachable } from '../core/problem.ts'
import { after, type Clock, type Duration, type Instant, milliseconds, type Timer } from '../core/time.ts'
import { detailOf } from '../drive/detail.ts'
import type { PendingCall, StopHow } from '../drive/host.ts'
import type { Network } from '../drive/network.ts'
import { BoardSocket, type ConnectChange, type Settle, type Settled } from '../drive/socket.ts'
import { type Asked, type Channel, MOST_BYTES, type Reply, type Request } from './channel.ts'
import { type Poll, readyOf } from './poll.ts'
import type { Wifi } from './wifi.ts'

export interface CallsHost {
  readonly network: Network
  readonly clock: Clock
  readonly wifi: Wifi
  /** How many sockets there are at once. */
  readonly mostSockets: number
  /** A call is about to be answered: the program computes, until it calls again. */
  onComputing(): void
  onOut(bytes: Uint8Array): void
  onPin(pin: number, value: 0 | 1): void
  onSocket(change: ConnectChange): void
  onRtc(hex: string): void
  /** The program has set the clock: so many milliseconds ahead of this computer's. */
  onClock(ahead: number): void
  onFiles(changed: ReadonlyMap<string, Uint8Array | null>): void
  /** The program asks for a reset; the interpreter stands still until it is taken away. */
  onReset(how: 'reset' | 'soft' | 'raw' | 'watchdog'): void
  onDeepSleep(time: Duration): void
  /** An empty error: they ended well. */
  onIdle(error: string): void
}

/** A non-blocking read that finds nothing takes so long: a busy loop on a board is not a heater either. */
const NOTHING_THERE = milliseconds(1)

const DONE: Reply = { kind: 'done' }

interface Pending {
  readonly asked: Asked
  readonly since: Instant
  over: boolean
  timer: Timer | null
  /** What a socket will call. */
  settle: Settle | null
}

export class BoardCalls {
  readonly #channel: Channel
  readonly #host: CallsHost
  readonly #sockets = new Map<SocketHandle, BoardSocket>()
  readonly #timers = new Map<number, Timer>()
  readonly #watched = new Set<number>()
  readonly #outputs = new Map<number, 0 | 1>()
  #watchdog: Timer | null = null
  #handles = 0
  #pending: Pending | null = null
  #events: string[] = []
  #keys: number[] = []
  #over = false

  constructor(channel: Channel, host: CallsHost) {
    this.#channel = channel
    this.#host = host
  }

  /** What the program waits for; null while it computes or sits at its prompt. */
  get pending(): PendingCall | null {
    const { asked, since } = this.#pending ?? {}
    if (asked === undefined || (asked.request.kind === 'key' && asked.request.prompt)) return null
    return { call: asked.request.kind as PendingCall['call'], detail: detailOf(asked.request as never), since: since! }
  }

  /** A call of the program has not been answered. */
  get isWaiting(): boolean {
    return this.#pending !== null
  }

  get hasEvents(): boolean {
    return this.#events.length > 0
  }

  get atPrompt(): boolean {
    const request = this.#pending?.asked.request
    return request?.kind === 'key' && request.prompt
  }

  /** Outputs that are high. */
  get lit(): number[] {
    return [...this.#outputs].filter(([, level]) => level === 1).map(([pin]) => pin)
  }

  ask(asked: Asked): void {
    if (this.#over) return
    const pending: Pending = { asked, since: this.#host.clock.now(), over: false, timer: null, settle: null }
    this.#pending = pending
    const { request } = asked
    if (asked.interruptible && this.hasEvents && CAN_WAIT.has(request.kind)) {
      this.#answer(pending, { kind: 'events' })
      return
    }
    const reply = this.#perform(request, pending)
    if (reply !== null) this.#answer(pending, reply)
  }

  /** Ctrl-C in a program that waits; false when none does. */
  interrupt(): boolean {
    const pending = this.#pending
    if (pending === null || !CAN_WAIT.has(pending.asked.request.kind)) return false
    this.#abandon(pending, { kind: 'interrupted' })
    return true
  }

  /** A character for the console. */
  type(byte: number): void {
    this.#keys.push(byte)
    const pending = this.#pending
    const request = pending?.asked.request
    if (pending !== null && request?.kind === 'key') this.#answer(pending, this.#typed(request.prompt)!)
    if (pending !== null && request?.kind === 'poll') this.#look(request, pending)
  }

  /** A Ctrl-C that came just before the program began to run. */
  takeKey(byte: number): boolean {
    const at = this.#keys.indexOf(byte)
    if (at < 0) return false
    this.#keys.splice(at, 1)
    return true
  }

  /** An input has changed. */
  edge(pin: number, level: 0 | 1): void {
    if (this.#watched.has(pin)) this.happened(`pin ${pin} ${level}`)
  }

  /** Whoever made this board leaves a mark when nothing waits here; see `hooks.ts`. */
  onEvent: () => void = () => {}

  happened(event: string): void {
    if (this.#over) return
    this.#events.push(event)
    const pending = this.#pending
    if (pending === null) this.onEvent()
    else if (pending.asked.interruptible && CAN_BE_ASKED_AGAIN.has(pending.asked.request.kind))
      this.#abandon(pending, { kind: 'events' })
  }

  stop(how: StopHow): void {
    this.#over = true
    this.#events = []
    this.#pending?.timer?.cancel()
    this.#pending = null
    this.#watchdog?.cancel()
    for (const timer of this.#timers.values()) timer.cancel()
    for (const socket of this.#sockets.values()) {
      if (how === 'close') socket.close()
      else socket.vanish(how)
    }
    this.#sockets.clear()
  }

  #answer(pending: Pending, reply: Reply): void {
    if (pending.over || this.#over) return
    pending.over = true
    pending.timer?.cancel()
    this.#pending = null
    this.#host.onComputing()
    // Before the reply: from then on the program runs.
    if (this.hasEvents && reply.kind !== 'events') this.onEvent()
    this.#channel.now = this.#host.clock.now()
    this.#channel.reply(reply)
  }

  /** Ends a call that waits before it is done. */
  #abandon(pending: Pending, reply: Reply): void {
    const { settle } = pending
    if (settle !== null) for (const socket of this.#sockets.values()) socket.abandon(settle)
    this.#answer(pending, reply)
  }

  /** The reply when there is one at once. */
  #perform(request: Request, pending: Pending): Reply | null {
    const host = this.#host
    switch (request.kind) {
      case 'socket': {
        // lwIP's word for it; programs see OSError(23).
        if (this.#sockets.size >= host.mostSockets) return replyOf({ error: osError('ENFILE') })
        const handle = ++this.#handles as SocketHandle
        this.#sockets.set(handle, new BoardSocket(host.network, host.clock, (change) => host.onSocket(change)))
        return { kind: 'number', value: handle }
      }
      case 'settimeout':
        return this.#now(this.#sockets.get(request.socket)?.setTimeout(request.timeout))
      case 'setblocking':
        return this.#now(this.#sockets.get(request.socket)?.setBlocking(request.on))
      case 'connect':
        return this.#later(pending, request.socket, (socket, settle) =>
          socket.connect(request.host, request.port, request.tls, settle),
        )
      case 'wrap':
        return this.#later(pending, request.socket as SocketHandle, (socket, settle) =>
          socket.secure(
            { serverName: request.serverName ?? undefined, verify: request.verify ? 'ValueError' : undefined },
            settle,
          ),
        )
      case 'write':
      case 'send':
        return this.#later(pending, request.socket, (socket, settle) => socket.write(request.bytes, settle))
      case 'read':
      case 'recv': {
        const reply = this.#later(pending, request.socket, (socket, settle) =>
          socket.read(request.count, request.kind === 'read', settle),
        )
        if (reply?.kind !== 'none') return reply
        return this.#in(pending, NOTHING_THERE, reply)
      }
      case 'poll':
        return this.#poll(request, pending)
      case 'close':
        this.#sockets.get(request.socket)?.close()
        this.#sockets.delete(request.socket)
        return DONE
      case 'sleep':
        return this.#in(pending, request.duration, DONE)
      case 'pin':
        this.#writePin(request.pin, request.value ?? 0)
        return DONE
      case 'irq':
        if (request.on) this.#watched.add(request.pin)
        else this.#watched.delete(request.pin)
        return DONE
      case 'timer':
        this.#setTimer(request.id, request.period, request.repeat)
        return DONE
      case 'watchdog':
        this.#watchdog?.cancel()
        this.#watchdog = this.#after(request.milliseconds as Duration, () => host.onReset('watchdog'))
        return DONE
      case 'events': {
        const events = Buffer.from(this.#events.join('\n'))
        this.#events = []
        return { kind: 'bytes', value: events }
      }
      case 'key':
        return this.#typed(request.prompt)
      case 'wifi':
        return { kind: 'bytes', value: Buffer.from(host.wifi[request.do](request.ssid ?? '')) }
      case 'out':
        host.onOut(request.bytes)
        return DONE
      case 'rtc':
        host.onRtc(request.hex)
        return DONE
      case 'clock':
        host.onClock(request.ahead)
        return DONE
      case 'files':
        host.onFiles(request.changed)
        return DONE
      case 'idle':
        host.onIdle(request.error)
        return DONE
      case 'reboot':
        host.onReset(request.how)
        return null
      case 'busy':
        return this.#in(pending, request.milliseconds as Duration, DONE)
      case 'deepsleep':
        host.onDeepSleep(request.milliseconds as Duration)
        return null
      case 'reset':
        host.onReset('reset')
        return null
      default:
        return unreachable(request)
    }
  }

  #later(
    pending: Pending,
    handle: SocketHandle,
    act: (socket: BoardSocket, settle: Settle) => Settled | null,
  ): Reply | null {
    const socket = this.#sockets.get(handle)
    if (socket === undefined) return this.#now(undefined)
    const settle: Settle = (settled) => this.#answer(pending, replyOf(settled))
    pending.settle = settle
    const settled = act(socket, settle)
    return settled === null ? null : replyOf(settled)
  }

  #now(settled: Settled | undefined): Reply {
    return replyOf(settled ?? { error: osError('EBADF') })
  }

  #in(pending: Pending, time: Duration, reply: Reply): null {
    pending.timer = this.#after(time, () => this.#answer(pending, reply))
    return null
  }

  #after(time: Duration, fire: () => void): Timer {
    const { clock } = this.#host
    return clock.at(after(clock.now(), time), fire)
  }

  #poll(request: Poll, pending: Pending): Reply | null {
    const ready = readyOf(request, this.#sockets, this.#keys.length > 0)
    if (ready.length > 0) return { kind: 'bytes', value: ready }
    for (const [handle] of request.watch) {
      const socket = this.#sockets.get(handle as SocketHandle)
      if (socket !== undefined) socket.watcher = () => this.#look(request, pending)
    }
    if (request.timeout === null) return null
    const time = milliseconds(Math.max(request.timeout, NOTHING_THERE))
    pending.timer = this.#after(time, () =>
      this.#answer(pending, { kind: 'bytes', value: readyOf(request, this.#sockets, this.#keys.length > 0) }),
    )
    return null
  }

  #look(request: Poll, pending: Pending): void {
    const ready = readyOf(request, this.#sockets, this.#keys.length > 0)
    if (ready.length > 0) this.#answer(pending, { kind: 'bytes', value: ready })
  }

  /** null: nothing has been typed. */
  #typed(prompt: boolean): Reply | null {
    if (this.#keys.length === 0) return null
    if (!prompt) return { kind: 'number', value: this.#keys.shift()! }
    const end = this.#keys.findIndex((key) => MAY_RUN.has(key))
    const count = Math.min(end < 0 ? this.#keys.length : end + 1, MOST_BYTES)
    return { kind: 'bytes', value: Uint8Array.from(this.#keys.splice(0, count)) }
  }

  #setTimer(id: number, period: number, repeat: boolean): void {
    this.#timers.get(id)?.cancel()
    this.#timers.delete(id)
    if (period <= 0) return
    const fire = (): void => {
      if (repeat) this.#timers.set(id, this.#after(period as Duration, fire))
      else this.#timers.delete(id)
      // A function that takes longer than its period is not called more and more often.
      const event = `timer ${id}`
      if (!this.#events.includes(event)) this.happened(event)
    }
    this.#timers.set(id, this.#after(period as Duration, fire))
  }

  #writePin(pin: number, value: 0 | 1): void {
    const before = this.#outputs.get(pin) ?? 0
    this.#outputs.set(pin, value)
    if (before !== value) this.#host.onPin(pin, value)
  }
}

/** Enter, Ctrl-D, and Ctrl-C, which must not be looked for in what the REPL has already taken. */
const MAY_RUN: ReadonlySet<number> = new Set([13, 4, 3])

/** Calls during which a board sees to its interrupts. */
const CAN_WAIT: ReadonlySet<Request['kind']> = new Set([
  'connect',
  'wrap',
  'write',
  'send',
  'read',
  'recv',
  'poll',
  'sleep',
  'key',
])

/** Of these, those that have done nothing while they wait: half a write is not taken back. */
const CAN_BE_ASKED_AGAIN: ReadonlySet<Request['kind']> = new Set(['read', 'recv', 'poll', 'sleep', 'key'])

function replyOf(settled: Settled): Reply {
  if ('error' in settled) {
    if (settled.error.type === 'ValueError') return { kind: 'refused', why: String(settled.error.args[0]) }
    const [errno] = settled.error.args
    return { kind: 'raised', errno: typeof errno === 'number' ? errno : String(errno) }
  }
  if (settled.value === null) return { kind: 'none' }
  return settled.value === undefined ? DONE : { kind: 'bytes', value: settled.value }
}
