// Adafruit's ConnectionManager, as far as MiniMQTT uses it. All clients of a board share one: a
// second connection to the same host and port is refused while the first is managed, unless the
// two have different session ids. Only `close` of the manager itself ends that.

import * as board from '../../board.ts'
import { isOSError, type Program, PythonError, type PyValue, type SocketHandle } from '../../board.ts'
import type { Duration } from '../../core/time.ts'
import { truthy } from '../python/python.ts'

export interface SocketRequest {
  readonly host: string
  readonly port: number
  readonly sessionId: PyValue
  readonly timeout: Duration
  readonly ssl: boolean
  /** What stands for the program's SSLContext; without one there is no TLS. `verify`: it verifies. */
  readonly sslContext: PyValue
}

export interface SocketPool {
  /** A connected socket. */
  open(request: SocketRequest): Program<SocketHandle>
  close(socket: SocketHandle): Program<void>
}

const PROTOCOL = 'mqtt:'

export class ConnectionManager implements SocketPool {
  readonly #managed = new Map<string, SocketHandle>();

  *open({ host, port, sessionId, timeout, ssl, sslContext }: SocketRequest): Program<SocketHandle> {
    const key = JSON.stringify([host, port, PROTOCOL, sessionId])
    if (this.#managed.has(key))
      throw new PythonError('RuntimeError', `An existing socket is already connected to ${PROTOCOL}//${host}:${port}`)
    if (ssl && !truthy(sslContext)) throw new PythonError('ValueError', 'ssl_context must be provided if using ssl')
    const socket = yield* board.openSocket()
    yield* board.setTimeoutOf(socket, timeout)
    try {
      const verify = sslContext === 'verify' ? 'OSError' : undefined
      yield* board.connectSocket(socket, host, port, ssl ? { serverName: host, verify } : undefined)
    } catch (e) {
      if (isOSError(e)) yield* board.closeSocket(socket)
      throw e
    }
    this.#managed.set(key, socket)
    return socket
  }

  *close(socket: SocketHandle): Program<void> {
    const key = [...this.#managed].find(([, managed]) => managed === socket)?.[0]
    if (key === undefined) throw new PythonError('RuntimeError', 'Socket not managed')
    yield* board.closeSocket(socket)
    this.#managed.delete(key)
  }
}
