// What the running task writes, until it has to wait: then it leaves in one piece, as a small packet written in
// several calls leaves a board. One buffer for all devices, because one task runs at a time.

import type { FleetSocket } from './socket.ts'

const SIZE = 16 * 1024

export class WriteCoalescer {
  readonly #bytes = Buffer.allocUnsafe(SIZE)
  #length = 0
  #socket: FleetSocket | null = null

  write(socket: FleetSocket, bytes: Uint8Array): void {
    if (this.#socket !== socket || this.#length + bytes.length > SIZE) this.flush()
    if (bytes.length > SIZE) {
      socket.send(Buffer.from(bytes))
      return
    }
    this.#socket = socket
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  flush(): void {
    const socket = this.#socket
    if (socket === null) return
    const bytes = Buffer.allocUnsafe(this.#length)
    this.#bytes.copy(bytes, 0, 0, this.#length)
    this.#socket = null
    this.#length = 0
    socket.send(bytes)
  }
}
