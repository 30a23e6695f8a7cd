// The judge: plan and events in, verdicts out, nothing else. The conductor feeds it while a run
// goes on and `hil judge` feeds it a recorded one; both get the same verdicts, because it reads
// the time from the events and decides nothing twice.

import { type Instant, Problem, showDuration } from '../../emulators/index.ts'
import type { Event, FaultEvent, StepEvent } from '../evidence/index.ts'
import { type SaveFrom, savedOf } from '../expect/index.ts'
import { unlessSlow } from '../outside/index.ts'
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
} from '../plan/model/index.ts'
import { callKey, repetition, stepAt } from '../plan/model/index.ts'
import { Anchors, showAnchor } from './anchors.ts'
import { CallCase } from './call.ts'
import { CallsMade } from './calls-made.ts'
import type { ClaimEvaluator, Closing } from './claim-evaluator.ts'
import { Cursors } from './cursors.ts'
import { ExpectationCase } from './expectation.ts'
import { Gone } from './gone.ts'
import type { Opening } from './opening.ts'
import { openingByDefault } from './opening.ts'
import { type OwnAct, ownActsOfAction, ownActsOfCall } from './own-acts.ts'
import { ProhibitionCase } from './prohibition.ts'
import { showAs } from './shown.ts'
import { Stalls } from './stalls.ts'
import type { ClaimResult, Verdict } from './verdict.ts'
import type { Moment } from './window.ts'

/** The verb of a deliberate pause. */
const PAUSE = 'delay'
/** Verbs that ask nothing themselves: calls that only receive, and the one that lets go what was asked before. */
const LISTENING: readonly string[] = ['check', 'wait', 'loop', 'release']

/** In the place of a step's path. */
const UNEVALUATED = 'evaluation'

/** Steps that have a verdict of their own. */
type Decided = ActionStep | ClaimStep | CallStep

/** Events by their number in the record. */
export interface Past {
  at(seq: number): Event | undefined
}

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
  /** Events that are looked for here, by number: all, or those that `past` shows without their secrets. */
  readonly #events = new Map<number, Event>()
  readonly #past: Past | null
  #seen = 0
  readonly #stalls = new Stalls()
  /** null: devices may be booted at any time. */
  readonly #gone: Gone | null
  readonly #open = new Map<string, Open>()
  /** Actions under way. */
  readonly #acting = new Map<string, ActionStep>()
  readonly #cursors: Cursors
  readonly #calls = new CallsMade()
  /** When those under way began. */
  readonly #parallels = new Map<string, Moment>()
  /** The first step has. */
  #begun = false
  readonly #saved: Record<string, unknown> = {}
  /** The first and the last event of claims that have an id, by path. */
  readonly #found = new Map<string, { readonly first: Event; readonly last: Event }>()
  readonly #listeners: ((verdict: Verdict) => void)[] = []
  #now = 0 as Instant

  /**
   * @param inOrder nothing is done but the steps of the plan, one after the other
   * @param past who has the events that were observed; absent: the judge holds them itself
   */
  constructor(plan: Plan, { inOrder = true, past = null }: { inOrder?: boolean; past?: Past | null } = {}) {
    this.#plan = plan
    this.#past = past
    this.#cursors = new Cursors(plan)
    this.#gone = inOrder ? new Gone(plan) : null
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
    if (now > this.#now) this.#now = now
    for (const open of [...this.#open.values()]) {
      open.case.tick(now)
      this.#settle(open)
    }
  }

  /** A window has both of its ends: what happens at its very end is still inside, so that it is over only after that. */
  #passBefore(time: Instant): void {
    for (const open of [...this.#open.values()]) {
      const { due } = open.case
      if (due === null || due >= time) continue
      if (time > this.#now) this.#now = time
      open.case.tick(time)
      this.#settle(open)
    }
  }

  /** `shown`: the same without secrets, for what is told of it. */
  observe(event: Event, shown = event): void {
    showAs(event, shown)
    this.#passBefore(earliest(event))
    this.#now = event.at
    if (this.#past === null || event !== shown) this.#events.set(this.#seen, event)
    this.#seen++
    this.#stalls.observe(event)
    this.#gone?.observe(event)
    this.#calls.observe(event)
    for (const open of [...this.#open.values()]) {
      this.#show(open, event)
      this.#settle(open)
    }
    // What is measured from a packet comes after it.
    this.#anchors.observe(event)
    if (event.kind === 'step') this.#step(event, { at: event.at, seq: event.seq })
    // Devices boot before the first step, and that is no moment of the scenario.
    if (event.kind === 'device' && event.change === 'boot' && this.#begun)
      this.#endAlways((until) => until.kind === 'boot' && until.device === event.device)
    if (event.kind === 'fault') this.#fault(event)
  }

  #fault(event: Event & FaultEvent): void {
    switch (event.code) {
      case 'stopped':
        this.#open.clear()
        return
      case 'not-evaluated':
        return this.#notEvaluated(event)
      case 'time-up':
        this.#failActions('it had not ended when its time was up')
        this.#closeAll(() => true, "when the scenario's time was up", 'over')
    }
  }

  /** The run is over; what is still open is decided now. */
  end(): void {
    this.#closeAll(() => true, 'when the record ended', 'cut')
  }

  #step(event: StepEvent, moment: Moment): void {
    const step = stepAt(this.#plan, event.step)
    // What is skipped does not happen: it neither begins nor ends.
    if (step === undefined || event.outcome === 'skipped') return
    if (event.phase === 'started') this.#stepStarted(step, event.step, moment)
    else this.#stepEnded(step, event, moment)
  }

  #stepStarted(step: Step, path: string, moment: Moment): void {
    this.#begun = true
    if (step.id !== null) this.#anchors.step(step.id, 'start', moment)
    this.#endAlways((until) => until.kind === 'step' && until.id === step.id && until.edge === 'start')
    const cursor = this.#cursors.of(path)
    switch (step.kind) {
      case 'claim':
        this.#openClaim(step, path, moment)
        return cursor.claimed()
      case 'call':
        return this.#openCall(step, path, moment)
      case 'action':
        this.#acting.set(path, step)
        if (LISTENING.includes(step.verb)) cursor.listened(moment)
        else if (step.verb !== PAUSE) cursor.acted(moment, this.#ownActs(step, path))
        return
      case 'parallel':
        this.#parallels.set(path, moment)
    }
  }

  #stepEnded(step: Step, { step: path, detail }: StepEvent, moment: Moment): void {
    if (step.id !== null) this.#anchors.step(step.id, 'end', moment)
    this.#endAlways((until) => until.kind === 'step' && until.id === step.id && until.edge === 'end')
    this.#acting.delete(path)
    if (step.verb === PAUSE && step.kind === 'action') this.#cursors.of(path).paused(moment)
    // A step that ends before its claim is decided was stopped by something else.
    this.#closeAll(
      (open) => open.path === path,
      detail ?? 'when the run was stopped',
      detail === undefined ? 'cut' : 'over',
    )
    this.#markFound(step, path)
    if (detail !== undefined && isDecided(step)) this.#failed(step, path, detail)
    if (step.kind === 'parallel') this.#cursors.join(path, this.#parallels.get(path)!)
  }

  /** What a claim found is a moment once its step is over: what the record says, and not when a branch beside it goes on. */
  #markFound({ id }: Step, path: string): void {
    const found = this.#found.get(path)
    if (found === undefined || id === null) return
    this.#anchors.step(id, 'first', found.first)
    this.#anchors.step(id, 'last', found.last)
  }

  /** What cannot be resolved is the step's failure, and told by it. */
  #ownActs(step: ActionStep, path: string): readonly OwnAct[] {
    try {
      return ownActsOfAction(step, step.args(this.scope(path)))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return []
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
    // Beside a branch of a `parallel` another one may boot what has ended.
    const gone = this.#cursors.isMain(path) ? this.#gone : null
    const made =
      claim.kind === 'expect'
        ? new ExpectationCase(claim, opening, this.#stalls, gone)
        : new ProhibitionCase(claim, opening)
    const open: Open = { case: made, path, step, claim }
    this.#open.set(path, open)
    for (let k = opening.from + 1; k < this.#seen && made.finding === null && this.#open.has(path); k++) {
      const event = (this.#events.get(k) ?? this.#past?.at(k))!
      // A window in the past was over when the first event after it came, as it would have been for one who watched.
      const { due } = made
      const time = earliest(event)
      if (claim.kind === 'expect' && due !== null && due < time) made.tick(time)
      this.#show(open, event)
    }
    this.#settle(open)
  }

  #openCall(step: CallStep, path: string, opened: Moment): void {
    const call = this.#resolved(step, path, step.call)
    if (call === null) return
    const key = callKey(step, path)
    this.#calls.add({ key, id: step.id, device: call.device, seq: opened.seq })
    const cursor = this.#cursors.of(path)
    if (LISTENING.includes(step.verb)) cursor.listened(opened)
    else cursor.acted(opened, ownActsOfCall(step, call))
    const made = new CallCase(call, key, opened, this.#stalls)
    this.#open.set(path, { case: made, path, step, claim: null })
  }

  /** Where a claim measures and looks from; text when its anchor is not there. */
  #opening(claim: Claim, path: string, opened: Moment): (Opening & { readonly from: number }) | string {
    if (claim.after !== null) return this.#openingAfter(claim, claim.after, opened)
    return openingByDefault(claim, {
      opened,
      line: this.#cursors.of(path).fork(),
      calls: this.#calls,
      hasStarted: (key) => this.#calls.hasStarted(key),
    })
  }

  #openingAfter(claim: Claim, after: Anchor, opened: Moment): (Opening & { readonly from: number }) | string {
    const first = this.#anchors.find(after)
    if (first === undefined) return `${showAnchor(after)} did not happen, so there is nothing to measure from`
    const base = { isPast: ({ seq }: Event) => seq <= first.seq, begin: first, from: first.seq }
    if (claim.kind === 'expect' && claim.sinceStart)
      return { ...base, anchor: () => opened, anchorName: 'the step began' }
    const anchor = after.kind === 'last-packet-from' ? () => this.#anchors.find(after)! : () => first
    return { ...base, anchor, anchorName: showAnchor(after) }
  }

  /** A claim whose regular expression is too slow for what the device said is not judged. */
  #show(open: Open, event: Event): void {
    unlessSlow(
      () => open.case.observe(event),
      ({ message, hint }) => {
        if (!this.#open.delete(open.path)) return
        const got = `not judged at #${event.seq}: ${message}; ${hint}`
        const { title } = open.step
        this.#announce(open.step, open.path, {
          kind: 'inconclusive',
          expected: title,
          got,
          evidence: [event.seq],
          nearby: [],
        })
      },
    )
  }

  /** Something besides a claim could not be evaluated, which may have decided any of them. */
  #notEvaluated({ what, seq }: Event & FaultEvent): void {
    const first = this.#plan.steps[0]
    if (first === undefined || this.verdicts.some(({ step }) => step === UNEVALUATED)) return
    const verdict: Verdict = {
      kind: 'inconclusive',
      step: UNEVALUATED,
      place: first.place,
      title: 'what decides the scenario is evaluated',
      expected: 'each pattern is evaluated in time',
      got: what,
      evidence: [seq],
      nearby: [],
      at: this.#now,
    }
    this.verdicts.push(verdict)
    for (const listener of this.#listeners) listener(verdict)
  }

  #settle(open: Open): void {
    const { finding, matched } = open.case
    if (finding === null || !this.#open.delete(open.path)) return
    const first = matched[0]
    const last = matched.at(-1)
    if (finding.kind !== 'fail' && first !== undefined && last !== undefined && open.claim?.kind === 'expect') {
      if (open.step.id !== null) this.#found.set(open.path, { first, last })
      for (const event of matched) this.#cursors.of(open.path).found(event)
      const wrong = this.#save(open.claim.save, last)
      if (wrong !== null)
        return this.#announce(open.step, open.path, {
          ...finding,
          kind: finding.kind === 'pass' ? 'fail' : finding.kind,
          got: `${finding.got}; ${wrong}`,
        })
    }
    this.#announce(open.step, open.path, finding)
  }

  /** Null, or what of the match could not be saved. */
  #save(save: Readonly<Record<string, SaveFrom>>, event: Event): string | null {
    for (const [name, from] of Object.entries(save)) {
      const saved = savedOf(from, event)
      if ('wrong' in saved) return saved.wrong
      this.#saved[name] = saved.value
    }
    return null
  }

  #announce(step: Decided, path: string, finding: ClaimResult): void {
    const verdict: Verdict = { ...finding, step: path, place: step.place, title: step.title, at: this.#now }
    this.verdicts.push(verdict)
    for (const listener of this.#listeners) listener(verdict)
  }

  #closeAll(which: (open: Open) => boolean, why: string, how: Closing): void {
    for (const open of [...this.#open.values()]) {
      if (!which(open)) continue
      open.case.close(this.#now, why, how)
      this.#settle(open)
    }
  }

  /** `always … until: ANCHOR`. */
  #endAlways(isNow: (until: Anchor) => boolean): void {
    const ends = ({ claim }: Open): boolean => claim?.kind === 'never' && claim.until !== null && isNow(claim.until)
    this.#closeAll(ends, 'when its end came', 'cut')
  }
}

/**
 * A late-stamped event may belong before a deadline that its stamp is past. Steps are the harness's own doing: their
 * stamps are exact.
 */
const earliest = (event: Event): Instant => (event.kind === 'step' ? event.at : event.at - (event.lag ?? 0)) as Instant
const isDecided = (step: Step): step is Decided => step.kind !== 'parallel' && step.kind !== 'repeat'
