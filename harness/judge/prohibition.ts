// `never`. It fails at the first match and passes when its window closes; under `always` that is
// the `until` anchor or the end of the run.

import { type Duration, type Instant, showDuration } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { describe } from '../expect/index.ts'
import type { Prohibition } from '../plan/plan.ts'
import { type Case, matchesPattern, Surroundings, showWant } from './case.ts'
import type { Opening } from './expectation.ts'
import type { Finding, VerdictKind } from './verdict.ts'
import { claimed } from './window.ts'

export class ProhibitionCase implements Case {
  finding: Finding | null = null
  readonly matched: Event[] = []
  readonly #claim: Prohibition
  readonly #opening: Opening
  readonly #near: Surroundings

  constructor(claim: Prohibition, opening: Opening) {
    this.#claim = claim
    this.#opening = opening
    this.#near = new Surroundings(claim.want)
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
    const hit = this.#claim.want.patterns.some((p, k) => event.seq > this.#opening.from[k]! && matchesPattern(p, event))
    if (!hit) return
    this.matched.push(event)
    const earliest = event.at - (event.lag ?? 0)
    const due = this.due
    // A call that had ended before the question is as wrong as one that ends later.
    const begun = this.#claim.started !== null || earliest >= this.#opening.anchor.at
    const certain = begun && (due === null || event.at <= due)
    const told = describe(event)
    if (certain) this.#decide('fail', told, [event])
    else
      this.#decide(
        'inconclusive',
        `${told}; it may lie outside the window, the harness lagged by ${showDuration((event.lag ?? 0) as Duration)}`,
        [event],
      )
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
