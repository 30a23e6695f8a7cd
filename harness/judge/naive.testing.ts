// A second judge, written from docs/semantics.md alone: the whole timeline in, a verdict for each claim out. It is slow and
// remembers nothing: for each claim it looks at all events again. What an event of a kind matches is the matchers' matter.

import type { Event, StepEvent } from '../evidence/index.ts'
import { type CallFields, streamOf } from '../expect/index.ts'
import type {
  Anchor,
  Beat,
  Claim,
  ClaimStep,
  Expectation,
  Pattern,
  Plan,
  Prohibition,
  Step,
} from '../plan/model/plan.ts'
import { callKey, stepAt } from '../plan/model/plan.ts'
import type { VerdictKind } from './verdict.ts'

const GRACE = 50
/** So much of a stall may not be told yet. */
const UNTOLD = 20

interface Moment {
  readonly at: number
  readonly seq: number
  readonly lag?: number | undefined
}

/** A claim as it was performed. */
interface Performed {
  readonly path: string
  readonly step: ClaimStep
  readonly opened: Moment
}

interface Judged {
  readonly kind: VerdictKind
  readonly found: readonly Event[]
}

interface Word {
  readonly word: 'A' | 'L' | 'C' | 'P'
  readonly seq: number
  readonly path: string
  readonly step: Step
}

const lagOf = ({ lag }: Moment): number => lag ?? 0

export class NaiveJudge {
  readonly #plan: Plan
  readonly #events: readonly Event[]
  /** The last moment at which somebody still looked. */
  readonly #until: number
  readonly #judged = new Map<string, Judged>()

  constructor(plan: Plan, events: readonly Event[], until: number) {
    this.#plan = plan
    this.#events = events
    this.#until = until
  }

  /** By path; a claim that was never begun has none. */
  verdicts(): ReadonlyMap<string, VerdictKind> {
    const begun: Performed[] = [
      ...this.#plan.always.map((step) => ({ path: step.path, step, opened: { at: 0, seq: -1 } })),
      ...this.#steps('started').flatMap(({ event, step }) =>
        step.kind === 'claim' ? [{ path: event.step, step, opened: event }] : [],
      ),
    ]
    for (const one of begun) this.#judged.set(one.path, this.#judge(one))
    return new Map([...this.#judged].map(([path, { kind }]) => [path, kind]))
  }

  #steps(phase: StepEvent['phase']): { event: StepEvent & Event; step: Step }[] {
    return this.#events.flatMap((event) => {
      if (event.kind !== 'step' || event.phase !== phase || event.outcome === 'skipped') return []
      return [{ event, step: stepAt(this.#plan, event.step)! }]
    })
  }

  #judge({ path, step, opened }: Performed): Judged {
    const claim = step.claim({ saved: {}, i: 0 })
    const anchor = this.#anchor(claim, opened)
    if (anchor === null) return { kind: 'fail', found: [] }
    const isPast =
      claim.after === null ? this.#pastByDefault(claim, path, opened) : this.#pastAnchor(claim.after, opened)
    if (isPast === null) return { kind: 'fail', found: [] }
    const looked = this.#events.filter((e) => !this.#isAfterEnd(e, claim, step, opened))
    return claim.kind === 'expect'
      ? this.#expectation(claim, anchor, isPast, looked, opened)
      : this.#prohibition(claim, anchor, isPast, looked, path, opened)
  }

  // ——— Anchors

  /** What the window is measured from, for an event. */
  #anchor(claim: Claim, opened: Moment): ((event: Moment) => Moment) | null {
    const { after } = claim
    if (after === null || (claim.kind === 'expect' && claim.sinceStart)) return () => opened
    const first = this.#moment(after, opened.seq)
    if (first === null) return null
    return after.kind === 'last-packet-from' ? (event) => this.#moment(after, event.seq) ?? first : () => first
  }

  /** The last such moment before `seq`. */
  #moment(anchor: Anchor, seq: number): Moment | null {
    const before = this.#events.filter((e) => e.seq < seq)
    switch (anchor.kind) {
      case 'start':
        return { at: 0, seq: -1 }
      case 'boot':
        return before.findLast((e) => e.kind === 'device' && e.change === 'boot' && e.device === anchor.device) ?? null
      case 'last-packet-from':
        return (
          before.findLast(
            (e) =>
              e.kind === 'packet' &&
              e.device === anchor.device &&
              e.direction === 'up' &&
              e.delivered &&
              e.end !== 'device',
          ) ?? null
        )
      case 'step': {
        const turn = this.#steps('started').findLast((s) => s.step.id === anchor.id && s.event.seq < seq)
        if (turn === undefined) return null
        if (anchor.edge === 'start') return turn.event
        if (anchor.edge === 'end')
          return before.findLast((e) => e.kind === 'step' && e.phase === 'ended' && e.step === turn.event.step) ?? null
        const isOver = before.some((e) => e.kind === 'step' && e.phase === 'ended' && e.step === turn.event.step)
        const judged = isOver ? this.#judged.get(turn.event.step) : undefined
        if (judged === undefined || judged.kind === 'fail') return null
        return (anchor.edge === 'first' ? judged.found[0] : judged.found.at(-1)) ?? null
      }
    }
  }

  #pastAnchor(after: Anchor, opened: Moment): (event: Event, pattern: Pattern) => boolean {
    const { seq } = this.#moment(after, opened.seq)!
    return (event) => event.seq <= seq
  }

  // ——— Where a claim begins that names no anchor

  #pastByDefault(claim: Claim, path: string, opened: Moment): ((event: Event, pattern: Pattern) => boolean) | null {
    if (claim.kind === 'never' && claim.started !== null) {
      const call = this.#calls(opened.seq).findLast((c) => c.step.id === claim.started)
      if (
        call === undefined ||
        !this.#events.some((e) => e.kind === 'call' && e.id === call.key && e.state === 'started' && e.seq < opened.seq)
      )
        return null
    }
    const { begin, own } = this.#begin(claim, path, opened)
    const found = this.#foundBefore(path, opened)
    return (event, pattern) => {
      if (own.has(event.seq)) return true
      if (found.some((f) => streamOf(f) === streamOf(event) && event.seq <= f.seq)) return true
      if (pattern.matcher.kind === 'fleet') return event.seq <= opened.seq
      if (pattern.matcher.kind === 'call') return this.#isPastCall(event, pattern.fields as CallFields, begin, opened)
      return event.seq <= begin
    }
  }

  /** Calls of steps that began before. */
  #calls(before: number) {
    return this.#steps('started').flatMap(({ event, step }) => {
      if (step.kind !== 'call' || event.seq >= before) return []
      const key = callKey(step, event.step)
      const { device } = step.call({ saved: {}, i: 0 })
      const began = this.#events.find(
        (e) => e.kind === 'call' && e.id === key && e.device === device && e.state === 'started' && e.seq < before,
      )
      return [{ step, key, device, seq: event.seq, method: began?.kind === 'call' ? began.method : null }]
    })
  }

  #isPastCall(event: Event, { id, device, method }: CallFields, begin: number, opened: Moment): boolean {
    const meant = this.#calls(opened.seq).filter(
      (c) =>
        (id === undefined || c.step.id === id) &&
        (device === undefined || c.device === device) &&
        (method === undefined || c.method === null || c.method === method),
    )
    const latest = meant.at(-1)
    if (latest === undefined) return event.seq <= begin
    if (id === undefined) return event.seq <= Math.max(begin, latest.seq)
    const earlier = this.#calls(opened.seq).some(
      (c) => c.step.id === id && c.seq < latest.seq && event.kind === 'call' && c.key === event.id,
    )
    return event.seq <= latest.seq || earlier
  }

  /** What the steps of its line did before it: A an action, L a step that only receives, C a claim, P the end of a delay. */
  #line(path: string, opened: Moment): Word[] {
    return this.#events.flatMap((event): Word[] => {
      if (event.kind !== 'step' || event.seq >= opened.seq || event.outcome === 'skipped') return []
      const step = stepAt(this.#plan, event.step)!
      const lines = linesOf(this.#plan, path)
      if (!lines.includes(lineOf(this.#plan, event.step))) return []
      const at = { path: event.step, step }
      if (event.phase === 'ended') {
        if (step.kind === 'parallel') return this.#parallel(event.step, event.seq, step)
        return step.kind === 'action' && step.verb === 'delay' ? [{ word: 'P', seq: event.seq, ...at }] : []
      }
      if (step.kind === 'claim') return [{ word: 'C', seq: event.seq, ...at }]
      if (step.kind !== 'action' && step.kind !== 'call') return []
      if (['check', 'wait', 'loop', 'release'].includes(step.verb)) return [{ word: 'L', seq: event.seq, ...at }]
      return step.verb === 'delay' ? [] : [{ word: 'A', seq: event.seq, ...at }]
    })
  }

  /** A `parallel` that is over is one action when any step in it acted, and a claim after that when any claimed. */
  #parallel(path: string, ended: number, step: Step): Word[] {
    const inside = this.#steps('started').filter((s) => s.event.step.startsWith(`${path}.`) && s.event.seq < ended)
    const { seq } = this.#steps('started').find((s) => s.event.step === path)!.event
    const acted = inside.some((s) => s.step.kind === 'call' || (s.step.kind === 'action' && s.step.verb !== 'delay'))
    const claimed = inside.some((s) => s.step.kind === 'claim')
    const at = { path, step, seq }
    return [...(acted ? [{ word: 'A' as const, ...at }] : []), ...(claimed ? [{ word: 'C' as const, ...at }] : [])]
  }

  #begin(claim: Claim, path: string, opened: Moment): { begin: number; own: ReadonlySet<number> } {
    const line = path.startsWith('always.') ? [] : this.#line(path, opened)
    const forbids = claim.kind === 'never' || claim.count?.max === 0
    const pause = line.findLast(({ word }) => word === 'P')?.seq ?? -1
    if (forbids) {
      const last = line.findLast(({ word }) => word === 'A' || word === 'L')
      if (last === undefined || pause > last.seq) return { begin: pause, own: new Set() }
      return { begin: last.seq, own: last.word === 'A' ? this.#ownActs(last) : new Set() }
    }
    const k = line.findLastIndex(({ word }) => word === 'A')
    let asked = line[k]?.seq ?? -1
    for (let j = k - 1; j >= 0 && (line[j]!.word === 'A' || line[j]!.word === 'L'); j--)
      if (line[j]!.word === 'A') asked = line[j]!.seq
    return { begin: claim.count === null ? asked : Math.max(asked, pause), own: new Set() }
  }

  /** Only calls named `publish` act here: the first PUBLISH and the first PUBREL that the device sends are theirs. */
  #ownActs({ seq, path, step }: { seq: number; path: string; step: Step }): ReadonlySet<number> {
    const calls =
      step.kind === 'parallel'
        ? lastActions(
            this.#steps('started').filter((s) => s.event.step.startsWith(`${path}.`)),
            this.#plan,
          )
        : [step]
    return new Set(
      calls.flatMap((call) => {
        if (call.kind !== 'call' || call.verb !== 'publish') return []
        const { device } = call.call({ saved: {}, i: 0 })
        const kinds = ['publish', 'pubrel'].flatMap((type) => [undefined, 'broker'].map((end) => ({ type, end })))
        return kinds.flatMap(({ type, end }) => {
          const first = this.#events.find(
            (e) =>
              e.kind === 'packet' &&
              e.seq > seq &&
              e.device === device &&
              e.direction === 'up' &&
              e.by === undefined &&
              e.packet.type === type &&
              (e.end === 'broker') === (end === 'broker'),
          )
          return first === undefined ? [] : [first.seq]
        })
      }),
    )
  }

  /** What the claims before it have found: those of its line, and those of a `parallel` that is over. */
  #foundBefore(path: string, opened: Moment): readonly Event[] {
    if (path.startsWith('always.')) return []
    const lines = linesOf(this.#plan, path)
    const over = this.#steps('ended').filter(
      ({ event, step }) =>
        step.kind === 'parallel' && event.seq < opened.seq && lines.includes(lineOf(this.#plan, event.step)),
    )
    return this.#steps('started').flatMap(({ event, step }) => {
      if (step.kind !== 'claim' || event.seq >= opened.seq) return []
      const counts =
        lines.includes(lineOf(this.#plan, event.step)) || over.some((p) => event.step.startsWith(`${p.event.step}.`))
      const judged = this.#judged.get(event.step)
      return counts && judged !== undefined && judged.kind !== 'fail' ? judged.found : []
    })
  }

  // ——— Where a claim ends

  /** The moment at which what is open is closed from outside, if there is one. */
  #closing(): { at: number; seq: number; how: 'over' | 'cut' } {
    const up = this.#events.find((e) => e.kind === 'fault' && e.code === 'time-up')
    if (up !== undefined) return { at: up.at, seq: up.seq, how: 'over' }
    return { at: this.#until, seq: this.#events.length, how: 'cut' }
  }

  #isAfterEnd(event: Event, claim: Claim, _: ClaimStep, opened: Moment): boolean {
    if (event.seq >= this.#closing().seq) return true
    const end = claim.kind === 'never' && claim.until !== null ? this.#untilOf(claim.until, opened) : null
    return end !== null && event.seq > end
  }

  /** The event that ends a claim under always. */
  #untilOf(until: Anchor, opened: Moment): number | null {
    const first = this.#steps('started')[0]?.event.seq ?? Number.POSITIVE_INFINITY
    const event = this.#events.find((e) => {
      if (e.seq <= opened.seq) return false
      if (until.kind === 'boot')
        return e.kind === 'device' && e.change === 'boot' && e.device === until.device && e.seq > first
      if (e.kind !== 'step' || e.outcome === 'skipped' || until.kind !== 'step') return false
      const phase = until.edge === 'start' ? 'started' : 'ended'
      return e.phase === phase && stepAt(this.#plan, e.step)?.id === until.id
    })
    return event?.seq ?? null
  }

  /** An event is looked at when it may have happened before the claim was decided: its stamp, less its lag. */
  #seen = (event: Event, decided: number): boolean =>
    (event.kind === 'step' ? event.at : event.at - lagOf(event)) <= decided

  #stalls(from: number, to: number, events: readonly Event[]): number {
    return events.reduce(
      (sum, e) => (e.kind === 'lag' && e.at > from && e.at - e.stalled < to ? sum + e.stalled : sum),
      0,
    )
  }

  /** What is due by a moment is put off by each stall that begins before the moment to which it is put off already. */
  #reach(from: number, to: number, events: readonly Event[]): number {
    let reached = to
    for (;;) {
      const again = to + this.#stalls(from, reached, events)
      if (again === reached) return reached
      reached = again
    }
  }

  // ——— The two kinds of claims

  #expectation(
    claim: Expectation,
    anchorOf: (event: Moment) => Moment,
    isPast: (event: Event, pattern: Pattern) => boolean,
    looked: readonly Event[],
    opened: Moment,
  ): Judged {
    const { count, window, every, want } = claim
    const found: Event[] = []
    const unsure = new Set<Event>()
    const sure = (): number => found.length - unsure.size
    const needed = want.mode === 'all' || want.mode === 'sequence' ? want.patterns.length : 1
    const satisfied = (): boolean => (count === null ? found.length >= needed : sure() >= count.min)
    const end = (kind: VerdictKind): Judged => {
      const varied = kind === 'pass' && every !== null ? jitterOf(every, found) : 'pass'
      return { kind: varied === 'pass' ? kind : varied, found }
    }
    const atEnd = (anchor: Moment): Judged => {
      if (count === null) return end('fail')
      const last = found.at(-1)
      if (every !== null && claim.watched && sure() >= count.min && found.length < count.max && last !== undefined) {
        const silence = anchor.at + window.to - last.at
        const verdicts = firstWaits(every, found).map((first): VerdictKind => {
          const [, high] = allowedWait(every, first, found.length - 1)
          if (silence > high) return 'fail'
          return silence + lagOf(last) > high ? 'inconclusive' : 'pass'
        })
        if (verdicts.every((kind) => kind === 'fail')) return end('fail')
        if (verdicts.some((kind) => kind !== 'pass')) return end('inconclusive')
      }
      if (sure() >= count.min && found.length <= count.max) return end('pass')
      return end(found.length >= count.min ? 'inconclusive' : 'fail')
    }
    for (const [k, event] of looked.entries()) {
      const anchor = anchorOf(event)
      const close = anchor.at + window.to
      // Of stalls it knows what is recorded when it looks: at once, or when it begins.
      const known = looked.filter((e, j) => (e.seq <= opened.seq ? true : j < k))
      const decided = satisfied() ? close : this.#reach(anchor.at, close + GRACE, known)
      if (!this.#seen(event, decided)) return atEnd(anchor)
      if (!this.#takes(claim, found, event, isPast, count?.max === 0 ? 'some' : 'every')) continue
      const least = event.at - anchor.at - lagOf(event)
      const most = event.at - anchor.at + lagOf(anchor)
      const told = this.#stalls(anchor.at, event.at, [...new Set([...known, event])])
      const stalled = told === 0 ? 0 : told + UNTOLD
      if (most < window.from && least - stalled <= window.to) return end('fail')
      if (least - stalled > window.to) return satisfied() || unsure.size > 0 ? atEnd(anchor) : end('fail')
      found.push(event)
      if (least < window.from || most > window.to) {
        unsure.add(event)
        if (count === null) return end('inconclusive')
        continue
      }
      const previous = found.at(-2)
      if (every !== null && previous !== undefined) {
        const shortest = event.at - previous.at - lagOf(event)
        const longest = event.at - previous.at + lagOf(previous)
        const firsts = firstWaits(every, found.slice(0, -1))
        const allowed = firsts.map((first) => allowedWait(every, first, found.length - 2))
        const least = Math.min(...allowed.map(([low]) => low))
        const greatest = Math.max(...allowed.map(([, high]) => high))
        if (shortest > greatest || longest < least) return end('fail')
        if (allowed.some(([low, high]) => shortest < low || longest > high)) return end('inconclusive')
      }
      if (count !== null && sure() > count.max) return end('fail')
      if (!claim.watched && satisfied()) return end('pass')
    }
    const { at, how } = this.#closing()
    const anchor = anchorOf({ at, seq: this.#closing().seq })
    const close = anchor.at + window.to
    const decided = satisfied() ? close : this.#reach(anchor.at, close + GRACE, looked)
    if (at >= decided || at >= close) return atEnd(anchor)
    if (how === 'cut') return end('inconclusive')
    return satisfied() ? end('fail') : atEnd(anchor)
  }

  #prohibition(
    claim: Prohibition,
    anchorOf: (event: Moment) => Moment,
    isPast: (event: Event, pattern: Pattern) => boolean,
    looked: readonly Event[],
    path: string,
    opened: Moment,
  ): Judged {
    const { window, want } = claim
    const begin = this.#beginMoment(claim, path, opened)
    const found: Event[] = []
    let sure = true
    for (const event of looked) {
      const anchor = anchorOf(event)
      // The window of a claim is closed once it was begun; what lies further back is looked at all the same.
      if (event.seq > opened.seq && window !== null && !this.#seen(event, anchor.at + window))
        return { kind: 'pass', found: [] }
      const least = event.at - anchor.at - lagOf(event)
      const most = event.at - anchor.at + lagOf(anchor)
      if (window !== null && least > window) continue
      if (!this.#takes(claim, found, event, isPast, 'some')) continue
      found.push(event)
      if (window !== null && most > window) sure = false
      if (begin !== null && event.at - lagOf(event) < begin.at) sure = false
      const needed = want.mode === 'sequence' || want.mode === 'all' ? want.patterns.length : 1
      if (found.length === needed) return { kind: sure ? 'fail' : 'inconclusive', found: [] }
    }
    const { at, seq, how } = this.#closing()
    const ended = claim.until !== null && this.#untilOf(claim.until, opened) !== null
    if (window === null || ended || at >= anchorOf({ at, seq }).at + window) return { kind: 'pass', found: [] }
    return { kind: how === 'cut' ? 'inconclusive' : 'fail', found: [] }
  }

  /** An event that may have happened before this proves nothing against a `never`. */
  #beginMoment(claim: Prohibition, path: string, opened: Moment): Moment | null {
    if (claim.started !== null) return null
    if (claim.after !== null) return this.#moment(claim.after, opened.seq)
    const { begin } = this.#begin(claim, path, opened)
    return this.#events[begin] ?? { at: 0, seq: -1 }
  }

  /** Whether an event is one of those that a group still lacks; for `one` and `any`, one more. */
  #takes(
    { want: { mode, patterns } }: Claim,
    found: readonly Event[],
    event: Event,
    isPast: (event: Event, pattern: Pattern) => boolean,
    elements: 'every' | 'some',
  ): boolean {
    const matches = (e: Event, p: Pattern): boolean =>
      !isPast(e, p) && p.matcher.compare(p.fields, e, elements)?.length === 0
    if (mode === 'one' || mode === 'any') return patterns.some((p) => matches(event, p))
    if (mode === 'sequence') return found.length < patterns.length && matches(event, patterns[found.length]!)
    return canAssign([...found, event], patterns, matches)
  }
}

// ——— Waits that grow and vary

/** What the first wait may truly have been: its shortest and its longest. Null where `of` says it, or there is none yet. */
function firstWaits(every: Beat, found: readonly Event[]): readonly (number | null)[] {
  const [one, two] = found
  if (every.of !== null || one === undefined || two === undefined) return [null]
  return [two.at - one.at - lagOf(two), two.at - one.at + lagOf(one)]
}

/** The wait `k`, were there neither jitter nor tolerance. */
function plainWait(every: Beat, start: number, k: number): number {
  let wait = start
  for (let n = 0; n < k; n++) wait = wait * (every.grow?.factor ?? 1)
  wait += k * (every.grow?.add ?? 0)
  return every.cap !== undefined && wait > every.cap ? every.cap : wait
}

/** The shortest and the longest that the wait `k` may be, given the first. */
function allowedWait(every: Beat, first: number | null, k: number): readonly [number, number] {
  const less = every.jitter?.less ?? 0
  const more = every.jitter?.more ?? 0
  const { tolerance } = every
  if (every.of !== null) {
    const wait = plainWait(every, every.of, k)
    return [wait * (1 - less) - tolerance, wait * (1 + more) + tolerance]
  }
  const top = every.cap ?? Number.POSITIVE_INFINITY
  if (first === null) return [Number.NEGATIVE_INFINITY, top * (1 + more) + tolerance]
  const smallest = Math.max(0, (first - tolerance) / (1 + more))
  const greatest = less === 1 ? Number.POSITIVE_INFINITY : (first + tolerance) / (1 - less)
  return [
    plainWait(every, smallest, k) * (1 - less) - tolerance,
    plainWait(every, greatest, k) * (1 + more) + tolerance,
  ]
}

/** With jitter, three waits or more differ by more than a twentieth of its range, each as a share of what it should be. */
function jitterOf(every: Beat, found: readonly Event[]): VerdictKind {
  const { jitter, of } = every
  if (jitter === undefined || found.length < 4) return 'pass'
  const waits = found.slice(1).map((event, k) => {
    const before = found[k]!
    return [event.at - before.at - lagOf(event), event.at - before.at + lagOf(before)] as const
  })
  const [small, great] = of === null ? waits[0]! : [of, of]
  const shares = waits.map(([shortest, longest], k) => [
    shortest / Math.max(1, plainWait(every, great, k)),
    longest / Math.max(1, plainWait(every, small, k)),
  ])
  const same = (jitter.less + jitter.more) / 20
  const pairs = shares.flatMap((one) => shares.map((other) => [one, other] as const))
  if (pairs.some(([one, other]) => one[0]! - other[1]! > same)) return 'pass'
  return pairs.some(([one, other]) => one[1]! - other[0]! > same) ? 'inconclusive' : 'fail'
}

/** Whether each event can have a pattern of its own: all ways are tried. */
function canAssign(
  events: readonly Event[],
  patterns: readonly Pattern[],
  matches: (e: Event, p: Pattern) => boolean,
): boolean {
  const [first, ...more] = events
  if (first === undefined) return true
  return patterns.some((p, k) => matches(first, p) && canAssign(more, patterns.toSpliced(k, 1), matches))
}

/** The branch of a `parallel` that a step stands in, without its turn; '' for the main line. */
function lineOf(plan: Plan, path: string): string {
  const parts = path.split('.')
  for (let n = parts.length - 1; n >= 1; n--) {
    const parent = parts.slice(0, n).join('.')
    if (stepAt(plan, parent)?.kind === 'parallel') return `${parent}.${parts[n]!.replace(/#\d+$/, '')}`
  }
  return ''
}

/** Its line, and those that the parallels around it stand in. */
function linesOf(plan: Plan, path: string): readonly string[] {
  const line = lineOf(plan, path)
  return line === '' ? [''] : [line, ...linesOf(plan, line.split('.').slice(0, -1).join('.'))]
}

/** Of each branch of a parallel the last action. */
function lastActions(inside: readonly { event: StepEvent; step: Step }[], plan: Plan): readonly Step[] {
  const last = new Map<string, Step>()
  for (const { event, step } of inside)
    if (step.kind === 'call' || (step.kind === 'action' && step.verb !== 'delay'))
      last.set(lineOf(plan, event.step), step)
  return [...last.values()]
}
