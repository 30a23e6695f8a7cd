// The library's outbox (lib/mqtt_outbox.c): packets in the order in which they came, until they are acknowledged or too
// old. Several may have one id; then the first of them is meant.

/** PUBREC has come: ACKNOWLEDGED. */
export type Pending = 'QUEUED' | 'TRANSMITTED' | 'ACKNOWLEDGED'

export interface OutboxItem {
  readonly data: Uint8Array
  readonly msgId: number
  readonly msgType: number
  /** Of a publish; what the last publish had of any other. */
  readonly qos: number
  tick: number
  pending: Pending
}

/** Of all outboxes that have been empty so far. */
const NONE: OutboxItem[] = []

export class Outbox {
  /** Bytes of all packets. */
  size = 0
  #items: OutboxItem[] = NONE

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  enqueue(item: OutboxItem): void {
    if (this.#items === NONE) this.#items = [item]
    else this.#items.push(item)
    this.size += item.data.length
  }

  get(msgId: number): OutboxItem | undefined {
    return this.#items.find((item) => item.msgId === msgId)
  }

  /** The oldest in this state. It stays where it is. */
  dequeue(pending: Pending): OutboxItem | undefined {
    return this.#items.find((item) => item.pending === pending)
  }

  deleteItem(item: OutboxItem): void {
    this.#remove(this.#items.indexOf(item))
  }

  /** Whether there was one. */
  delete(msgId: number, msgType: number): boolean {
    const at = this.#items.findIndex((item) => item.msgId === msgId && item.msgType === msgType)
    this.#remove(at)
    return at >= 0
  }

  setPending(msgId: number, pending: Pending): void {
    const item = this.get(msgId)
    if (item !== undefined) item.pending = pending
  }

  setTick(msgId: number, tick: number): void {
    const item = this.get(msgId)
    if (item !== undefined) item.tick = tick
  }

  /** The id of the first that is older than `timeout` and is gone now; -1: there is none. */
  deleteSingleExpired(now: number, timeout: number): number {
    const at = this.#items.findIndex((item) => now - item.tick > timeout)
    const id = this.#items[at]?.msgId ?? -1
    this.#remove(at)
    return id
  }

  deleteExpired(now: number, timeout: number): void {
    if (this.#items.length === 0) return
    while (this.deleteSingleExpired(now, timeout) !== -1);
  }

  deleteAll(): void {
    this.#items = NONE
    this.size = 0
  }

  /** All that were sent and are not acknowledged are to be sent again, a publish as a duplicate. */
  requeue(publishType: number): void {
    for (const item of this.#items) {
      if (item.pending !== 'TRANSMITTED') continue
      item.pending = 'QUEUED'
      if (item.msgType === publishType && item.qos > 0) item.data[0]! |= 0x08
    }
  }

  #remove(at: number): void {
    if (at < 0) return
    this.size -= this.#items[at]!.data.length
    this.#items.splice(at, 1)
  }
}
