// espMqttClient's queue. Packets stay in it until they are acknowledged; `current` is the next to be sent, and everything
// before it has been.

import type { Packet } from './packet.ts'

export class Outbox {
  readonly items: Packet[] = []
  /** The current packet's place; at the end: there is none. */
  #at = 0

  /** Becomes the current one when there is none. */
  emplace(packet: Packet): void {
    this.items.push(packet)
  }

  /** Becomes the current one: what stands behind it is sent again after it. */
  emplaceFront(packet: Packet): void {
    this.items.unshift(packet)
    this.#at = 0
  }

  get current(): Packet | null {
    return this.items[this.#at] ?? null
  }

  next(): void {
    if (this.#at < this.items.length) this.#at++
  }

  resetCurrent(): void {
    this.#at = 0
  }

  /** If it was the current one, the next is. */
  remove(packet: Packet): void {
    const at = this.items.indexOf(packet)
    this.items.splice(at, 1)
    if (at < this.#at) this.#at--
  }

  removeUnless(keep: (packet: Packet) => boolean): void {
    for (const packet of this.items.filter((p) => !keep(p))) this.remove(packet)
  }

  /** The first of this type; null: there is none. */
  first(type: number): Packet | null {
    return this.items.find((packet) => packet.packetType === type) ?? null
  }
}
