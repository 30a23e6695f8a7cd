// What a driver needs of a network: connections that carry bytes. The wire has no timeouts and no
// blocking modes; those are the board's (socket.ts). `write`'s callback comes when the kernel has
// taken the bytes, not when they have arrived.

import type { PythonError, TlsRequest } from '../board.ts'

/** What becomes of a connection. */
export interface WireEvents {
  connected(): void
  /**
   * Instead of `connected`; an errno name, `ENOTFOUND` when the host's name is unknown. With `error` somebody was
   * reached and the TLS handshake failed: that is what the program is told, and the other is Node's own code.
   */
  failed(errno: string, error?: PythonError): void
  data(chunk: Uint8Array): void
  /** The peer will send no more (FIN); writing may still work. */
  end(): void
  /** The connection is dead; an errno name, mostly ECONNRESET. */
  error(errno: string): void
}

/** One connection, as a driver has it. */
export interface Wire {
  /** `done` with an errno name when the bytes cannot be sent. */
  write(bytes: Uint8Array, done: (errno?: string) => void): void
  /** TLS from here on; `done` with an errno name when the handshake fails. Absent: this network has none. */
  secure?(tls: TlsRequest, done: (errno?: string, error?: PythonError) => void): void
  /** Bytes given to `write` that the kernel has not taken yet. */
  queued(): number
  /** FIN now: what comes from the peer still comes, as after `shutdown(SHUT_WR)`. */
  finish?(): void
  /** RST now. No event follows. */
  abort?(): void
  /** An orderly end, as `close()` of a socket. No event follows. */
  destroy(): void
  /** The device is gone with all its TCP state: no FIN, no RST. A network that cannot do that does `destroy`. */
  vanish(how: VanishHow): void
  /** The device's own port, once connected. */
  readonly localPort?: number | undefined
}

/** `power`: nothing answers any more. `reset`: nothing answers until the board has booted again. */
export type VanishHow = 'power' | 'reset'

/** Where a board connects to. */
export interface Network {
  /** Starts a connection. No event comes before this has returned. */
  connect(host: string, port: number, tls: TlsRequest | undefined, events: WireEvents): Wire
}
