// The link of one device: a listener that outlives its states, and the connections through it. The port
// stays claimed while `refuse` has it closed, so that `up` finds it again.

import { createServer, type Server, type Socket } from 'node:net'
import { type Clock, Problem, realClock } from '../../emulators/index.ts'
import type { Recorder, SocketEvent } from '../evidence/index.ts'
import { Connection } from './connection.ts'
import type { FlowLimits } from './flow.ts'
import { Peers } from './peers.ts'
import { claimPort, listen, type PortClaim } from './ports.ts'
import type { RuleSettings } from './rule.ts'
import { Rules } from './rules.ts'
import { acceptTls, dial, type Handshake } from './secure.ts'
import { reset } from './sockets.ts'
import {
  type InjectOptions,
  isUp,
  type Link,
  type LinkEnd,
  type LinkSettings,
  type LinkState,
  type VanishMode,
} from './state.ts'

/** Bytes. A test that needs more says so in its config. */
export const DEFAULT_LINK_LIMITS: FlowLimits = { packet: 16 * 1024 * 1024, held: 64 * 1024 * 1024 }

/** Connections at once. A device has one, or some while it is taken over; who opens more holds memory and files. */
export const MAX_CONNECTIONS = 250
/** How long a `vanish` waits for a connection that the kernel has accepted and the event loop has not. */
const VANISH_LIMIT_MS = 1000

/** Throws Problem `link/cannot-listen` when `host` is not an address of this machine, `link/no-port` when all are taken, `link/port-taken` when the one asked for is. */
export async function openLink(settings: LinkSettings): Promise<Link> {
  const link = new TcpLink(settings)
  await link.open()
  return link
}

/** How long a link that is given up waits for connections to end by themselves. */
const CLOSE_GRACE_MS = 200

class TcpLink implements Link {
  readonly host: string
  readonly #settings: LinkSettings
  readonly #clock: Clock
  readonly #connections = new Set<Connection>()
  readonly #rules: Rules
  readonly #peers: Peers
  readonly #vanishing = new Map<number, VanishMode>()
  #claim: PortClaim | null = null
  /** Null while the port is closed. */
  #server: Server | null = null
  #state: LinkState = { kind: 'up' }
  #accepted = 0
  /** Who asked whether a connection is through before it was accepted here, by the device's port. */
  readonly #asking = new Map<number, (through: Promise<unknown>) => void>()
  /** Attempts of emulated devices that wait behind the blackhole. */
  #waiting: (() => void)[] = []
  /** Changes of state, one after the other. */
  #turn: Promise<void> = Promise.resolve()
  #disposed = false
  #limitTold = false

  constructor(settings: LinkSettings) {
    this.#settings = settings
    this.host = settings.host ?? '127.0.0.1'
    this.#clock = settings.clock ?? realClock()
    this.#peers = new Peers(settings)
    this.#rules = new Rules(settings.device, settings.recorder, this.#connections)
  }

  async open(): Promise<void> {
    const { port } = this.#settings
    if (port === undefined) this.#claim = await claimPort((port) => this.#listen(port))
    else if (await this.#listen(port)) this.#claim = { port, release() {} }
    else
      throw new Problem(
        'link/port-taken',
        `port ${port} of ${this.#settings.listensAt ?? this.host} cannot be listened at: it is in use, or not ours`,
        {
          hint: `\`ss -tlnp | grep :${port}\` shows who has it; ports below 1024 are for root; another one will do as well`,
        },
      )
  }

  get port(): number {
    return this.#claim!.port
  }

  get state(): LinkState {
    return this.#state
  }

  set(state: LinkState): Promise<void> {
    const turn = this.#turn.then(() => this.#change(state))
    this.#turn = turn.catch(() => {}) // whoever asked hears of it
    return turn
  }

  admits(): 'now' | Promise<void> {
    if (this.#disposed || this.#state.kind === 'up' || this.#state.mode !== 'blackhole') return 'now'
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  through(devicePort: number): Promise<unknown> {
    if (this.#disposed) return Promise.resolve()
    const connection = this.#latest(devicePort)
    if (connection !== undefined) return connection.through
    return new Promise((resolve) => this.#asking.set(devicePort, resolve))
  }

  ending(devicePort: number): Promise<unknown> | null {
    return this.#latest(devicePort)?.ending ?? null
  }

  vanish(devicePort: number, how: VanishMode): void {
    const connection = this.#latest(devicePort)
    if (connection === undefined) {
      this.#vanishing.set(devicePort, how)
      setTimeout(() => this.#vanishing.delete(devicePort), VANISH_LIMIT_MS).unref()
    } else connection.vanish(how)
  }

  disturb(disturbance: RuleSettings): void {
    this.#rules.start(disturbance)
  }

  release(id: string): boolean {
    return this.#rules.release(id)
  }

  holding(id: string, count: number): Promise<void> | null {
    return this.#rules.holding(id, count)
  }

  level(number?: number): number {
    const newestFirst = [...this.#connections].reverse()
    const one = number === undefined ? newestFirst[0] : newestFirst.find((connection) => connection.number === number)
    return one?.level ?? 4
  }

  inject(to: LinkEnd, bytes: Uint8Array, { frame = 'binary', connection: number }: InjectOptions = {}): void {
    const { device, websocket } = this.#settings
    if (frame !== 'binary' && websocket !== true)
      throw new Problem('device/no-frames', `${device} has no WebSocket: there are no ${frame} frames`, {
        hint: 'link: { websocket: true } on the device gives it one',
      })
    const newestFirst = [...this.#connections].reverse()
    const candidates = number === undefined ? newestFirst : newestFirst.filter((one) => one.number === number)
    if (candidates.some((connection) => connection.inject(to, bytes, frame))) return
    const which = number === undefined ? 'no connection' : `no open connection ${number}`
    throw new Problem('device/not-connected', `${device} has ${which} to inject into, to the ${to}`, {
      hint: 'inject while the device is connected and its link is up',
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    await this.#turn
    this.#rules.releaseAll()
    this.#stopListening()
    const connections = [...this.#connections]
    await this.#lastWords(connections)
    for (const connection of connections) connection.destroy()
    await Promise.all(connections.map((connection) => connection.gone))
    this.#claim?.release()
    this.#admitAll()
    for (const answer of this.#asking.values()) answer(Promise.resolve())
  }

  /** A device that was just closed may have a DISCONNECT on its way, without which the broker publishes its will. */
  async #lastWords(connections: readonly Connection[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const enough = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSE_GRACE_MS)
    })
    await Promise.race([Promise.all(connections.filter((c) => c.isThrough).map((c) => c.gone)), enough])
    clearTimeout(timer)
  }

  async #change(state: LinkState): Promise<void> {
    if (this.#disposed) return
    this.#state = state
    const closed = refuses(state) && this.#settings.refusesByReset !== true
    if (closed) this.#stopListening()
    for (const connection of this.#connections) {
      if (state.kind === 'down') connection.goDown(state.mode)
      else connection.comeUp()
    }
    if (!closed && this.#server === null && !(await this.#listen(this.port))) {
      throw new Problem('link/port-lost', `port ${this.port} was taken while ${this.#settings.device} was refused`, {
        hint: 'another program listens there now; run again',
      })
    }
    if (state.kind === 'up' || state.mode !== 'blackhole') this.#admitAll()
  }

  async #listen(port: number): Promise<boolean> {
    // Half-open must be allowed: a FIN is passed on when it comes, not answered by us.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket))
    if (!(await listen(server, this.#settings.listensAt ?? this.host, port))) return false
    this.#server = server
    return true
  }

  #stopListening(): void {
    this.#server?.close() // at once for new attempts; its own event waits for the old connections
    this.#server = null
  }

  #latest(devicePort: number): Connection | undefined {
    return [...this.#connections].findLast((c) => c.devicePort === devicePort)
  }

  #accept(device: Socket): void {
    if (!this.#peers.admits(device)) device.on('error', () => {}).resetAndDestroy()
    else if (refuses(this.#state) || this.#connections.size >= MAX_CONNECTIONS) this.#refuse(device)
    else this.#connect(device)
  }

  #refuse(device: Socket): void {
    this.#asking.get(device.remotePort ?? -1)?.(Promise.resolve())
    this.#asking.delete(device.remotePort ?? -1)
    device.on('error', () => {})
    this.#settings.recorder.record({ kind: 'socket', device: this.#settings.device, change: 'refused', by: 'link' })
    reset(device)
  }

  #connect(accepted: Socket): void {
    const state = this.#state
    const { recorder, device: name, upstream } = this.#settings
    const number = ++this.#accepted
    recorder.record({
      kind: 'socket',
      device: name,
      change: 'connected',
      by: 'device',
      connection: number,
      ends: endsOf(accepted),
    })
    const to = upstream()
    const broker = state.kind === 'up' ? dial(to) : null
    const device = this.#secured(accepted, number)
    const connection = new Connection({
      name,
      number,
      device,
      broker,
      recorder: this.#settings.tls !== undefined && device === accepted ? withoutPackets(recorder) : recorder,
      clock: this.#clock,
      limits: this.#settings.limits ?? DEFAULT_LINK_LIMITS,
      onLimit: (problem) => this.#onLimit(problem),
      ...(this.#settings.websocket === true ? { websocket: `${to.host}:${to.port}` } : {}),
      isUp: () => isUp(this.#state),
    })
    this.#connections.add(connection)
    void connection.gone.then(() => {
      connection.over()
      this.#connections.delete(connection)
    })
    this.#rules.apply(connection)
    if (state.kind === 'down') connection.goDown(state.mode)
    this.#asking.get(connection.devicePort ?? -1)?.(connection.through)
    this.#asking.delete(connection.devicePort ?? -1)
    this.#vanishIfAsked(connection)
  }

  #onLimit({ code, message, hint }: Problem): void {
    if (this.#limitTold) return
    this.#limitTold = true
    const { device, recorder, onLimit } = this.#settings
    recorder.record({ kind: 'fault', what: `limit passed: ${message}`, device })
    onLimit?.(new Problem(code, `${device}: ${message}`, { hint }))
  }

  /** A link that is down answers no handshake either. */
  #secured(device: Socket, connection: number): Socket {
    const { recorder, device: name, tls } = this.#settings
    if (tls === undefined || this.#state.kind === 'down') return device
    const tell = ({ secured, detail, serverName }: Handshake): void => {
      const change = secured ? 'secured' : 'handshake-failed'
      recorder.record({
        kind: 'socket',
        device: name,
        change,
        by: 'device',
        connection,
        detail,
        serverName: secured ? (serverName ?? '') : serverName,
      })
    }
    return acceptTls(device, tls, tell)
  }

  #vanishIfAsked(connection: Connection): void {
    const port = connection.devicePort ?? -1
    const how = this.#vanishing.get(port)
    if (how === undefined) return
    this.#vanishing.delete(port)
    connection.vanish(how)
  }

  #admitAll(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** What comes in an unanswered handshake is not MQTT. */
const withoutPackets = (recorder: Recorder): Recorder => ({
  now: () => recorder.now(),
  record: (fact) => (fact.kind === 'packet' ? { ...fact, at: recorder.now(), seq: -1 } : recorder.record(fact)),
})
/** Undefined when the device was gone before it could be asked for. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): SocketEvent['ends'] {
  if (remoteAddress === undefined || remotePort === undefined) return undefined
  if (localAddress === undefined || localPort === undefined) return undefined
  return {
    device: { address: remoteAddress, port: remotePort },
    link: { address: localAddress, port: localPort },
  }
}

const refuses = (state: LinkState): boolean => state.kind === 'down' && state.mode === 'refuse'
