// For tests: aedes behind a proxy that changes packets, so that a good broker becomes a bad one.
// What passes is looked at packet by packet and in order.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Decoder, type Packet } from '../../emulators/index.ts'
import { type Broker, brokers } from '../brokers/index.ts'

export interface Passing {
  /** `up`: from a client to the broker. */
  readonly direction: 'up' | 'down'
  /** Client id; empty before CONNECT. */
  readonly client: string
  readonly packet: Packet
  /** A copy, to be changed at will. */
  readonly raw: Buffer
}

export interface Tampering {
  /** What goes on in its place. */
  pass(passing: Passing): readonly Uint8Array[]
  /** What the broker is sent when a client has closed without DISCONNECT. */
  readonly atEnd?: Uint8Array
}

export class TamperedBroker implements AsyncDisposable {
  readonly #broker: Broker
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #tampering: Tampering

  private constructor(broker: Broker, tampering: Tampering) {
    this.#broker = broker
    this.#tampering = tampering
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => this.#join(client))
  }

  static async open(tampering: Tampering): Promise<TamperedBroker> {
    const made = new TamperedBroker(await brokers.aedes.open(), tampering)
    made.#server.listen(0, '127.0.0.1')
    await once(made.#server, 'listening')
    return made
  }

  /** Opened by the run itself, and gone with it: on the clock of the run, which may be virtual. For `openBroker`. */
  static readonly ofRun = async (tampering: Tampering): Promise<Broker> => {
    const made = await TamperedBroker.open(tampering)
    const broker = await made.borrow()
    return Object.assign(broker, { [Symbol.asyncDispose]: () => made[Symbol.asyncDispose]() })
  }

  /** For `openBroker`. */
  readonly borrow = (): Promise<Broker> => {
    const { port } = this.#server.address() as AddressInfo
    return brokers.external.open({ url: `mqtt://127.0.0.1:${port}` })
  }

  #join(client: Socket): void {
    const { host, port } = this.#broker
    const broker = connect({ host, port, noDelay: true, allowHalfOpen: true })
    const { atEnd } = this.#tampering
    const who = { id: '' }
    this.#carry('up', client, broker, who)
    this.#carry('down', broker, client, who)
    const end = (): void => void (atEnd === undefined ? broker.end() : broker.end(atEnd))
    client.on('end', end)
    client.on('error', () => (atEnd === undefined ? broker.resetAndDestroy() : end()))
    broker.on('end', () => client.end())
    broker.on('error', () => client.destroy())
  }

  #carry(direction: 'up' | 'down', from: Socket, to: Socket, who: { id: string }): void {
    this.#sockets.add(from)
    const decoder = new Decoder()
    from.on('data', (chunk) => {
      for (const { packet, raw } of decoder.push(chunk)) {
        if (packet.type === 'connect') who.id = packet.clientId
        const passing = { direction, client: who.id, packet, raw: Buffer.from(raw) }
        for (const bytes of this.#tampering.pass(passing)) to.write(bytes)
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
    await this.#broker[Symbol.asyncDispose]()
  }
}
