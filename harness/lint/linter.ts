// Watches every connection of a run from both ends, and says which statement of MQTT 3.1.1 or 5 a packet breaks.
// A client is judged by what passed its own end of the link, a server by what passed the other: what the
// link has changed on the way, CONNECT as well, is held against neither.

import { broken, type Packet } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { type ClientConnection, clientConnection, clientReceives, clientSends, keepsAlive } from './client.ts'
import type { LintFinding, Report } from './finding.ts'
import { Client5 } from './five/client.ts'
import { Server5 } from './five/server.ts'
import { ClientSessions5, ServerSessions5 } from './five/session.ts'
import { Wills } from './five/wills.ts'
import { type ServerConnection, serverConnection, serverReceives, serverSends } from './server.ts'
import { ClientSessions, ServerSessions } from './sessions.ts'
import { UMBRELLA } from './statements.ts'
import { frames, type Offers, upgrades } from './websocket.ts'

export interface Violation extends LintFinding {
  readonly by: 'device' | 'broker'
}

type EventOf<K extends Event['kind']> = Extract<Event, { readonly kind: K }>

export class Linter {
  #found: Violation[] = []
  readonly #byDevice: Report = (statement, what) => void this.#found.push({ by: 'device', statement, what })
  readonly #byBroker: Report = (statement, what) => void this.#found.push({ by: 'broker', statement, what })
  readonly #ofDevices = new ClientSessions(this.#byDevice)
  readonly #ofBroker = new ServerSessions(this.#byBroker)
  readonly #ofDevices5 = new ClientSessions5(this.#byDevice)
  readonly #five = {
    sessions: new ServerSessions5(this.#byBroker),
    wills: new Wills(),
    report: this.#byBroker,
  }
  /** By connection; null when its protocol is not linted. */
  readonly #clients = new Map<string, ClientConnection | Client5 | null>()
  readonly #servers = new Map<string, ServerConnection | Server5 | null>()
  readonly #offers: Offers = new Set()
  /** How long this process has stood still until now, ms: what lives in it may have been as late. */
  #stalled = 0
  /** As it was when a client sent last. */
  readonly #stalledBefore = new Map<string, number>()

  /** What this event breaks; mostly nothing. */
  observe(event: Event): readonly Violation[] {
    this.#found = []
    switch (event.kind) {
      case 'packet':
        this.#packet(event)
        break
      case 'socket':
        this.#ends(event)
        break
      case 'device':
        if (event.change !== 'boot') this.#isGone(event)
        break
      case 'lag':
        this.#stalled += event.stalled
        break
      case 'broker':
        if (event.change === 'started') break
        this.#five.sessions.restarted()
        this.#five.wills.restarted()
        break
      case 'upgrade':
        upgrades(event, this.#offers, this.#byDevice, this.#byBroker)
        break
      case 'frame':
        frames(event, event.direction === 'up' ? this.#byDevice : this.#byBroker)
    }
    return this.#found
  }

  #packet(event: EventOf<'packet'>): void {
    const { packet, direction, device, connection, delivered, by } = event
    const name = `${device} ${connection}`
    const atDevice = event.end !== 'broker'
    const atBroker = event.end !== 'device'
    if (direction === 'up') {
      if (atDevice && by !== 'link') this.#clientSends(event, name)
      if (atBroker && delivered) this.#serverReceives(packet, name)
    } else {
      const server = this.#servers.get(name)
      if (atBroker && by !== 'link' && server) {
        malformed(packet, event.level, this.#byBroker)
        if (server instanceof Server5) server.sends(packet, event)
        else {
          serverSends(packet, server, this.#ofBroker, this.#byBroker)
          if (packet.type === 'publish') this.#five.wills.delivered(packet, event.at - (event.lag ?? 0), this.#byBroker)
        }
      }
      const client = this.#clients.get(name)
      if (atDevice && delivered && client instanceof Client5) client.receives(packet)
      else if (atDevice && delivered && client) clientReceives(packet, client as ClientConnection)
    }
  }

  #clientSends(given: EventOf<'packet'>, name: string): void {
    const lag = this.#lateBy(name, given.lag)
    const event = lag === 0 ? given : { ...given, lag }
    this.#stalledBefore.set(name, this.#stalled)
    const { packet, device, at } = event
    const client = this.#clients.get(name)
    if (client === null) return
    malformed(packet, event.level, this.#byDevice)
    if (client instanceof Client5) return client.sends(packet, event)
    if (client !== undefined) return clientSends(packet, event, client, this.#byDevice)
    if (packet.type !== 'connect') {
      this.#clients.set(name, null)
      if (packet.type !== 'malformed' || packet.claims !== 'connect')
        this.#byDevice('MQTT-3.1.0-1', `the first packet is ${nameOf(packet)}, not CONNECT`)
    } else if (isLinted(packet)) {
      if (packet.clientId === '' && !packet.clean)
        this.#byDevice('MQTT-3.1.3-7', 'an empty client id without clean session')
      const session = this.#ofDevices.opened(device, packet)
      this.#clients.set(name, clientConnection(device, name, packet, session, at))
    } else if (packet.protocolLevel === 5) {
      const session = this.#ofDevices5.opened(device, packet)
      this.#clients.set(name, new Client5(device, name, packet, session, event, this.#byDevice))
    } else this.#clients.set(name, null)
  }

  #serverReceives(packet: Packet, name: string): void {
    const server = this.#servers.get(name)
    if (server instanceof Server5) return server.receives(packet)
    if (packet.type === 'publish') this.#five.wills.published(packet)
    // Of its will nothing is known but that it may be published.
    if (packet.type === 'connect' && packet.protocolLevel !== 5 && packet.will !== undefined)
      this.#five.wills.published(packet.will)
    if (server === null) return
    if (server !== undefined) return serverReceives(packet, server)
    this.#servers.set(name, this.#serverOf(packet, name))
  }

  #serverOf(packet: Packet, name: string): ServerConnection | Server5 | null {
    if (packet.type !== 'connect') return null
    if (packet.protocolLevel === 5) return new Server5(name, packet, this.#five)
    return isLinted(packet) ? serverConnection(name, packet) : null
  }

  /** How much later than it should be a client's packet, or the end of its connection, may have come, ms. */
  #lateBy(name: string, lag = 0): number {
    return lag + this.#stalled - (this.#stalledBefore.get(name) ?? this.#stalled)
  }

  #ends({ device, connection, change, at, by, lag: own }: EventOf<'socket'>): void {
    if (connection === undefined || change === 'connected') return
    const name = `${device} ${connection}`
    const lag = this.#lateBy(name, own)
    const client = this.#clients.get(name)
    if (client instanceof Client5) client.keepsAlive(at, lag)
    else if (client) keepsAlive(at, lag, client as ClientConnection, this.#byDevice)
    const server = this.#servers.get(name)
    if (server instanceof Server5 && ENDS.has(change)) server.ends({ at, by })
  }

  /** Nobody is there who could send, and what it remembered may be lost. */
  #isGone({ device, at, lag: own }: EventOf<'device'>): void {
    for (const [name, client] of this.#clients) {
      if (client === null || client.device !== device) continue
      const lag = this.#lateBy(name, own)
      if (client instanceof Client5) {
        client.keepsAlive(at, lag)
        client.isGone()
        continue
      }
      keepsAlive(at, lag, client as ClientConnection, this.#byDevice)
      ;(client as ClientConnection).over ??= 'gone'
    }
    this.#ofDevices.forget(device)
    this.#ofDevices5.forget(device)
  }
}

function malformed(packet: Packet, level: number | undefined, report: Report): void {
  if (packet.type !== 'malformed' || packet.reason.startsWith(UNFINISHED)) return
  const statement = broken(packet.reason).statement ?? UMBRELLA[level === 5 ? 5 : 4]
  report(statement, `malformed ${packet.claims}: ${packet.reason}`)
}

/** How a connection ends, told once for each. */
const ENDS: ReadonlySet<string> = new Set(['closed', 'reset', 'timeout', 'both-closed'])

/** By the rules of MQTT 3.1.1. */
const isLinted = ({ protocolLevel }: Packet & { readonly type: 'connect' }): boolean =>
  protocolLevel === 3 || protocolLevel === 4

/** The connection ended inside a packet, which is nobody's fault. */
const UNFINISHED = 'truncated at the end of the connection'

const nameOf = (packet: Packet): string => (packet.type === 'malformed' ? packet.claims : packet.type).toUpperCase()
