// Both sides of the ledger, as a shard keeps them: what each stream of messages has sent, and which of
// them each receiver has got. A stream is one publication of one device; its messages count from 0.
// Nothing is judged here: that takes the books of all shards (reconcile.ts).

/**
 * How a receiver stands with one stream. While nothing is missing only the highest number is kept; from the first gap
 * on a bit for each message, because one that shares a subscription misses most of them.
 */
export class Tracker {
  /** The highest number that has come; -1: none. */
  top = -1
  /** A bit for each number up to `top` that has come; null: all of them. */
  #seen: Uint32Array | null = null
  duplicated = 0
  reordered = 0
  late = 0
  /** The first few, for people: [what, number]. */
  first: [kind: 'duplicated' | 'reordered' | 'late', seq: number][] | null = null

  take(seq: number, late: boolean): void {
    if (late) this.#odd('late', seq)
    if (seq > this.top) {
      if (this.#seen === null && seq > this.top + 1) this.#keepBits(seq)
      this.top = seq
    } else if (this.#has(seq)) {
      this.#odd('duplicated', seq)
      return
    } else this.#odd('reordered', seq)
    this.#set(seq)
  }

  /** In order. */
  missing(): number[] {
    const missing: number[] = []
    if (this.#seen !== null) for (let seq = 0; seq < this.top; seq++) if (!this.#has(seq)) missing.push(seq)
    return missing
  }

  #has(seq: number): boolean {
    return this.#seen === null || ((this.#seen[seq >>> 5]! >>> (seq & 31)) & 1) === 1
  }

  #set(seq: number): void {
    if (this.#seen === null) return
    const word = seq >>> 5
    if (word >= this.#seen.length) {
      const more = new Uint32Array(Math.max(2 * this.#seen.length, word + 1))
      more.set(this.#seen)
      this.#seen = more
    }
    this.#seen[word]! |= 1 << (seq & 31)
  }

  /** All up to `top` have come, and `seq` is next. */
  #keepBits(seq: number): void {
    this.#seen = new Uint32Array((seq >>> 5) + 1)
    for (let k = 0; k <= this.top; k++) this.#set(k)
  }

  #odd(kind: 'duplicated' | 'reordered' | 'late', seq: number): void {
    this[kind]++
    this.first ??= []
    if (this.first.length < MAX_LISTED_LOSSES) this.first.push([kind, seq])
  }
}

export const MAX_LISTED_LOSSES = 5

/** In stamps: the first attempt's messages count from 0, the second's from here, … */
export const SEQ_AN_ATTEMPT = 100_000_000
/** Five digits of base 62, as in the stamp. */
const STREAMS = 62 ** 5

/** The messages of a stream in one attempt of its shard have a book of their own. */
export const bookNumber = (stream: number, attempt: number): number => attempt * STREAMS + stream
export const streamOfBook = (book: number): number => book % STREAMS

/** What a stream has sent. */
export interface SentBook {
  readonly book: number
  readonly sent: number
  /** Of which nobody knows whether the broker has them. */
  readonly unconfirmed: readonly number[]
  /** When each left, ms of the run; null: there were too many to keep. */
  readonly times: readonly number[] | null
}

export interface GotBook {
  readonly book: number
  readonly top: number
  readonly missing: readonly number[]
  readonly duplicated: number
  readonly reordered: number
  readonly late: number
  readonly first: readonly (readonly [kind: 'duplicated' | 'reordered' | 'late', seq: number])[]
}

/** A device with subscriptions or publications, and when it had a connection. */
export interface DeviceLedger {
  /** Its number in the whole fleet. */
  readonly device: number
  /** ms of the run at which its subscriptions were granted; null: never, or it has none. */
  readonly subscribedAt: number | null
  /** Since when it is connected without its subscriptions, its session having gone with the broker; null: it is not. */
  readonly deafSince: number | null
  /** When connections began and ended, in turn. */
  readonly turns: readonly number[]
  readonly got: readonly GotBook[]
}

export interface DeliveryLedger {
  readonly sent: readonly SentBook[]
  readonly devices: readonly DeviceLedger[]
}

export function gotBook(book: number, tracker: Tracker): GotBook {
  const { top, duplicated, reordered, late, first } = tracker
  return { book, top, missing: tracker.missing(), duplicated, reordered, late, first: first ?? [] }
}
