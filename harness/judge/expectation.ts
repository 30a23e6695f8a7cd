// `expect`. The first match decides when nothing is counted: one that is too early fails at once,
// because waiting for a later one would forgive exactly what the window forbids.

import { type Duration, type Instant, showDuration } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import type { Elements } from '../expect/index.ts'
import type { Beat, Expectation, Pattern } from '../plan/model/index.ts'
import { Places } from './assign.ts'
import { keepsBeat, longest, variation, type Wait } from './beat.ts'
import { type ClaimEvaluator, type Closing, GRACE, matchesPattern, NearMisses, showWant } from './claim-evaluator.ts'
import { type End, type Gone, LAST_WORDS } from './gone.ts'
import type { Opening } from './opening.ts'
import { describeShown } from './shown.ts'
import type { Stalls } from './stalls.ts'
import type { ClaimResult, VerdictKind } from './verdict.ts'
import { between, claimed, position } from './window.ts'

export class ExpectationCase implements ClaimEvaluator {
  finding: ClaimResult | null = null
  readonly matched: Event[] = []
  readonly #claim: Expectation
  readonly #opening: Opening
  readonly #stalls: Stalls
  readonly #gone: Gone | null
  readonly #near: NearMisses
  /** For `all`: which event each pattern has. */
  readonly #places: Places<Event>
  #uncertain: Event[] = []
  readonly #elements: Elements
  /** To the end of its window, whatever has come. */
  readonly #watched: boolean

  constructor(claim: Expectation, opening: Opening, stalls: Stalls, gone: Gone | null = null) {
    this.#claim = claim
    this.#gone = gone
    this.#stalls = stalls
    this.#opening = opening
    this.#near = new NearMisses(claim.want)
    this.#places = new Places(claim.want.patterns.length)
    this.#elements = claim.count?.max === 0 ? 'some' : 'every'
    this.#watched = claim.watched
  }

  get due(): Instant {
    const anchor = this.#opening.anchor()
    const end = (anchor.at + this.#claim.window.to) as Instant
    if (this.#satisfied()) return end
    // What the harness itself has held up may still come.
    const whole = this.#stalls.reach(anchor.at, (end + GRACE) as Instant)
    return Math.min(whole, this.#hopeless()?.from ?? whole) as Instant
  }

  tick(now: Instant): void {
    if (this.finding !== null || now < this.due) return
    const hopeless = this.#hopeless()
    const early = hopeless !== null && now < this.#opening.anchor().at + this.#claim.window.to
    this.#atEnd(early ? `; ${hopeless.device} ${hopeless.how} (#${hopeless.seq}), so nothing more can come of it` : '')
  }

  /** What is missing can come of no program that runs; `from`: since when that is sure. null: it may come. */
  #hopeless(): (End & { readonly from: number }) | null {
    const gone = this.#gone
    if (gone === null) return null
    const { mode, patterns } = this.#claim.want
    const ends = this.#needed().map((pattern) => gone.endOf(pattern))
    const last = ends.reduce<End | null>((one, end) => (one === null || (end?.at ?? 0) > one.at ? end : one), null)
    const some = mode === 'all' || mode === 'sequence' || patterns.length === 1
    if (last === null || !(some ? ends.some((end) => end !== null) : ends.every((end) => end !== null))) return null
    return { ...last, from: last.at + LAST_WORDS + this.#stalls.between(last.at, Number.POSITIVE_INFINITY as Instant) }
  }

  /** The patterns that have no event yet. */
  #needed(): readonly Pattern[] {
    const { mode, patterns } = this.#claim.want
    if (mode === 'all') return patterns.filter((_, k) => this.#places.isFree(k))
    return mode === 'sequence' ? patterns.slice(this.matched.length) : patterns
  }

  close(now: Instant, why: string, how: Closing): void {
    if (this.finding !== null) return
    const end = this.#opening.anchor().at + this.#claim.window.to
    if (now >= end) return this.#atEnd('')
    if (!this.#satisfied() && now >= this.due) return this.tick(now)
    if (how === 'cut') this.#decide('inconclusive', `${this.#missing()} ${why}${this.#near.tell()}`, this.matched)
    else if (this.#satisfied())
      this.#decide('fail', `${this.#missing()} ${why}, before its window was over`, this.matched)
    else this.#atEnd(`; ${why}`)
  }

  observe(event: Event): void {
    if (this.finding !== null) return
    this.#near.observe(event)
    if (!this.#takes(event)) return
    const anchor = this.#opening.anchor()
    const lost = this.#stalls.between(anchor.at, event.at)
    const where = position(this.#claim.window, anchor, event, lost)
    switch (where) {
      case 'early':
        return this.#decide('fail', `too early: ${this.#told(event)}`, [event])
      case 'late':
        return this.#satisfied() || this.#uncertain.length > 0
          ? this.#atEnd('')
          : this.#decide('fail', `too late: ${this.#told(event)}`, [event])
      case 'uncertain':
        this.#uncertain.push(event)
        this.matched.push(event)
        if (this.#claim.count === null)
          this.#decide('inconclusive', `${this.#told(event)}; ${lagged(event, lost)}`, [event])
        return
      case 'inside':
        this.matched.push(event)
        return this.#afterMatch(event)
    }
  }

  /** Whether this event is a match that the claim still needs (or, when counting, one more). */
  #takes(event: Event): boolean {
    const { mode, patterns } = this.#claim.want
    const fits = patterns.map((p) => !this.#opening.isPast(event, p) && matchesPattern(p, event, this.#elements))
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

  #afterMatch(event: Event): void {
    if (this.#gapIsWrong()) return
    const { count, want } = this.#claim
    if (count !== null && this.#sure() > count.max)
      return this.#decide('fail', `${this.#sure()} of them; the last was ${this.#told(event)}`, this.matched)
    if (!this.#watched && this.#satisfied()) this.#decide('pass', this.#told(event), this.matched)
    else if (want.mode === 'sequence' && this.matched.length === want.patterns.length && count === null)
      this.#decide('pass', this.#told(event), this.matched)
  }

  #sure(): number {
    return this.matched.length - this.#uncertain.length
  }

  #satisfied(): boolean {
    const { count, want } = this.#claim
    if (count !== null) return this.#sure() >= count.min
    return this.matched.length >= (want.mode === 'all' || want.mode === 'sequence' ? want.patterns.length : 1)
  }

  #waits(): Wait[] {
    return this.matched.slice(1).map((event, k) => between(this.matched[k]!, event))
  }

  #gapIsWrong(): boolean {
    const { every } = this.#claim
    const [previous, last] = this.matched.slice(-2)
    if (every === null || previous === undefined || last === undefined) return false
    const is = keepsBeat(every, this.#waits())
    if (is === 'inside') return false
    const gap = showDuration((last.at - previous.at) as Duration)
    const told = `${gap} from ${describeShown(previous)} to ${describeShown(last)}`
    const sure = is === 'outside'
    this.#decide(sure ? 'fail' : 'inconclusive', sure ? told : `${told}; ${lagged(last)}`, [previous, last])
    return true
  }

  /** A beat goes on to the end of the window, unless all that may come have come. */
  #silentAtEnd(): boolean {
    const { every, count, window } = this.#claim
    const last = this.matched.at(-1)
    if (every === null || !this.#watched || last === undefined || this.#sure() < count!.min) return false
    if (this.matched.length >= count!.max) return false
    const waits = this.#waits()
    const high = longest(every, waits[0], waits.length)
    const silence = this.#opening.anchor().at + window.to - last.at
    if (silence + (last.lag ?? 0) <= high.sure) return false
    const told = `${showDuration(silence as Duration)} of silence from ${describeShown(last)} to the end of the window`
    if (silence > high.most) this.#decide('fail', told, [last])
    else this.#decide('inconclusive', `${told}; ${lagged(last)}`, [last])
    return true
  }

  #atEnd(why: string): void {
    const { count } = this.#claim
    if (this.#silentAtEnd()) return
    if (count !== null && this.#sure() >= count.min) {
      const most = this.matched.length
      if (most <= count.max) return this.#decide('pass', `${most} of them`, this.matched)
      return this.#decide(
        'inconclusive',
        `${this.#sure()} to ${most} of them; ${lagged(this.#uncertain[0]!)}`,
        this.matched,
      )
    }
    if (count !== null && this.matched.length >= count.min)
      return this.#decide(
        'inconclusive',
        `${this.#sure()} to ${this.matched.length} of them; ${lagged(this.#uncertain[0]!)}`,
        this.matched,
      )
    this.#decide('fail', `${this.#missing()}${this.#near.tell()}${why}`, this.matched)
  }

  #missing(): string {
    const { want, count } = this.#claim
    if (count !== null) return this.matched.length === 0 ? 'none' : `${this.matched.length} of them`
    if (want.mode === 'all') {
      const open = want.patterns.filter((_, k) => this.#places.isFree(k))
      return `nothing for: ${open.map((p) => p.matcher.show(p.fields)).join('; ')}`
    }
    if (want.mode === 'sequence' && this.matched.length > 0) {
      const next = want.patterns[this.matched.length]!
      return `the first ${this.matched.length}, then nothing for: ${next.matcher.show(next.fields)}`
    }
    return 'no matching event'
  }

  #told(event: Event): string {
    const offset = event.at - this.#opening.anchor().at
    const where = `${showDuration(Math.abs(offset) as Duration)} ${offset < 0 ? 'before' : 'after'}`
    return `${describeShown(event)}, ${where} ${this.#opening.anchorName}`
  }

  #decide(kind: VerdictKind, got: string, evidence: readonly Event[]): void {
    const varies =
      kind === 'pass' && this.#claim.every !== null ? variation(this.#claim.every, this.#waits()) : 'inside'
    if (varies === 'inside') return this.#conclude(kind, got, evidence)
    const waits = this.#waits().map(({ most }) => showDuration(most as Duration))
    const told = `no jitter: the waits were ${waits.join(', ')}`
    if (varies === 'outside') this.#conclude('fail', told, evidence)
    else this.#conclude('inconclusive', `${told}; ${lagged(this.matched.at(-1)!)}`, evidence)
  }

  #conclude(kind: VerdictKind, got: string, evidence: readonly Event[]): void {
    const seqs = evidence.map((e) => e.seq)
    this.finding = {
      kind,
      expected: `${showWant(this.#claim.want)}${showTerms(this.#claim, this.#opening.anchorName)}`,
      got,
      evidence: seqs,
      nearby: kind === 'pass' ? [] : this.#near.seqs.filter((seq) => !seqs.includes(seq)),
      window: claimed(this.#opening.anchor(), this.#claim.window),
    }
  }
}

const lagged = (event: Event, lost = 0): string =>
  `the harness lagged by up to ${showDuration(Math.max(event.lag ?? 0, lost) as Duration)} there, more than the margin`

const counted = (times: number): string => (times === 1 ? 'once' : `${times} times`)

const share = (part: number): string => `${Math.round(part * 10_000) / 100}%`

function showBeat({ of, tolerance, grow, cap, jitter }: Beat): string {
  const add = grow !== undefined && grow.add > 0
  return [
    of === null ? 'waits' : `every ${showDuration(of)}`,
    ` ± ${showDuration(tolerance)}`,
    grow === undefined
      ? ''
      : add
        ? `, each ${showDuration(grow.add as Duration)} longer`
        : `, each ${grow.factor} times`,
    cap === undefined ? '' : ` up to ${showDuration(cap)}`,
    jitter === undefined ? '' : `, varying from -${share(jitter.less)} to +${share(jitter.more)}`,
  ].join('')
}

function showTerms(claim: Expectation, anchor: string): string {
  const { count, window, every } = claim
  const times =
    count === null
      ? ''
      : count.max === Number.POSITIVE_INFINITY
        ? `, at least ${counted(count.min)}`
        : count.min === count.max
          ? `, exactly ${counted(count.min)}`
          : `, ${count.min} to ${count.max} times`
  const beat = every === null ? '' : `, ${showBeat(every)}`
  const when = Number.isFinite(window.from)
    ? `between ${showDuration(window.from)} and ${showDuration(window.to)}`
    : `within ${showDuration(window.to)}`
  return `${times}${beat}, ${when} after ${anchor}`
}
