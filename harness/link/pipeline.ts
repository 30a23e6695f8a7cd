// The disturbances of one direction of one connection, in the order of their steps: what one lets pass, or makes,
// is looked at by the next.

import {
  after,
  type Clock,
  type Dialect,
  type Duration,
  elapsed,
  type Instant,
  type Timer,
} from '../../emulators/index.ts'
import type { FaultEvent } from '../evidence/index.ts'
import { type Chunk, changed, type Handler, type Line } from './disturbances/disturbance.ts'
import { nameOf, type Rule } from './rule.ts'

export interface PipelineSettings {
  readonly clock: Clock
  readonly dialect: Dialect
  readonly record: (fault: FaultEvent) => void
  /** To the sink. */
  readonly out: (chunk: Chunk) => void
  /** Around work that begins in here, by a timer. */
  readonly turn: (work: () => void) => void
}

interface Stage {
  readonly rule: Rule
  readonly handler: Handler
  readonly timers: Set<Timer>
  readonly leave: () => void
  /** It was released: what it did to the pace of chunks is void. */
  released: boolean
}

/** What became of a chunk that came. */
export interface Passage {
  /** What is to be recorded before what leaves. */
  readonly faults: readonly FaultEvent[]
  readonly out: readonly Chunk[]
  /** Something is kept for later. */
  readonly kept: boolean
}

export class Pipeline {
  readonly #settings: PipelineSettings
  readonly #stages: Stage[] = []
  /** Collects while a chunk is passed, so that its arrival can be recorded first, with its fate. */
  #passage: { readonly faults: FaultEvent[]; readonly out: Chunk[] } | null = null

  constructor(settings: PipelineSettings) {
    this.#settings = settings
  }

  /** Nothing can happen to a chunk here any more. */
  get idle(): boolean {
    return this.#stages.every(({ rule, handler }) => rule.spent && keptBy(handler).length === 0)
  }

  get kept(): number {
    return this.#stages.reduce((sum, { handler }) => sum + keptBy(handler).length, 0)
  }

  /** Bytes of what is kept. */
  get keptBytes(): number {
    let sum = 0
    for (const { handler } of this.#stages) for (const { bytes } of keptBy(handler)) sum += bytes.length
    return sum
  }

  /**
   * Whether a packet of these first bytes may be hit: false: by no disturbance; true: it must be whole to tell; a number:
   * ask again when it has number of bytes.
   */
  mayHit(begun: Uint8Array): boolean | number {
    let least = Number.POSITIVE_INFINITY
    for (const { rule } of this.#stages) {
      const may = rule.mayHit(begun)
      if (may === true) return true
      if (may !== false) least = Math.min(least, may)
    }
    return Number.isFinite(least) ? least : false
  }

  add(rule: Rule): void {
    const timers = new Set<Timer>()
    const { dialect } = this.#settings
    const line: Line = {
      get level() {
        return dialect.level
      },
      now: () => this.#settings.clock.now(),
      next: (chunk) => this.#feed(this.#stages.indexOf(stage) + 1, chunk),
      paced: (chunk, pace) => ({ ...chunk, paces: [...chunk.paces, { ...pace, owner: stage }] }),
      changed: (chunk, bytes) => changed(chunk, bytes, dialect),
      at: (when, fire) => this.#timer(timers, when, fire),
      note: (what) => this.#tell(rule.fault(what)),
    }
    const handler = rule.settings.handler(line)
    const leave = rule.keeps(() => keptBy(handler).length)
    const stage: Stage = { rule, handler, timers, leave, released: false }
    this.#stages.push(stage)
  }

  /** What a chunk becomes; its parts are not on their way yet. */
  pass(chunk: Chunk): Passage {
    const before = this.kept
    const passage = { faults: [], out: [] }
    this.#passage = passage
    this.#feed(0, chunk)
    this.#passage = null
    for (const { rule } of this.#stages) rule.looked()
    return { ...passage, kept: this.kept > before }
  }

  /** What the rule keeps goes on, and it is gone from here. */
  remove(rule: Rule): void {
    const stage = this.#stages.find((one) => one.rule === rule)
    if (stage === undefined) return
    stage.released = true
    stage.handler.release?.()
    this.#drop(stage)
  }

  /** The sender has ended its stream. */
  end(): void {
    for (const { handler } of [...this.#stages]) handler.end?.()
  }

  /** The connection is over; what was kept is lost. */
  discard(): void {
    for (const stage of [...this.#stages]) {
      const kept = packetsIn(keptBy(stage.handler))
      this.#drop(stage)
      if (kept > 0) this.#tell(stage.rule.fault(`loses ${kept} held: the connection is over`))
    }
  }

  #drop(stage: Stage): void {
    for (const timer of stage.timers) timer.cancel()
    stage.leave()
    this.#stages.splice(this.#stages.indexOf(stage), 1)
  }

  #feed(k: number, chunk: Chunk): void {
    const stage = this.#stages[k]
    if (stage === undefined) {
      if (this.#passage === null) this.#settings.out(chunk)
      else this.#passage.out.push(chunk)
    } else if (chunk.part === null && stage.rule.hits(chunk)) {
      if (stage.rule.settings.isQuiet !== true) this.#tell(stage.rule.fault(`hits ${nameOf(chunk)}`))
      if (stage.rule.spent) this.#tell(stage.rule.fault('is used up'))
      stage.handler.take(chunk)
    } else if (stage.handler.pass !== undefined) stage.handler.pass(chunk)
    else this.#feed(k + 1, chunk)
  }

  #tell(fault: FaultEvent): void {
    if (this.#passage === null) this.#settings.record(fault)
    else this.#passage.faults.push(fault)
  }

  #timer(timers: Set<Timer>, when: Instant, fire: () => void): Timer {
    const { clock } = this.#settings
    const delay: Duration = elapsed(clock.now(), when)
    const timer = clock.at(after(clock.now(), delay), () => {
      timers.delete(timer)
      this.#settings.turn(fire)
    })
    timers.add(timer)
    return timer
  }
}

/** A packet that passes in parts counts once, with its last one. */
export const packetsIn = (chunks: readonly Chunk[]): number => {
  const parts = chunks.filter(({ part }) => part !== 'more').length
  return parts + (chunks.at(-1)?.part === 'more' ? 1 : 0)
}

const keptBy = (handler: Handler): readonly Chunk[] => handler.kept?.() ?? []
