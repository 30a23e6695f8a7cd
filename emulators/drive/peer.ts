// The other end of one scripted connection: what it sends, when it sends nothing, and which writes
// to it fail. A gap is used up by the one read that meets it; the end of the feed is not.

import type { Duration } from '../core/time.ts'

/** What a scripted peer gives to a read. */
export type FeedEntry =
  | { readonly data: Uint8Array }
  /** Nothing is there now. */
  | { readonly gap: true }
  /** The peer has closed; stays so. */
  | { readonly eof: true }
  /** The read raises OSError with this errno, once. */
  | { readonly error: string }

/** A write of the program that fails. */
export interface FailingWrite {
  /** Counted from 0 on this connection. */
  readonly at: number
  readonly errno: string
}

/** A connection of a script: refused, or with what its peer sends. */
export type ScriptedConnection =
  | { readonly refuse: string }
  | { readonly feed: readonly FeedEntry[]; readonly failWrites?: readonly FailingWrite[] | undefined }

export type PeerRead =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly bytes: Uint8Array }
  | { readonly kind: 'error'; readonly errno: string }
  | { readonly kind: 'nothing' | 'timeout' | 'blocked' }

export class ScriptedPeer {
  readonly #feed: FeedEntry[]
  readonly #failing: readonly FailingWrite[]
  #writes = 0

  constructor(connection: {
    readonly feed: readonly FeedEntry[]
    readonly failWrites?: readonly FailingWrite[] | undefined
  }) {
    this.#feed = [...connection.feed]
    this.#failing = connection.failWrites ?? []
  }

  /** Counts a write; an errno name when this one fails. */
  write(): string | null {
    const at = this.#writes++
    return this.#failing.find((failing) => failing.at === at)?.errno ?? null
  }

  /** lwIP's number of the connection's state: 7 once there is nothing before the end of file, -1 at an error, else 4. */
  state(): number {
    const [next] = this.#feed
    if (next === undefined) return 4
    return 'eof' in next ? 7 : 'error' in next ? -1 : 4
  }

  /** Bytes that one read would have; -1 at the end, or before an error. */
  available(): number {
    const [next] = this.#feed
    if (next === undefined || 'gap' in next) return 0
    return 'data' in next ? next.data.length : -1
  }

  /** `exact`: wait for `count` bytes (negative: until end of file); else return with at least one. */
  read(count: number, exact: boolean, timeout: Duration | null): PeerRead {
    const wanted = count < 0 ? Number.POSITIVE_INFINITY : count
    const parts: Uint8Array[] = []
    let have = 0
    while (have < wanted && (exact || have === 0)) {
      const entry = this.#feed[0]
      if (entry === undefined || 'gap' in entry) {
        if (entry !== undefined) this.#feed.shift()
        if (timeout === 0) return have > 0 ? { kind: 'bytes', bytes: Buffer.concat(parts) } : { kind: 'nothing' }
        if (timeout !== null) return { kind: 'timeout' }
        if (entry === undefined) return { kind: 'blocked' }
      } else if ('eof' in entry) {
        return { kind: 'end', bytes: Buffer.concat(parts) }
      } else if ('error' in entry) {
        this.#feed.shift()
        return { kind: 'error', errno: entry.error }
      } else {
        const part = entry.data.subarray(0, wanted - have)
        if (part.length < entry.data.length) this.#feed[0] = { data: entry.data.subarray(part.length) }
        else this.#feed.shift()
        parts.push(part)
        have += part.length
      }
    }
    return { kind: 'bytes', bytes: Buffer.concat(parts) }
  }
}
