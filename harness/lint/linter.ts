// Watches every connection of a run from both ends, and says which statement of MQTT 3.1.1 a packet breaks.
// A client is judged by what passed its own end of the link, a server by what passed the other: what the
// link has changed on the way is held against neither.

import type { Connect, Packet } from '../../emulators/index.ts'
import type { Event, PacketEvent } from '../evidence/index.ts'
import { type ClientConnection, clientReceives, clientSends, keepsAlive } from './client.ts'
import type { LintFinding, Report } from './finding.ts'
import { Requests } from './requests.ts'
import { type ServerConnection, serverReceives, serverSends } from './server.ts'
import { Sessions } from './sessions.ts'
import { frames, type Offers, upgrades } from './websocket.ts'

export interface Violation extends LintFinding {
  readonly by: 'device' | 'broker'
}

/** Both views of one TCP connection; undefined until CONNECT, null when its protocol is not linted. */
interface Watched {
  readonly connect: Connect
  readonly client: ClientConnection
  readonly server: ServerConnection
}

export class Linter {
  #found: Violation[] = []
  readonly #byDevice: Report = (statement, what) => void this.#found.push({ by: 'device', statement, what })
  readonly #byBroker: Report = (statement, what) => void this.#found.push({ by: 'broker', statement, what })
  readonly #ofDevices = new Sessions(this.#byDevice, () => {})
  readonly #ofBroker = new Sessions(this.#byBroker, this.#byBroker)
  readonly #connections = new Map<string, Watched | null>()
  readonly #offers: Offers = new Set()

  /** What this event breaks; mostly nothing. */
  observe(event: Event): readonly Violation[] {
    this.#found = []
    if (event.kind === 'packet') this.#packet(event, event.at, event.lag ?? 0)
    else if (event.kind === 'upgrade') upgrades(event, this.#offers, this.#byDevice, this.#byBroker)
    else if (event.kind === 'frame') frames(event, event.direction === 'up' ? this.#byDevice : this.#byBroker)
    else if (event.kind === 'socket' && event.connection !== undefined && event.change !== 'connected') {
      const watched = this.#connections.get(`${event.device} ${event.connection}`)
      if (watched) keepsAlive(event.at, event.lag ?? 0, watched.client, this.#byDevice)
    }
    return this.#found
  }

  #packet(event: PacketEvent, at: Event['at'], lag: number): void {
    const { packet, direction, device, connection, delivered } = event
    const name = `${device} ${connection}`
    const watched = this.#connections.get(name)
    if (watched === null) return
    if (watched === undefined) return direction === 'up' ? this.#begin(packet, name, at) : undefined
    const { client, server } = watched
    if (direction === 'up') {
      if (seenBy('device', event)) {
        this.#malformed(packet, this.#byDevice)
        clientSends(packet, at, lag, client, this.#byDevice)
      }
      if (seenBy('broker', event) && delivered) serverReceives(packet, server)
      return
    }
    if (seenBy('broker', event)) {
      this.#malformed(packet, this.#byBroker)
      serverSends(packet, server, this.#byBroker)
      if (packet.type === 'connack')
        server.session = this.#ofBroker.acknowledged(watched.connect, packet, name, server.session)
    }
    if (!seenBy('device', event) || !delivered) return
    clientReceives(packet, client)
    if (packet.type === 'connack')
      client.session = this.#ofDevices.acknowledged(watched.connect, packet, name, client.session)
  }

  #begin(packet: Packet, name: string, at: Event['at']): void {
    this.#malformed(packet, this.#byDevice)
    if (packet.type !== 'connect') {
      this.#connections.set(name, null)
      if (packet.type !== 'malformed' || packet.claims !== 'connect')
        this.#byDevice('MQTT-3.1.0-1', `the first packet is ${nameOf(packet)}, not CONNECT`)
      return
    }
    if (packet.protocolLevel !== 3 && packet.protocolLevel !== 4) return void this.#connections.set(name, null)
    if (packet.clientId === '' && !packet.clean)
      this.#byDevice('MQTT-3.1.3-7', 'an empty client id without clean session')
    this.#connections.set(name, {
      connect: packet,
      client: {
        name,
        requests: new Requests(),
        session: this.#ofDevices.opened(packet, name),
        keepalive: packet.keepalive,
        disconnected: false,
        lastSent: at,
      },
      server: {
        name,
        requests: new Requests(),
        session: this.#ofBroker.opened(packet, name),
        clean: packet.clean,
        connack: undefined,
      },
    })
  }

  #malformed(packet: Packet, report: Report): void {
    if (packet.type !== 'malformed' || packet.reason.startsWith(UNFINISHED)) return
    report(/\[(MQTT-[\d.]+-\d+)\]/.exec(packet.reason)?.[1] ?? UMBRELLA, `malformed ${packet.claims}: ${packet.reason}`)
  }
}

/** The statement for what is malformed in a way that no other names. */
const UMBRELLA = 'MQTT-4.8.0-1'

/** The connection ended inside a packet, which is nobody's fault. */
const UNFINISHED = 'truncated at the end of the connection'

const nameOf = (packet: Packet): string => (packet.type === 'malformed' ? packet.claims : packet.type).toUpperCase()

const seenBy = (end: 'device' | 'broker', event: PacketEvent): boolean => event.end === undefined || event.end === end
