// A disturbance at work on a link: which packets it hits and how many of them yet. It outlives connections: the
// second packet may be one of the second connection. Each direction of each connection has a handler of its own.

import type { Packet, Random } from '../../emulators/index.ts'
import type { Direction, FaultEvent } from '../evidence/index.ts'
import type { Chunk, MakeHandler } from './disturbances/disturbance.ts'

/** A disturbance of a link: which packets, and what happens to them. */
export interface RuleSettings {
  /** What `release` calls it. */
  readonly id: string
  readonly direction: Direction
  /** What it does, in a few words. */
  readonly what: string
  readonly handler: MakeHandler
  /** Which packets; asked only about whole ones, except when it wants `everything`. */
  readonly wants: ((packet: Packet, raw: Uint8Array) => boolean) | 'everything'
  /**
   * Whether it may want a packet of these first bytes: a number: ask again when it has number of bytes. Packets that no
   * rule may want pass as they come, not when they are whole. Absent: always.
   */
  readonly mayWant?: ((begun: Uint8Array) => boolean | number) | undefined
  /** The first one that is hit, from 1. */
  readonly nth: number
  /** How many are hit. */
  readonly times: number
  /** The share of those that would be, by the seed. */
  readonly chance: number
  readonly random: Random
  /** It hits all that passes, and the record does not tell each time. */
  readonly isQuiet?: boolean | undefined
  /** `this`: only on the connection that there is now. */
  readonly connection: 'this' | 'all'
}

export class Rule {
  readonly settings: RuleSettings
  readonly #device: string
  /** The only connection it is for; null: all. */
  readonly #connection: number | null
  readonly #keepers = new Set<() => number>()
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>()
  #seen = 0
  #hits = 0
  /** What was told last, by its end: thousands of events share one text. */
  #told = { end: '', what: '' }

  constructor(settings: RuleSettings, device: string, connection: number | null) {
    this.settings = settings
    this.#device = device
    this.#connection = connection
  }

  /** It will hit nothing more. */
  get spent(): boolean {
    return this.#hits >= this.settings.times
  }

  /** Packets that it keeps, on all connections. */
  get held(): number {
    return [...this.#keepers].reduce((sum, kept) => sum + kept(), 0)
  }

  isFor(connection: number): boolean {
    return this.#connection === null || this.#connection === connection
  }

  /** Whether it may hit a packet of these first bytes; see `RuleSettings.mayWant`. */
  mayHit(begun: Uint8Array): boolean | number {
    const { wants, mayWant } = this.settings
    if (this.spent) return false
    return wants === 'everything' || mayWant === undefined || mayWant(begun)
  }

  /** Whether it hits this one; asking counts. */
  hits({ packet, bytes }: Chunk): boolean {
    const { wants, nth, chance, random } = this.settings
    if (this.spent) return false
    if (wants !== 'everything' && (packet === null || !wants(packet, bytes))) return false
    if (chance < 1 && random.next() >= chance) return false
    if (++this.#seen < nth) return false
    this.#hits++
    return true
  }

  /** A handler's count of what it keeps; the returned function takes it back. */
  keeps(kept: () => number): () => void {
    this.#keepers.add(kept)
    return () => void this.#keepers.delete(kept)
  }

  /** To be called when a handler may keep more than before. */
  looked(): void {
    for (const one of this.#waiting) {
      if (this.held < one.count) continue
      this.#waiting.delete(one)
      one.resolve()
    }
  }

  /** Resolves when so many are held at once. */
  holding(count: number): Promise<void> {
    if (this.held >= count) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.add({ count, resolve }))
  }

  /** For the record: `hold "acks" hits PUBACK`. */
  fault(what: string): FaultEvent {
    const { id, what: does } = this.settings
    if (what !== this.#told.end) this.#told = { end: what, what: `${does} (${id}) ${what}` }
    return { kind: 'fault', what: this.#told.what, device: this.#device, disturbance: id }
  }
}

/** How a chunk is called in the record. */
export function nameOf({ packet, bytes }: Chunk): string {
  if (packet === null) return `${bytes.length} bytes that are not a packet`
  return packet.type.toUpperCase()
}
