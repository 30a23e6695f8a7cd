// A connection of the emulators' kind as a Node stream, for clients that want one. What is corked together is one
// write, as on a socket of Node's own.

import { Duplex } from 'node:stream'
import type { Network } from '../../emulators/index.ts'

type Wire = ReturnType<Network['connect']>
type Done = (error?: Error | null) => void

export class WireStream extends Duplex {
  readonly #wire: Wire
  #connected = false
  /** Written before there was a connection. */
  #early: (() => void) | null = null

  /** `onRefused`: the errno of an attempt that failed; the stream ends with it. */
  constructor(network: Network, host: string, port: number, onRefused: (errno: string) => void) {
    super({ allowHalfOpen: false })
    this.#wire = network.connect(host, port, undefined, {
      connected: () => {
        this.#connected = true
        this.emit('connect')
        this.#early?.()
      },
      failed: (errno) => {
        onRefused(errno)
        this.destroy(errnoError(errno))
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
