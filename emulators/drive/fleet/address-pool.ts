// Which address and port a fleet's connections come from. Left to the kernel, one source address has
// 28,000 ports, and finding a free one takes longer the fuller they are (28 µs at first, 224 at 20,000).
// With several addresses the port is chosen here, below the kernel's own range, going round.

const FIRST_PORT = 10_240
const LAST_PORT = 32_767

export const PORTS_AN_ADDRESS: number = LAST_PORT - FIRST_PORT + 1

export interface LocalEndpoint {
  readonly localAddress: string
  readonly localPort: number
}

export class Sources {
  readonly #addresses: readonly string[]
  readonly #ports: number[]
  #turn = 0

  /** `part` of `parts`: processes that share addresses keep to their own stretch of the ports. */
  constructor(addresses: readonly string[], part = 0, parts = 1) {
    this.#addresses = addresses
    const start = FIRST_PORT + Math.floor((PORTS_AN_ADDRESS * part) / parts)
    this.#ports = addresses.map(() => start)
  }

  /** The next one to try; undefined: the kernel chooses. It may be taken: ask again. */
  next(): LocalEndpoint | undefined {
    if (this.#addresses.length === 0) return undefined
    const k = this.#turn++ % this.#addresses.length
    const localPort = this.#ports[k]!
    this.#ports[k] = localPort === LAST_PORT ? FIRST_PORT : localPort + 1
    return { localAddress: this.#addresses[k]!, localPort }
  }
}
