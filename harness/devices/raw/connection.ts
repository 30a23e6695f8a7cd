// One TCP connection of a raw device. Whatever it is given to send leaves in exactly the segments it was
// given in; whatever comes is cut into packets by their lengths and not judged.

import { Decoder, type Network, osError, PythonError, type TlsRequest } from '../../../emulators/index.ts'
import type { FrameForm } from '../device.ts'
import type { WebNetwork, WebWire } from '../network/web-network.ts'

type Wire = ReturnType<Network['connect']> | WebWire

export interface ConnectionHost {
  readonly network: Network | WebNetwork
  readonly host: string
  /** Absent: plain TCP. */
  readonly tls?: TlsRequest | undefined
  readonly port: number
  /** Resolves when what is written on the connection from this port reaches the broker, segment by segment. */
  through(port: number): Promise<unknown>
  /** A whole packet came: its bytes. */
  onPacket(raw: Uint8Array): void
  /** These bytes have left. */
  onSent(bytes: Uint8Array): void
  /** Nobody answered the attempt, or somebody said no. */
  onRefused(errno: string): void
  /** It cannot be used any more. */
  onOver(): void
  /** Nothing of it is left to be given back. */
  onGone(): void
}

interface Waiting {
  readonly type: number
  readonly resolve: (raw: Uint8Array) => void
  readonly reject: (error: PythonError) => void
}

const eof = (who: string): PythonError => new PythonError('EOFError', `${who} has closed the connection`)

export class RawConnection {
  /** Rejects with an OSError when there is no connection. */
  readonly opened: Promise<void>
  readonly #host: ConnectionHost
  readonly #wire: Wire
  readonly #decoder = new Decoder()
  /** `finished`: it has said FIN and goes on reading. */
  #phase: 'opening' | 'open' | 'finished' | 'over' = 'opening'
  #waiting: Waiting[] = []
  /** One write after the other, so that an answer does not come between the segments of a packet. */
  #turn: Promise<unknown> = Promise.resolve()
  #giveUpWriting: () => void = () => {}
  #rejectOpened: (error: PythonError) => void = () => {}

  constructor(host: ConnectionHost) {
    this.#host = host
    let resolve = (): void => {}
    this.opened = new Promise((yes, no) => {
      resolve = yes
      this.#rejectOpened = no
    })
    this.opened.catch(() => {}) // nobody may be waiting any more
    this.#wire = host.network.connect(host.host, host.port, host.tls, {
      connected: () => {
        void host
          .through(this.#wire.localPort!)
          .then(nextPoll) // a broker in this process has then begun to read
          .then(() => {
            if (this.#phase === 'opening') this.#phase = 'open'
            resolve()
          })
      },
      failed: (errno, error) => {
        if (error === undefined) host.onRefused(errno)
        this.#end(osError(errno))
      },
      data: (chunk) => this.#take(chunk),
      end: () => {
        this.#wire.destroy()
        this.#end(eof('the peer'))
      },
      error: (errno) => this.#end(osError(errno)),
    })
  }

  get localPort(): number | undefined {
    return this.#wire.localPort
  }

  /** The next packet whose first byte has this type number; rejects when the connection ends before. */
  next(type: number): Promise<Uint8Array> {
    const found = new Promise<Uint8Array>((resolve, reject) => this.#waiting.push({ type, resolve, reject }))
    found.catch(() => {}) // whoever asked may be gone
    return found
  }

  /** Each segment is a write of its own. How many bytes have left: fewer when the peer closes meanwhile. */
  transmit(segments: readonly Uint8Array[], form: FrameForm = 'binary'): Promise<number> {
    if (this.#phase === 'finished') return Promise.reject(osError('EPIPE'))
    const turn = this.#turn.then(() => this.#writeAll(segments, form))
    this.#turn = turn
    return turn
  }

  /** FIN once everything is sent; what still comes is thrown away. */
  async close(): Promise<void> {
    await this.#turn
    if (this.#phase === 'opening') this.destroy()
    else {
      if (this.#phase === 'open') this.#wire.finish?.()
      this.#over(eof('the device'))
    }
  }

  /** FIN once everything is sent; what still comes is taken as before. */
  async halfClose(): Promise<void> {
    await this.#turn
    if (this.#phase !== 'open') return
    this.#phase = 'finished'
    this.#wire.finish?.()
  }

  /** RST. */
  abort(): void {
    this.#wire.abort?.()
    this.#end(osError('ECONNABORTED'))
  }

  vanish(how: 'power' | 'reset'): void {
    this.#wire.vanish(how)
    this.#end(osError('ECONNABORTED'))
  }

  destroy(): void {
    this.#wire.destroy()
    this.#end(osError('ECONNABORTED'))
  }

  async #writeAll(segments: readonly Uint8Array[], form: FrameForm): Promise<number> {
    let sent = 0
    for (const [k, segment] of segments.entries()) {
      if (k > 0) await nextPoll()
      if (this.#phase !== 'open' || !(await this.#write(segment, form, k, segments.length))) break
      sent += segment.length
      this.#host.onSent(segment)
    }
    return sent
  }

  /** False when it could not be sent, or when the connection ended with the bytes still here. */
  #write(bytes: Uint8Array, form: FrameForm, k: number, of: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#giveUpWriting = () => resolve(false)
      const done = (errno?: string): void => resolve(errno === undefined)
      if (!('writeFrame' in this.#wire)) this.#wire.write(bytes, done)
      else if (form !== 'fragmented') this.#wire.writeFrame(form, true, bytes, done)
      else this.#wire.writeFrame(k === 0 ? 'binary' : 'continuation', k === of - 1, bytes, done)
    })
  }

  #take(chunk: Uint8Array): void {
    if (this.#phase === 'over') return
    for (const { raw } of this.#decoder.push(chunk)) {
      const type = raw[0]! >> 4
      const at = this.#waiting.findIndex((w) => w.type === type)
      if (at >= 0) this.#waiting.splice(at, 1)[0]!.resolve(raw)
      this.#host.onPacket(raw)
    }
  }

  #end(error: PythonError): void {
    this.#over(error)
    this.#host.onGone()
  }

  #over(error: PythonError): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#giveUpWriting()
    this.#rejectOpened(error)
    for (const { reject } of this.#waiting.splice(0)) reject(error)
    this.#host.onOver()
  }
}

/** The second one comes after a poll for I/O: by then the link has read, and passed on, what was written before. */
async function nextPoll(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
