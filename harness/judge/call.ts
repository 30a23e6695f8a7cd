// A client call is a claim by itself: it must end, in time, in the way the step says. With
// `start: true` it need only start; its end is for a later `expect: { call: … }`.

import { type Duration, type Instant, showDuration } from '../../emulators/index.ts'
import type { CallEvent, Event } from '../evidence/index.ts'
import { ANY, compareRaised, compareReturned, showOutcome, showRaised, showWanted } from '../expect/index.ts'
import type { CallPlan } from '../plan/model/index.ts'
import { type ClaimEvaluator, type Closing, GRACE } from './claim-evaluator.ts'
import { shownOf } from './shown.ts'
import type { Stalls } from './stalls.ts'
import type { ClaimResult, VerdictKind } from './verdict.ts'
import { claimed, type Moment, position } from './window.ts'

export class CallCase implements ClaimEvaluator {
  finding: ClaimResult | null = null
  readonly matched: Event[] = []
  /** Only events decide it: when its time is up the conductor records where it hangs. */
  readonly due = null
  readonly #plan: CallPlan
  readonly #id: string
  readonly #opened: Moment
  readonly #stalls: Stalls
  #started = false

  constructor(plan: CallPlan, id: string, opened: Moment, stalls: Stalls) {
    this.#plan = plan
    this.#stalls = stalls
    this.#id = id
    this.#opened = opened
  }

  tick(): void {}

  close(_now: Instant, why: string, how: Closing): void {
    if (this.finding === null)
      this.#decide(
        how === 'cut' ? 'inconclusive' : 'fail',
        this.#started ? `it has not ended; ${why}` : `it was not made: ${why}`,
        [],
      )
  }

  observe(event: Event): void {
    if (this.finding !== null || event.kind !== 'call') return
    if (event.id !== this.#id || event.device !== this.#plan.device || event.seq <= this.#opened.seq) return
    if (event.state === 'started') {
      this.#started = true
      if (this.#plan.start) this.#decide('pass', 'it started', [event])
      return
    }
    this.matched.push(event)
    if (event.state === 'running') return this.#decideRunning(event)
    this.#judge(event)
  }

  /**
   * Its answer may have lain in a socket while the harness stood still over the end of its time. What is told before
   * the grace is over is told because the scenario's own time was up, and nothing is waited for then.
   */
  #decideRunning(event: CallEvent & Event): void {
    const lag = Math.max(event.lag ?? 0, this.#stalls.between(this.#opened.at, event.at))
    const deadline = this.#opened.at + this.#plan.within
    const told = `it has not ended${event.detail === undefined ? '' : `: ${event.detail}`}`
    if (event.at < deadline + GRACE || event.at - lag >= deadline) return this.#decide('fail', told, [event])
    this.#decide('inconclusive', `${told}; the harness lagged by up to ${showDuration(lag as Duration)} there`, [event])
  }

  #judge(event: CallEvent & Event): void {
    const { raises, returns, within } = this.#plan
    const differs =
      raises !== undefined
        ? compareRaised(raises, event)
        : compareReturned(returns === undefined ? ANY : returns, event)
    if (differs.length > 0) return this.#decide('fail', showOutcome(shownOf(event) as CallEvent), [event])
    const window = { from: Number.NEGATIVE_INFINITY as Duration, to: within }
    const where = position(window, this.#opened, event, this.#stalls.between(this.#opened.at, event.at))
    const took = `${showOutcome(shownOf(event) as CallEvent)} after ${showDuration((event.at - this.#opened.at) as Duration)}`
    this.#decide(where === 'inside' ? 'pass' : where === 'uncertain' ? 'inconclusive' : 'fail', took, [event])
  }

  #decide(kind: VerdictKind, got: string, evidence: readonly Event[]): void {
    const { raises, returns, within, device, start } = this.#plan
    const how =
      raises !== undefined
        ? `raises ${showRaised(raises)}`
        : returns !== undefined
          ? `returns ${showWanted(returns)}`
          : 'returns'
    this.finding = {
      kind,
      expected: start ? `the call on ${device} starts` : `the call on ${device} ${how} within ${showDuration(within)}`,
      got,
      evidence: evidence.map((e) => e.seq),
      nearby: [],
      window: start ? undefined : claimed(this.#opened, { from: 0 as Duration, to: within }),
    }
  }
}
