// Which session a connection has. A client decides with CONNECT, a server with CONNACK.

import type { Connack, Connect } from '../../emulators/index.ts'
import type { Report } from './finding.ts'
import { MqttSession } from './session.ts'

/** The sessions that clients remember, each device for itself: what has the same client id is another client. */
export class ClientSessions {
  readonly #byDevice = new Map<string, Map<string, MqttSession>>()
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  opened(device: string, { clientId, clean }: Connect): MqttSession {
    const known = this.#byDevice.get(device) ?? new Map<string, MqttSession>()
    this.#byDevice.set(device, known)
    const before = clean ? undefined : known.get(clientId)
    // A client may have kept a session that is older than the record, whatever the server knows of it.
    const session = before ?? new MqttSession('client', clean, clean ? 'whole' : 'from its start', this.#report)
    before?.resume()
    if (clean) known.delete(clientId)
    else known.set(clientId, session)
    return session
  }

  /** The device has lost what it remembered, or may have. */
  forget(device: string): void {
    this.#byDevice.delete(device)
  }
}

/** The sessions that a server remembers, by client id. */
export class ServerSessions {
  readonly #byId = new Map<string, MqttSession>()
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  /** The session that an accepted connection has from now on. `connection` stands in for an empty client id. */
  acknowledged(connect: Connect, { sessionPresent }: Connack, connection: string): MqttSession {
    const id = connect.clientId === '' ? `(empty) ${connection}` : connect.clientId
    const before = this.#byId.get(id)
    const session = this.#sessionOf(connect.clean, sessionPresent, before)
    this.#byId.set(id, session)
    return session
  }

  #sessionOf(clean: boolean, sessionPresent: boolean, before: MqttSession | undefined): MqttSession {
    if (clean || !sessionPresent) return new MqttSession('server', clean, 'whole', this.#report)
    if (before?.clean === true)
      this.#report('MQTT-3.1.2-6', 'session present, and the last session of this client id was a clean one')
    if (before === undefined || before.clean) return new MqttSession('server', false, 'in part', this.#report)
    before.resume()
    return before
  }
}
