// One connection of a client: packets in, packets out, the keep alive, and its one end. It knows no socket: whoever
// has one gives it a wire, and tells it what comes.

import { after, type Clock, milliseconds, type Timer } from '../core/time.ts'
import { Decoder } from '../mqtt/codec.ts'
import { Dialect } from '../mqtt/decode.ts'
import type { Connect, Packet, Will } from '../mqtt/packet.ts'
import * as codes from './codes.ts'
import { encodeServer, type ServerPacket } from './encode.ts'
import type { Copy } from './message.ts'
import type { Rules } from './rules.ts'
import type { Session } from './session.ts'

/** What the broker does to a connection. */
export interface ClientWire {
  write(bytes: Uint8Array): void
  /** FIN, behind what was written. */
  end(): void
  /** RST. */
  reset(): void
}

/** Why a connection ends. */
export type Cause = 'disconnect' | 'fin' | 'reset' | 'violation' | 'taken over' | 'keep alive' | 'refused' | 'shut down'

export interface PeerEvents {
  onPacket(packet: Packet, peer: Peer): void
  onEnd(peer: Peer, cause: Cause, reason: number): void
}

/** Enhanced authentication on this connection. */
export interface Authentication {
  readonly method: string
  /** A challenge is out; for a CONNECT that waits, or to authenticate again. */
  stage: 'connecting' | 'again' | 'done'
}

/** One connection of a client to the small broker. */
export class Peer {
  /** How many connections there were before. */
  readonly number: number
  readonly wire: ClientWire
  readonly memo = new Map<string, unknown>()
  connect: Connect | null = null
  session: Session | null = null
  will: Will | null = null
  over = false
  /** Why it ended. */
  cause: Cause | null = null
  /** The latest packet's own bytes. */
  raw: Uint8Array = new Uint8Array()
  /** Deliveries wait: what the session has unfinished goes first. */
  waits = false
  /** Seconds; 0: none. */
  keepalive = 0
  receiveMaximum = Number.POSITIVE_INFINITY
  maximumPacketSize = Number.POSITIVE_INFINITY
  topicAliasMaximum = 0
  /** Reason strings and user properties may come with any packet. */
  wantsProblems = true
  readonly aliasesIn = new Map<number, string>()
  readonly aliasesOut = new Map<string, number>()
  authentication: Authentication | null = null
  readonly #clock: Clock
  readonly #rules: Rules
  readonly #events: PeerEvents
  readonly #decoder: Decoder
  #silence: Timer | null = null

  constructor(wire: ClientWire, number: number, clock: Clock, rules: Rules, events: PeerEvents) {
    this.wire = wire
    this.number = number
    this.#clock = clock
    this.#rules = rules
    this.#events = events
    this.#decoder = new Decoder(new Dialect())
  }

  get level(): number {
    return this.connect?.protocolLevel ?? 4
  }

  /** Bytes came. */
  data(chunk: Uint8Array): void {
    for (const { packet, raw } of this.#decoder.push(chunk)) {
      if (this.over) return
      this.raw = raw
      this.touch()
      for (const taken of this.#rules.up(packet, this) ?? [packet]) if (!this.over) this.#events.onPacket(taken, this)
    }
  }

  /** FIN or RST came. */
  closed(how: 'fin' | 'reset'): void {
    this.end(how)
  }

  send(packet: ServerPacket): void {
    for (const what of this.#rules.down(packet, this) ?? [packet]) this.write(what)
  }

  /** Past all rules but those of size and bytes. Returns whether it was sent. */
  write(what: ServerPacket | Uint8Array): boolean {
    const bytes = what instanceof Uint8Array ? what : this.#fitted(what)
    if (bytes === null) return false
    this.#rules.write(bytes, this)
    return true
  }

  /** A message goes out. Returns false when it is too large for the client, which then does without [MQTT-3.1.2-25]. */
  deliver(copy: Copy, packetId: number | undefined, dup: boolean): boolean {
    const is5 = this.level === 5
    const plain = { type: 'publish', ...this.#said(copy), packetId, dup } as const
    const properties = is5 ? this.#rules.carried(copy, this) : {}
    if (!this.#rules.suits(encodeServer({ ...plain, properties }, this.level).length, this)) return false
    const { topic, alias } = is5 ? this.#rules.called(copy.topic, this) : { topic: copy.topic }
    const aliased = alias === undefined ? properties : { ...properties, topicAlias: alias }
    const packet = { ...plain, topic, properties: aliased }
    // Three bytes more with an alias that is new: the client is spared it, and the broker forgets it.
    if (alias !== undefined && !this.#rules.suits(encodeServer(packet, this.level).length, this)) {
      if (topic !== '') this.aliasesOut.delete(copy.topic)
      this.send({ ...plain, properties })
    } else this.send(packet)
    return true
  }

  /** The keep alive begins anew. */
  touch(): void {
    if (this.over) return
    this.#silence?.cancel()
    this.#silence = null
    if (this.connect === null || this.keepalive === 0) return
    const patience = milliseconds(this.#rules.patience(this.keepalive, this))
    this.#silence = this.#clock.at(after(this.#clock.now(), patience), () =>
      this.end('keep alive', codes.KEEP_ALIVE_TIMEOUT),
    )
  }

  /** `reason`: what DISCONNECT says, its client's or the broker's own. */
  end(cause: Cause, reason: number = codes.SUCCESS): void {
    if (this.over || this.#rules.outlives(this, cause, reason)) return
    this.over = true
    this.cause = cause
    this.#silence?.cancel()
    this.#events.onEnd(this, cause, reason)
  }

  #said({ topic, payload, qos, retain }: Copy) {
    return { topic, payload, qos, retain }
  }

  /** With what it may tell in words, as far as that fits; null: the packet does not fit at all. */
  #fitted(packet: ServerPacket): Uint8Array | null {
    if (this.level !== 5) return encodeServer(packet, this.level)
    const remarks = this.#rules.remarks(packet, this)
    const told = remarks === undefined ? packet : { ...packet, properties: { ...packet.properties, ...remarks } }
    const { userProperty: _, ...shorter } = told.properties ?? {}
    const choices = [told, ...(remarks?.userProperty === undefined ? [] : [{ ...told, properties: shorter }]), packet]
    for (const choice of choices) {
      const bytes = encodeServer(choice, this.level)
      if (this.#rules.suits(bytes.length, this)) return bytes
    }
    return null
  }
}
