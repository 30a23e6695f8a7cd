// A board's socket: MicroPython's blocking modes, timeouts and errors over a wire. Two things are
// easily got wrong: `setblocking(True)` also takes a timeout away (as on the ESP32), and a `read`
// that fails or times out loses what it had already read.

import { osError, type PythonError, type TlsRequest } from '../board.ts'
import { after, type Clock, type Duration, milliseconds, type Timer, ZERO } from '../core/time.ts'
import type { Network, VanishHow, Wire } from './network.ts'
import { Pollers } from './pollers.ts'
import { ByteQueue } from './queue.ts'

/** A connection attempt, and how it failed. What happens to a connection is better seen on the wire. */
export type ConnectChange = 'connecting' | 'refused' | 'timeout'

/** How a call ends: with an answer, or with an exception. */
export type Settled = { readonly value: Uint8Array | null | undefined } | { readonly error: PythonError }
export type Settle = (settled: Settled) => void

interface Reader {
  /** Infinity: until end of file. */
  readonly count: number
  /** False for `recv`, which takes what is there. */
  readonly exact: boolean
  readonly settle: Settle
  timer: Timer | null
}

/** A connect or write that the wire has not answered; whoever ends it first decides how. */
interface Waiting {
  over: boolean
  timer: Timer | null
  /** Who waits. */
  readonly settle: Settle
  readonly end: Settle
}

/** What a `recv` at end of file takes: MiniMQTT asks again and again for ten seconds, which need not be our processor's. */
const END_OF_FILE = milliseconds(5)

type State = 'new' | 'connecting' | 'open' | 'closed'

/** MicroPython's numbers. */
export const POLLIN = 1
export const POLLOUT = 4
export const POLLERR = 8
export const POLLHUP = 16

const DONE: Settled = { value: undefined }
const isEmpty = (settled: Settled, wanted: number): boolean =>
  'value' in settled && settled.value?.length === 0 && wanted > 0
const failure = (errno: string): Settled => ({ error: osError(errno) })

export class BoardSocket {
  readonly #network: Network
  readonly #clock: Clock
  readonly #tell: (change: ConnectChange) => void
  readonly #incoming = new ByteQueue()
  #state: State = 'new'
  #wire: Wire | null = null
  /** null blocks for ever, 0 does not block. */
  #timeout: Duration | null = null
  /** The peer will send no more. */
  #ended = false
  /** An error that no call has raised yet; the first that meets it takes it, as SO_ERROR. */
  #error: string | null = null
  #dead = false
  /** Several tasks of a board may read one socket; first come, first served. */
  #readers: Reader[] = []
  readonly #paused = new Set<Reader>()
  readonly #waiting = new Set<Waiting>()
  /** Whoever polls: called when something may have become ready. */
  watcher: (() => void) | null = null
  readonly #pollers: Pollers
  /** A TLS handshake that was asked for while a connect without blocking was on its way. */
  #onceOpen: (() => void) | null = null

  constructor(network: Network, clock: Clock, tell: (change: ConnectChange) => void) {
    this.#network = network
    this.#clock = clock
    this.#tell = tell
    this.#pollers = new Pollers(clock)
  }

  /** Bytes that can be read without waiting. */
  get available(): number {
    return this.#state === 'open' ? this.#incoming.length : 0
  }

  /** `select` for one socket; `done` hears whether it was ready in time. Gives the way to call it off, or null when it is ready now. */
  poll(until: 'readable' | 'writable', timeout: Duration | null, done: (ready: boolean) => void): (() => void) | null {
    const bit = until === 'readable' ? POLLIN : POLLOUT
    if ((this.ready() & bit) !== 0) return null
    return this.#pollers.add(bit, timeout, done)
  }

  #changed(): void {
    this.watcher?.()
    this.#pollers.look(this.ready())
  }

  /** A time limit also holds, from now, for a read of another task that waits already; taking it away does not. */
  setTimeout(timeout: Duration | null): Settled {
    if (this.#state === 'closed') return failure('EBADF')
    this.#timeout = timeout
    if (timeout !== null && timeout > 0) for (const reader of this.#readers) this.#arm(reader)
    return DONE
  }

  /** The task that waits with `settle` is no more. What it would have read is for others. */
  abandon(settle: Settle): void {
    const first = this.#readers[0]
    for (const reader of [...this.#readers, ...this.#paused]) {
      if (reader.settle !== settle) continue
      reader.timer?.cancel()
      this.#readers = this.#readers.filter((other) => other !== reader)
      this.#paused.delete(reader)
    }
    for (const waiting of [...this.#waiting]) if (waiting.settle === settle) this.#forget(waiting)
    if (this.#readers[0] !== first) this.#serve(false)
  }

  /** As lwIP numbers them. */
  tcpState(): number {
    switch (this.#state) {
      case 'new':
        return 0
      case 'connecting':
        return 2
      case 'open':
        return this.#dead ? -1 : this.#ended ? 7 : 4
      case 'closed':
        return -1
    }
  }

  setBlocking(on: boolean): Settled {
    return this.setTimeout(on ? null : ZERO)
  }

  connect(host: string, port: number, tls: TlsRequest | undefined, settle: Settle): Settled | null {
    if (this.#state === 'closed') return failure('EBADF')
    if (this.#state !== 'new') return failure(this.#state === 'open' ? 'EISCONN' : 'EALREADY')
    this.#state = 'connecting'
    this.#error = null
    this.#tell('connecting')
    const waiting = this.#begin(settle)
    const wire = this.#network.connect(host, port, tls, {
      connected: () => {
        if (this.#state !== 'connecting') return
        this.#state = 'open'
        waiting.end(DONE)
        this.#onceOpen?.()
        this.#changed()
      },
      failed: (errno, error) => {
        if (this.#state !== 'connecting') return
        this.#state = 'new'
        this.#wire = null
        // Nobody waits for a connect without blocking: the next call meets what became of it, as SO_ERROR.
        if (waiting.over) this.#error = errno ?? 'EIO'
        if (error === undefined) this.#tell(errno === 'ETIMEDOUT' ? 'timeout' : 'refused')
        // A name that nobody knows is getaddrinfo's error on these boards, not an errno.
        if (error !== undefined) waiting.end({ error })
        else waiting.end(errno === 'ENOTFOUND' ? { error: osError(-2) } : failure(errno))
        this.#onceOpen?.()
        this.#changed()
      },
      data: (chunk) => {
        this.#incoming.put(chunk)
        this.#serve(true)
        this.#changed()
      },
      end: () => {
        this.#ended = true
        this.#serve(false)
        this.#changed()
      },
      error: (errno) => this.#die(errno),
    })
    this.#wire = wire
    if (this.#timeout === 0) {
      this.#forget(waiting)
      return failure('EINPROGRESS')
    }
    if (this.#timeout !== null)
      waiting.timer = this.#clock.at(after(this.#clock.now(), this.#timeout), () => {
        if (this.#state !== 'connecting') return
        this.#state = 'new'
        this.#wire = null
        wire.destroy()
        this.#tell('timeout')
        waiting.end(failure('ETIMEDOUT'))
      })
    return null
  }

  /** What a poll finds: bits as `select.POLLIN` and its like. */
  ready(): number {
    switch (this.#state) {
      case 'closed':
        return POLLHUP
      case 'new':
        return this.#error === null ? 0 : POLLIN | POLLOUT | POLLERR
      case 'connecting':
        return 0
      case 'open': {
        const readable = this.#incoming.length > 0 || this.#ended || this.#dead
        const writable = this.#dead || this.#wire?.queued() === 0
        return (readable ? POLLIN : 0) | (writable ? POLLOUT : 0) | (this.#dead ? POLLERR : 0)
      }
    }
  }

  /** TLS over a connection that stands already, or is on its way. */
  secure(tls: TlsRequest, settle: Settle): Settled | null {
    if (this.#state === 'closed') return failure('EBADF')
    if (this.#state === 'connecting') {
      const waiting = this.#begin(settle)
      this.#onceOpen = () => {
        this.#onceOpen = null
        const ended = this.secure(tls, waiting.end)
        if (ended !== null) waiting.end(ended)
      }
      return null
    }
    if (this.#state === 'new' && this.#error !== null) return failure(this.#takeError()!)
    if (this.#state !== 'open' || this.#wire === null) return failure('ENOTCONN')
    if (this.#wire.secure === undefined) return failure('EOPNOTSUPP')
    const waiting = this.#begin(settle)
    this.#wire.secure(tls, (errno, error) => {
      if (error !== undefined) waiting.end({ error })
      else waiting.end(errno === undefined ? DONE : failure(errno))
    })
    return null
  }

  /** A negative count reads until end of file. */
  read(count: number, exact: boolean, settle: Settle): Settled | null {
    if (this.#state === 'closed') return failure('EBADF')
    if (this.#state === 'connecting' && this.#timeout === 0) return { value: null }
    if (this.#state !== 'open') return failure(this.#takeError() ?? 'ENOTCONN')
    const reader: Reader = { count: count < 0 ? Number.POSITIVE_INFINITY : count, exact, settle, timer: null }
    const now = this.#readers.length === 0 ? this.#satisfy(reader) : null
    if (now !== null) return !exact && this.#timeout !== 0 && isEmpty(now, count) ? this.#pause(reader) : now
    if (this.#timeout === 0) return { value: this.#incoming.length > 0 ? this.#incoming.take(reader.count) : null }
    this.#readers.push(reader)
    this.#arm(reader)
    return null
  }

  write(bytes: Uint8Array, settle: Settle): Settled | null {
    if (this.#state === 'closed') return failure('EBADF')
    const wire = this.#wire
    // lwIP says so of a connection that is still on its way.
    if (this.#state === 'connecting' && this.#timeout === 0) return failure('EINPROGRESS')
    if (this.#state !== 'open' || wire === null) return failure(this.#takeError() ?? 'ENOTCONN')
    if (this.#dead) return failure(this.#takeError() ?? 'EPIPE')
    // A full send buffer takes nothing of a non-blocking write; umqtt does not look at the count.
    if (this.#timeout === 0 && wire.queued() > 0) return { value: null }
    const waiting = this.#begin(settle)
    wire.write(bytes, (errno) => {
      if (errno === undefined) {
        waiting.end(DONE)
        this.#changed()
        return
      }
      // The write that fails has taken the error; what comes after it is EPIPE and end of file.
      if (!waiting.over) this.#error = null
      this.#dead = true
      waiting.end(failure(errno))
      this.#serve(false)
    })
    if (waiting.over) return null // it settled while it was being made
    if (this.#timeout === 0 && wire.queued() > 0) {
      this.#forget(waiting)
      return DONE
    }
    if (this.#timeout !== null && this.#timeout > 0)
      waiting.timer = this.#clock.at(after(this.#clock.now(), this.#timeout), () => waiting.end(failure('ETIMEDOUT')))
    return null
  }

  /** Closing twice does nothing. Whoever waits in another task is let go with EBADF. */
  close(): void {
    this.#leave((wire) => wire.destroy())
  }

  vanish(how: VanishHow): void {
    this.#leave((wire) => wire.vanish(how))
  }

  #leave(end: (wire: Wire) => void): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    if (this.#wire !== null) end(this.#wire)
    const readers = [...this.#readers, ...this.#paused]
    this.#readers = []
    this.#paused.clear()
    for (const reader of readers) {
      reader.timer?.cancel()
      reader.settle(failure('EBADF'))
    }
    for (const waiting of [...this.#waiting]) waiting.end(failure('EBADF'))
  }

  #die(errno: string): void {
    if (this.#state !== 'open' || this.#dead) return
    this.#dead = true
    // After the peer's FIN the kernel reports a reset to writers only, as EPIPE; readers have their end of file.
    if (!this.#ended) this.#error = errno
    if (this.#waiting.size > 0) {
      const raised = failure(this.#takeError() ?? 'EPIPE')
      for (const writer of [...this.#waiting]) writer.end(raised)
    }
    this.#serve(false)
    this.#changed()
  }

  #begin(settle: Settle): Waiting {
    const waiting: Waiting = {
      over: false,
      timer: null,
      settle,
      end: (settled) => {
        if (waiting.over) return
        this.#forget(waiting)
        settle(settled)
      },
    }
    this.#waiting.add(waiting)
    return waiting
  }

  #forget(waiting: Waiting): void {
    waiting.over = true
    waiting.timer?.cancel()
    this.#waiting.delete(waiting)
  }

  #takeError(): string | null {
    const error = this.#error
    this.#error = null
    return error
  }

  /** What this reader can have now; null when it must wait. */
  #satisfy(reader: Reader): Settled | null {
    const have = this.#incoming.length
    if (have >= reader.count || (!reader.exact && have > 0)) return { value: this.#incoming.take(reader.count) }
    if (this.#error !== null) {
      this.#incoming.take(have)
      return failure(this.#takeError()!)
    }
    if (this.#ended || this.#dead) return { value: this.#incoming.take(reader.count) }
    return null
  }

  #serve(progress: boolean): void {
    for (;;) {
      const reader = this.#readers[0]
      if (reader === undefined) return
      const settled = this.#satisfy(reader)
      if (settled === null) {
        // Each part that arrives begins a new wait: the timeout is the system call's, not the read's.
        if (progress) this.#arm(reader)
        return
      }
      this.#readers.shift()
      reader.timer?.cancel()
      reader.settle(settled)
    }
  }

  /** Answers at end of file, a little later. Not among the readers: there is nothing left to serve it with. */
  #pause(reader: Reader): null {
    this.#paused.add(reader)
    reader.timer = this.#clock.at(after(this.#clock.now(), END_OF_FILE), () => {
      this.#paused.delete(reader)
      reader.settle({ value: new Uint8Array() })
    })
    return null
  }

  #arm(reader: Reader): void {
    reader.timer?.cancel()
    const timeout = this.#timeout
    if (timeout === null || timeout === 0) return
    reader.timer = this.#clock.at(after(this.#clock.now(), timeout), () => {
      this.#readers = this.#readers.filter((r) => r !== reader)
      if (reader.exact) this.#incoming.take(this.#incoming.length)
      reader.settle(failure('ETIMEDOUT'))
    })
  }
}
