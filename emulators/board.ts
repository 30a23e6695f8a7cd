// What a device program may ask of its board, and the helpers that ask. A program is a generator:
// it yields one call, and is resumed with the answer, or with an OSError thrown at the yield. It
// owns no socket, timer, Date or Math.random, so the same program runs on a real TCP connection,
// against a scripted peer on a virtual clock, or ten thousand times in one process.

import { atOnce, settled } from './at-once.ts'
import { type Duration, type Instant, milliseconds } from './core/time.ts'

/** A handle a driver gave out with `socket`; programs only hand it back. */
export type SocketHandle = number & { readonly __socket?: true }

/** A thread of the board, as `spawn` gave it out. */
export type ThreadHandle = number & { readonly __thread?: true }

/** Values as a MicroPython program holds them: bytes, str, int or float, bool, None, list or tuple. */
export type PyValue = Uint8Array | string | number | PyFloat | boolean | null | readonly PyValue[]

/** Python's 1.0, which JavaScript cannot tell from 1. Floats that are not whole are plain numbers. */
export class PyFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** A tuple, for libraries that tell it from a list; a plain array is either. */
export class PyTuple extends Array<PyValue> {}
/** A tuple of Python. */
export const tuple = (...items: readonly PyValue[]): PyTuple => PyTuple.from(items) as PyTuple

/** What threads of one board wait on. It has no state: a wait ends at the first signal that comes after it began. */
export class Signal {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A method call that the harness asks of a device program (see firmware `puppet`). */
export interface Instruction {
  readonly id: string
  readonly method: string
  readonly args: readonly PyValue[]
  readonly kwargs: Readonly<Record<string, PyValue>>
  /** A call before it, without which it is not made: what it must return is `done`. Devices of fleets know it. */
  readonly before?: (Omit<Instruction, 'id' | 'before'> & { readonly done: PyValue }) | undefined
}

/** How a call of a library ended: a value, or an exception that left it. */
export type CallOutcome =
  | { readonly kind: 'returned'; readonly value: PyValue }
  | { readonly kind: 'raised'; readonly error: PythonError }

/** What a program asks of its board; `kind` says which. */
export type BoardCall =
  | { readonly kind: 'socket' }
  | { readonly kind: 'settimeout'; readonly socket: SocketHandle; readonly timeout: Duration | null }
  | { readonly kind: 'setblocking'; readonly socket: SocketHandle; readonly on: boolean }
  | {
      readonly kind: 'connect'
      readonly socket: SocketHandle
      readonly host: string
      readonly port: number
      readonly tls?: TlsRequest | undefined
    }
  | { readonly kind: 'write'; readonly socket: SocketHandle; readonly bytes: Uint8Array }
  | {
      readonly kind: 'send'
      readonly socket: SocketHandle
      readonly bytes: Uint8Array
      /** Given: a `select` for writing goes before it, with this timeout; the answer is 0 when that found nothing. */
      readonly within?: Duration | undefined
    }
  | { readonly kind: 'read'; readonly socket: SocketHandle; readonly count: number }
  | { readonly kind: 'recv'; readonly socket: SocketHandle; readonly count: number }
  | {
      readonly kind: 'poll'
      readonly socket: SocketHandle
      readonly until: 'readable' | 'writable'
      readonly timeout: Duration | null
    }
  | { readonly kind: 'available'; readonly socket: SocketHandle }
  | { readonly kind: 'close'; readonly socket: SocketHandle }
  | { readonly kind: 'sleep'; readonly duration: Duration }
  | { readonly kind: 'now' }
  | { readonly kind: 'random'; readonly low: number; readonly high: number }
  | { readonly kind: 'print'; readonly line: string }
  | { readonly kind: 'pin'; readonly pin: number; readonly value?: 0 | 1 | undefined }
  | {
      readonly kind: 'spawn'
      readonly name: string
      readonly program: () => Program<void>
      /** Given: a one-shot timer's function, which runs once the time has passed. */
      readonly after?: Duration | undefined
    }
  | {
      readonly kind: 'stop'
      readonly thread: ThreadHandle
      /** Given: it goes on with this exception where it waits, in place of ending. */
      readonly error?: PythonError | undefined
    }
  | { readonly kind: 'self' }
  | { readonly kind: 'signal'; readonly signal: Signal }
  | { readonly kind: 'wait'; readonly signal: Signal; readonly timeout: Duration | null }
  | { readonly kind: 'mac' }
  | { readonly kind: 'socketstate'; readonly socket: SocketHandle }
  | { readonly kind: 'instruction'; readonly wait: Duration | null }
  | {
      readonly kind: 'outcome'
      /** Of the instruction; of what was not asked for, its name: `MQTT_EVENT_CONNECTED`. */
      readonly id: string
      readonly outcome: CallOutcome
      /** The library has called the program, and not the other way round. */
      readonly uncalled?: true | undefined
    }
  | { readonly kind: 'reset' }

/** What a socket wants of TLS. */
export interface TlsRequest {
  /** Name for SNI and verification; absent when the library sends none. */
  readonly serverName?: string | undefined
  /**
   * The peer's certificate is verified; absent: any will do. It says what the board's ssl module raises when it
   * will not do: MicroPython ValueError with mbedTLS's words, CircuitPython OSError with mbedTLS's number.
   */
  readonly verify?: 'ValueError' | 'OSError' | undefined
}

/** What a driver resumes a program with; each helper below knows which one its call gets. */
export type Answer = undefined | null | number | boolean | Uint8Array | Instruction

/** A program on a board: a generator whose calls to the board are `yield*` of the helpers here. */
export type Program<T> = Generator<BoardCall, T, Answer>

/** A Python exception as a value. `type` is the Python class name that a user's `except` would see. */
export class PythonError extends Error {
  readonly type: string
  /** Python's `e.args`. An OSError's first is an errno name (`ECONNRESET`), or -1 for umqtt's own. */
  readonly args: readonly PyValue[]
  /** Python's `e.errno`: MicroPython takes it from `args`, CPython leaves it None when there is one argument only. */
  readonly errno: string | number | null

  constructor(type: string, ...args: readonly PyValue[]) {
    super(`${type}(${args.map((a) => (typeof a === 'string' ? a : JSON.stringify(a))).join(', ')})`)
    this.name = 'PythonError'
    this.type = type
    this.args = args
    const [first] = args
    this.errno = type === 'OSError' && (typeof first === 'string' || typeof first === 'number') ? first : null
  }
}

/** An OSError; `errno` is a number or a name such as `ECONNRESET`. */
export const osError = (errno: string | number): PythonError => new PythonError('OSError', errno)
/** `OSError(errno)` as CPython makes it: its `e.errno` is None. */
export const osErrorWithoutErrno = (errno: string | number): PythonError =>
  Object.assign(new PythonError('OSError', errno), { errno: null })
/** Whether it is an OSError of Python. */
export const isOSError = (e: unknown): e is PythonError => e instanceof PythonError && e.type === 'OSError'

/** Python's `assert`. */
export function pyAssert(condition: boolean, ...args: readonly PyValue[]): asserts condition {
  if (!condition) throw new PythonError('AssertionError', ...args)
}

/**
 * A program of one call: what a generator of `return yield call` would be, in a quarter of its memory, of which an idle
 * device has as many as it has threads.
 */
class Asked {
  readonly #call: BoardCall
  #asked = false

  constructor(call: BoardCall) {
    this.#call = call
  }

  next(answer: Answer): IteratorResult<BoardCall, Answer> {
    if (this.#asked) return { done: true, value: answer }
    this.#asked = true
    return { done: false, value: this.#call }
  }

  throw(error: unknown): never {
    throw error
  }

  return(value: Answer): IteratorResult<BoardCall, Answer> {
    return { done: true, value }
  }

  [Symbol.iterator](): this {
    return this
  }
}

const ask = <T>(call: BoardCall): Program<T> => new Asked(call) as unknown as Program<T>

/** A new TCP socket, not connected. */
export function openSocket(): Program<SocketHandle> {
  return ask({ kind: 'socket' })
}
/** How long calls on the socket wait, ms; null: for ever. */
export function setTimeoutOf(socket: SocketHandle, timeout: Duration | null): Program<void> {
  if (atOnce()?.setTimeout(socket, timeout ?? -1) === true) return settled(undefined)
  return ask({ kind: 'settimeout', socket, timeout })
}
/** Whether calls on the socket wait. */
export function setBlocking(socket: SocketHandle, on: boolean): Program<void> {
  if (atOnce()?.setTimeout(socket, on ? -1 : 0) === true) return settled(undefined)
  return ask({ kind: 'setblocking', socket, on })
}
/** Raises OSError(errno name) when refused, unreachable, timed out or reset. */
export function connectSocket(socket: SocketHandle, host: string, port: number, tls?: TlsRequest): Program<void> {
  return ask({ kind: 'connect', socket, host, port, tls })
}
/** One socket write. An empty one makes no system call, as MicroPython's stream write makes none. */
export function write(socket: SocketHandle, bytes: Uint8Array): Program<void> {
  if (bytes.length === 0 || atOnce()?.takes(socket, bytes) === true) return settled(undefined)
  return ask({ kind: 'write', socket, bytes })
}
/** One `send`; how many bytes were taken, which may be fewer than given. */
export function send(socket: SocketHandle, bytes: Uint8Array): Program<number> {
  if (atOnce()?.takes(socket, bytes) === true) return settled(bytes.length)
  return ask({ kind: 'send', socket, bytes })
}
/**
 * The same, where the socket is polled first and must take bytes within `timeout`: 0 when it did not, and nothing was sent.
 */
export function sendWithin(socket: SocketHandle, bytes: Uint8Array, timeout: Duration): Program<number> {
  if (atOnce()?.takes(socket, bytes) === true) return settled(bytes.length)
  return ask({ kind: 'send', socket, bytes, within: timeout })
}
/**
 * Waits until the socket can be read (bytes, the end, or an error are there) or written, at most for `timeout` (null:
 * for ever). False when the time is over. Whoever polls a socket that another thread closes waits to the end of his time.
 */
export function poll(socket: SocketHandle, until: 'readable' | 'writable', timeout: Duration | null): Program<boolean> {
  const answers = atOnce()
  if (answers?.isReady(socket, until) === true) return settled(true)
  if (timeout === 0 && until === 'readable' && answers?.hasNothing(socket) === true) return settled(false)
  return ask({ kind: 'poll', socket, until, timeout })
}
/** How many bytes can be read without waiting. 0 of a socket that is closed or has no connection. */
export function available(socket: SocketHandle): Program<number> {
  const answer = atOnce()?.available(socket)
  return answer === undefined ? ask({ kind: 'available', socket }) : settled(answer)
}
/** Waits for exactly `count` bytes; fewer at end of file; null when non-blocking and nothing is there. */
export function read(socket: SocketHandle, count: number): Program<Uint8Array | null> {
  const answer = atOnce()?.read(socket, count, true)
  return answer === undefined ? ask({ kind: 'read', socket, count }) : settled(answer)
}
/** At least one byte, at most `count`; empty at end of file. */
export function recv(socket: SocketHandle, count: number): Program<Uint8Array | null> {
  const answer = atOnce()?.read(socket, count, false)
  return answer === undefined ? ask({ kind: 'recv', socket, count }) : settled(answer)
}
/** Closes a socket. */
export function closeSocket(socket: SocketHandle): Program<void> {
  return ask({ kind: 'close', socket })
}
/** Waits so long, ms. */
export function sleep(duration: Duration): Program<void> {
  return ask({ kind: 'sleep', duration })
}
/** Milliseconds since the board's own zero. */
export function now(): Program<Instant> {
  const answer = atOnce()?.now()
  return answer === undefined ? ask({ kind: 'now' }) : settled(answer)
}
/** The same in whole milliseconds, as boards count them. */
export function wholeNow(): Program<number> {
  const answer = atOnce()?.now()
  return answer === undefined ? askWholeNow() : settled(Math.floor(answer))
}
function* askWholeNow(): Program<number> {
  return Math.floor((yield { kind: 'now' }) as number)
}
/** A step that asks the board for nothing. */
export const nothing = (): Program<void> => settled(undefined)
/** An integer in [low, high], as Python's randint. */
export function randomInt(low: number, high: number): Program<number> {
  const answer = atOnce()?.random(low, high)
  return answer === undefined ? ask({ kind: 'random', low, high }) : settled(answer)
}
/** A line on the console. */
export function print(line: string): Program<void> {
  return ask({ kind: 'print', line })
}
/** Reads a pin's level. */
export function readPin(pin: number): Program<0 | 1> {
  return ask({ kind: 'pin', pin })
}
/** Sets a pin. */
export function writePin(pin: number, value: 0 | 1): Program<void> {
  return ask({ kind: 'pin', pin, value })
}
/** Starts a second program on the same board; it shares sockets and pins and ends with a reset. */
export function spawn(name: string, program: () => Program<void>): Program<ThreadHandle> {
  return ask({ kind: 'spawn', name, program })
}
/** The same, once `delay` has passed: the function of a one-shot timer. */
export function spawnLater(delay: Duration, name: string, program: () => Program<void>): Program<ThreadHandle> {
  return ask({ kind: 'spawn', name, program, after: delay })
}
/** Ends a thread, or a timer that has not fired, where it stands: nothing is cleaned up. A program may end itself. */
export function stopThread(thread: ThreadHandle): Program<void> {
  return ask({ kind: 'stop', thread })
}
/** Wakes a thread that waits, wherever it does, with an exception; it goes on when the caller waits. */
export function interruptThread(thread: ThreadHandle, error: PythonError): Program<void> {
  return ask({ kind: 'stop', thread, error })
}
/** The thread that asks; the main program is one as well. */
export function currentThread(): Program<ThreadHandle> {
  const answer = atOnce()?.self()
  return answer === undefined ? ask({ kind: 'self' }) : settled(answer)
}
/** Wakes all threads of the board that wait on it. They go on when the caller waits. */
export function signal(what: Signal): Program<void> {
  return ask({ kind: 'signal', signal: what })
}
/** Waits for the next signal, at most for `timeout` (null: for ever). False when the time is over. */
export function waitFor(what: Signal, timeout: Duration | null): Program<boolean> {
  return ask({ kind: 'wait', signal: what, timeout })
}
/** The six bytes of the board's Wi-Fi address; the same at each boot. */
export function macAddress(): Program<Uint8Array> {
  return ask({ kind: 'mac' })
}
/** lwIP's TCP state: 0 closed, 2 connecting, 4 established, 7 the peer has closed; -1 when there is no connection left. */
export function socketState(socket: SocketHandle): Program<number> {
  const answer = atOnce()?.socketState(socket)
  return answer === undefined ? ask({ kind: 'socketstate', socket }) : settled(answer)
}
/** The next instruction from the harness, or null when none came within `wait` (null: wait for ever). */
export function nextInstruction(wait: Duration | null): Program<Instruction | null> {
  return ask({ kind: 'instruction', wait })
}
/** How an instruction has ended. */
export function reportOutcome(id: string, outcome: CallOutcome): Program<void> {
  return ask({ kind: 'outcome', id, outcome })
}
/** An event that the library has told the program of, with what it told. */
export function reportEvent(name: string, value: PyValue): Program<void> {
  return ask({ kind: 'outcome', id: name, outcome: { kind: 'returned', value }, uncalled: true })
}
/** `machine.reset()`: everything in memory is gone, no packet is sent. Never returns. */
export function* resetBoard(): Program<never> {
  yield { kind: 'reset' }
  throw new Error('a driver resumed a program after a reset')
}

export const NO_WAIT = milliseconds(0)
