// For the tests of TLS links: a loopback whose device speaks TLS. The broker's end is plain: the link ends TLS.

import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { testAuthority } from '../tls/index.ts'
import { Loopback, LoopbackPeer } from './loopback.testing.ts'
import type { LinkSettings } from './state.ts'

export const authority = await testAuthority()
export const identity = await authority.server('valid')

export class Secure implements AsyncDisposable {
  readonly loopback: Loopback
  readonly #peers: LoopbackPeer[] = []

  private constructor(loopback: Loopback) {
    this.loopback = loopback
  }

  static async open(settings: Partial<LinkSettings> = {}): Promise<Secure> {
    return new Secure(await Loopback.open({ tls: identity, ...settings }))
  }

  /** A device that speaks TLS, and the TCP socket below. */
  attempt(options: ConnectionOptions = {}): { peer: LoopbackPeer; raw: Socket } {
    const { host, port } = this.loopback.link
    const raw = connectTcp({ host, port, allowHalfOpen: true, noDelay: true })
    const socket = connectTls({
      socket: raw,
      ca: authority.cert,
      servername: 'localhost',
      maxVersion: 'TLSv1.2', // as boards; 1.3's session tickets come when nobody expects them
      ...options,
      allowHalfOpen: true,
    } as ConnectionOptions)
    const peer = new LoopbackPeer(socket)
    this.#peers.push(peer)
    return { peer, raw }
  }

  async pair(options?: ConnectionOptions): Promise<{ device: LoopbackPeer; raw: Socket; broker: LoopbackPeer }> {
    const { peer, raw } = this.attempt(options)
    await once(peer.socket, 'secureConnect')
    return { device: peer, raw, broker: await this.loopback.broker() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loopback[Symbol.asyncDispose]()
    for (const peer of this.#peers) peer.socket.destroy()
  }
}
