// The other end of one staged connection: bytes that come at moments of a virtual clock, and writes that fail, take
// less, or take nothing. fixtures/traces/README.md has the meaning of each entry.

import { after, type Duration, type Instant, instant } from '../../core/time.ts'

export type StagedEntry =
  | { readonly data: Uint8Array }
  /** The peer has closed; stays so. */
  | { readonly eof: true }
  /** One read fails with this errno. */
  | { readonly error: string }
  /** What follows is there so much after what is before it. */
  | { readonly after: Duration }
  /** … so much after the connection was made. */
  | { readonly at: Duration }
  /** … once so many writes have been made on this connection. */
  | { readonly afterWrites: number }
  /** … so much after what is before it was there and has been read. */
  | { readonly pause: Duration }

export interface StagedWrite {
  /** Counted from 0 on this connection; failed ones count. */
  readonly at: number
  readonly errno?: string | undefined
  /** It takes so many bytes only. */
  readonly took?: number | undefined
  /** … after so long. */
  readonly takes?: Duration | undefined
  /** It takes none until the caller's patience is over. */
  readonly stalls?: true | undefined
}

export interface StagedAccept {
  readonly feed: readonly StagedEntry[]
  readonly writes?: readonly StagedWrite[] | undefined
  /** How long connecting takes. */
  readonly takes?: Duration | undefined
  /** From the write with this number on, the send buffer is full for so long: a write takes nothing and does not count. */
  readonly stall?: readonly [number, Duration] | undefined
  /** An entry is looked at only when all bytes before it have been read. */
  readonly unhurried?: boolean | undefined
  /** After a write that failed the connection is gone, and what is unread with it. */
  readonly brittle?: boolean | undefined
}

export type StagedConnection =
  | StagedAccept
  /** `timeout`: the socket's own timeout runs out. `unresolved`: the host has no address. */
  | { readonly refuse: string | 'timeout' | 'unresolved'; readonly takes?: Duration | undefined }

export class StagedPeer {
  readonly #script: StagedAccept
  readonly #openedAt: Instant
  /** What is there: bytes, then at most one error or end, then bytes again. */
  readonly #there: (Uint8Array | { readonly errno: string } | 'eof')[] = []
  readonly #writtenAt: Instant[] = []
  #next = 0
  /** The moment of the entry before. */
  #since: Instant
  #readAt: Instant
  #attempts = 0
  #fullUntil: Instant | null = null
  #gone = false

  constructor(script: StagedAccept, now: Instant) {
    this.#script = script
    this.#openedAt = now
    this.#since = now
    this.#readAt = now
  }

  /** What becomes of a write that is made now. */
  write(now: Instant): StagedWrite | 'full' | 'gone' {
    if (this.#gone) return 'gone'
    const { stall, writes = [], brittle } = this.#script
    const at = this.#attempts
    if (stall !== undefined && at >= stall[0]) {
      this.#fullUntil ??= after(now, stall[1])
      if (now < this.#fullUntil) return 'full'
    }
    this.#attempts++
    const staged = writes.find((one) => one.at === at) ?? { at }
    if (staged.errno === undefined && staged.stalls !== true) this.#writtenAt.push(after(now, staged.takes ?? after0))
    else if (staged.errno !== undefined && brittle === true) this.#gone = true
    if (this.#gone) this.#there.length = 0
    return staged
  }

  /** Whether a write would take something now. */
  writable(now: Instant): boolean {
    const { stall } = this.#script
    return this.#fullUntil === null || now >= this.#fullUntil || this.#attempts < stall![0]
  }

  /** Bytes of one read now; -1 at the end or before an error. */
  available(now: Instant): number {
    this.#advance(now)
    let bytes = 0
    for (const item of this.#there) {
      if (!(item instanceof Uint8Array)) return bytes === 0 ? -1 : bytes
      bytes += item.length
    }
    return bytes === 0 && this.#gone ? -1 : bytes
  }

  /** At most `count` bytes; 'eof'; the errno that this read meets; null: nothing is there. */
  read(count: number, now: Instant): Uint8Array | 'eof' | { readonly errno: string } | null {
    this.#advance(now)
    const parts: Uint8Array[] = []
    let have = 0
    while (have < count) {
      const item = this.#there[0]
      if (!(item instanceof Uint8Array)) {
        if (have > 0) break
        if (item === undefined) return this.#gone ? 'eof' : null
        if (item !== 'eof') this.#there.shift()
        return item
      }
      const part = item.subarray(0, count - have)
      if (part.length < item.length) this.#there[0] = item.subarray(part.length)
      else this.#there.shift()
      parts.push(part)
      have += part.length
      this.#readAt = now
      if (this.#there.length === 0) this.#advance(now)
    }
    return Buffer.concat(parts)
  }

  /** The FIN, or the reset, is there, read or not: what stands before it is nothing but data. */
  ended(now: Instant): boolean {
    this.#advance(now)
    if (this.#gone || this.#there.some((item) => !(item instanceof Uint8Array))) return true
    let k = this.#next
    while (k < this.#script.feed.length && 'data' in this.#script.feed[k]!) k++
    const entry = this.#script.feed[k]
    return entry !== undefined && ('eof' in entry || 'error' in entry)
  }

  /** lwIP's number of the connection's state: 4; 7 once it has `ended`; -1 when a reset is all that is there. */
  state(now: Instant): number {
    if (!this.ended(now)) return 4
    const [first] = this.#there
    return this.#gone || (first !== undefined && first !== 'eof' && !(first instanceof Uint8Array)) ? -1 : 7
  }

  /** When something may be there that is not there now; Infinity: nothing comes by itself. */
  nextMoment(now: Instant): Instant {
    this.#advance(now)
    if (this.#fullUntil !== null && now < this.#fullUntil) return this.#fullUntil
    const entry = this.#script.feed[this.#next]
    return entry === undefined ? NEVER : this.#momentOf(entry)
  }

  #momentOf(entry: StagedEntry): Instant {
    if (this.#gone) return NEVER
    if (this.#script.unhurried === true && this.#there.length > 0 && !('data' in entry)) return NEVER
    if ('after' in entry) return after(this.#since, entry.after)
    if ('at' in entry) return after(this.#openedAt, entry.at)
    if ('pause' in entry) return after(later(this.#since, this.#readAt), entry.pause)
    if ('afterWrites' in entry)
      return entry.afterWrites === 0 ? this.#since : (this.#writtenAt[entry.afterWrites - 1] ?? NEVER)
    return this.#since
  }

  #advance(now: Instant): void {
    for (;;) {
      const entry = this.#script.feed[this.#next]
      if (entry === undefined) return
      const moment = this.#momentOf(entry)
      if (moment > now) return
      this.#next++
      this.#since = later(this.#since, moment)
      if ('data' in entry) this.#there.push(entry.data)
      else if ('eof' in entry) this.#there.push('eof')
      else if ('error' in entry) this.#there.push({ errno: entry.error })
    }
  }
}

const after0 = 0 as Duration
const NEVER = instant(Number.POSITIVE_INFINITY)
const later = (a: Instant, b: Instant): Instant => (a > b ? a : b)
