// Watches every connection of a run from both ends, and says which statement of MQTT 3.1.1 a packet breaks.
// A client is judged by what passed its own end of the link, a server by what passed the other: what the
// link has changed on the way, CONNECT as well, is held against neither.

import type { Packet } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { type ClientConnection, clientConnection, clientReceives, clientSends, keepsAlive } from './client.ts'
import type { LintFinding, Report } from './finding.ts'
import { type ServerConnection, serverConnection, serverReceives, serverSends } from './server.ts'
import { ClientSessions, ServerSessions } from './sessions.ts'
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
  /** By connection; null when its protocol is not linted. */
  readonly #clients = new Map<string, ClientConnection | null>()
  readonly #servers = new Map<string, ServerConnection | null>()
  readonly #offers: Offers = new Set()

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
        malformed(packet, this.#byBroker)
        serverSends(packet, server, this.#ofBroker, this.#byBroker)
      }
      const client = this.#clients.get(name)
      if (atDevice && delivered && client) clientReceives(packet, client)
    }
  }

  #clientSends(event: EventOf<'packet'>, name: string): void {
    const { packet, device, at } = event
    const client = this.#clients.get(name)
    if (client === null) return
    malformed(packet, this.#byDevice)
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
    } else this.#clients.set(name, null)
  }

  #serverReceives(packet: Packet, name: string): void {
    const server = this.#servers.get(name)
    if (server === null) return
    if (server !== undefined) return serverReceives(packet, server)
    const isOne = packet.type === 'connect' && isLinted(packet)
    this.#servers.set(name, isOne ? serverConnection(name, packet) : null)
  }

  #ends({ device, connection, change, at, lag = 0 }: EventOf<'socket'>): void {
    if (connection === undefined || change === 'connected') return
    const client = this.#clients.get(`${device} ${connection}`)
    if (client) keepsAlive(at, lag, client, this.#byDevice)
  }

  /** Nobody is there who could send, and what it remembered may be lost. */
  #isGone({ device, at, lag = 0 }: EventOf<'device'>): void {
    for (const client of this.#clients.values()) {
      if (client === null || client.device !== device) continue
      keepsAlive(at, lag, client, this.#byDevice)
      client.over ??= 'gone'
    }
    this.#ofDevices.forget(device)
  }
}

function malformed(packet: Packet, report: Report): void {
  if (packet.type !== 'malformed' || packet.reason.startsWith(UNFINISHED)) return
  report(/\[(MQTT-[\d.]+-\d+)\]/.exec(packet.reason)?.[1] ?? UMBRELLA, `malformed ${packet.claims}: ${packet.reason}`)
}

/** MQTT 5 has other rules. */
const isLinted = ({ protocolLevel }: Packet & { readonly type: 'connect' }): boolean =>
  protocolLevel === 3 || protocolLevel === 4

/** The statement for what is malformed in a way that no other names. */
const UMBRELLA = 'MQTT-4.8.0-1'

/** The connection ended inside a packet, which is nobody's fault. */
const UNFINISHED = 'truncated at the end of the connection'

const nameOf = (packet: Packet): string => (packet.type === 'malformed' ? packet.claims : packet.type).toUpperCase()
