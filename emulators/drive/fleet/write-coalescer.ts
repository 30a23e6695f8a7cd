// What tasks write. The writes that one makes until it has to wait leave in one piece, as a small packet written in several
// calls leaves a board. In real time the pieces of several devices are held until the turn of the event loop ends, and then
// leave one right behind the other: a broker that is woken for each of them costs both sides twice as much.

import type { FleetSocket } from './socket.ts'

const SIZE = 64 * 1024
/** A piece begins where it has so much room; a longer one leaves in parts. */
const ROOM = SIZE / 2
/** So many pieces leave together: the first should not wait for long. */
const MOST_HELD = 32

export class WriteCoalescer {
  readonly #holds: boolean
  readonly #bytes = Buffer.allocUnsafe(SIZE)
  #length = 0
  /** Whose piece it is, and where it ends. */
  #sockets: FleetSocket[] = []
  #ends: number[] = []
  /** Whose piece still grows. */
  #open: FleetSocket | null = null
  #soon: NodeJS.Immediate | null = null

  /** `holds`: in real time. With a clock of its own a run is to be the same each time, and nothing waits for a turn to end. */
  constructor(holds: boolean) {
    this.#holds = holds
  }

  write(socket: FleetSocket, bytes: Uint8Array): void {
    if (this.#length + bytes.length > SIZE) this.flush()
    if (bytes.length > SIZE) {
      socket.send(Buffer.from(bytes))
      return
    }
    if (this.#open !== socket) this.#begin(socket)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    this.#ends[this.#ends.length - 1] = this.#length
  }

  /** The piece is complete. It leaves now, or when the turn ends. */
  part(): void {
    if (!this.#holds) {
      this.flush()
      return
    }
    this.#open = null
    if (this.#sockets.length === 0) return
    if (this.#sockets.length >= MOST_HELD) this.flush()
    else this.#soon ??= setImmediate(this.#onTurnEnd)
  }

  flush(): void {
    const count = this.#sockets.length
    this.#open = null
    if (count === 0) return
    const sockets = this.#sockets
    const ends = this.#ends
    const bytes = Buffer.allocUnsafe(this.#length)
    this.#bytes.copy(bytes, 0, 0, this.#length)
    this.#length = 0
    this.#sockets = []
    this.#ends = []
    if (count === 1) sockets[0]!.send(bytes)
    else for (let k = 0; k < count; k++) sockets[k]!.send(bytes.subarray(k === 0 ? 0 : ends[k - 1]!, ends[k]!))
  }

  #begin(socket: FleetSocket): void {
    if (this.#length > ROOM) this.flush()
    this.#sockets.push(socket)
    this.#ends.push(this.#length)
    this.#open = socket
  }

  readonly #onTurnEnd = (): void => {
    this.#soon = null
    this.flush()
  }
}
