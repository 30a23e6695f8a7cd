// What the broker keeps of one client id, and the flows of QoS 1 and 2 towards it. A message goes out when there is a
// connection and room in its receive maximum; it stays until it is acknowledged, whatever becomes of the connection.

import type { Timer } from '../core/time.ts'
import type { ServerPacket } from './encode.ts'
import type { Copy, Grant } from './message.ts'
import type { Peer } from './peer.ts'
import type { Rules } from './rules.ts'

export interface Outgoing {
  readonly copy: Copy
  /** 0 until it is sent first. */
  id: number
  stage: 'queued' | 'publish' | 'pubrel'
  /** It was sent on an earlier connection, and there was no room in the receive maximum of this one yet. */
  waits?: boolean
}

/** What the small broker keeps of one client id. */
export class Session {
  readonly clientId: string
  readonly subscriptions = new Map<string, Grant>()
  /** In the order in which they came. */
  out: Outgoing[] = []
  /** Ids of QoS 2 messages that came and are not released. */
  readonly taken = new Set<number>()
  lastId = 0
  /** Seconds that it outlives its connection; Infinity: for good. */
  expiry: number
  peer: Peer | null = null
  /** What runs while there is no connection. */
  ending: Timer | null = null
  /** A will that waits for its delay. */
  will: { readonly publish: () => void; readonly timer: Timer } | null = null
  readonly #rules: Rules

  constructor(clientId: string, expiry: number, rules: Rules) {
    this.clientId = clientId
    this.expiry = expiry
    this.#rules = rules
  }

  deliver(copy: Copy): void {
    if (copy.qos > 0 || (this.peer === null && this.#rules.keepsQos0) || this.peer?.waits === true) {
      this.out.push({ copy, id: 0, stage: 'queued' })
      this.pump()
    } else this.peer?.deliver(copy, undefined, false)
  }

  /** How many of its messages wait for the acknowledgement that frees their place [MQTT 5.0, 4.9]. */
  get unacknowledged(): number {
    return this.out.filter(({ stage, waits }) => stage !== 'queued' && waits !== true).length
  }

  /** Sends what waits, as far as the receive maximum goes. What has expired meanwhile, or is too large, is gone. */
  pump(): void {
    const { peer } = this
    if (peer === null || peer.waits) return
    for (const item of this.out.filter((o) => o.waits === true)) {
      if (this.unacknowledged >= this.#rules.window(this, peer)) return
      this.repeat(item, peer)
    }
    for (const item of this.out.filter((o) => o.stage === 'queued')) {
      if (item.copy.qos === 0) {
        this.#drop(item)
        if (this.#rules.fresh(item.copy, this)) peer.deliver(item.copy, undefined, false)
        continue
      }
      if (this.unacknowledged >= this.#rules.window(this, peer)) return
      if (!this.#rules.fresh(item.copy, this)) {
        this.#drop(item)
        continue
      }
      item.id = this.#rules.nextId(this)
      item.stage = 'publish'
      if (!peer.deliver(item.copy, item.id, false)) this.#drop(item)
    }
  }

  /** What a new connection is told again: PUBLISH and PUBREL by their items. */
  unfinished(): readonly Outgoing[] {
    return this.out.filter(({ stage }) => stage !== 'queued')
  }

  /** A PUBLISH that was sent on an earlier connection goes out again, as soon as there is room for it. */
  repeat(item: Outgoing, peer: Peer): void {
    item.waits = true
    if (this.unacknowledged >= this.#rules.window(this, peer)) return
    item.waits = false
    peer.deliver(item.copy, item.id, true)
  }

  /** PUBACK, PUBREC or PUBCOMP of the client; the answer to it. */
  acknowledged(type: 'puback' | 'pubrec' | 'pubcomp', packetId: number, reasonCode: number): ServerPacket | null {
    const item = this.out.find((o) => o.id === packetId && o.stage !== 'queued')
    if (type === 'pubrec') {
      if (item === undefined || item.copy.qos !== 2) return { type: 'pubrel', packetId, reasonCode: NOT_FOUND }
      if (reasonCode >= 0x80) {
        this.#drop(item)
        this.pump()
        return null
      }
      item.stage = 'pubrel'
      return { type: 'pubrel', packetId }
    }
    const ends = type === 'puback' ? item?.copy.qos === 1 : item?.stage === 'pubrel'
    if (ends) this.#drop(item!)
    this.pump()
    return null
  }

  #drop(item: Outgoing): void {
    this.out = this.out.filter((o) => o !== item)
  }
}

/** Packet identifier not found [MQTT 5.0, table 3-6]. */
const NOT_FOUND = 0x92
