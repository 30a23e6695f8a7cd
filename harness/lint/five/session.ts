// Sessions of MQTT 5: what a client and a server remember of them, and for how long a server may.

import type { Party, Report } from '../finding.ts'
import { PublishFlow } from '../publish-flow.ts'
import { MQTT5 } from '../statements.ts'
import { Subscriptions5 } from './subscriptions.ts'
import { type Connack, type Connect, type Disconnecting, type Instant, onlyValue } from './types.ts'

/** How long after its end a session may still be found: brokers look now and then. */
const SWEEP_MS = 2000
/** A session that never expires. */
const FOR_EVER = 0xffff_ffff

export class Session5 {
  readonly subscriptions = new Subscriptions5()
  readonly flow: PublishFlow
  #seen: 'whole' | 'from its start' | 'in part'
  /** Seconds after the end of its connection. */
  expiry = 0
  /** When its connection ended, as the server saw it; null: it has not, or when is not known. */
  endedAt: Instant | null = null
  /** Its latest connection. */
  connection = ''

  constructor(party: Party, seen: 'whole' | 'from its start' | 'in part', report: Report) {
    this.#seen = seen
    this.flow = new PublishFlow(party, report, MQTT5)
  }

  /** All that was ever sent in it has been seen. */
  get isWhole(): boolean {
    return this.#seen === 'whole'
  }

  /** Every subscription of it has been seen. */
  get isKnown(): boolean {
    return this.#seen !== 'in part'
  }

  resume(): void {
    if (this.#seen === 'whole') this.#seen = 'from its start'
    this.endedAt = null
  }

  /** How long ago it expired, ms; null: it has not, as far as that is known. */
  expiredFor(now: number): number | null {
    if (this.endedAt === null || this.expiry === FOR_EVER) return null
    const late = now - this.endedAt - this.expiry * 1000
    return late > SWEEP_MS ? late : null
  }
}

/** The sessions that clients remember, each device for itself. */
export class ClientSessions5 {
  readonly #byDevice = new Map<string, Map<string, Session5>>()
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  opened(device: string, { clientId, clean }: Connect): Session5 {
    const known = this.#byDevice.get(device) ?? new Map<string, Session5>()
    this.#byDevice.set(device, known)
    const before = clean ? undefined : known.get(clientId)
    const session = before ?? new Session5('client', clean ? 'whole' : 'from its start', this.#report)
    before?.resume()
    known.set(clientId, session)
    return session
  }

  forget(device: string): void {
    this.#byDevice.delete(device)
  }
}

/** The sessions that a server remembers, by client id. */
export class ServerSessions5 {
  readonly #byId = new Map<string, Session5>()
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  /** Ids that were in use before. */
  has(clientId: string): boolean {
    return this.#byId.has(clientId)
  }

  /** The session that an accepted connection has from now on. */
  acknowledged(id: string, connection: string, connect: Connect, connack: Connack, at: number): Session5 {
    const before = this.#byId.get(id)
    const session = this.#sessionOf(connect.clean, connack.sessionPresent, before, at)
    session.expiry =
      onlyValue(connack.properties?.sessionExpiryInterval) ?? onlyValue(connect.properties?.sessionExpiryInterval) ?? 0
    session.connection = connection
    this.#byId.set(id, session)
    return session
  }

  #sessionOf(clean: boolean, present: boolean, before: Session5 | undefined, at: number): Session5 {
    if (clean || !present) return new Session5('server', 'whole', this.#report)
    const late = before?.expiredFor(at) ?? null
    if (late !== null)
      this.#report('MQTT-4.1.0-2', `session present, ${Math.round(late)}ms after the session had expired`)
    if (before === undefined) return new Session5('server', 'in part', this.#report)
    before.resume()
    return before
  }

  /** What it remembers over a restart is its own matter. */
  restarted(): void {
    this.#byId.clear()
  }
}

/** DISCONNECT may change how long a session is kept [MQTT 5.0, 3.14.2.2.2]. */
export function changeExpiry(session: Session5, { properties }: Disconnecting): void {
  const said = onlyValue(properties?.sessionExpiryInterval)
  if (said !== undefined) session.expiry = said
}
