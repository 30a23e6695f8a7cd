// The disturbances of one direction of one connection, in the order of their steps: what one lets pass, or makes,
// is looked at by the next.

import { after, type Clock, type Duration, elapsed, type Instant, type Timer } from '../../emulators/index.ts'
import type { FaultEvent } from '../evidence/index.ts'
import type { Chunk, Handler, Line } from './disturbances/disturbance.ts'
import { nameOf, type Rule } from './rule.ts'

export interface ChainSettings {
  readonly clock: Clock
  readonly record: (fault: FaultEvent) => void
  /** To the outlet. */
  readonly out: (parcel: Chunk) => void
  /** Around work that begins in here, by a timer. */
  readonly turn: (work: () => void) => void
}

interface Stage {
  readonly rule: Rule
  readonly handler: Handler
  readonly timers: Set<Timer>
  readonly leave: () => void
}

/** What became of a parcel that came. */
export interface Passage {
  /** What is to be recorded before what leaves. */
  readonly faults: readonly FaultEvent[]
  readonly out: readonly Chunk[]
  /** Something is kept for later. */
  readonly kept: boolean
}

export class Chain {
  readonly #settings: ChainSettings
  readonly #stages: Stage[] = []
  /** Collects while a parcel is passed, so that its arrival can be recorded first, with its fate. */
  #passage: { readonly faults: FaultEvent[]; readonly out: Chunk[] } | null = null

  constructor(settings: ChainSettings) {
    this.#settings = settings
  }

  /** Nothing can happen to a parcel here any more. */
  get idle(): boolean {
    return this.#stages.every(({ rule, handler }) => rule.spent && keptBy(handler) === 0)
  }

  add(rule: Rule): void {
    const timers = new Set<Timer>()
    const line: Line = {
      now: () => this.#settings.clock.now(),
      next: (parcel) => this.#feed(this.#stages.indexOf(stage) + 1, parcel),
      at: (when, fire) => this.#timer(timers, when, fire),
      note: (what) => this.#tell(rule.fault(what)),
    }
    const handler = rule.settings.handler(line)
    const stage: Stage = { rule, handler, timers, leave: rule.keeps(() => keptBy(handler)) }
    this.#stages.push(stage)
  }

  /** What a parcel becomes; its parts are not on their way yet. */
  pass(parcel: Chunk): Passage {
    const before = this.#kept()
    const passage = { faults: [], out: [] }
    this.#passage = passage
    this.#feed(0, parcel)
    this.#passage = null
    for (const { rule } of this.#stages) rule.looked()
    return { ...passage, kept: this.#kept() > before }
  }

  /** What the rule keeps goes on, and it is gone from here. */
  remove(rule: Rule): void {
    const stage = this.#stages.find((one) => one.rule === rule)
    if (stage === undefined) return
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
      const kept = keptBy(stage.handler)
      this.#drop(stage)
      if (kept > 0) this.#tell(stage.rule.fault(`loses ${kept} held: the connection is over`))
    }
  }

  #drop(stage: Stage): void {
    for (const timer of stage.timers) timer.cancel()
    stage.leave()
    this.#stages.splice(this.#stages.indexOf(stage), 1)
  }

  #kept(): number {
    return this.#stages.reduce((sum, { handler }) => sum + keptBy(handler), 0)
  }

  #feed(k: number, parcel: Chunk): void {
    const stage = this.#stages[k]
    if (stage === undefined) {
      if (this.#passage === null) this.#settings.out(parcel)
      else this.#passage.out.push(parcel)
    } else if (stage.rule.hits(parcel)) {
      this.#tell(stage.rule.fault(`hits ${nameOf(parcel)}`))
      if (stage.rule.spent) this.#tell(stage.rule.fault('is used up'))
      stage.handler.take(parcel)
    } else if (stage.handler.pass !== undefined) stage.handler.pass(parcel)
    else this.#feed(k + 1, parcel)
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

const keptBy = (handler: Handler): number => handler.kept?.() ?? 0
