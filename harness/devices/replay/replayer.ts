// One time through the script of a recording. All that the device itself decided is done in its order. What it only
// acknowledged is not: a broker may deliver earlier or later than the recorded one did, even after something else that
// the device did, so an acknowledgement whose delivery does not come is put off, at most to the connection's end.

import {
  after,
  type Clock,
  type Duration,
  type Instant,
  milliseconds,
  promptNetworkTrusting,
  showDuration,
  type Timer,
} from '../../../emulators/index.ts'
import { passwordAt } from '../../evidence/index.ts'
import type { DeviceContext } from '../kind.ts'
import { linkedNetwork } from '../network/linked-network.ts'
import { withBrokersId, withPassword } from './bytes.ts'
import { type Ids, ReplayConnection } from './connection.ts'
import type { Act, ReplayScript } from './script.ts'

export interface ReplaySettings extends DeviceContext {
  readonly script: ReplayScript
  /** How much faster than it was recorded; infinite: as fast as the answers come. */
  readonly speed: number
  /** In the recording's own time, ms: what is played first. */
  readonly begin: number
  /** In place of what the recording has masked; null: the broker's, if there is one for this user. */
  readonly password: Uint8Array | null
}

/** How much longer than in the recording the broker may take. */
export const ANSWER_LIMIT = milliseconds(5000)
/** And how much longer for a delivery before the device goes on without it. */
const PUT_OFF = milliseconds(500)

/** Why a replay did not get to its end. */
export class ReplayError extends Error {}

type Send = Extract<Act, { kind: 'send' }>

export class Replayer {
  readonly #settings: ReplaySettings
  readonly #clock: Clock
  readonly #network: ReturnType<typeof linkedNetwork>
  readonly #connections = new Map<number, ReplayConnection>()
  readonly #ids: Ids = new Map()
  readonly #zero: Instant
  /** Acknowledgements whose deliveries have not come. */
  readonly #putOff = new Set<Send>()
  #stopped = false
  #look: () => void = () => {}
  #waitsFor: string | null = null

  constructor(settings: ReplaySettings) {
    this.#settings = settings
    this.#clock = settings.clock
    this.#network = linkedNetwork(settings.attachment, promptNetworkTrusting)
    this.#zero = this.#clock.now()
  }

  /** Rejects with Stuck. Never settles when it is stopped. */
  async play(): Promise<void> {
    let before = this.#settings.begin
    for (const act of this.#settings.script.acts) {
      const gap = milliseconds(Math.max(0, act.at - before))
      before = act.at
      if (act.kind !== 'hear' && act.kind !== 'ended') await this.#until(this.#due(act))
      await this.#do(act, gap)
    }
    await this.#acknowledged(null)
  }

  hanging(): string | null {
    return this.#waitsFor === null ? null : `the replay waits for ${this.#waitsFor}`
  }

  vanish(how: 'power' | 'reset'): void {
    this.#stopped = true
    for (const connection of this.#connections.values()) if (connection.ended === null) connection.vanish(how)
    this.#look()
  }

  destroy(): void {
    this.#stopped = true
    for (const connection of this.#connections.values()) connection.destroy()
    this.#look()
  }

  #due({ at }: Act): Instant {
    const { begin, speed } = this.#settings
    return after(this.#zero, milliseconds(Math.max(0, (at - begin) / speed)))
  }

  async #do(act: Act, gap: Duration): Promise<void> {
    if (act.kind === 'open') return this.#open(act)
    if (act.kind === 'vanish') {
      for (const connection of this.#connections.values()) if (connection.ended === null) connection.vanish(act.how)
      return
    }
    const connection = this.#connections.get(act.connection)
    if (connection === undefined || connection.isLeft) return
    switch (act.kind) {
      case 'send':
        if (act.packet.type === 'disconnect') await this.#acknowledged(act.connection)
        return act.answerTo === null ? this.#send(act, connection) : this.#acknowledge(act, connection, gap)
      case 'hear': {
        const what = told(act)
        const has = (): boolean => connection.take(act.awaited)
        return this.#wait(what, ANSWER_LIMIT, gap, has, () => over(connection, act.connection, `${what} was awaited`))
      }
      case 'end':
        await this.#acknowledged(act.connection)
        if (act.how === 'fin') connection.finish()
        else connection.reset()
        return
      case 'ended': {
        const what = `the end of connection ${act.connection} by the broker (#${act.seq} of the recording)`
        await this.#wait(what, ANSWER_LIMIT, gap, () => connection.ended !== null)
        return connection.finish()
      }
    }
  }

  async #open({ connection: number, seq }: Extract<Act, { kind: 'open' }>): Promise<void> {
    const { attachment } = this.#settings
    const connection = new ReplayConnection({
      network: this.#network,
      attachment,
      ids: this.#ids,
      onChange: () => this.#changed(),
    })
    this.#connections.set(number, connection)
    this.#waitsFor = 'the TCP connection'
    const errno = await this.#unlessStopped(connection.opened)
    this.#waitsFor = null
    if (errno !== null) throw new ReplayError(`connection ${number} (#${seq} of the recording) was not made: ${errno}`)
  }

  async #send(act: Send, connection: ReplayConnection): Promise<void> {
    const what = `${told(act)} was due`
    const ended = over(connection, act.connection, what)
    if (ended !== null) throw new ReplayError(ended)
    const errno = await this.#unlessStopped(connection.send(this.#bytesOf(act)))
    if (errno !== null)
      throw new ReplayError(over(connection, act.connection, what) ?? `${told(act)} was not sent: ${errno}`)
  }

  async #acknowledge(act: Send, connection: ReplayConnection, gap: Duration): Promise<void> {
    const { awaited } = act.answerTo!
    const came = await this.#wait(told(act.answerTo!), PUT_OFF, gap, () => connection.take(awaited)).then(
      () => true,
      () => false,
    )
    if (came) return this.#send(act, connection)
    this.#putOff.add(act)
  }

  /** Resolves when nothing more is put off on this connection; null: on any. */
  async #acknowledged(number: number | null): Promise<void> {
    const mine = (): Send[] => [...this.#putOff].filter(({ connection }) => number === null || connection === number)
    const [first] = mine()
    if (first === undefined) return
    const what = told(first.answerTo!)
    const why = (): string | null =>
      over(this.#connections.get(first.connection)!, first.connection, `${what} was awaited`)
    await this.#wait(what, ANSWER_LIMIT, milliseconds(0), () => mine().length === 0, why)
  }

  #changed(): void {
    for (const act of this.#putOff) {
      const connection = this.#connections.get(act.connection)
      if (this.#stopped || connection?.ended !== null || !connection.take(act.answerTo!.awaited)) continue
      this.#putOff.delete(act)
      void connection.send(this.#bytesOf(act)) // when it cannot be sent, the end of the connection tells why
    }
    this.#look()
  }

  #bytesOf({ packet, raw, answerTo }: Send): Uint8Array {
    const { password, attachment } = this.#settings
    if (answerTo !== null && 'packetId' in packet)
      return withBrokersId(raw, this.#ids.get(packet.packetId!) ?? packet.packetId!)
    const at = passwordAt(raw)
    if (at === null || packet.type !== 'connect') return raw
    const { credentials } = attachment
    const word = password ?? (credentials?.username === packet.username ? credentials?.password : undefined)
    if (word === undefined) return raw
    return withPassword(raw, at, typeof word === 'string' ? new TextEncoder().encode(word) : word)
  }

  /**
   * Rejects with Stuck. `gap`: how long it took in the recording, which no speed makes shorter, because a broker's time
   * is its own; `patience`: how much longer it may take now.
   */
  #wait(
    what: string,
    patience: Duration,
    gap: Duration,
    isThere: () => boolean,
    whyNever: () => string | null = () => null,
  ): Promise<void> {
    const limit = milliseconds(gap + patience)
    let timer: Timer | undefined
    this.#waitsFor = what
    return new Promise<void>((resolve, reject) => {
      let found = false // one look too many would take the next one, too
      this.#look = () => {
        if (this.#stopped) return timer?.cancel()
        if (found) return
        found = isThere()
        if (found) return resolve()
        const never = whyNever()
        if (never !== null) reject(new ReplayError(never))
      }
      timer = this.#clock.at(after(this.#clock.now(), limit), () =>
        reject(new ReplayError(`${what} did not come within ${showDuration(limit)}`)),
      )
      this.#look()
    }).finally(() => {
      timer?.cancel()
      this.#look = () => {}
      this.#waitsFor = null
    })
  }

  #until(when: Instant): Promise<void> {
    if (this.#clock.now() >= when) return this.#unlessStopped(Promise.resolve())
    let timer: Timer | undefined
    return new Promise<void>((resolve) => {
      this.#look = () => {
        if (this.#stopped) timer?.cancel()
      }
      timer = this.#clock.at(when, resolve)
    })
  }

  /** A replay that was stopped goes on no more. */
  async #unlessStopped<T>(work: Promise<T>): Promise<T> {
    const done = await work
    return this.#stopped ? new Promise(() => {}) : done
  }
}

/** Why nothing more can come or go; null while it can. */
function over({ ended }: ReplayConnection, number: number, what: string): string | null {
  if (ended === null) return null
  const how = ended === 'closed' ? 'closed' : ended === 'ECONNRESET' ? 'reset' : `lost (${ended})`
  return `connection ${number} was ${how} when ${what}`
}

/** `PUBACK packetId 3 (#17 of the recording)`. */
function told({ packet, seq }: Pick<Send, 'packet' | 'seq'>): string {
  const id = 'packetId' in packet && packet.packetId !== undefined ? ` packetId ${packet.packetId}` : ''
  const topic = packet.type === 'publish' ? ` topic "${packet.topic}"` : ''
  return `${packet.type.toUpperCase()}${topic}${id} (#${seq} of the recording)`
}
