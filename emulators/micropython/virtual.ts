// A virtual board: MicroPython in a thread of its own, which lives from one reset to the next. The
// flash is kept here, because the thread and its file system are thrown away at each reset.

import { Worker } from 'node:worker_threads'
import { after, type Clock, type Duration, milliseconds, type Timer } from '../core/time.ts'
import type { PendingCall, StopHow } from '../drive/host.ts'
import type { Network } from '../drive/network.ts'
import type { ConnectChange } from '../drive/socket.ts'
import { HEAP, uniqueIdOf, workerFile } from './boot-task.ts'
import { BoardCalls } from './calls.ts'
import { type Asked, Channel, PINS } from './channel.ts'
import { type HookPlaces, interruptIsLeft, leaveEvent, leaveInterrupt } from './hooks.ts'
import { romModules } from './rom.ts'
import { compileInterpreter } from './wasm.ts'
import { QUICK_WIFI, Wifi, type WifiSettings } from './wifi.ts'
import type { WorkerTask } from './worker.ts'

export interface VirtualBoardSettings {
  /** Its unique id is made of it. */
  readonly name: string
  /** The flash at first, by path without the first slash. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly seed?: number
  /** How many sockets there are at once; default: as many as are asked for. */
  readonly sockets?: number
  /** What its clock shows when it gets power, ms since 1970; default: what this computer's does. */
  readonly bootClock?: number
  readonly wifi?: WifiSettings
}

export type ResetReason = 'reset' | 'soft' | 'watchdog' | 'deepsleep'

/** Hears of everything as it happens; no callback follows `stop`. */
export interface VirtualBoardHost {
  readonly network: Network
  readonly clock: Clock
  /** What comes out of the serial console. */
  onConsole(bytes: Uint8Array): void
  onPin(pin: number, value: 0 | 1): void
  onSocket(change: ConnectChange): void
  /** The program asked for it, or the watchdog: it starts again by itself. */
  onReset(reason: ResetReason): void
  /** boot.py and main.py have ended, perhaps by an exception; the REPL is there. */
  onIdle(error: string | null): void
  onBug(error: unknown): void
  /** Wi-Fi is lost (false) or found again. */
  onAir?(on: boolean): void
  /** This machine has kept the board from its processor duration, ms: what it did then, it did late. */
  onLate?(late: number): void
}

export interface VirtualBoard {
  /** What somebody types on the console. */
  type(text: string | Uint8Array): void
  /** Sets an input from outside; it holds through resets. */
  setPin(pin: number, level: 0 | 1): void
  /** Its Wi-Fi is lost for a time (null: until it is found), or found again. */
  wifi(state: 'lost' | 'up', time: Duration | null): void
  pending(): PendingCall | null
  /** As by the reset button. */
  reset(): void
  /** The flash as it is now. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** For ever. Resolves when its thread has ended. */
  stop(how: StopHow): Promise<void>
}

const CTRL_C = 3
/** After it, a Ctrl-C that came in between two states of the interpreter is looked at again. */
const SECOND_LOOK = milliseconds(20)
/** How long a mark may go unseen before it is left again. */
const AGAIN = milliseconds(5)
/** `machine.reset_cause()`. */
const CAUSES = { power: 1, reset: 2, watchdog: 3, deepsleep: 4, soft: 5 } as const

/** Powers a board on. Throws Problem `micropython/missing` when the interpreter is not installed. */
export async function startVirtualBoard(settings: VirtualBoardSettings, host: VirtualBoardHost): Promise<VirtualBoard> {
  const release = host.clock.hold?.()
  const [compiled, rom] = await Promise.all([compileInterpreter(), romModules()]).finally(() => release?.())
  const board = new Board(settings, host, { compiled, rom })
  board.boot('power', { raw: false, greeting: '' })
  return board
}

const PLAIN = { raw: false, greeting: '' }

class Board implements VirtualBoard {
  readonly files: Map<string, Uint8Array>
  readonly #settings: VirtualBoardSettings
  readonly #host: VirtualBoardHost
  readonly #given: Pick<WorkerTask, 'compiled' | 'rom'>
  #clockAhead: number
  readonly #inputs = new Map<number, 0 | 1>()
  readonly #ending = new Set<Promise<unknown>>()
  readonly #wifi: Wifi
  #worker: Worker | null = null
  #channel = new Channel()
  #calls: BoardCalls | null = null
  #hooks: HookPlaces | null = null
  #asleep: Timer | null = null
  #marking: Timer | null = null
  #on = true
  #rtcMemory = ''
  #release: (() => void) | null = null

  constructor(settings: VirtualBoardSettings, host: VirtualBoardHost, given: Pick<WorkerTask, 'compiled' | 'rom'>) {
    this.#settings = settings
    this.#host = host
    this.#given = given
    this.files = new Map(settings.files)
    this.#clockAhead = settings.bootClock === undefined ? 0 : settings.bootClock - Date.now()
    this.#wifi = new Wifi(settings.wifi ?? QUICK_WIFI, host.clock, (on) => host.onAir?.(on))
  }

  boot(cause: keyof typeof CAUSES, how: Pick<WorkerTask, 'raw' | 'greeting'>): void {
    const { clock } = this.#host
    const channel = new Channel()
    channel.now = clock.now()
    this.#computes()
    for (const [pin, level] of this.#inputs) channel.setLevel(pin, level)
    const task: WorkerTask = {
      ...this.#given,
      ...how,
      memory: channel.memory,
      files: this.files,
      heapBytes: HEAP,
      uniqueId: uniqueIdOf(this.#settings.name),
      seed: this.#settings.seed ?? 0,
      rtcMemory: this.#rtcMemory,
      clockAhead: this.#clockAhead,
      resetCause: CAUSES[cause],
      virtual: clock.isVirtual === true ? { now: clock.now(), date: Date.now() } : null,
    }
    const worker = new Worker(workerFile(), { workerData: task, stdout: false, stderr: false })
    const calls = this.#callsOf(channel, worker)
    this.#channel = channel
    this.#calls = calls
    this.#worker = worker
    this.#hooks = null
    worker.on('message', (message: Asked | { readonly hooks: HookPlaces } | { readonly late: number }) => {
      if (this.#worker !== worker) return
      if ('hooks' in message) this.#hooks = message.hooks
      else if ('late' in message) this.#host.onLate?.(message.late)
      else this.#asked(calls, message)
    })
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#host.onBug(error)
    })
  }

  type(text: string | Uint8Array): void {
    for (const byte of Buffer.from(text as string)) {
      if (byte === CTRL_C && this.#channel.running) this.#interrupt()
      else {
        this.#calls?.type(byte)
        if (byte === CTRL_C) this.#lookAgain()
      }
    }
  }

  wifi(state: 'lost' | 'up', time: Duration | null): void {
    if (state === 'lost') this.#wifi.lose(time)
    else this.#wifi.find()
  }

  setPin(pin: number, level: 0 | 1): void {
    const before = this.#inputs.get(pin)
    this.#inputs.set(pin, level)
    if (pin >= PINS) return
    this.#channel.setLevel(pin, level)
    if (before !== level) this.#calls?.edge(pin, level)
  }

  pending(): PendingCall | null {
    return this.#calls?.pending ?? null
  }

  reset(): void {
    if (!this.#on) return
    this.#halt('reset')
    this.boot('reset', PLAIN)
  }

  async stop(how: StopHow): Promise<void> {
    if (this.#on) {
      this.#on = false
      this.#halt(how)
    }
    await Promise.all(this.#ending)
  }

  #callsOf(channel: Channel, worker: Worker): BoardCalls {
    const host = this.#host
    const mine = (): boolean => this.#worker === worker
    const calls = new BoardCalls(channel, {
      network: host.network,
      clock: host.clock,
      onComputing: () => mine() && this.#computes(),
      wifi: this.#wifi,
      mostSockets: this.#settings.sockets ?? Number.POSITIVE_INFINITY,
      onOut: (bytes) => host.onConsole(bytes),
      onPin: (pin, value) => host.onPin(pin, value),
      onSocket: (change) => mine() && host.onSocket(change),
      onRtc: (hex) => {
        this.#rtcMemory = hex
      },
      onClock: (ahead) => {
        this.#clockAhead = ahead
      },
      onFiles: (changed) => this.#write(changed),
      onIdle: (error) => mine() && host.onIdle(error === '' ? null : error),
      onReset: (how) => mine() && this.#restart(how),
      onDeepSleep: (time) => {
        this.#halt('reset')
        this.#asleep = host.clock.at(after(host.clock.now(), time), () => this.#again('deepsleep', 'deepsleep', PLAIN))
      },
    })
    calls.onEvent = () => this.#mark(calls)
    return calls
  }

  /**
   * Leaves a mark that there are events, until they have been asked for: the interpreter takes none while
   * it runs the functions of earlier ones.
   */
  #mark(calls: BoardCalls): void {
    if (this.#marking !== null || this.#calls !== calls || !calls.hasEvents) return
    if (this.#hooks !== null) leaveEvent(this.#hooks)
    const { clock } = this.#host
    this.#marking = clock.at(after(clock.now(), AGAIN), () => {
      this.#marking = null
      this.#mark(calls)
    })
  }

  #asked(calls: BoardCalls, asked: Asked): void {
    // An interrupt that was left while the program was on its way to this call would wait as long as the call does.
    const left = this.#hooks !== null && interruptIsLeft(this.#hooks)
    calls.ask(asked)
    if (left) calls.interrupt()
    if (calls.isWaiting) this.#waits()
  }

  /** A virtual clock stands still while the program computes. */
  #computes(): void {
    this.#release ??= this.#host.clock.hold?.() ?? null
  }

  #waits(): void {
    this.#release?.()
    this.#release = null
  }

  #interrupt(): void {
    if (this.#calls?.interrupt() === true || this.#hooks === null) return
    leaveInterrupt(this.#hooks)
  }

  #lookAgain(): void {
    const calls = this.#calls
    const { clock } = this.#host
    clock.at(after(clock.now(), SECOND_LOOK), () => {
      if (this.#calls === calls && this.#channel.running && calls?.takeKey(CTRL_C)) this.#interrupt()
    })
  }

  #restart(how: 'reset' | 'soft' | 'raw' | 'watchdog'): void {
    this.#halt('reset')
    if (how === 'reset' || how === 'watchdog') this.#again(how, how, PLAIN)
    else this.#again('soft', 'soft', { raw: how === 'raw', greeting: 'MPY: soft reboot\r\n' })
  }

  #again(reason: ResetReason, cause: keyof typeof CAUSES, how: Pick<WorkerTask, 'raw' | 'greeting'>): void {
    if (!this.#on) return
    this.#host.onReset(reason)
    if (this.#on && this.#worker === null) this.boot(cause, how)
  }

  /** Memory is gone. */
  #halt(how: StopHow): void {
    const worker = this.#worker
    const calls = this.#calls
    this.#worker = null
    this.#calls = null
    this.#hooks = null
    this.#asleep?.cancel()
    this.#marking?.cancel()
    this.#marking = null
    this.#wifi.stop()
    this.#waits()
    calls?.stop(how)
    for (const pin of calls?.lit ?? []) if (this.#on) this.#host.onPin(pin, 0)
    if (worker === null) return
    const release = this.#host.clock.hold?.()
    const ended = worker.terminate()
    this.#ending.add(ended)
    void ended.finally(() => {
      release?.()
      this.#ending.delete(ended)
    })
  }

  #write(changed: ReadonlyMap<string, Uint8Array | null>): void {
    for (const [path, content] of changed) {
      if (content === null) this.files.delete(path)
      else this.files.set(path, content)
    }
  }
}
