// A claim under judgement. A case is fed every event in order and told the time between them; it
// decides once, and then its finding never changes, whatever comes later.

import type { Duration, Instant } from '../../emulators/index.ts'
import { milliseconds } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { describe, type Elements, streamOf } from '../expect/index.ts'
import type { Pattern, Want } from '../plan/model/index.ts'
import { shownOf } from './shown.ts'
import type { ClaimResult } from './verdict.ts'

/** How long past its window a missing event is waited for, so that a report can say "late by 12 ms". */
export const GRACE: Duration = milliseconds(50)

export interface ClaimEvaluator {
  readonly finding: ClaimResult | null
  /** The events that satisfied the claim, in order. */
  readonly matched: readonly Event[]
  /** When it wants to be told the time; null: only events can decide it. */
  readonly due: Instant | null
  observe(event: Event): void
  tick(now: Instant): void
  /**
   * Its time is over for a reason outside of it. `over`: its step has failed or its time is up, and what has not come is
   * missing. `cut`: the record ends there, and what would have come after it is not known.
   */
  close(now: Instant, why: string, how: Closing): void
}

export type Closing = 'over' | 'cut'

/** `some`: of a list (of filters, of return codes) one element is enough; a claim that forbids asks so. */
export function matchesPattern(pattern: Pattern, event: Event, elements: Elements = 'every'): boolean {
  return pattern.matcher.compare(pattern.fields, event, elements)?.length === 0
}

export function showWant(want: Want): string {
  const each = want.patterns.map((p) => p.matcher.show(p.fields))
  switch (want.mode) {
    case 'one':
      return each[0]!
    case 'all':
      return `all of: ${each.join('; ')}`
    case 'sequence':
      return `in this order: ${each.join('; ')}`
    case 'any':
      return `any of: ${each.join('; ')}`
  }
}

/** Remembers what came close, for the report of a failure. */
export class NearMisses {
  readonly #want: Want
  readonly #near: { readonly event: Event; readonly differs: readonly string[] }[] = []
  readonly #stream: number[] = []
  readonly #troubles: number[] = []
  /** What the devices of the claim did otherwise: shown when nothing else is. */
  readonly #around: number[] = []
  /** What the devices of a claim about a pin have written: it tells what the program meant to do. */
  readonly #consoles: number[] = []
  readonly #devices: ReadonlySet<string>
  readonly #streams: ReadonlySet<string>
  readonly #aboutPins: boolean

  constructor(want: Want) {
    this.#want = want
    this.#devices = new Set(want.patterns.flatMap((p) => p.matcher.devices(p.fields)))
    this.#aboutPins = want.patterns.some(({ matcher }) => matcher.kind === 'signal')
    this.#streams = new Set(want.patterns.map((p) => p.matcher.stream(p.fields)))
  }

  observe(observed: Event): void {
    const event = shownOf(observed)
    if (tellsOfTrouble(event) || this.#isLoss(event)) keepLast(this.#troubles, event.seq, 4)
    else if (this.#isAround(event)) keepLast(this.#around, event.seq, 6)
    if (event.kind === 'serial' && this.#aboutPins && this.#isOfClaim(event.device))
      keepLast(this.#consoles, event.seq, 4)
    if (this.#streams.has(streamOf(event))) keepLast(this.#stream, event.seq, 4)
    for (const pattern of this.#want.patterns) {
      const differs = pattern.matcher.compare(pattern.fields, event)
      if (differs !== null && differs.length > 0) keepLast(this.#near, { event, differs }, 3)
    }
  }

  /** `the nearest: #41 … (retain: expected false, got true)`, or what else was there. */
  tell(): string {
    const last = this.#near.at(-1)
    if (last === undefined) return ''
    return `; the nearest was ${describe(last.event)} (${last.differs.join('; ')})`
  }

  /** A connection that ended, or was not made, where the claim looks. */
  #isLoss(event: Event): boolean {
    return event.kind === 'socket' && !CONNECTS.has(event.change) && this.#isOfClaim(event.device)
  }

  /** What is told of the devices that the claim names; of all, when it names none. */
  #isAround(event: Event): boolean {
    const told = TOLD_AROUND.has(event.kind) && (event.kind !== 'call' || event.state !== 'started')
    return told && (!('device' in event) || event.device === undefined || this.#isOfClaim(event.device))
  }

  #isOfClaim(device: string): boolean {
    return this.#devices.size === 0 || this.#devices.has(device)
  }

  get seqs(): readonly number[] {
    const near = this.#near.map((n) => n.event.seq)
    const around = near.length + this.#stream.length === 0 ? this.#around : []
    return [...new Set([...near, ...this.#stream, ...this.#troubles, ...this.#consoles, ...around])].sort(
      (a, b) => a - b,
    )
  }
}

const CONNECTS: ReadonlySet<string> = new Set(['connecting', 'connected', 'secured'])

const TOLD_AROUND: ReadonlySet<Event['kind']> = new Set([
  'packet',
  'socket',
  'upgrade',
  'call',
  'serial',
  'signal',
  'message',
  'fault',
  'device',
])

/** A program that has ended or complains explains much that does not come. */
function tellsOfTrouble(event: Event): boolean {
  if (event.kind === 'exit' || event.kind === 'broker') return true
  if (event.kind === 'serial') return event.stream === 'err'
  return event.kind === 'device' && event.change !== 'boot' && event.change !== 'reset'
}

function keepLast<T>(list: T[], item: T, most: number): void {
  list.push(item)
  if (list.length > most) list.shift()
}
