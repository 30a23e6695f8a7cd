// Both sides of the ledger, as a shard keeps them: what each stream of messages has sent, and which of
// them each receiver has got. A stream is one publication of one device; its messages count from 0.
// Nothing is judged here: that takes the books of all shards (reconcile.ts).

/** How a receiver stands with one stream. Beside the highest number only what is out of the ordinary is kept. */
export class Tracker {
  /** The highest number that has come; -1: none. */
  top = -1
  /** Below it, what has not come. */
  #missing: Set<number> | null = null
  duplicated = 0
  reordered = 0
  late = 0
  /** The first few, for people: [what, number]. */
  first: [kind: 'duplicated' | 'reordered' | 'late', seq: number][] | null = null

  take(seq: number, late: boolean): void {
    if (late) this.#odd('late', seq)
    if (seq > this.top) {
      for (let k = this.top + 1; k < seq; k++) {
        this.#missing ??= new Set()
        this.#missing.add(k)
      }
      this.top = seq
    } else if (this.#missing?.delete(seq) === true) this.#odd('reordered', seq)
    else this.#odd('duplicated', seq)
  }

  /** In order. */
  missing(): number[] {
    return this.#missing === null ? [] : [...this.#missing].sort((a, b) => a - b)
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
/** Five digits of base 36, as in the stamp. */
const STREAMS = 36 ** 5

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
