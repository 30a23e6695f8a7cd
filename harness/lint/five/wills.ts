// Wills that come when they must not: after a DISCONNECT that takes them back, before their delay, after the client has come
// back in time [MQTT 5.0, 3.1.2.5, 3.1.3.2.2]. A will is known by its topic and payload: where anybody has published the
// same, or another client announced it, nothing is held against a server. What has come once may come again, to others
// and later, so it is judged the first time alone.

import type { Connect } from '../../../emulators/index.ts'
import { onlyValue } from '../../../emulators/index.ts'
import type { Report } from '../finding.ts'

/** How much earlier than recorded a server may have seen the end of a connection, ms. */
const TOLERANCE_MS = 500

/** What a will and a message are known by. */
interface Message {
  readonly topic: string
  readonly payload: Uint8Array
}

interface Will {
  readonly connection: string
  readonly clientId: string
  /** Seconds. */
  readonly delay: number
  state:
    | 'armed'
    /** It may be published, or has been. */
    | 'free'
    /** Not before this time. */
    | { readonly notBefore: number }
    /** Never: the statement, and why. */
    | { readonly statement: string; readonly why: string }
}

export class Wills {
  /** By topic and payload. */
  readonly #all = new Map<string, Will[]>()
  readonly #published = new Set<string>()

  published({ topic, payload }: Message): void {
    this.#published.add(keyOf(topic, payload))
  }

  /** A connection was accepted: it ends the waiting of its client's earlier wills. */
  connected(connection: string, clientId: string, { will, clean }: Connect, present: boolean, at: number): void {
    for (const mine of this.#of((one) => one.clientId === clientId)) this.#resumed(mine, clean, present, at)
    if (will === undefined) return
    const key = keyOf(will.topic, will.payload)
    const delay = onlyValue(will.properties?.willDelayInterval) ?? 0
    this.#all.set(key, [...(this.#all.get(key) ?? []), { connection, clientId, delay, state: 'armed' }])
  }

  #resumed(will: Will, clean: boolean, present: boolean, at: number): void {
    const { state, delay } = will
    const goesOn = !clean && present && delay > 0
    if (state === 'armed') will.state = goesOn ? CAME_BACK : 'free'
    else if (typeof state === 'object' && 'notBefore' in state)
      will.state = goesOn && at < state.notBefore - TOLERANCE_MS ? CAME_BACK : 'free'
  }

  /** A DISCONNECT with reason code 0 takes it back. */
  removed(connection: string): void {
    for (const will of this.#of((one) => one.connection === connection && one.state === 'armed'))
      will.state = { statement: 'MQTT-3.14.4-3', why: 'after a DISCONNECT with reason code 0' }
  }

  /**
   * @param at null: when the server saw it is not known
   * @param expiry of its session, seconds: with that the will comes at the latest
   */
  ended(connection: string, at: number | null, expiry: number): void {
    for (const will of this.#of((one) => one.connection === connection && one.state === 'armed'))
      will.state = at === null ? 'free' : { notBefore: at + Math.min(will.delay, expiry) * 1000 }
  }

  /**
   * A PUBLISH of the server.
   * @param retain what it was told to keep may be older than all that is known of it
   * @param at the earliest time at which it may have been, ms
   */
  delivered(message: Message & { readonly retain: boolean }, at: number, report: Report): void {
    const key = keyOf(message.topic, message.payload)
    const wills = this.#published.has(key) || message.retain ? [] : (this.#all.get(key) ?? [])
    this.#published.add(key)
    const faults = wills.map((will) => faultOf(will, at))
    const last = faults.at(-1)
    if (last === undefined || last === null || faults.includes(null)) return
    report(last.statement, `the will of "${wills.at(-1)!.clientId}" is published ${last.why}`)
  }

  restarted(): void {
    for (const will of this.#of(() => true)) will.state = 'free'
  }

  #of(wanted: (will: Will) => boolean): Will[] {
    return [...this.#all.values()].flat().filter(wanted)
  }
}

const CAME_BACK = { statement: 'MQTT-3.1.3-9', why: 'though its client came back before the will delay was over' }

function faultOf({ state }: Will, at: number): { readonly statement: string; readonly why: string } | null {
  if (state === 'armed' || state === 'free') return null
  if ('statement' in state) return state
  const early = state.notBefore - TOLERANCE_MS - at
  if (early <= 0) return null
  return { statement: 'MQTT-3.1.2-8', why: `${Math.round(state.notBefore - at)}ms before its delay is over` }
}

const keyOf = (topic: string, payload: Uint8Array): string => `${topic}\0${Buffer.from(payload).toString('hex')}`
