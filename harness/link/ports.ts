// Ports for listeners that may close and must come back at the same number. They lie below the range
// that kernels give out by themselves (Linux 32768, others 49152), so nothing else is given a closed one.

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { threadId } from 'node:worker_threads'
import { Problem } from '../../emulators/index.ts'
import { perWorld } from '../virtual-time/index.ts'

const FIRST = 20_000
const COUNT = 12_000

/** A port of ours until it is released; no other claim of this process gets it meanwhile. */
export interface PortClaim {
  readonly port: number
  /** Twice does no harm. */
  release(): void
}

interface Ports {
  readonly claimed: Set<number>
  next: number
}

// Processes that run side by side begin far apart: another's port that is closed for the moment looks free.
const ofProcess: Ports = { claimed: new Set(), next: (process.pid * 1009 + threadId * 211) % COUNT }

/**
 * Claims ports until `use` takes one: it answers false when that port turns out to be taken by somebody else.
 * Throws Problem `link/no-port` when all 12,000 are, and whatever else `use` throws.
 */
export async function claimPort(use: (port: number) => Promise<boolean>): Promise<PortClaim> {
  const ports = perWorld(ofProcess, () => ({ claimed: new Set(), next: 0 }))
  const { claimed } = ports
  for (let tries = 0; tries < COUNT; tries++) {
    const port = FIRST + ports.next
    ports.next = (ports.next + 1) % COUNT
    if (claimed.has(port)) continue
    claimed.add(port)
    let used = false
    try {
      used = await use(port)
    } finally {
      if (!used) claimed.delete(port)
    }
    if (used) return { port, release: () => void claimed.delete(port) }
  }
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
