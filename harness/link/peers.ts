// Which machines connect to a link. A board's address is not known before it has connected: who else connects is told.

import { networkInterfaces } from 'node:os'
import type { LinkSettings } from './state.ts'

export class Peers {
  readonly #settings: Pick<LinkSettings, 'from' | 'device' | 'recorder'>
  /** The address of another machine that has connected last. */
  #latest: string | null = null

  constructor(settings: Pick<LinkSettings, 'from' | 'device' | 'recorder'>) {
    this.#settings = settings
  }

  /** False: it may not connect. That is told, and so is one that has another address than the one before. */
  admits({ remoteAddress }: { readonly remoteAddress?: string | undefined }): boolean {
    const address = plain(remoteAddress ?? '')
    if (isOfThisMachine(address)) return true
    const { from } = this.#settings
    if (from !== undefined && !from.some((one) => plain(one) === address)) {
      this.#tell(`a connection from ${address} is refused: it is not in link.from`)
      return false
    }
    if (this.#latest !== null && this.#latest !== address)
      this.#tell(`${address} connects, and before it was ${this.#latest}`)
    this.#latest = address
    return true
  }

  #tell(what: string): void {
    const { recorder, device } = this.#settings
    recorder.record({ kind: 'fault', what, device })
  }
}

/** An IPv4 address as such, however the socket has it. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase()

const isOfThisMachine = (address: string): boolean =>
  address === '' ||
  address === '::1' ||
  address.startsWith('127.') ||
  Object.values(networkInterfaces()).some((own) => own?.some((one) => plain(one.address) === address) === true)
