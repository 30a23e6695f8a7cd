// ESP-IDF's TCP transport (components/tcp_transport): every read and write is a `select` before one system call. What
// went wrong is kept until somebody asks for it.

import { atOnce, settled } from '../../at-once.ts'
import type { Program, SocketHandle, TlsRequest } from '../../board.ts'
import * as board from '../../board.ts'
import { PythonError } from '../../board.ts'
import { type Duration, milliseconds } from '../../core/time.ts'

/** What a read found in place of bytes. */
export const TIMEOUT = 0
export const CLOSED_BY_FIN = -1
export const FAILED = -2

export interface TransportError {
  /** An error's name, or 0. */
  readonly espErr: string | 0
  readonly sockErrno: string | 0
}

const NO_ERROR: TransportError = { espErr: 0, sockErrno: 0 }

export class Transport {
  readonly scheme: string
  readonly #tls: TlsRequest | undefined
  #socket: SocketHandle | null = null
  #error = NO_ERROR

  constructor(scheme: string, tls: TlsRequest | undefined) {
    this.scheme = scheme
    this.#tls = tls
  }

  *connect(host: string, port: number, timeout: Duration): Program<boolean> {
    const socket = yield* board.openSocket()
    yield* board.setTimeoutOf(socket, timeout)
    try {
      yield* board.connectSocket(socket, host, port, this.#tls)
    } catch (e) {
      yield* board.closeSocket(socket)
      if (!(e instanceof PythonError)) throw e
      this.#error = connectError(e)
      return false
    }
    this.#socket = socket
    return true
  }

  /** Whether all of it was taken without waiting. */
  takes(bytes: Uint8Array): boolean {
    return this.#socket !== null && atOnce()?.takes(this.#socket, bytes) === true
  }

  /** Bytes, perhaps fewer than asked for; or TIMEOUT, CLOSED_BY_FIN, FAILED. */
  read(count: number, timeout: Duration): Program<Uint8Array | 0 | -1 | -2> {
    const socket = this.#socket
    if (socket === null) return settled(FAILED)
    const answers = atOnce()
    if (answers !== null) {
      const bytes = answers.read(socket, count, false)
      if (bytes !== undefined && bytes.length > 0) return settled(bytes)
      if (timeout === 0 && bytes === undefined && answers.hasNothing(socket)) return settled(TIMEOUT)
    }
    return this.#read(socket, count, timeout)
  }

  *#read(socket: SocketHandle, count: number, timeout: Duration): Program<Uint8Array | 0 | -1 | -2> {
    try {
      if (!(yield* board.poll(socket, 'readable', timeout))) return TIMEOUT
      const bytes = yield* board.recv(socket, count)
      if (bytes !== null && bytes.length > 0) return bytes
    } catch (e) {
      if (!board.isOSError(e)) throw e
      this.#error = { espErr: 0, sockErrno: String(e.args[0]) }
      return FAILED
    }
    this.#error = { espErr: 'ESP_ERR_ESP_TLS_TCP_CLOSED_FIN', sockErrno: 0 }
    return CLOSED_BY_FIN
  }

  /** How many bytes were taken; 0: none within the timeout; -1: it failed. */
  *write(bytes: Uint8Array, timeout: Duration): Program<number> {
    if (this.#socket === null) return -1
    try {
      return yield* board.sendWithin(this.#socket, bytes, timeout)
    } catch (e) {
      if (!board.isOSError(e)) throw e
      this.#error = { espErr: 0, sockErrno: String(e.args[0]) }
      return -1
    }
  }

  pollRead(timeout: Duration): Program<unknown> {
    return this.#socket === null ? board.sleep(timeout) : board.poll(this.#socket, 'readable', timeout)
  }

  *close(): Program<void> {
    const socket = this.#socket
    this.#socket = null
    if (socket !== null) yield* board.closeSocket(socket)
  }

  /** What went wrong last; it is forgotten with that. */
  takeError(): TransportError {
    const error = this.#error
    this.#error = NO_ERROR
    return error
  }
}

function connectError(e: PythonError): TransportError {
  if (e.type !== 'OSError' || typeof e.args[0] === 'number') {
    const unresolved = e.type === 'OSError' && e.args[0] === -2
    const espErr = unresolved ? 'ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME' : 'ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED'
    return { espErr, sockErrno: 0 }
  }
  const errno = String(e.args[0])
  if (errno === 'ETIMEDOUT') return { espErr: 'ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT', sockErrno: 0 }
  return { espErr: 'ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST', sockErrno: errno }
}

export const AT_ONCE = milliseconds(0)
