// The real network. One board write is one socket write, and Nagle's algorithm stays on: that a
// small second write waits for the first one's ACK (40 ms and more) is part of how the libraries behave.

import { connect as connectTcp, type Socket } from 'node:net'
import type { PythonError, TlsRequest } from '../board.ts'
import type { Network, Wire, WireEvents } from './network.ts'
import { connectTls, handshakeError, startTls, type Trust } from './tls.ts'

/** Of a board with these certificates in its flash. */
export const networkTrusting = (trust: Trust): Network => ({
  connect: (host, port, tls, events) => new TcpWire({ host, port, noDelay: false }, tls, trust, events),
})

/** Real TCP connections of this machine. */
export const tcpNetwork: Network = networkTrusting({})

/** With TCP_NODELAY: each write leaves at once, as a segment of its own. For devices that are no copy of a library. */
export const promptNetworkTrusting = (trust: Trust): Network => ({
  connect: (host, port, tls, events) => new TcpWire({ host, port, noDelay: true }, tls, trust, events),
})

interface Destination {
  readonly host: string
  readonly port: number
  readonly noDelay: boolean
}

class TcpWire implements Wire {
  #socket: Socket
  readonly #tls: TlsRequest | undefined
  readonly #trust: Trust
  #events: WireEvents | null
  #connected = false
  #errno: string | null = null

  constructor(to: Destination, tls: TlsRequest | undefined, trust: Trust, events: WireEvents) {
    this.#events = events
    this.#tls = tls
    this.#trust = trust
    const where = { ...to, allowHalfOpen: true }
    this.#socket = tls === undefined ? connectTcp(where) : connectTls(where, tls, trust)
    this.#socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      this.#connected = true
      this.#events?.connected()
    })
    this.#listen()
  }

  #listen(): void {
    this.#socket.on('data', (chunk) => this.#events?.data(chunk))
    this.#socket.on('end', () => this.#ended())
    this.#socket.on('error', (error) => this.#failed(error))
  }

  secure(tls: TlsRequest, done: (errno?: string, error?: PythonError) => void): void {
    const plain = this.#socket
    plain.removeAllListeners()
    const secured = startTls(plain, tls, this.#trust)
    this.#socket = secured
    let over = false
    const end = (errno?: string, error?: PythonError): void => {
      if (over) return
      over = true
      done(errno, error)
    }
    secured.once('secureConnect', () => end())
    secured.once('error', (error) => end(errnoOf(error), handshakeError(error, tls)))
    secured.once('end', () => end('ECONNRESET'))
    this.#listen()
  }

  get localPort(): number | undefined {
    return this.#socket.localPort
  }

  write(bytes: Uint8Array, done: (errno?: string) => void): void {
    if (this.#socket.destroyed) {
      process.nextTick(done, 'EPIPE')
      return
    }
    this.#socket.write(bytes, (error) => done(error ? errnoOf(error, this.#errno ?? 'EPIPE') : undefined))
  }

  queued(): number {
    return this.#socket.writableLength
  }

  finish(): void {
    this.#socket.end()
  }

  abort(): void {
    this.#events = null
    this.#socket.resetAndDestroy()
  }

  destroy(): void {
    this.#events = null
    if (this.queued() > 0 && this.#connected) this.#socket.destroySoon()
    else this.#socket.destroy()
  }

  vanish(): void {
    this.#events = null
    this.#socket.destroy()
  }

  /**
   * Node reports a RST that arrives together with the last bytes as an end of file. An empty write
   * asks the kernel, sends nothing, and brings the ECONNRESET to light as an error.
   */
  #ended(): void {
    if (this.#socket.destroyed || this.#socket.writableEnded || this.queued() > 0) this.#events?.end()
    else
      this.#socket.write('', (error) => {
        if (error === null || error === undefined) this.#events?.end()
      })
  }

  #failed(error: Error): void {
    const errno = errnoOf(error)
    this.#errno = errno
    const events = this.#events
    this.#events = null
    if (this.#connected) events?.error(errno)
    else {
      const refused = this.#tls === undefined ? undefined : handshakeError(error, this.#tls)
      events?.failed(refused === undefined ? errno : ((error as NodeJS.ErrnoException).code ?? errno), refused)
    }
  }
}

/** The errno name of a Node error; several attempts in one (IPv4 and IPv6) give the last one's. */
export function errnoOf(error: Error, otherwise = 'EIO'): string {
  const last = error instanceof AggregateError ? (error.errors.at(-1) as Error) : error
  const code = (last as NodeJS.ErrnoException).code
  if (code?.startsWith('EAI_')) return 'ENOTFOUND'
  return code !== undefined && /^E[A-Z0-9]+$/.test(code) && !code.startsWith('ERR_') ? code : otherwise
}
