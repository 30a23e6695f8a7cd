// A connection of the emulators' kind as a Node stream, for clients that want one. What is corked together is one
// write, as on a socket of Node's own.

import { Duplex } from 'node:stream'
import type { Network, PythonError, TlsRequest } from '../../../emulators/index.ts'

type Wire = ReturnType<Network['connect']>
type Done = (error?: Error | null) => void

export interface Destination {
  readonly host: string
  readonly port: number
  /** Absent: plain TCP. */
  readonly tls?: TlsRequest | undefined
}

export class WireStream extends Duplex {
  readonly #wire: Wire
  #connected = false
  /** Written before there was a connection. */
  #early: (() => void) | null = null

  /** `onFailed`: the errno of an attempt that failed, or the error of its TLS handshake; the stream ends with it. */
  constructor(network: Network, to: Destination, onFailed: (errno: string, error?: PythonError) => void) {
    super({ allowHalfOpen: false })
    this.#wire = network.connect(to.host, to.port, to.tls, {
      connected: () => {
        this.#connected = true
        this.emit('connect')
        this.#early?.()
      },
      failed: (errno, error) => {
        onFailed(errno, error)
        this.destroy(error === undefined ? errnoError(errno) : new Error(errno))
      },
      data: (chunk) => this.push(chunk),
      end: () => this.push(null),
      error: (errno) => this.destroy(errnoError(errno)),
    })
  }

  /** Gone without a FIN. */
  vanish(how: 'power' | 'reset'): void {
    this.#wire.vanish(how)
    this.destroy()
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    const write = (): void => this.#wire.write(chunk, (errno) => done(errno === undefined ? null : errnoError(errno)))
    if (this.#connected) write()
    else this.#early = write
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', done)
  }

  override _final(done: Done): void {
    this.#wire.finish?.()
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#wire.destroy()
    done(error)
  }
}

const errnoError = (errno: string): NodeJS.ErrnoException => Object.assign(new Error(errno), { code: errno })
