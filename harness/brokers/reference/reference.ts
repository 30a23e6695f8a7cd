// The reference broker, in this process: MQTT 3.1.1 and 5 with every option, in memory. It is written to keep every
// statement, and to be wrong in one way at a time: `openReference` takes what is planted. Sessions and retained messages
// outlive a stop, and are gone after a kill.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { milliseconds, Problem, realClock, SmallBroker } from '../../../emulators/index.ts'
import { claimPort, isFree, listen, type PortClaim } from '../../link/index.ts'
import { type Broker, type BrokerKind, defineBroker, type WebAddress } from '../broker.ts'
import { Deaths } from '../exit.ts'
import { Tail } from '../log-tail.ts'
import type { WebDoor } from '../ws-listener.ts'
import { options, type ReferenceOptions, type ReferenceOptionsGiven, settingsOf } from './options.ts'

/** Its timer is set to 1.5 x keep alive; the rest is this process's own lateness. */
const SLACK = milliseconds(250)
const HOST = '127.0.0.1'
/** Of the broker itself; it counts up when it behaves otherwise. */
const VERSION = '1.0'

/** Replaces rules, and may look at all that the broker has. */
export type Planted = (broker: SmallBroker) => void

export const reference: BrokerKind<ReferenceOptionsGiven> = defineBroker({
  name: 'reference',
  summary: 'MQTT 3.1.1 and 5 with every option, in this process, nothing to install; for tests of tests',
  isEmbedded: true,
  options,
  gaps: [
    {
      test: 'a death that nobody asked for is told, with its cause',
      reason: 'it lives in this process and dies with it',
    },
  ],
  keepaliveSlack: () => SLACK,
  protocols: () => [4, 5],
  websocket: () => ({ websocket: true }),
  available: async () => null,
  open: (given) => openReference(given),
})

/** With what is planted in it, if anything. Throws Problem `broker/…`. */
export async function openReference(given: ReferenceOptions, planted: Planted = () => {}): Promise<Broker> {
  const broker = new ReferenceBroker(given, planted)
  await broker.open()
  return broker
}

interface Life {
  readonly server: Server
  readonly sockets: Set<Socket>
  readonly door: WebDoor | null
}

class ReferenceBroker implements Broker {
  readonly name = 'reference'
  readonly version = VERSION
  readonly host = HOST
  readonly keepaliveSlack = SLACK
  readonly controllable = true
  readonly pid = null
  readonly access = {}
  readonly deviceCredentials = null
  readonly #given: ReferenceOptions
  readonly #planted: Planted
  readonly #tail = new Tail()
  readonly #deaths = new Deaths()
  #core: SmallBroker
  #claim: PortClaim | null = null
  #doorClaim: PortClaim | null = null
  #life: Life | null = null

  constructor(given: ReferenceOptions, planted: Planted) {
    this.#given = given
    this.#planted = planted
    this.#core = this.#make()
  }

  async open(): Promise<void> {
    if (this.#given.websocket) this.#doorClaim = await claimPort((port) => isFree(HOST, port))
    this.#claim = await claimPort((port) => this.#begin(port))
  }

  get port(): number {
    return this.#claim!.port
  }

  get websocket(): WebAddress | undefined {
    return this.#doorClaim === null ? undefined : { host: HOST, port: this.#doorClaim.port, path: '/mqtt' }
  }

  async start(): Promise<void> {
    if (this.#life !== null || (await this.#begin(this.port))) return
    throw new Problem('broker/port-taken', `port ${this.port} was taken while reference was down`, {
      hint: 'another program listens there now; run again',
    })
  }

  async stop(): Promise<void> {
    if (this.#life === null) return
    this.#core.shutDown(true)
    await this.#end('stopped')
  }

  async kill(): Promise<void> {
    if (this.#life === null) return
    for (const peer of this.#core.peers) if (!peer.over) peer.wire.reset()
    this.#core.shutDown()
    this.#core.forgetAll()
    await this.#end('killed')
    this.#core = this.#make()
  }

  log(): string {
    return this.#tail.toString()
  }

  onDeath(listener: (death: Problem) => void): () => void {
    return this.#deaths.on(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    this.#core.forgetAll()
    this.#claim?.release()
    this.#doorClaim?.release()
  }

  #make(): SmallBroker {
    const { websocket: _, ...given } = this.#given
    const core = new SmallBroker(realClock(), settingsOf(given))
    core.onLog = (line) => this.#tail.add(line)
    this.#planted(core)
    return core
  }

  async #begin(port: number): Promise<boolean> {
    const server = createServer({ noDelay: true })
    if (!(await listen(server, HOST, port))) return false
    const sockets = new Set<Socket>()
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      join(this.#core, socket)
    })
    this.#life = { server, sockets, door: await this.#openDoor() }
    this.#tail.add(`reference ${VERSION} listens on ${HOST}:${port}`)
    return true
  }

  async #openDoor(): Promise<WebDoor | null> {
    if (this.#doorClaim === null) return null
    const { port } = this.#doorClaim
    const { openWebDoor } = await import('../ws-listener.ts')
    const door = await openWebDoor(HOST, port, (stream) => join(this.#core, stream))
    if (door !== null) return door
    throw new Problem('broker/port-taken', `port ${port}, for WebSocket, was taken while reference was down`, {
      hint: 'another program listens there now; run again',
    })
  }

  async #end(how: 'stopped' | 'killed'): Promise<void> {
    const { server, sockets, door } = this.#life!
    this.#life = null
    const closed = once(server, 'close')
    server.close()
    const cut = (socket: Socket): void => {
      if (how === 'killed') reset(socket)
      else socket.destroySoon()
    }
    for (const socket of sockets) cut(socket)
    await door?.close(how, cut)
    await closed
    this.#tail.add(`reference ${how}`)
  }
}

/** Bytes from a socket or a WebSocket to the broker, and back. */
function join(core: SmallBroker, stream: Duplex): void {
  const peer = core.handle({
    write: (bytes) => {
      if (stream.writable) stream.write(bytes)
    },
    end: () => void stream.end(),
    reset: () => reset(stream),
  })
  stream.on('data', (chunk: Buffer) => peer.data(chunk))
  stream.on('end', () => peer.closed('fin'))
  stream.on('error', () => peer.closed('reset'))
  stream.on('close', () => peer.closed('reset'))
}

/**
 * RST. libuv refuses it while the socket's own FIN is on its way, and Node then never closes the handle, with which the
 * process spins at its end for ever.
 */
function reset(stream: Duplex): void {
  if ('resetAndDestroy' in stream && !stream.writableEnded) (stream as Socket).resetAndDestroy()
  else stream.destroy()
}
