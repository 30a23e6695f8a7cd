// Calls from the interpreter's thread to ours, answered while that thread stands still. The request
// is a message; the answer comes back through shared memory, because a thread that waits receives no
// messages. At most 64 KiB of bytes fit into one answer: a longer read is asked for in parts.

import type { BoardCall } from '../board.ts'

/** What a board's program asks for: the calls of `board.ts`, and what only a real interpreter needs. */
export type Request =
  | Exclude<
      BoardCall,
      {
        kind:
          | ('spawn' | 'stop' | 'self' | 'signal' | 'wait')
          | ('instruction' | 'outcome' | 'print' | 'now' | 'random' | 'mac')
          | ('socketstate' | 'poll' | 'available')
      }
    >
  /** Waits until one of these is ready; `watch`: socket (0: the console) and bits of `select`. Milliseconds; null: for ever. */
  | { readonly kind: 'poll'; readonly watch: readonly (readonly [number, number])[]; readonly timeout: number | null }
  /** TLS over a connection that stands already. */
  | { readonly kind: 'wrap'; readonly socket: number; readonly serverName: string | null; readonly verify: boolean }
  /**
   * What is typed on the console: one character for a program, for the REPL itself (`prompt`) as many as wait,
   * up to one at which it may begin to run something.
   */
  | { readonly kind: 'key'; readonly prompt: boolean }
  /** What has happened: `timer 3`, `pin 0 1`; empty when nothing has. */
  | { readonly kind: 'events' }
  /** Bytes for the console. It is answered, so that a program which prints without end waits for who reads. */
  | { readonly kind: 'out'; readonly bytes: Uint8Array }
  /** Files that the program has written or (null) removed, so that they outlive this interpreter. */
  | { readonly kind: 'files'; readonly changed: ReadonlyMap<string, Uint8Array | null> }
  /** The hard reset that comes unless this is asked again in time. */
  | { readonly kind: 'watchdog'; readonly milliseconds: number }
  /** `period` 0 ends it. */
  | { readonly kind: 'timer'; readonly id: number; readonly period: number; readonly repeat: boolean }
  /** Changes of this input become events. */
  | { readonly kind: 'irq'; readonly pin: number; readonly on: boolean }
  /** What RTC memory shall hold through resets. */
  | { readonly kind: 'rtc'; readonly hex: string }
  /** How far ahead of this computer's clock the board's is from now on, through resets. Milliseconds. */
  | { readonly kind: 'clock'; readonly ahead: number }
  | { readonly kind: 'wifi'; readonly do: 'join' | 'leave' | 'state'; readonly ssid?: string }
  /** On a virtual clock: it has computed for a while, and time passes. */
  | { readonly kind: 'busy'; readonly milliseconds: number }
  | { readonly kind: 'deepsleep'; readonly milliseconds: number }
  | { readonly kind: 'reboot'; readonly how: 'reset' | 'soft' | 'raw' }
  /** The programs of the flash have ended, by an exception when `error` is not empty; the REPL is next. */
  | { readonly kind: 'idle'; readonly error: string }

/** An interpreter must not run timers' and pins' functions inside of themselves. */
export interface Asked {
  readonly request: Request
  /** False: answer even when events wait. */
  readonly interruptible: boolean
}

/** How a call ends. `raised`: OSError with an errno's name, or a number as umqtt's own -1. */
export type Reply =
  | { readonly kind: 'none' | 'done' | 'events' | 'interrupted' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'raised'; readonly errno: string | number }
  /** ValueError, with what it says of a certificate. */
  | { readonly kind: 'refused'; readonly why: string }

export const MOST_BYTES = 64 * 1024
/** GPIOs that have a level in shared memory. */
export const PINS = 64

const KINDS = ['none', 'done', 'events', 'interrupted', 'number', 'bytes', 'raised', 'refused'] as const
const HEADER = 40
const LEVELS = HEADER + MOST_BYTES

/** The memory that both threads see: state, kind, length, running · a number · when it was answered · a virtual clock · bytes · input levels. */
export class Channel {
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #number: Float64Array
  readonly #answered: Float64Array
  readonly #clock: Float64Array
  readonly #bytes: Uint8Array
  readonly #levels: Int8Array

  constructor(memory = new SharedArrayBuffer(LEVELS + PINS)) {
    this.memory = memory
    this.#words = new Int32Array(memory, 0, 4)
    this.#number = new Float64Array(memory, 16, 1)
    this.#answered = new Float64Array(memory, 24, 1)
    this.#clock = new Float64Array(memory, 32, 1)
    this.#bytes = new Uint8Array(memory, HEADER, MOST_BYTES)
    this.#levels = new Int8Array(memory, LEVELS, PINS)
  }

  /** In the interpreter's thread, before it asks. */
  expect(): void {
    Atomics.store(this.#words, 0, 0)
  }

  /** In the interpreter's thread: stands still until `reply`. */
  wait(): Reply {
    Atomics.wait(this.#words, 0, 0)
    const kind = KINDS[this.#words[1]!]!
    switch (kind) {
      case 'number':
        return { kind, value: this.#number[0]! }
      case 'bytes':
        return { kind, value: this.#bytes.slice(0, this.#words[2]) }
      case 'raised': {
        const name = Buffer.from(this.#bytes.slice(0, this.#words[2])).toString('latin1')
        return { kind, errno: name === '' ? this.#number[0]! : name }
      }
      case 'refused':
        return { kind, why: Buffer.from(this.#bytes.slice(0, this.#words[2])).toString() }
      default:
        return { kind }
    }
  }

  /** In the interpreter's thread, after `wait`: ms from the answer until this thread had a processor again. */
  late(): number {
    return monotonic() - this.#answered[0]!
  }

  /** What a virtual clock shows, ms: set before each reply, and standing still until the next call. */
  get now(): number {
    return this.#clock[0]!
  }

  set now(ms: number) {
    this.#clock[0] = ms
  }

  /** In our thread. */
  reply(reply: Reply): void {
    let bytes: Uint8Array = NO_BYTES
    if (reply.kind === 'number') this.#number[0] = reply.value
    else if (reply.kind === 'bytes') bytes = reply.value
    else if (reply.kind === 'raised') {
      if (typeof reply.errno === 'string') bytes = Buffer.from(reply.errno, 'latin1')
      else this.#number[0] = reply.errno
    } else if (reply.kind === 'refused') bytes = Buffer.from(reply.why)
    this.#bytes.set(bytes)
    this.#words[1] = KINDS.indexOf(reply.kind)
    this.#words[2] = bytes.length
    this.#answered[0] = monotonic()
    Atomics.store(this.#words, 0, 1)
    Atomics.notify(this.#words, 0)
  }

  /** In the interpreter's thread: true while a program runs, false at the prompt. */
  set running(on: boolean) {
    Atomics.store(this.#words, 3, on ? 1 : 0)
  }

  get running(): boolean {
    return Atomics.load(this.#words, 3) === 1
  }

  /** An input's level, read without asking: programs look at a button thousands of times a second. null: nobody drives it. */
  level(pin: number): 0 | 1 | null {
    return LEVEL_CODES[Atomics.load(this.#levels, pin)]!
  }

  setLevel(pin: number, level: 0 | 1): void {
    Atomics.store(this.#levels, pin, LEVEL_CODES.indexOf(level))
  }
}

/** Fresh memory is 0. */
const LEVEL_CODES = [null, 0, 1] as const
const NO_BYTES = new Uint8Array()

/** Milliseconds of a clock that all threads have in common. */
const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6
