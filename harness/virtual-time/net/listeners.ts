// Who listens where, and which ports are taken.

import { isIP } from 'node:net'

const FIRST_EPHEMERAL = 49_152

/** The wildcards, which listen at every address. */
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::', ''])

/** A name that stands for this machine, as its address; null: nobody knows it. */
export function addressOf(host: string): string | null {
  if (isIP(host) !== 0) return host
  return host === 'localhost' ? '127.0.0.1' : null
}

interface Listener {
  readonly host: string
  readonly port: number
}

export class Listeners<Server extends object = object> {
  readonly #all = new Map<Server, Listener>()
  #next = FIRST_EPHEMERAL

  /** The port; null when it is taken. Port 0 means any. */
  add(host: string, port: number, server: Server): number | null {
    const own = port === 0 ? this.freePort() : port
    for (const { host: other, port: taken } of this.#all.values())
      if (taken === own && (other === host || EVERYWHERE.has(other) || EVERYWHERE.has(host))) return null
    this.#all.set(server, { host, port: own })
    return own
  }

  remove(server: Server): void {
    this.#all.delete(server)
  }

  find(address: string, port: number): Server | null {
    for (const [server, listener] of this.#all)
      if (listener.port === port && (EVERYWHERE.has(listener.host) || addressOf(listener.host) === address))
        return server
    return null
  }

  /** As the kernel gives one to a socket that connects; they come round. */
  freePort(): number {
    const port = this.#next++
    if (this.#next > 65_535) this.#next = FIRST_EPHEMERAL
    return port
  }
}
