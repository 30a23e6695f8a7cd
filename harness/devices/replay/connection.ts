// One TCP connection of a replay. Unlike a library it reacts to nothing by itself: what comes is kept until the script
// asks for it, and a peer that has closed is answered only when the script gets there.

import { Decoder, Dialect, type Packet } from '../../../emulators/index.ts'
import type { Attachment } from '../device.ts'
import type { linkedNetwork } from '../network/linked-network.ts'
import type { Awaited } from './script.ts'

type Network = ReturnType<typeof linkedNetwork>
type Wire = ReturnType<Network['connect']>

/** Where the broker's ids for deliveries are, by those of the recording. */
export type Ids = Map<number, number>

export interface ReplayHost {
  readonly network: Network
  readonly attachment: Attachment
  readonly ids: Ids
  /** Something came, or it ended: whoever waits looks again. */
  onChange(): void
}

const LEFT = 'left'

export class ReplayConnection {
  /** Resolves with the errno of an attempt that failed, else with null. */
  readonly opened: Promise<string | null>
  /** How the peer, or the network, ended it; null while it has not. */
  ended: string | null = null
  readonly #host: ReplayHost
  readonly #wire: Wire
  /** What the CONNECT says that is sent decides how the answers are read. */
  readonly #dialect = new Dialect()
  readonly #sent = new Decoder(this.#dialect)
  readonly #decoder = new Decoder(this.#dialect)
  readonly #came: Packet[] = []
  readonly #taken = new Set<Packet>()
  #finished = false

  constructor(host: ReplayHost) {
    this.#host = host
    const { attachment } = host
    let resolve: (errno: string | null) => void = () => {}
    this.opened = new Promise((settle) => {
      resolve = settle
    })
    const tls = attachment.tls === undefined ? undefined : { serverName: attachment.host }
    this.#wire = host.network.connect(attachment.host, attachment.port, tls, {
      connected: () => void attachment.through(this.#wire.localPort!).then(() => resolve(null)),
      failed: (errno) => {
        this.#end(errno)
        resolve(errno)
      },
      data: (chunk) => {
        for (const { packet } of this.#decoder.push(chunk)) this.#came.push(packet)
        host.onChange()
      },
      end: () => this.#end('closed'),
      error: (errno) => this.#end(errno),
    })
  }

  /** The device has left it: nothing more will be heard. */
  get isLeft(): boolean {
    return this.ended === LEFT
  }

  /** True when it has come; then it counts as heard. */
  take(awaited: Awaited): boolean {
    const found = this.#find(awaited)
    if (found === undefined) return false
    this.#taken.add(found)
    if (awaited.what === 'delivery' && 'packetId' in found) this.#host.ids.set(awaited.packetId, found.packetId!)
    return true
  }

  #find(awaited: Awaited): Packet | undefined {
    switch (awaited.what) {
      case 'answer':
        return this.#came.find(
          (packet) =>
            packet.type === awaited.type &&
            !this.#taken.has(packet) &&
            (awaited.packetId === null || ('packetId' in packet && packet.packetId === awaited.packetId)),
        )
      case 'delivery':
        return this.#came.filter(
          (packet) => packet.type === 'publish' && packet.topic === awaited.topic && packet.qos === awaited.qos,
        )[awaited.nth]
      case 'release': {
        // One of a delivery that came before the recording began has the id that it had.
        const id = this.#host.ids.get(awaited.packetId) ?? awaited.packetId
        return this.#came.find(
          (packet) => packet.type === 'pubrel' && !this.#taken.has(packet) && packet.packetId === id,
        )
      }
    }
  }

  /** An errno when it could not be sent. */
  send(bytes: Uint8Array): Promise<string | null> {
    if (this.#finished) return Promise.resolve('EPIPE')
    this.#sent.push(bytes)
    return new Promise((resolve) => this.#wire.write(bytes, (errno) => resolve(errno ?? null)))
  }

  /** FIN; it is given back once the peer has said so, too. */
  finish(): void {
    this.#finished = true
    if (this.ended === null) this.#wire.finish?.()
    else this.#wire.destroy()
  }

  reset(): void {
    this.#wire.abort?.()
    this.#over()
  }

  vanish(how: 'power' | 'reset'): void {
    this.#wire.vanish(how)
    this.#over()
  }

  destroy(): void {
    this.#wire.destroy()
    this.#over()
  }

  #over(): void {
    this.#finished = true
    this.ended ??= LEFT
    this.#host.onChange()
  }

  #end(how: string): void {
    this.ended ??= how
    if (this.#finished || how !== 'closed') this.#wire.destroy()
    this.#host.onChange()
  }
}
