// For the judge's own tests: plans of one claim and records of a few events, by hand.

import { type Duration, type Instant, milliseconds, type Place } from '../../emulators/index.ts'
import type { Event, Fact } from '../evidence/index.ts'
import { type AnyMatcher, matchers } from '../expect/index.ts'
import type {
  ActionStep,
  Claim,
  ClaimStep,
  Deferred,
  Expectation,
  ParallelStep,
  Pattern,
  Plan,
  Prohibition,
  RepeatStep,
  Step,
} from '../plan/model/index.ts'
import { Judge } from './judge.ts'
import type { Verdict } from './verdict.ts'

const place: Place = { file: 'test', line: 1, column: 1, length: 1 }

export function pattern(name: keyof typeof matchers, fields: object): Pattern {
  const matcher = matchers[name] as AnyMatcher
  return { matcher, fields: matcher.fields.parse(fields) }
}

export const message = (fields: object): Pattern => pattern('message', fields)

export function expectation(patterns: readonly Pattern[], rest: Partial<Expectation> = {}): Expectation {
  return {
    kind: 'expect',
    want: { mode: 'one', patterns },
    count: null,
    window: { from: Number.NEGATIVE_INFINITY as Duration, to: milliseconds(1000) },
    every: null,
    watched: rest.count == null ? rest.every != null : rest.count.max !== Number.POSITIVE_INFINITY,
    after: null,
    sinceStart: false,
    save: {},
    ...rest,
  }
}

export function prohibition(patterns: readonly Pattern[], rest: Partial<Prohibition> = {}): Prohibition {
  return {
    kind: 'never',
    want: { mode: 'one', patterns },
    window: milliseconds(1000),
    until: null,
    after: null,
    started: null,
    ...rest,
  }
}

export function claimStep(path: string, claim: Claim, id: string | null = null): ClaimStep {
  const base = { path, id, verb: claim.kind, title: claim.kind, place, timeout: null, condition: null, verifies: [] }
  return { ...base, kind: 'claim', claim: () => claim }
}

export function planOf(steps: readonly Step[], always: readonly ClaimStep[] = []): Plan {
  return {
    name: 'test',
    file: 'test',
    text: '',
    place,
    tags: [],
    description: null,
    verifies: [],
    secrets: [],
    gaps: [],
    timeout: milliseconds(60_000),
    clock: null,
    variant: '',
    skip: null,
    unfit: false,
    broker: null,
    observe: [],
    given: { vars: {}, seed: 0, timeout: 60_000, broker: { name: 'aedes', keepaliveSlack: milliseconds(50) } },
    devices: [],
    fleet: null,
    slos: [],
    always,
    steps,
  }
}

/** What happens at `at` ms, stamped `lag` ms late at most. */
export type Happening = readonly [at: number, fact: Fact, lag?: number]

export const said = (topic: string, payload = ''): Fact => ({
  kind: 'message',
  topic,
  payload: new TextEncoder().encode(payload),
  qos: 0,
  retain: false,
  dup: false,
})
export const started = (step: string): Fact => ({ kind: 'step', step, phase: 'started' })
export const ended = (step: string): Fact => ({ kind: 'step', step, phase: 'ended', outcome: 'passed' })

export function stamped(happenings: readonly Happening[]): Event[] {
  return happenings.map(([at, fact, lag], seq) => ({
    ...fact,
    at: at as Instant,
    seq,
    ...(lag === undefined ? {} : { lag }),
  }))
}

/** The verdicts on a record, with the time told at `until` ms. */
export function judged(plan: Plan, happenings: readonly Happening[], until = 10_000): readonly Verdict[] {
  const judge = new Judge(plan)
  for (const event of stamped(happenings)) judge.observe(event)
  judge.tick(until as Instant)
  judge.end()
  return judge.verdicts
}

/** Both ends in ms after the anchor. */
export const window = (from: number, to: number) => ({ from: milliseconds(from), to: milliseconds(to) })
export const base = (path: string, verb: string, id: string | null = null) => ({
  ...claimStep(path, expectation([]), id),
  verb,
})

export const action = (path: string, id: string | null = null, verb = 'disturb'): ActionStep => ({
  ...base(path, verb, id),
  kind: 'action',
  action: {} as never,
  args: () => null,
})
export const parallel = (path: string, steps: readonly Step[]): ParallelStep => ({
  ...base(path, 'parallel'),
  kind: 'parallel',
  steps,
})
export const repeat = (path: string, times: number, steps: readonly Step[], id: string | null = null): RepeatStep => ({
  ...base(path, 'repeat', id),
  kind: 'repeat',
  times,
  steps,
})
export const deferred = (path: string, claim: Deferred<Claim>): Step => ({ ...claimStep(path, expectation([])), claim })

/** `3 pass`, in the order of decision. */
export const kinds = (plan: Parameters<typeof judged>[0], happenings: readonly Happening[], until?: number): string[] =>
  judged(plan, happenings, until).map((v) => `${v.step} ${v.kind}`)
