// For the tests of the link: a broker's end and a device's end made of real sockets, and a timeline between
// them. Peers wait for what they see; only a claim that nothing comes waits for time (`quiet`).

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { realClock } from '../../emulators/index.ts'
import { type Event, type PacketEvent, type SocketEvent, Timeline } from '../evidence/index.ts'
import { type Link, type LinkSettings, openLink } from './index.ts'

const WAIT_LIMIT_MS = 10_000
/** How long silence must last to be believed. */
const QUIET_MS = 60

/** One end of a connection, and all that it has seen. */
export class LoopbackPeer {
  readonly socket: Socket
  readonly #chunks: Buffer[] = []
  readonly #watchers = new Set<() => void>()
  length = 0
  /** FIN was seen. */
  ended = false
  error: string | null = null
  closed = false

  constructor(socket: Socket) {
    this.socket = socket
    const seen = (change: () => void) => () => {
      change()
      this.#look()
    }
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.length += chunk.length
      this.#look()
    })
    socket.on('connect', () => this.#look())
    socket.on(
      'end',
      seen(() => (this.ended = true)),
    )
    socket.on(
      'close',
      seen(() => (this.closed = true)),
    )
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message
      this.#look()
    })
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  /** How many bytes came at a time. */
  get sizes(): number[] {
    return this.#chunks.map((chunk) => chunk.length)
  }

  get hex(): string {
    return this.bytes.toString('hex')
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'hex') : bytes)
  }

  /** Resolves when `seen` holds; throws with what this end did see when it never does. */
  until(seen: (peer: LoopbackPeer) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        this.#watchers.delete(look)
        const { length, ended, error, closed } = this
        reject(new Error(`waited in vain for ${seen}: ${JSON.stringify({ length, ended, error, closed })}`))
      }, WAIT_LIMIT_MS)
      const look = (): void => {
        if (!seen(this)) return
        clearTimeout(giveUp)
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
  }

  received(count: number): Promise<void> {
    return this.until((peer) => peer.length >= count)
  }

  /** Throws when this end sees anything at all for a while. */
  async quiet(): Promise<void> {
    const before = this.#state()
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
    if (this.#state() !== before) throw new Error(`not quiet: ${before} became ${this.#state()}`)
  }

  #state(): string {
    return JSON.stringify([this.length, this.ended, this.error, this.closed])
  }

  #look(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }
}

/** A link with a broker's listener behind it; disposing of it ends everything. */
export class Loopback implements AsyncDisposable {
  readonly timeline = new Timeline(realClock())
  readonly #server: Server
  readonly #peers: LoopbackPeer[] = []
  readonly #arrived: LoopbackPeer[] = []
  readonly #expecting: ((peer: LoopbackPeer) => void)[] = []
  #link: Link | undefined

  constructor() {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const peer = this.#keep(socket)
      const expecting = this.#expecting.shift()
      if (expecting === undefined) this.#arrived.push(peer)
      else expecting(peer)
    })
  }

  static async open(settings: Partial<LinkSettings> = {}): Promise<Loopback> {
    const loopback = new Loopback()
    loopback.#server.listen(0, '127.0.0.1')
    await once(loopback.#server, 'listening')
    const { port } = loopback.#server.address() as { port: number }
    const upstream = () => ({ host: '127.0.0.1', port })
    loopback.#link = await openLink({ device: 'blue', upstream, recorder: loopback.timeline, ...settings })
    return loopback
  }

  get link(): Link {
    return this.#link!
  }

  /** A device's attempt; see `Peer` for how it went. */
  attempt(): LoopbackPeer {
    return this.#keep(connect({ host: this.link.host, port: this.link.port, allowHalfOpen: true, noDelay: true }))
  }

  async device(): Promise<LoopbackPeer> {
    const peer = this.attempt()
    await peer.until((p) => !p.socket.connecting)
    return peer
  }

  /** The broker's end of the next connection. */
  broker(): Promise<LoopbackPeer> {
    const arrived = this.#arrived.shift()
    return arrived === undefined ? new Promise((resolve) => this.#expecting.push(resolve)) : Promise.resolve(arrived)
  }

  async pair(): Promise<{ device: LoopbackPeer; broker: LoopbackPeer }> {
    const device = await this.device()
    return { device, broker: await this.broker() }
  }

  /** What the link did on purpose, as short text. */
  get faults(): string[] {
    return this.timeline.events.flatMap((e) => (e.kind === 'fault' ? [e.what] : []))
  }

  get packets(): PacketEvent[] {
    return this.timeline.events.filter((e): e is Event & PacketEvent => e.kind === 'packet')
  }

  /** Socket events as short text: `connected by device #1`. */
  get sockets(): string[] {
    return this.timeline.events
      .filter((e): e is Event & SocketEvent => e.kind === 'socket')
      .map((e) => `${e.change} by ${e.by}${e.connection === undefined ? '' : ` #${e.connection}`}`)
  }

  /** Resolves when an event of the timeline, past or to come, satisfies `wanted`. */
  event(wanted: (event: Event) => boolean): Promise<void> {
    if (this.timeline.events.some(wanted)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => reject(new Error(`no event: ${wanted}; ${this.sockets}`)), WAIT_LIMIT_MS)
      const leave = this.timeline.subscribe((event) => {
        if (!wanted(event)) return
        clearTimeout(giveUp)
        leave()
        resolve()
      })
    })
  }

  ended(): Promise<void> {
    return this.event((e) => e.kind === 'socket' && e.change !== 'connected')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link?.[Symbol.asyncDispose]()
    for (const peer of this.#peers) peer.socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #keep(socket: Socket): LoopbackPeer {
    const peer = new LoopbackPeer(socket)
    this.#peers.push(peer)
    return peer
  }
}

/** PUBLISH at QoS 0. */
export function publish(topic: string, payload: Uint8Array | string): Buffer {
  const name = Buffer.from(topic)
  const body = Buffer.concat([Buffer.from([name.length >> 8, name.length & 255]), name, Buffer.from(payload)])
  const header = [0x30]
  let length = body.length
  do {
    header.push((length & 127) | (length > 127 ? 128 : 0))
    length = Math.floor(length / 128)
  } while (length > 0)
  return Buffer.concat([Buffer.from(header), body])
}

export const PINGREQ = 'c000'
export const PINGRESP = 'd000'
