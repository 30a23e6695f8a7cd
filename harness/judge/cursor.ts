// Where a claim begins to look, when it names no anchor (docs/semantics.md). Actions ask and claims answer:
// an `expect` looks back to the start of the last run of actions, one that counts no further than the last `delay`, and
// one that forbids no further than the last action. What a claim has found in a stream (a device's link, the observer,
// a console) is past for those after it, and so is all before it in that stream.

import type { Event } from '../evidence/index.ts'
import { streamOf } from '../expect/index.ts'
import type { OwnAct } from './own-acts.ts'
import type { Moment } from './window.ts'

/** What a claim does with what it finds: it wants it, counts it, or forbids it. */
export type Purpose = 'wants' | 'counts' | 'forbids'

export interface Beginning {
  /** The claim looks at what comes after it. */
  readonly moment: Moment
  /** What the last action did itself, which no claim forbids. */
  readonly own: readonly OwnAct[]
}

const START: Moment = { at: 0 as Moment['at'], seq: -1 }

/** The claims of one line of steps: the main line, or a branch of a `parallel`. */
export class Cursor {
  /** The start of the last run of actions: no claim and no `delay` between them. */
  #asked = START
  #acted = START
  #paused = START
  #own: readonly OwnAct[] = []
  /** The next action belongs to the same run. */
  #asking = false
  /** Since it was forked. */
  #hasActed = false
  #hasClaimed = false
  readonly #found = new Map<string, number>()

  /** An action, or a client call, began. */
  acted(moment: Moment, own: readonly OwnAct[]): void {
    if (!this.#asking) this.#asked = moment
    this.#asking = true
    this.#acted = moment
    this.#own = own
    this.#hasActed = true
  }

  /** A step that only receives, or lets go what was held, asks nothing: a claim that wants looks back beyond it. */
  listened(moment: Moment): void {
    this.#acted = moment
    this.#own = []
    this.#hasActed = true
  }

  /** A claim began: what is done from now on asks anew. */
  claimed(): void {
    this.#asking = false
    this.#hasClaimed = true
  }

  /** A `delay` ended. */
  paused(moment: Moment): void {
    this.#asking = false
    this.#paused = moment
  }

  found(event: Event): void {
    const stream = streamOf(event)
    this.#found.set(stream, Math.max(event.seq, this.#found.get(stream) ?? -1))
  }

  /** A claim of this line has found this event, or a later one of its stream. */
  hasFound(event: Event): boolean {
    return event.seq <= (this.#found.get(streamOf(event)) ?? -1)
  }

  begin(purpose: Purpose): Beginning {
    if (purpose === 'wants') return { moment: this.#asked, own: [] }
    if (purpose === 'counts') return { moment: later(this.#asked, this.#paused), own: [] }
    if (this.#paused.seq > this.#acted.seq) return { moment: this.#paused, own: [] }
    return { moment: this.#acted, own: this.#own }
  }

  fork(): Cursor {
    const copy = new Cursor()
    copy.#asked = this.#asked
    copy.#acted = this.#acted
    copy.#paused = this.#paused
    copy.#own = this.#own
    copy.#asking = this.#asking
    for (const [stream, seq] of this.#found) copy.#found.set(stream, seq)
    return copy
  }

  /** The branches of a `parallel` ended. It counts as one action when any of them acted, from its start. */
  join(branches: readonly Cursor[], started: Moment): void {
    if (branches.some((branch) => branch.#hasActed))
      this.acted(
        started,
        branches.flatMap((branch) => (branch.#hasActed ? branch.#own : [])),
      )
    if (branches.some((branch) => branch.#hasClaimed)) this.claimed()
    for (const branch of branches)
      for (const [stream, seq] of branch.#found) this.#found.set(stream, Math.max(seq, this.#found.get(stream) ?? -1))
  }
}

const later = (one: Moment, other: Moment): Moment => (other.seq > one.seq ? other : one)
