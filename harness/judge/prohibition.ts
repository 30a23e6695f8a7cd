// `never`. It fails at the first match, of `sequence` and `all` when the last of them is there, and passes when its
// window closes; under `always` that is the `until` anchor or the end of the run.

import { type Duration, type Instant, showDuration } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import type { Prohibition } from '../plan/model/index.ts'
import { Places } from './assign.ts'
import { type ClaimEvaluator, type Closing, matchesPattern, NearMisses, showWant } from './claim-evaluator.ts'
import type { Opening } from './opening.ts'
import { describeShown } from './shown.ts'
import type { ClaimResult, VerdictKind } from './verdict.ts'
import { claimed, position } from './window.ts'

export class ProhibitionCase implements ClaimEvaluator {
  finding: ClaimResult | null = null
  readonly matched: Event[] = []
  readonly #claim: Prohibition
  readonly #opening: Opening
  readonly #near: NearMisses
  /** For `all`: which event each pattern has. */
  readonly #places: Places<Event>
  /** The first of those found that may lie outside of the window. */
  #uncertain: Event | null = null

  constructor(claim: Prohibition, opening: Opening) {
    this.#claim = claim
    this.#opening = opening
    this.#near = new NearMisses(claim.want)
    this.#places = new Places(claim.want.patterns.length)
  }

  get due(): Instant | null {
    return this.#claim.window === null ? null : ((this.#opening.anchor().at + this.#claim.window) as Instant)
  }

  tick(now: Instant): void {
    if (this.finding === null && this.due !== null && now >= this.due) this.#decide('pass', 'none came', [])
  }

  close(now: Instant, why: string, how: Closing): void {
    if (this.finding !== null) return
    if (this.due === null) return this.#decide('pass', 'none came', [])
    if (now >= this.due) return this.tick(now)
    // A window that was cut short has not been watched to its end.
    this.#decide(how === 'cut' ? 'inconclusive' : 'fail', `its window was not watched to the end: ${why}`, [])
  }

  observe(event: Event): void {
    if (this.finding !== null) return
    this.#near.observe(event)
    const where = this.#position(event)
    if (where === 'late' || !this.#takes(event)) return
    this.matched.push(event)
    if (where === 'uncertain') this.#uncertain ??= event
    const { mode, patterns } = this.#claim.want
    if ((mode === 'sequence' || mode === 'all') && this.matched.length < patterns.length) return
    const told = describeShown(event)
    if (this.#uncertain === null) return this.#decide('fail', told, this.matched)
    const lag = showDuration((this.#uncertain.lag ?? 0) as Duration)
    const which = this.#uncertain === event ? 'it' : describeShown(this.#uncertain)
    this.#decide(
      'inconclusive',
      `${told}; ${which} may lie outside the window, the harness lagged by ${lag}`,
      this.matched,
    )
  }

  /** An event that its lag may move beyond either end of the window proves nothing. */
  #position(event: Event): 'inside' | 'late' | 'uncertain' {
    const { begin, anchor } = this.#opening
    const to = this.#claim.window ?? (Number.POSITIVE_INFINITY as Duration)
    const where = position({ from: Number.NEGATIVE_INFINITY as Duration, to }, anchor(), event)
    if (where === 'late') return 'late'
    const begun = begin === null || event.at - (event.lag ?? 0) >= begin.at
    return begun && where === 'inside' ? 'inside' : 'uncertain'
  }

  /** Whether this event is one of those that must not come (together). */
  #takes(event: Event): boolean {
    const { mode, patterns } = this.#claim.want
    const fits = patterns.map((p) => !this.#opening.isPast(event, p) && matchesPattern(p, event, 'some'))
    switch (mode) {
      case 'one':
      case 'any':
        return fits.includes(true)
      case 'sequence':
        return fits[this.matched.length] === true
      case 'all':
        return this.#places.take(event, fits)
    }
  }

  #decide(kind: VerdictKind, got: string, evidence: readonly Event[]): void {
    const { window, want, started } = this.#claim
    const time = window === null ? '' : ` for ${showDuration(window)} after ${this.#opening.anchorName}`
    const what = started === null ? `never ${showWant(want)}` : `the call of ${started} runs on`
    this.finding = {
      kind,
      expected: `${what}${time}`,
      got,
      evidence: evidence.map((e) => e.seq),
      nearby: kind === 'pass' ? [] : this.#near.seqs.filter((seq) => !evidence.some((e) => e.seq === seq)),
      window: claimed(this.#opening.anchor(), {
        from: 0 as Duration,
        to: window ?? (Number.POSITIVE_INFINITY as Duration),
      }),
    }
  }
}
