// The events of a run, in order: the latest are in memory, and older ones in a temporary file when they become many, as in a
// day of virtual time. Whoever looks at an old one has it read back, with those around it.

import { deserialize, serialize } from 'node:v8'
import type { Event } from './event.ts'
import { SpoolFile } from './spool-file.ts'

/** Events that are in memory at most, when old ones leave it. */
const MOST_IN_MEMORY = 8192
/** Events that are written, and read, at once. */
const BLOCK = 1024
/** Blocks that were read and are in memory still: who goes through a record looks at events one after the other. */
const BLOCKS_READ = 4

interface Block {
  readonly start: number
  readonly length: number
}

export class EventLog {
  readonly #most: number
  readonly #onLeave: (events: readonly Event[]) => void
  #recent: Event[] = []
  /** Those before are in blocks. */
  #left = 0
  readonly #blocks: Block[] = []
  readonly #read = new Map<number, readonly Event[]>()
  #file: SpoolFile | null = null

  /**
   * @param leaves whether old events leave memory
   * @param onLeave is told of those that have
   */
  constructor(leaves: boolean, onLeave: (events: readonly Event[]) => void = () => {}, most = MOST_IN_MEMORY) {
    this.#most = leaves ? Math.max(most, BLOCK) : Number.POSITIVE_INFINITY
    this.#onLeave = onLeave
  }

  get length(): number {
    return this.#left + this.#recent.length
  }

  /** Bytes of events that have left memory. */
  get bytesOnDisk(): number {
    return this.#file?.size ?? 0
  }

  push(event: Event): void {
    this.#recent.push(event)
    if (this.#recent.length > this.#most) this.#leave()
  }

  at(seq: number): Event | undefined {
    return seq >= this.#left ? this.#recent[seq - this.#left] : this.#blockOf(seq)?.[seq % BLOCK]
  }

  /** The events up to now as an array. Those that have left memory are read when they are looked at. */
  snapshot(): readonly Event[] {
    return this.#left === 0 ? [...this.#recent] : viewOf(this, this.length)
  }

  /** As `snapshot`, and it grows. */
  live(): readonly Event[] {
    return this.#left === 0 ? this.#recent : viewOf(this, null)
  }

  /** The older half. */
  #leave(): void {
    this.#file ??= new SpoolFile()
    const blocks = Math.max(1, Math.floor(this.#most / 2 / BLOCK))
    for (let k = 0; k < blocks; k++) {
      const events = this.#recent.slice(k * BLOCK, (k + 1) * BLOCK)
      const bytes = serialize(events)
      this.#blocks.push({ start: this.#file.append([bytes]), length: bytes.length })
    }
    const left = this.#recent.slice(0, blocks * BLOCK)
    this.#recent = this.#recent.slice(blocks * BLOCK)
    this.#left += left.length
    this.#onLeave(left)
  }

  #blockOf(seq: number): readonly Event[] | undefined {
    const number = Math.floor(seq / BLOCK)
    const block = this.#blocks[number]
    if (block === undefined || this.#file === null) return undefined
    const known = this.#read.get(number)
    if (known !== undefined) return known
    const events = deserialize(this.#file.read(block.start, block.length)) as readonly Event[]
    this.#read.set(number, events)
    if (this.#read.size > BLOCKS_READ) this.#read.delete(this.#read.keys().next().value!)
    return events
  }
}

/** What the methods of arrays need of one; it cannot be changed. */
function viewOf(log: EventLog, length: number | null): readonly Event[] {
  const many = (): number => length ?? log.length
  const seqOf = (key: string | symbol): number | null =>
    typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key) && Number(key) < many() ? Number(key) : null
  return new Proxy<readonly Event[]>([], {
    get(target, key) {
      if (key === 'length') return many()
      const seq = seqOf(key)
      return seq === null ? Reflect.get(target, key) : log.at(seq)
    },
    has: (target, key) => seqOf(key) !== null || Reflect.has(target, key),
    set: () => false,
  })
}
