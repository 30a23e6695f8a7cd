// The addresses of the names that a fleet connects to. A name is looked up once for all devices. Each of its addresses is
// tried in turn, and one that has answered is the first to be tried from then on.

import { lookup } from 'node:dns'
import { isIP } from 'node:net'

type Found = (error: Error | null, addresses: readonly string[]) => void
/** As `dns.lookup` with all addresses. */
export type Lookup = (host: string, found: Found) => void

const systemLookup: Lookup = (host, found) =>
  lookup(host, { all: true, verbatim: true }, (error, list) =>
    found(error, error === null ? list.map(({ address }) => address) : []),
  )

export class Names {
  readonly #lookup: Lookup
  readonly #known = new Map<string, readonly string[]>()
  readonly #asked = new Map<string, Found[]>()

  constructor(look: Lookup = systemLookup) {
    this.#lookup = look
  }

  /** Calls back at once with what is known; an address is its own. */
  find(host: string, found: Found): void {
    let known = this.#known.get(host)
    if (known === undefined && isIP(host) !== 0) {
      known = [host]
      this.#known.set(host, known)
    }
    if (known !== undefined) {
      found(null, known)
      return
    }
    const waiting = this.#asked.get(host)
    if (waiting !== undefined) {
      waiting.push(found)
      return
    }
    const all = [found]
    this.#asked.set(host, all)
    this.#lookup(host, (error, addresses) => {
      this.#asked.delete(host)
      if (error === null && addresses.length > 0) this.#known.set(host, addresses)
      for (const one of all) one(error, addresses)
    })
  }

  /** A connection to this address was accepted. */
  answered(host: string, address: string): void {
    const known = this.#known.get(host)
    if (known === undefined || known[0] === address) return
    this.#known.set(host, [address, ...known.filter((other) => other !== address)])
  }

  /** None of its addresses answered: the name may stand for others by now. */
  forget(host: string): void {
    this.#known.delete(host)
  }
}
