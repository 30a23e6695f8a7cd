// The judge: plan and events in, verdicts out, nothing else. The conductor feeds it while a run
// goes on and `hil judge` feeds it a recorded one; both get the same verdicts, because it reads
// the time from the events and decides nothing twice.

import { type Instant, Problem, showDuration } from '../../emulators/index.ts'
import type { Event, StepEvent } from '../evidence/index.ts'
import { eventFields, fieldAt, streamOf } from '../expect/index.ts'
import type {
  ActionStep,
  Anchor,
  CallStep,
  Claim,
  ClaimStep,
  Deferred,
  Plan,
  RunScope,
  Step,
} from '../plan/model/plan.ts'
import { repetition, stepAt } from '../plan/model/plan.ts'
import { Anchors, showAnchor } from './anchors.ts'
import { CallCase } from './call.ts'
import type { ClaimEvaluator } from './claim-evaluator.ts'
import { Cursor } from './cursor.ts'
import { ExpectationCase, type Opening } from './expectation.ts'
import { ProhibitionCase } from './prohibition.ts'
import { Stalls } from './stalls.ts'
import type { ClaimResult, Verdict } from './verdict.ts'
import type { Moment } from './window.ts'

/** What a scenario's time being up is called in the record. */
export const TIME_UP = 'time is up'
/** What it is called that a run was stopped from outside: what is still open then stays undecided. */
export const STOPPED = 'the run was stopped'

/** Steps that have a verdict of their own. */
type Decided = ActionStep | ClaimStep | CallStep

interface Open {
  readonly case: ClaimEvaluator
  readonly path: string
  readonly step: ClaimStep | CallStep
  readonly claim: Claim | null
}

export class Judge {
  readonly verdicts: Verdict[] = []
  readonly #plan: Plan
  readonly #anchors = new Anchors()
  readonly #events: Event[] = []
  readonly #stalls = new Stalls()
  readonly #open = new Map<string, Open>()
  /** Actions under way. */
  readonly #acting = new Map<string, ActionStep>()
  /** A cursor for the main line ('') and one for each branch of a `parallel`. */
  readonly #cursors = new Map<string, Cursor>([['', new Cursor()]])
  readonly #saved: Record<string, unknown> = {}
  readonly #listeners: ((verdict: Verdict) => void)[] = []
  #now = 0 as Instant

  constructor(plan: Plan) {
    this.#plan = plan
    for (const step of plan.always) this.#openClaim(step, step.path, { at: 0 as Instant, seq: -1 })
  }

  onVerdict(listener: (verdict: Verdict) => void): void {
    this.#listeners.push(listener)
  }

  /** Values that `save` took, and the repetition that a step of this path stands in. */
  scope(path: string): RunScope {
    return { saved: this.#saved, i: repetition(path) }
  }

  /** Milliseconds for which the harness stood still from a moment until now. */
  stalledSince(from: Instant): number {
    return this.#stalls.between(from, this.#now)
  }

  /** When the judge wants to be told the time next. */
  get due(): Instant | null {
    let next: Instant | null = null
    for (const { case: c } of this.#open.values()) if (c.due !== null && (next === null || c.due < next)) next = c.due
    return next
  }

  tick(now: Instant): void {
    this.#now = now
    for (const open of [...this.#open.values()]) {
      open.case.tick(now)
      this.#settle(open)
    }
  }

  observe(event: Event): void {
    // A late-stamped event may belong before a deadline that its stamp is past. Steps are the
    // harness's own doing: their stamps are exact.
    this.tick(event.kind === 'step' ? event.at : ((event.at - (event.lag ?? 0)) as Instant))
    this.#now = event.at
    this.#events.push(event)
    this.#stalls.observe(event)
    this.#anchors.observe(event)
    for (const open of [...this.#open.values()]) {
      open.case.observe(event)
      this.#settle(open)
    }
    if (event.kind === 'step') this.#step(event, { at: event.at, seq: event.seq })
    if (event.kind === 'device' && event.change === 'boot')
      this.#endAlways((until) => until.kind === 'boot' && until.device === event.device)
    if (event.kind === 'fault' && event.what === STOPPED) this.#open.clear()
    if (event.kind === 'fault' && event.what === TIME_UP) this.#failActions('it had not ended when its time was up')
    if (event.kind === 'fault' && event.what === TIME_UP) this.#closeAll(() => true, "the scenario's time was up")
  }

  /** The run is over; what is still open is decided now. */
  end(): void {
    this.#closeAll(() => true, 'the run ended')
  }

  #step(event: StepEvent, moment: Moment): void {
    const step = stepAt(this.#plan, event.step)
    if (step === undefined) return
    if (event.phase === 'started') {
      if (step.id !== null) this.#anchors.step(step.id, 'start', moment)
      this.#endAlways((until) => until.kind === 'step' && until.id === step.id && until.edge === 'start')
      if (step.kind === 'claim') this.#openClaim(step, event.step, moment)
      else if (step.kind === 'call') this.#openCall(step, event.step, moment)
      if (step.kind === 'action') this.#acting.set(event.step, step)
      if (step.kind === 'call' || step.kind === 'action') this.#cursor(event.step).acted(moment.seq)
    } else {
      if (step.id !== null) this.#anchors.step(step.id, 'end', moment)
      this.#endAlways((until) => until.kind === 'step' && until.id === step.id && until.edge === 'end')
      this.#acting.delete(event.step)
      this.#closeAll((open) => open.path === event.step, event.detail ?? 'the step was ended')
      if (event.detail !== undefined && isDecided(step)) this.#failed(step, event.step, event.detail)
      if (step.kind === 'parallel') this.#joinBranches(event.step)
    }
  }

  #failActions(got: string): void {
    for (const [path, step] of this.#acting) {
      const limit = showDuration(step.timeout ?? this.#plan.timeout)
      this.#failed(step, path, got, `the step is done within the time limit of ${limit}`)
    }
    this.#acting.clear()
  }

  /** An action has no claim of its own, and a claim may not even open; what could not be done is the failure. */
  #failed(step: Decided, path: string, got: string, expected = 'the step is done'): void {
    if (this.verdicts.some((verdict) => verdict.step === path)) return
    this.#announce(step, path, { kind: 'fail', expected, got, evidence: [], nearby: [] })
  }

  /** What waited for the run; null when it does not fit now, which is then the step's failure. */
  #resolved<T>(step: Decided, path: string, what: Deferred<T>): T | null {
    try {
      return what(this.scope(path))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.#failed(step, path, error.message)
      return null
    }
  }

  #openClaim(step: ClaimStep, path: string, opened: Moment): void {
    const claim = this.#resolved(step, path, step.claim)
    if (claim === null) return
    const opening = this.#opening(claim, path, opened)
    if (typeof opening === 'string') {
      this.#announce(step, path, { kind: 'fail', expected: step.title, got: opening, evidence: [], nearby: [] })
      return
    }
    const made =
      claim.kind === 'expect' ? new ExpectationCase(claim, opening, this.#stalls) : new ProhibitionCase(claim, opening)
    const open: Open = { case: made, path, step, claim }
    this.#open.set(path, open)
    for (let k = Math.min(...opening.from) + 1; k < this.#events.length && made.finding === null; k++)
      made.observe(this.#events[k]!)
    this.#settle(open)
  }

  #openCall(step: CallStep, path: string, opened: Moment): void {
    const call = this.#resolved(step, path, step.call)
    if (call === null) return
    const made = new CallCase(call, step.id ?? path, opened, this.#stalls)
    this.#open.set(path, { case: made, path, step, claim: null })
  }

  /** Where a claim measures and looks from; text when its anchor is not there. */
  #opening(claim: Claim, path: string, opened: Moment): Opening | string {
    const { patterns } = claim.want
    if (claim.after !== null) {
      const anchor = this.#anchors.find(claim.after)
      if (anchor === undefined) return `there is no ${showAnchor(claim.after)} to measure from`
      const measured = claim.after.kind === 'start' && claim.kind === 'expect' && claim.sinceStart ? opened : anchor
      const anchorName = measured === opened ? 'the step began' : showAnchor(claim.after)
      return { anchor: measured, anchorName, from: patterns.map(() => anchor.seq) }
    }
    if (claim.kind === 'never') {
      const from = claim.started === null ? opened.seq : this.#callStarted(claim.started)
      if (from === null) return `the call of ${claim.started} was not started`
      return { anchor: opened, anchorName: 'the step began', from: patterns.map(() => from) }
    }
    const cursor = this.#cursor(path)
    return {
      anchor: opened,
      anchorName: 'the step began',
      from: patterns.map((p) => cursor.from(p.matcher.stream(p.fields))),
    }
  }

  #callStarted(id: string): number | null {
    const started = this.#events.findLast((e) => e.kind === 'call' && e.id === id && e.state === 'started')
    return started?.seq ?? null
  }

  #settle(open: Open): void {
    const { finding, matched } = open.case
    if (finding === null || !this.#open.delete(open.path)) return
    const first = matched[0]
    const last = matched.at(-1)
    if (finding.kind !== 'fail' && first !== undefined && last !== undefined && open.claim?.kind === 'expect') {
      if (open.step.id !== null) {
        this.#anchors.step(open.step.id, 'first', first)
        this.#anchors.step(open.step.id, 'last', last)
      }
      for (const event of matched) this.#cursor(open.path).found(streamOf(event), event.seq)
      for (const [name, path] of Object.entries(open.claim.save)) this.#saved[name] = fieldAt(eventFields(last), path)
    }
    this.#announce(open.step, open.path, finding)
  }

  #announce(step: Decided, path: string, finding: ClaimResult): void {
    const verdict: Verdict = { ...finding, step: path, place: step.place, title: step.title, at: this.#now }
    this.verdicts.push(verdict)
    for (const listener of this.#listeners) listener(verdict)
  }

  #closeAll(which: (open: Open) => boolean, why: string): void {
    for (const open of [...this.#open.values()]) {
      if (!which(open)) continue
      open.case.close(this.#now, why)
      this.#settle(open)
    }
  }

  /** `always … until: ANCHOR`. */
  #endAlways(isNow: (until: Anchor) => boolean): void {
    const ends = ({ claim }: Open): boolean => claim?.kind === 'never' && claim.until !== null && isNow(claim.until)
    this.#closeAll(ends, 'its end came')
  }

  #cursor(path: string): Cursor {
    const branch = this.#branch(path)
    let cursor = this.#cursors.get(branch)
    if (cursor === undefined) {
      const parent = branch.split('.').slice(0, -1).join('.')
      cursor = this.#cursor(parent).fork()
      this.#cursors.set(branch, cursor)
    }
    return cursor
  }

  /** The nearest ancestor (or self) that is a direct child of a `parallel`; '' on the main line. */
  #branch(path: string): string {
    const parts = path.split('.')
    for (let n = parts.length; n > 1; n--)
      if (stepAt(this.#plan, parts.slice(0, n - 1).join('.'))?.kind === 'parallel') return parts.slice(0, n).join('.')
    return ''
  }

  #joinBranches(path: string): void {
    for (const [branch, cursor] of [...this.#cursors])
      if (branch !== '' && branch.slice(0, branch.lastIndexOf('.')) === path) {
        this.#cursor(path).join(cursor)
        this.#cursors.delete(branch)
      }
  }
}

const isDecided = (step: Step): step is Decided => step.kind !== 'parallel' && step.kind !== 'repeat'
