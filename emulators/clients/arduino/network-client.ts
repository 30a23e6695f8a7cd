// Arduino's `Client`, the network object that these libraries are given, as the cores of three boards make it. What a
// program loses when a broker sends something and closes at once depends on the core as much as on the library:
//
// - ethernet (EthernetClient, arduino-libraries/Ethernet): `connected()` while the connection is up or bytes are unread.
// - esp8266 (WiFiClient since core 2.4.2, esp8266/Arduino #6701): from the peer's FIN on `connected()` is false and
//   nothing can be written, although bytes are unread; those can be read nevertheless.
// - esp32 (NetworkClient, arduino-esp32 #8042): the first read pulls up to 1436 bytes into the object; `connected()`
//   looks at the TCP stream only, and once false it stays so, and writes take nothing.

import { atOnce, settled } from '../../at-once.ts'
import * as board from '../../board.ts'
import { isOSError, type Program, type SocketHandle, type TlsRequest } from '../../board.ts'
import { milliseconds } from '../../core/time.ts'

export const NETWORK_CORES = ['ethernet', 'esp8266', 'esp32'] as const
export type NetworkCore = (typeof NETWORK_CORES)[number]

/** Who writes down what the library does with its network object. */
export interface NetworkObserver {
  /** Told when it begins; the function it gives, how it ended: null, or an errno. */
  connecting(host: string, port: number): (errno: string | null) => void
  writing(bytes: Uint8Array): (how: { readonly errno?: string; readonly took?: number }) => void
  read(bytes: Uint8Array): void
  flushed(): void
  stopped(): void
}

const NOTHING = new Uint8Array()
/** Of the ESP32 core's receive buffer. */
const PULLED_AT_ONCE = 1436
/** lwIP's, and what a board says of a connection that has been reset. */
const ESTABLISHED = 4
const RESET = -1

export class NetworkClient {
  readonly #core: NetworkCore
  readonly #tls: boolean
  readonly #observer: NetworkObserver | null
  #socket: SocketHandle | null = null
  /** A write has failed: the connection is gone, and what was unread with it; the object is still there. */
  #lost = false
  /** esp32: `connected()` has been false once. */
  #over = false
  /** esp32: pulled out of the stream. */
  #pulled: Uint8Array = NOTHING

  /** `tls`: it is a WiFiClientSecure after `setInsecure()`, which names the server and verifies nothing. */
  constructor(core: NetworkCore, tls: boolean, observer: NetworkObserver | null) {
    this.#core = core
    this.#tls = tls
    this.#observer = observer
  }

  /** 1, or 0 when there is no connection. An old one is given up without a word. */
  *connect(host: string, port: number): Program<number> {
    yield* this.#drop()
    const over = this.#observer?.connecting(host, port)
    const socket = yield* board.openSocket()
    try {
      yield* board.connectSocket(socket, host, port, this.#request(host))
    } catch (e) {
      if (!isOSError(e)) throw e
      over?.(String(e.args[0]))
      yield* board.closeSocket(socket)
      return 0
    }
    over?.(null)
    this.#socket = socket
    return 1
  }

  /** Bytes that can be read at once. */
  *available(): Program<number> {
    return this.#pulled.length + (this.#socket === null || this.#lost ? 0 : yield* board.available(this.#socket))
  }

  connected(): Program<boolean> {
    const socket = this.#socket
    if (socket === null || this.#lost || this.#over) return settled(false)
    return atOnce()?.socketState(socket) === ESTABLISHED ? settled(true) : this.#isConnected(socket)
  }

  *#isConnected(socket: SocketHandle): Program<boolean> {
    const up = (yield* board.socketState(socket)) === ESTABLISHED
    if (up || this.#core === 'esp8266') return up
    const unread = (yield* board.available(socket)) > 0
    if (this.#core === 'esp32' && !unread) this.#over = true
    return unread
  }

  /** Up to `count` bytes of what is there. Empty when nothing is. */
  read(count: number): Program<Uint8Array> {
    const socket = this.#socket
    const nothing = this.#pulled.length === 0 && (socket === null || this.#lost || atOnce()?.available(socket) === 0)
    return nothing ? settled(NOTHING) : this.#read(count)
  }

  *#read(count: number): Program<Uint8Array> {
    const bytes = this.#core === 'esp32' ? yield* this.#readPulled(count) : yield* this.#receive(count)
    if (bytes.length > 0) this.#observer?.read(bytes)
    return bytes
  }

  /** For `while (!available())`, whose program does not look at the connection: until bytes are there or `patience` ms are over. */
  *spin(patience: number): Program<void> {
    const socket = this.#socket
    if (socket !== null && !this.#lost && (yield* board.socketState(socket)) === ESTABLISHED)
      yield* board.poll(socket, 'readable', milliseconds(Math.max(1, patience)))
    else if ((yield* this.available()) === 0) yield* board.sleep(milliseconds(patience))
    else yield* this.idle(patience)
  }

  /**
   * Where a library asks again and again, and looks at the connection in between: stands still until something is there
   * or the connection ends, at least 1 ms and at most `patience` ms. A chip spins meanwhile.
   */
  *idle(patience: number): Program<void> {
    const socket = this.#socket
    if (socket === null || (yield* board.socketState(socket)) !== ESTABLISHED) yield* board.sleep(milliseconds(1))
    else yield* board.poll(socket, 'readable', milliseconds(Math.max(1, patience)))
  }

  /** How many bytes were taken; 0 when the connection is lost. */
  write(bytes: Uint8Array): Program<number> {
    const socket = this.#socket
    const plain = socket !== null && !this.#lost && !this.#over && this.#observer === null
    const taken = plain && atOnce()?.socketState(socket) === ESTABLISHED && atOnce()?.takes(socket, bytes) === true
    return taken ? settled(bytes.length) : this.#write(bytes)
  }

  *#write(bytes: Uint8Array): Program<number> {
    const over = this.#observer?.writing(bytes)
    const socket = this.#socket
    const state = socket === null || this.#lost ? RESET : yield* board.socketState(socket)
    const refused = state === ESTABLISHED && !this.#over ? null : this.#refusal(state)
    if (refused !== null) {
      over?.({ errno: refused })
      return 0
    }
    try {
      const took = yield* board.send(socket!, bytes)
      if (took < bytes.length) over?.({ took })
      return took
    } catch (e) {
      if (!isOSError(e)) throw e
      over?.({ errno: String(e.args[0]) })
      this.#lost = true
      this.#pulled = NOTHING
      return 0
    }
  }

  *flush(): Program<void> {
    this.#observer?.flushed()
  }

  *stop(): Program<void> {
    this.#observer?.stopped()
    yield* this.#drop()
  }

  /** Of a connection that is not as it was made; null: bytes still go out, as after a FIN. */
  #refusal(state: number): string | null {
    if (this.#socket === null || this.#lost) return 'ENOTCONN'
    if (this.#core === 'esp32' && this.#over) return 'EPIPE'
    if (this.#core === 'esp8266' && state !== ESTABLISHED) return 'EPIPE'
    return state === RESET ? 'ENOTCONN' : null
  }

  *#readPulled(count: number): Program<Uint8Array> {
    if (this.#pulled.length === 0) this.#pulled = yield* this.#receive(PULLED_AT_ONCE)
    const bytes = this.#pulled.subarray(0, count)
    this.#pulled = this.#pulled.subarray(count)
    return bytes
  }

  *#receive(count: number): Program<Uint8Array> {
    const socket = this.#socket
    if (socket === null || this.#lost || (yield* board.available(socket)) === 0) return NOTHING
    try {
      return (yield* board.recv(socket, count)) ?? NOTHING
    } catch (e) {
      if (!isOSError(e)) throw e
      return NOTHING
    }
  }

  *#drop(): Program<void> {
    const socket = this.#socket
    this.#socket = null
    this.#lost = false
    this.#over = false
    this.#pulled = NOTHING
    if (socket !== null) yield* board.closeSocket(socket)
  }

  #request(host: string): TlsRequest | undefined {
    return this.#tls ? { serverName: host } : undefined
  }
}
