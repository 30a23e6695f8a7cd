// Aedes, in this very process, 1.2 and 2.0 side by side: starts in a few milliseconds and needs nothing installed. All its state is in memory,
// so sessions and retained messages are gone after a stop as after a kill.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Aedes } from 'aedes'
import { z } from 'zod'
import { milliseconds, Problem } from '../../emulators/index.ts'
import { claimPort, isFree, listen, type PortClaim } from '../link/index.ts'
import { type Broker, type BrokerKind, defineBroker, type WebAddress } from './broker.ts'
import { Deaths } from './exit.ts'
import { Tail } from './log-tail.ts'
import { websocket } from './values.ts'
import type { WebDoor } from './ws-listener.ts'

/**
 * Its timer is set to 1.5 x keep alive plus 1 ms; the rest is this process's own lateness. On a slow machine the first
 * destroyed socket alone takes 25 ms, and the claim needs as much again for its own lag.
 */
const SLACK = milliseconds(250)
const HOST = '127.0.0.1'

const options = z.strictObject({
  connectTimeout: z.number().int().positive().optional().describe('ms without a CONNECT before it hangs up'),
  maxClientsIdLength: z.number().int().positive().optional().describe('for MQTT 3.1 clients'),
  keepaliveLimit: z.number().int().nonnegative().optional().describe('seconds; 0: no limit'),
  queueLimit: z.number().int().positive().optional().describe('packets a client may send before its CONNACK'),
  websocket,
})

type AedesSettings = z.output<typeof options>

/** Which aedes it is; its types are those of 1.2, of which 2.0 has what is used here. */
interface Release {
  readonly name: string
  readonly summary: string
  readonly protocols: readonly number[]
  /** It can run in virtual time. */
  readonly isEmbedded: boolean
  load(): Promise<Pick<typeof import('aedes'), 'Aedes'>>
}

const kindOf = (release: Release): BrokerKind<z.input<typeof options>> =>
  defineBroker({
    name: release.name,
    summary: release.summary,
    options,
    isEmbedded: release.isEmbedded,
    gaps: [
      {
        test: 'a death that nobody asked for is told, with its cause',
        reason: 'it lives in this process and dies with it',
      },
    ],
    keepaliveSlack: () => SLACK,
    protocols: () => release.protocols,
    websocket: () => ({ websocket: true }),
    available: async () => null,
    async open(settings) {
      const broker = new AedesBroker(release, settings)
      await broker.open()
      return broker
    },
  })

export const aedes: BrokerKind<z.input<typeof options>> = kindOf({
  name: 'aedes',
  summary: 'in this process, nothing to install; forgets everything when it stops; MQTT 3.1 and 3.1.1',
  protocols: [3, 4],
  isEmbedded: true,
  load: () => import('aedes'),
})

/** Its next version, with MQTT 5. */
export const aedes2: BrokerKind<z.input<typeof options>> = kindOf({
  name: 'aedes@2',
  summary: 'the beta of aedes 2 in this process, with MQTT 5 as well',
  protocols: [3, 4, 5],
  isEmbedded: true,
  load: () => import('aedes2') as unknown as Promise<Pick<typeof import('aedes'), 'Aedes'>>,
})

interface Life {
  readonly aedes: Aedes
  readonly server: Server
  readonly sockets: Set<Socket>
  readonly door: WebDoor | null
}

class AedesBroker implements Broker {
  readonly name: string
  readonly host = HOST
  readonly keepaliveSlack = SLACK
  readonly controllable = true
  readonly pid = null
  readonly access = {}
  readonly deviceCredentials = null
  readonly #release: Release
  readonly #settings: Omit<AedesSettings, 'websocket'>
  readonly #hasDoor: boolean
  readonly #tail = new Tail()
  readonly #deaths = new Deaths()
  #claim: PortClaim | null = null
  #doorClaim: PortClaim | null = null
  #life: Life | null = null
  #version = ''

  constructor(release: Release, settings: AedesSettings) {
    this.name = release.name
    this.#release = release
    const { websocket, ...own } = settings
    this.#settings = own
    this.#hasDoor = websocket
  }

  async open(): Promise<void> {
    if (this.#hasDoor) this.#doorClaim = await claimPort((port) => isFree(HOST, port))
    this.#claim = await claimPort((port) => this.#begin(port))
  }

  get version(): string {
    return this.#version
  }

  get port(): number {
    return this.#claim!.port
  }

  get websocket(): WebAddress | undefined {
    return this.#doorClaim === null ? undefined : { host: HOST, port: this.#doorClaim.port, path: '/mqtt' }
  }

  async start(): Promise<void> {
    if (this.#life !== null || (await this.#begin(this.port))) return
    throw new Problem('broker/port-taken', `port ${this.port} was taken while ${this.name} was down`, {
      hint: 'another program listens there now; run again',
    })
  }

  stop(): Promise<void> {
    return this.#end('stopped', (socket) => socket.destroy())
  }

  kill(): Promise<void> {
    return this.#end('killed', reset)
  }

  log(): string {
    return this.#tail.toString()
  }

  onDeath(listener: (death: Problem) => void): () => void {
    return this.#deaths.on(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    this.#claim?.release()
    this.#doorClaim?.release()
  }

  async #begin(port: number): Promise<boolean> {
    const { Aedes } = await this.#release.load()
    const server = createServer({ noDelay: true })
    if (!(await listen(server, HOST, port))) return false
    const aedes = await Aedes.createBroker(this.#settings)
    this.#version = (aedes as Aedes & { readonly version: string }).version // its types forget it
    const sockets = new Set<Socket>()
    const door = await this.#openDoor(aedes).catch(async (error: unknown) => {
      server.close()
      await new Promise<void>((resolve) => aedes.close(resolve))
      throw error
    })
    const life = { aedes, server, sockets, door }
    this.#watch(life)
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      aedes.handle(socket)
    })
    this.#life = life
    this.#tail.add(`aedes ${this.version} listens on ${HOST}:${port}`)
    return true
  }

  async #openDoor(aedes: Aedes): Promise<WebDoor | null> {
    if (this.#doorClaim === null) return null
    const { port } = this.#doorClaim
    const { openWebDoor } = await import('./ws-listener.ts')
    const door = await openWebDoor(HOST, port, (stream) => aedes.handle(stream))
    if (door !== null) return door
    throw new Problem('broker/port-taken', `port ${port}, for WebSocket, was taken while aedes was down`, {
      hint: 'another program listens there now; run again',
    })
  }

  async #end(how: 'stopped' | 'killed', cut: (socket: Socket) => void): Promise<void> {
    const life = this.#life
    if (life === null) return
    this.#life = null
    const closed = once(life.server, 'close')
    life.server.close()
    // Before aedes closes them one by one: it would publish the wills of the first to the others.
    for (const socket of life.sockets) cut(socket)
    await life.door?.close(how, cut)
    await closed
    await new Promise<void>((resolve) => life.aedes.close(resolve))
    this.#tail.add(`aedes ${how}`)
  }

  #watch(life: Life): void {
    const { aedes, server } = life
    const say = (line: string): void => this.#tail.add(line)
    const die = (how: string, cause?: unknown): void => {
      if (this.#life !== life) return
      this.#deaths.tell(this.name, how, this.#tail.last(10), cause)
      void this.kill()
    }
    aedes.on('clientReady', (client) => say(`${client.id} connected`))
    aedes.on('clientDisconnect', (client) => say(`${client.id} disconnected`))
    aedes.on('keepaliveTimeout', (client) => say(`${client.id} exceeded its keep alive`))
    aedes.on('clientError', (client, error) => say(`${client.id}: ${error.message}`))
    aedes.on('connectionError', (_client, error) => say(`a client that was not connected: ${error.message}`))
    aedes.on('error' as 'closed', ((error: Error) => die(error.message, error)) as () => void)
    server.on('error', (error) => die(error.message, error))
    server.once('close', () => die('its listener was closed'))
  }
}

/**
 * RST. libuv refuses it while the socket's own FIN is on its way, and Node then never closes the handle, with which the
 * process spins at its end for ever.
 */
function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}
