// The sessions that one side knows, by client id, and which of them a connection goes on with. CONNECT
// says what is wanted, CONNACK what has become of it.

import type { Connack, Connect } from '../../emulators/index.ts'
import type { Report } from './finding.ts'
import { MqttSession } from './session.ts'

export class Sessions {
  readonly #byId = new Map<string, MqttSession>()
  readonly #report: Report
  readonly #onPresence: Report

  /** `report` is for what flows break; `onPresence` hears of a session present that cannot be. */
  constructor(report: Report, onPresence: Report) {
    this.#report = report
    this.#onPresence = onPresence
  }

  /** For the time until CONNACK. `connection` stands in for an empty client id. */
  opened(connect: Connect, connection: string): MqttSession {
    const id = keyOf(connect, connection)
    const before = this.#byId.get(id)
    if (!connect.clean && before !== undefined && !before.clean) {
      before.resume()
      return before
    }
    return new MqttSession(connect.clean, true, this.#report)
  }

  /** The session that the connection has from now on. */
  acknowledged(
    connect: Connect,
    { returnCode, sessionPresent }: Connack,
    connection: string,
    session: MqttSession,
  ): MqttSession {
    if (returnCode !== 0) return session
    const id = keyOf(connect, connection)
    const before = this.#byId.get(id)
    if (connect.clean) {
      this.#byId.set(id, session)
      return session
    }
    const known = before !== undefined && !before.clean
    if (sessionPresent && before?.clean === true)
      this.#onPresence('MQTT-3.1.2-6', 'session present, and the last session of this client id was a clean one')
    const goesOn = sessionPresent
      ? known
        ? before
        : new MqttSession(false, false, this.#report)
      : this.#fresh(session, known)
    this.#byId.set(id, goesOn)
    return goesOn
  }

  #fresh(session: MqttSession, wasResumed: boolean): MqttSession {
    return wasResumed ? new MqttSession(false, true, this.#report) : session
  }
}

const keyOf = ({ clientId }: Connect, connection: string): string =>
  clientId === '' ? `(empty) ${connection}` : clientId
