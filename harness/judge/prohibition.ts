// `never`. It fails at the first match, of `sequence` and `all` when the last of them is there, and passes when its
// window closes; under `always` that is the `until` anchor or the end of the run.

import { type Duration, type Instant, showDuration } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { describe } from '../expect/index.ts'
import type { Prohibition } from '../plan/model/plan.ts'
import { assign } from './assign.ts'
import { type ClaimEvaluator, matchesPattern, NearMisses, showWant } from './claim-evaluator.ts'
import type { Opening } from './expectation.ts'
import type { ClaimResult, VerdictKind } from './verdict.ts'
import { claimed } from './window.ts'

export class ProhibitionCase implements ClaimEvaluator {
  finding: ClaimResult | null = null
  readonly matched: Event[] = []
  readonly #claim: Prohibition
  readonly #opening: Opening
  readonly #near: NearMisses
  /** For `all`: which event each pattern has. */
  #assigned: (Event | null)[]

  constructor(claim: Prohibition, opening: Opening) {
    this.#claim = claim
    this.#opening = opening
    this.#near = new NearMisses(claim.want)
    this.#assigned = claim.want.patterns.map(() => null)
  }

  get due(): Instant | null {
    return this.#claim.window === null ? null : ((this.#opening.anchor.at + this.#claim.window) as Instant)
  }

  tick(now: Instant): void {
    if (this.finding === null && this.due !== null && now >= this.due) this.#decide('pass', 'none came', [])
  }

  close(_now: Instant, why: string): void {
    if (this.finding !== null) return
    // A window that was cut short has not been watched to its end.
    if (this.#claim.window === null) this.#decide('pass', 'none came', [])
    else this.#decide('fail', `its window was not watched to the end: ${why}`, [])
  }

  observe(event: Event): void {
    if (this.finding !== null) return
    this.#near.observe(event)
    if (!this.#takes(event)) return
    this.matched.push(event)
    const { mode, patterns } = this.#claim.want
    if ((mode === 'sequence' || mode === 'all') && this.matched.length < patterns.length) return
    const earliest = Math.min(...this.matched.map((e) => e.at - (e.lag ?? 0)))
    const due = this.due
    // A call that had ended before the question is as wrong as one that ends later.
    const begun = this.#claim.started !== null || earliest >= this.#opening.anchor.at
    const certain = begun && (due === null || event.at <= due)
    const told = describe(event)
    if (certain) this.#decide('fail', told, this.matched)
    else
      this.#decide(
        'inconclusive',
        `${told}; it may lie outside the window, the harness lagged by ${showDuration((event.lag ?? 0) as Duration)}`,
        this.matched,
      )
  }

  /** Whether this event is one of those that must not come (together). */
  #takes(event: Event): boolean {
    const { mode, patterns } = this.#claim.want
    const fits = patterns.map((p, k) => event.seq > this.#opening.from[k]! && matchesPattern(p, event))
    switch (mode) {
      case 'one':
      case 'any':
        return fits.includes(true)
      case 'sequence':
        return fits[this.matched.length] === true
      case 'all': {
        const assigned = assign(this.#assigned, event, (k, e) =>
          e === event ? fits[k]! : matchesPattern(patterns[k]!, e),
        )
        if (assigned === null) return false
        this.#assigned = assigned
        return true
      }
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
      window: claimed(this.#opening.anchor, {
        from: 0 as Duration,
        to: window ?? (Number.POSITIVE_INFINITY as Duration),
      }),
    }
  }
}
