// A network without wires, for tests: whoever made it holds the other end of each connection.
// Everything happens at the moment it is asked for, except that a connection is accepted (or
// refused) one microtask after it was begun.

import type { TlsRequest } from '../board.ts'
import type { Network, VanishHow, Wire, WireEvents } from './network.ts'

/** How connections in memory are answered. */
export interface MemoryOptions {
  /** Refuse every connection with this errno, or leave it hanging. Default: accept. */
  readonly answer?: 'accept' | 'hang' | { readonly refuse: string }
}

/** A network without wires: whoever made it holds the other end of each connection. */
export class MemoryNetwork implements Network {
  /** In the order in which they were begun. */
  readonly connections: MemoryConnection[] = []
  answer: NonNullable<MemoryOptions['answer']>
  /** Called as soon as one was begun, e.g. to set its `onWrite`. */
  onConnection: (connection: MemoryConnection) => void = () => {}
  readonly #arrivals: ((connection: MemoryConnection) => void)[] = []

  constructor(options: MemoryOptions = {}) {
    this.answer = options.answer ?? 'accept'
  }

  connect(host: string, port: number, tls: TlsRequest | undefined, events: WireEvents): Wire {
    const connection = new MemoryConnection(host, port, tls, events)
    this.connections.push(connection)
    this.onConnection(connection)
    const { answer } = this
    queueMicrotask(() => {
      if (connection.gone !== null || answer === 'hang') return
      if (answer === 'accept') events.connected()
      else events.failed(answer.refuse)
      for (const arrived of this.#arrivals.splice(0)) arrived(connection)
    })
    return connection
  }

  /** The next connection that is accepted or refused. */
  next(): Promise<MemoryConnection> {
    return new Promise((resolve) => this.#arrivals.push(resolve))
  }
}

/** The other end of a connection in memory. */
export class MemoryConnection implements Wire {
  readonly host: string
  readonly port: number
  readonly tls: TlsRequest | undefined
  /** Each write by itself. */
  readonly writes: Uint8Array[] = []
  /** How the device left. */
  gone: 'destroyed' | VanishHow | null = null
  /** Set: writes are taken into the queue and stay there until `drain`. */
  stalled = false
  /** Set: writes fail with this errno. */
  broken: string | null = null
  /** Called for each write, e.g. to answer it. */
  onWrite: (bytes: Uint8Array) => void = () => {}
  readonly #events: WireEvents
  #queue: { readonly bytes: Uint8Array; readonly done: (errno?: string) => void }[] = []

  constructor(host: string, port: number, tls: TlsRequest | undefined, events: WireEvents) {
    this.host = host
    this.port = port
    this.tls = tls
    this.#events = events
  }

  write(bytes: Uint8Array, done: (errno?: string) => void): void {
    if (this.broken !== null) {
      done(this.broken)
      return
    }
    if (this.stalled) {
      this.#queue.push({ bytes, done })
      return
    }
    this.writes.push(bytes)
    this.onWrite(bytes)
    done()
  }

  queued(): number {
    return this.#queue.reduce((n, { bytes }) => n + bytes.length, 0)
  }

  drain(): void {
    this.stalled = false
    for (const { bytes, done } of this.#queue.splice(0)) {
      this.writes.push(bytes)
      done()
    }
  }

  destroy(): void {
    this.gone = 'destroyed'
  }

  vanish(how: VanishHow): void {
    this.gone = how
  }

  /** The peer sends. */
  send(bytes: Uint8Array): void {
    if (this.gone === null) this.#events.data(bytes)
  }

  /** The peer's FIN. */
  end(): void {
    if (this.gone === null) this.#events.end()
  }

  /** The peer's RST. */
  reset(errno = 'ECONNRESET'): void {
    this.broken = 'EPIPE'
    if (this.gone === null) this.#events.error(errno)
  }
}
