// MsgQueue: the ring that messages lie in for `async for … in client.queue`. It is full at one less than its length, and
// then drops the oldest: one of length 1 keeps nothing at all.

import type { Program } from '../../board.ts'
import { Event } from './asyncio.ts'

export interface QueuedMessage {
  readonly topic: Uint8Array
  readonly msg: Uint8Array
  readonly retained: boolean
}

export class MsgQueue {
  readonly #q: (QueuedMessage | null)[]
  readonly #size: number
  #wi = 0
  #ri = 0
  readonly #evt = new Event()
  discards = 0

  constructor(size: number) {
    this.#q = new Array<QueuedMessage | null>(Math.max(size, 4)).fill(null)
    this.#size = size
  }

  *put(message: QueuedMessage): Program<void> {
    this.#q[this.#wi] = message
    yield* this.#evt.set()
    this.#wi = (this.#wi + 1) % this.#size
    if (this.#wi !== this.#ri) return
    this.#ri = (this.#ri + 1) % this.#size
    this.discards++
  }

  /** The next message; one that is there when the reader begins to wait has woken it before it was dropped. */
  *next(): Program<QueuedMessage> {
    if (this.#ri === this.#wi) {
      this.#evt.clear()
      yield* this.#evt.wait()
    }
    const message = this.#q[this.#ri]!
    this.#ri = (this.#ri + 1) % this.#size
    return message
  }
}
