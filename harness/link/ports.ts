// Ports for listeners that may close and must come back at the same number. They lie below the range
// that kernels give out by themselves (Linux 32768, others 49152), so nothing else is given a closed one.
// A process reserves blocks of them, so that no other process of ours is given a closed one either.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { threadId } from 'node:worker_threads'
import { Problem } from '../../emulators/index.ts'
import { perWorld } from '../virtual-time/index.ts'

const HOST = '127.0.0.1'
const FIRST = 20_000
const COUNT = 12_000
const BLOCK = 100
const BLOCKS = COUNT / BLOCK

/** A port of ours until it is released; no other claim gets it meanwhile, in this process or in another. */
export interface PortClaim {
  readonly port: number
  /** Twice does no harm. */
  release(): void
}

interface Ports {
  readonly claimed: Set<number>
  /** Those to choose from, and the index of the next to try. */
  own: readonly number[]
  next: number
  /** Adds ports to `own`; resolves to false when there are no more. */
  grow(): Promise<boolean>
}

const ALL: readonly number[] = Array.from({ length: COUNT }, (_, k) => FIRST + k)

/** The ports of a world of virtual time, where nobody else is. */
const ofWorld = (): Ports => ({ claimed: new Set(), own: ALL, next: 0, grow: () => Promise.resolve(false) })

/** The ports of a process: those of the blocks that it has reserved. */
export class ReservedPorts implements Ports {
  readonly #reserve: (port: number) => Promise<Socket | null>
  readonly claimed = new Set<number>()
  own: readonly number[] = []
  next = 0
  /** Until the process ends, in whatever way: then the kernel gives the blocks back. */
  readonly #held: Socket[] = []
  // Processes that run side by side begin far apart.
  #block = (process.pid * 1009 + threadId * 211) % BLOCKS
  #untried = BLOCKS
  #growing: Promise<boolean> | null = null

  /** Another `reserve` is for tests. */
  constructor(reserve = reserveBlock) {
    this.#reserve = reserve
  }

  grow(): Promise<boolean> {
    this.#growing ??= this.#grow().finally(() => {
      this.#growing = null
    })
    return this.#growing
  }

  async #grow(): Promise<boolean> {
    for (; this.#untried > 0; this.#untried--) {
      const first = FIRST + this.#block * BLOCK
      this.#block = (this.#block + 1) % BLOCKS
      const mark = await this.#reserve(first)
      if (mark === null) continue
      this.#untried--
      this.#held.push(mark)
      this.#add(ALL.slice(first - FIRST, first - FIRST + BLOCK))
      return true
    }
    // Where more processes run than there are blocks, the last ones take what is free at the moment.
    if (this.own.length === COUNT) return false
    const known = new Set(this.own)
    const from = this.#block * BLOCK
    this.#add([...ALL.slice(from), ...ALL.slice(0, from)].filter((port) => !known.has(port)))
    return true
  }

  #add(ports: readonly number[]): void {
    this.next = this.own.length
    this.own = [...this.own, ...ports]
  }
}

/** A block is reserved by a UDP socket at its first number, which no listener is disturbed by; null: it is another's. */
async function reserveBlock(port: number): Promise<Socket | null> {
  const mark = createSocket('udp4')
    .unref()
    .on('error', () => {})
  try {
    mark.bind({ port, address: HOST, exclusive: true })
    await once(mark, 'listening')
    return mark
  } catch {
    mark.close()
    return null
  }
}

const ofProcess: Ports = new ReservedPorts()

/**
 * Claims ports until `use` takes one: it answers false when that port turns out to be taken by somebody else.
 * Throws Problem `link/no-port` when all 12,000 are, and whatever else `use` throws.
 */
export async function claimPort(use: (port: number) => Promise<boolean>, own: Ports = ofProcess): Promise<PortClaim> {
  const ports = perWorld(own, ofWorld)
  const { claimed } = ports
  const tried = new Set<number>()
  do {
    for (let left = ports.own.length; left > 0; left--) {
      const port = ports.own[ports.next % ports.own.length]!
      ports.next = (ports.next + 1) % ports.own.length
      if (claimed.has(port) || tried.has(port)) continue
      tried.add(port)
      claimed.add(port)
      let used = false
      try {
        used = await use(port)
      } finally {
        if (!used) claimed.delete(port)
      }
      if (used) return { port, release: () => void claimed.delete(port) }
    }
  } while (await ports.grow())
  throw new Problem('link/no-port', `every port from ${FIRST} to ${FIRST + COUNT - 1} is in use`, {
    hint: 'something on this machine holds thousands of listening ports; `ss -tln` shows them',
  })
}

/** Resolves to false when the port is taken; throws whatever else hinders, such as a host that is not ours. */
export async function listen(server: Server, host: string, port: number): Promise<boolean> {
  server.listen({ host, port, backlog: 511 })
  try {
    await once(server, 'listening')
    return true
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE' || code === 'EACCES') return false
    throw new Problem('link/cannot-listen', `cannot listen on ${host}: ${(cause as Error).message}`, {
      hint: 'the address must be one of this machine',
      cause,
    })
  }
}

/** Whether nobody listens there at this moment. */
export async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer()
  if (!(await listen(probe, host, port))) return false
  probe.close()
  await once(probe, 'close')
  return true
}
