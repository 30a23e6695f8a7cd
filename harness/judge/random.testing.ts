// Random scenarios over random timelines: facts come at their times, and the steps are performed between them as a run
// performs them, each when the one before it is decided. The judge that watches is told the time as in a run.

import fc from 'fast-check'
import { type Duration, type Instant, milliseconds } from '../../emulators/index.ts'
import { type CallEvent, type Event, type Fact, TIME_UP } from '../evidence/index.ts'
import type {
  Anchor,
  Beat,
  CallPlan,
  CallStep,
  Claim,
  ClaimStep,
  Pattern,
  Plan,
  Step,
  Want,
} from '../plan/model/plan.ts'
import { callKey } from '../plan/model/plan.ts'
import { Judge } from './judge.ts'
import { action, base, claimStep, expectation, parallel, pattern, planOf, prohibition, repeat } from './testing.ts'
import type { Verdict } from './verdict.ts'

const device = fc.constantFrom('blue', 'green')
const topic = fc.constantFrom('a', 'b')
const seldom = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: one })
const ms = (most: number) => fc.integer({ min: 0, max: most })

// ——— Facts

const packet = fc
  .record({
    device,
    direction: fc.constantFrom('up' as const, 'down' as const),
    type: fc.constantFrom('publish', 'puback', 'subscribe'),
    topic,
    other: topic,
    connection: fc.integer({ min: 1, max: 2 }),
    delivered: fc.boolean(),
    end: fc.constantFrom(undefined, undefined, 'device' as const, 'broker' as const),
    by: fc.constantFrom(undefined, undefined, 'link' as const),
  })
  .map(({ type, topic, other, end, by, ...rest }): Fact => {
    const common = { flags: 0, length: 2 }
    const packet =
      type === 'publish'
        ? { ...common, type, topic, payload: Uint8Array.of(1), qos: 0 as const, retain: false, dup: false }
        : type === 'puback'
          ? { ...common, type, packetId: 1 }
          : {
              ...common,
              type: 'subscribe' as const,
              packetId: 1,
              subscriptions: [topic, other].map((one) => ({ topic: one, qos: 0 as const })),
            }
    const ends = { ...(end === undefined ? {} : { end }), ...(by === undefined ? {} : { by }) }
    return { kind: 'packet', ...rest, ...ends, packet: packet as never, raw: new Uint8Array(), offset: 0 }
  })

const message = topic.map(
  (topic): Fact => ({ kind: 'message', topic, payload: Uint8Array.of(1), qos: 0, retain: false, dup: false }),
)
const serial = fc.record({ device, line: topic }).map((one): Fact => ({ kind: 'serial', ...one, stream: 'out' }))
const boot = device.map((device): Fact => ({ kind: 'device', device, change: 'boot' }))
const stall = fc.integer({ min: 1, max: 40 }).map((stalled): Fact => ({ kind: 'lag', stalled }))
const fleet = fc.integer({ min: 0, max: 2 }).map(
  (connected): Fact => ({
    kind: 'fleet',
    group: 'g',
    devices: 2,
    connected,
    connecting: 0,
    off: 0,
    ended: 0,
    reconnects: 0,
  }),
)
const fact = fc.oneof(
  { weight: 12, arbitrary: message },
  { weight: 5, arbitrary: packet },
  { weight: 2, arbitrary: serial },
  { weight: 1, arbitrary: boot },
  { weight: 1, arbitrary: stall },
  { weight: 1, arbitrary: fleet },
)
const happening = fc.record({
  after: ms(25),
  fact,
  lag: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: ms(30) }),
})

// ——— Claims

const patternOf: fc.Arbitrary<Pattern> = fc.oneof(
  topic.map((topic) => pattern('message', { topic })),
  topic.map((topic) => pattern('message', { topic })),
  fc.constant(pattern('message', {})),
  fc.constant(pattern('message', {})),
  fc
    .record({
      who: device,
      way: fc.constantFrom('from', 'to'),
      type: fc.constantFrom('publish', 'puback', 'subscribe'),
    })
    .map(({ who, way, type }) => pattern('packet', { [way]: who, type })),
  fc
    .record({ who: device, topic, delivered: fc.boolean() })
    .map(({ who, topic, delivered }) => pattern('packet', { from: who, delivered, match: { topic } })),
  fc.record({ device, line: topic }).map((one) => pattern('serial', one)),
  device.map((device) => pattern('call', { device, returned: true })),
  fc.constant(pattern('call', { id: 'pub', returned: true })),
  fc.constant(pattern('fleet', { group: 'g', connected: '100%' })),
)

const want: fc.Arbitrary<Want> = fc.oneof(
  { weight: 4, arbitrary: patternOf.map((one): Want => ({ mode: 'one', patterns: [one] })) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        mode: fc.constantFrom('all' as const, 'sequence' as const, 'any' as const),
        patterns: fc.array(patternOf, { minLength: 1, maxLength: 3 }),
      })
      .map((one): Want => one),
  },
)

const anchor: fc.Arbitrary<Anchor | null> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant<Anchor>({ kind: 'start' }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('start' as const, 'end' as const)
      .map((edge): Anchor => ({ kind: 'step', id: 'here', edge })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('first' as const, 'last' as const)
      .map((edge): Anchor => ({ kind: 'step', id: 'found', edge })),
  },
  { weight: 1, arbitrary: device.map((device): Anchor => ({ kind: 'last-packet-from', device })) },
  { weight: 1, arbitrary: device.map((device): Anchor => ({ kind: 'boot', device })) },
)

const counts = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY))
      .map(([min, more]) => ({ min, max: min + more })),
  },
)

/** One that is the same all the time, or grows and varies. */
const beat: fc.Arbitrary<Beat> = fc.oneof(
  ms(60).map((of): Beat => ({ of: milliseconds(of), tolerance: milliseconds(40) })),
  fc
    .record({
      of: fc.option(ms(60)),
      tolerance: ms(40),
      factor: fc.constantFrom(1, 1.5, 2),
      add: fc.constantFrom(0, 10),
      cap: fc.option(ms(60)),
      jitter: fc.option(fc.record({ less: fc.constantFrom(0, 0.25, 1), more: fc.constantFrom(0, 0.5, 1) })),
    })
    .map(
      ({ of, tolerance, factor, add, cap, jitter }): Beat => ({
        of: of === null ? null : milliseconds(of),
        tolerance: milliseconds(tolerance),
        grow: { factor, add },
        ...(cap === null ? {} : { cap: milliseconds(Math.max(cap, of ?? 0)) }),
        ...(jitter === null ? {} : { jitter }),
      }),
    ),
)

/** Messages come every few milliseconds: here enough of them fit for chance to be judged. */
const jittered: fc.Arbitrary<Claim> = fc
  .record({
    of: fc.option(fc.constantFrom(20, 40)),
    tolerance: fc.constantFrom(20, 60),
    factor: fc.constantFrom(1, 1.25),
    share: fc.constantFrom(0.5, 1),
    least: fc.integer({ min: 3, max: 6 }),
    to: fc.integer({ min: 60, max: 200 }),
  })
  .map(({ of, tolerance, factor, share, least, to }) =>
    expectation([pattern('message', {})], {
      count: { min: least, max: Number.POSITIVE_INFINITY },
      every: {
        of: of === null ? null : milliseconds(of),
        tolerance: milliseconds(tolerance),
        grow: { factor, add: 0 },
        jitter: { less: share, more: share },
      },
      watched: false,
      window: { from: Number.NEGATIVE_INFINITY as Duration, to: milliseconds(to) },
    }),
  )

const claim: fc.Arbitrary<Claim> = fc.oneof(
  jittered,
  fc
    .record({
      want,
      count: counts,
      to: ms(200),
      from: seldom(ms(40)),
      after: anchor,
      since: ms(5),
      beat: seldom(beat),
    })
    .map(({ want, count, to, from, after, since, beat }): Claim => {
      const group = want.mode === 'all' || want.mode === 'sequence'
      const every = group ? null : beat
      const sinceStart = after === null && since === 0
      return expectation(want.patterns, {
        want,
        count: group ? null : (count ?? (every === null ? null : { min: 2, max: Number.POSITIVE_INFINITY })),
        every,
        watched: !group && (count === null ? every !== null : count.max !== Number.POSITIVE_INFINITY),
        window: {
          from: (from === null ? Number.NEGATIVE_INFINITY : Math.min(from, to)) as Duration,
          to: milliseconds(to),
        },
        after: sinceStart ? { kind: 'start' } : after,
        sinceStart,
      })
    }),
  fc
    .record({ want, window: ms(120), after: anchor })
    .map(({ want, window, after }) => prohibition(want.patterns, { want, window: milliseconds(window), after })),
  fc
    .integer({ min: 0, max: 80 })
    .map((window) =>
      prohibition([pattern('call', { id: 'pub', running: true })], { window: milliseconds(window), started: 'pub' }),
    ),
)

const alwaysClaim: fc.Arbitrary<Claim> = fc
  .record({
    want,
    window: fc.option(ms(300)),
    until: fc.constantFrom<Anchor | null>(
      null,
      { kind: 'boot', device: 'blue' },
      { kind: 'step', id: 'here', edge: 'start' },
      { kind: 'step', id: 'here', edge: 'end' },
    ),
  })
  .map(({ want, window, until }) =>
    prohibition(want.patterns, {
      want,
      window: window === null ? null : milliseconds(window),
      until: window === null ? until : null,
    }),
  )

// ——— Steps: as words, which become steps when their paths are known

type Words =
  | { readonly kind: 'act'; readonly verb: string; readonly takes: number; readonly id: string | null }
  | {
      readonly kind: 'call'
      readonly verb: string
      readonly device: string
      readonly start: boolean
      readonly takes: number
      readonly id: string | null
    }
  | { readonly kind: 'claim'; readonly claim: Claim; readonly id: string | null }
  | { readonly kind: 'parallel' | 'repeat'; readonly steps: readonly Words[] }

const leaf: fc.Arbitrary<Words> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      verb: fc.constantFrom('disturb', 'delay', 'release', 'network'),
      takes: ms(40),
      id: fc.constantFrom(null, 'here'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      verb: fc.constantFrom('publish', 'publish', 'check'),
      device,
      start: fc.boolean(),
      takes: ms(60),
      id: fc.constantFrom(null, 'pub'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('claim' as const), claim, id: fc.constantFrom(null, null, 'found') }),
  },
)
const nested: fc.Arbitrary<Words> = fc.oneof(
  { weight: 5, arbitrary: leaf },
  {
    weight: 1,
    arbitrary: fc.array(leaf, { minLength: 1, maxLength: 3 }).map((steps): Words => ({ kind: 'repeat', steps })),
  },
)
const words: fc.Arbitrary<Words> = fc.oneof(
  { weight: 6, arbitrary: nested },
  {
    weight: 1,
    arbitrary: fc.array(nested, { minLength: 1, maxLength: 3 }).map((steps): Words => ({ kind: 'parallel', steps })),
  },
)

/** A timer never fires at the very millisecond. */
const LATE = 0.25

/** What a step does in the run: how long it takes, and whether its call ends. */
const takes = new WeakMap<Step, number>()

function stepOf(words: Words, path: string, ids: Set<string>): Step {
  switch (words.kind) {
    case 'claim':
      return claimStep(path, words.claim, idOf(words, ids))
    case 'act': {
      const step = action(path, idOf(words, ids), words.verb)
      takes.set(step, words.takes)
      return step
    }
    case 'call': {
      const { device, start, verb, takes: time } = words
      const plan: CallPlan = {
        device,
        call: { verb } as never,
        within: milliseconds(50),
        start,
        returns: undefined,
        raises: undefined,
      }
      const step: CallStep = { ...base(path, verb, idOf(words, ids)), kind: 'call', call: () => plan }
      takes.set(step, time)
      return step
    }
    case 'parallel':
      return parallel(path, stepsOf(words.steps, `${path}.`, ids))
    case 'repeat':
      return repeat(path, 2, stepsOf(words.steps, `${path}.`, ids))
  }
}

const stepsOf = (list: readonly Words[], prefix: string, ids: Set<string>): Step[] =>
  list.map((one, k) => stepOf(one, `${prefix}${k}`, ids))

/** An id is of one step, and only an `expect` finds. */
function idOf(words: Exclude<Words, { kind: 'parallel' | 'repeat' }>, ids: Set<string>): string | null {
  const { id } = words
  if (id === null || ids.has(id) || (id === 'found' && (words.kind !== 'claim' || words.claim.kind !== 'expect')))
    return null
  ids.add(id)
  return id
}

export const claims: fc.Arbitrary<readonly Claim[]> = fc.array(claim, { minLength: 1, maxLength: 6 })

/** A scenario, what happens, and when it is cut short or its time is up; ms. */
export interface RandomRun {
  readonly plan: Plan
  readonly happenings: readonly { readonly after: number; readonly fact: Fact; readonly lag: number }[]
  readonly end: number
  readonly timeUp: boolean
}

export const randomRun: fc.Arbitrary<RandomRun> = fc
  .record({
    steps: fc.array(words, { minLength: 1, maxLength: 6 }),
    always: fc.array(alwaysClaim, { maxLength: 1 }),
    happenings: fc.array(happening, { maxLength: 60 }),
    end: fc.oneof(
      { weight: 1, arbitrary: fc.integer({ min: 20, max: 300 }) },
      { weight: 3, arbitrary: fc.constant(3000) },
    ),
    timeUp: fc.boolean(),
  })
  .map(({ steps, always, ...rest }) => ({
    plan: planOf(
      stepsOf(steps, '', new Set()),
      always.map((one, k): ClaimStep => claimStep(`always.${k}`, one)),
    ),
    ...rest,
  }))

// ——— The run

export interface Simulated {
  readonly events: readonly Event[]
  readonly verdicts: readonly Verdict[]
  readonly until: number
}

type Wait = { readonly time: number } | { readonly verdict: string } | { readonly lines: readonly Line[] }
interface Line {
  readonly steps: Generator<Wait, void, void>
  waits: Wait | null
  over: boolean
}

export function simulate({ plan, happenings, end, timeUp }: RandomRun): Simulated {
  const judge = new Judge(plan)
  const verdicts = new Map<string, Verdict>()
  judge.onVerdict((verdict) => verdicts.set(verdict.step, verdict))
  const events: Event[] = []
  let now = 0
  const put = (fact: Fact, lag = 0): void => {
    const event: Event = { ...fact, at: now as Instant, seq: events.length, ...(lag === 0 ? {} : { lag }) }
    events.push(event)
    judge.observe(event)
  }
  /** What the calls that were only started come to, and what happens beside the steps. */
  const coming: { at: number; fact: Fact; lag: number }[] = []
  let at = 0
  for (const { after, fact, lag } of happenings) {
    at += after
    coming.push({ at, fact, lag: Math.min(lag, at) })
  }
  const lines: Line[] = []

  function* perform(steps: readonly Step[], prefix: string): Generator<Wait, void, void> {
    for (const [k, step] of steps.entries()) {
      const path = `${prefix}${k}`
      put({ kind: 'step', step: path, phase: 'started' })
      yield* one(step, path)
      put({ kind: 'step', step: path, phase: 'ended', outcome: 'passed' })
    }
  }
  function* one(step: Step, path: string): Generator<Wait, void, void> {
    switch (step.kind) {
      case 'claim':
        return yield { verdict: path }
      case 'action':
        return yield { time: now + takes.get(step)! }
      case 'call': {
        const { device, start } = step.call({ saved: {}, i: 0 })
        const call: CallEvent = { kind: 'call', device, id: callKey(step, path), method: step.verb, state: 'started' }
        put(call)
        const ended = now + takes.get(step)!
        const later = coming.findIndex((one) => one.at > ended)
        const fact: Fact = { ...call, state: 'returned', value: null }
        coming.splice(later < 0 ? coming.length : later, 0, { at: ended, fact, lag: 0 })
        if (!start) yield { verdict: path }
        return
      }
      case 'parallel': {
        const branches = step.steps.map((child, k): Line => line(branch(child, `${path}.${k}`)))
        lines.push(...branches)
        return yield { lines: branches }
      }
      case 'repeat':
        for (let turn = 0; turn < step.times; turn++) yield* perform(step.steps, `${path}#${turn}.`)
    }
  }
  function* branch(step: Step, path: string): Generator<Wait, void, void> {
    put({ kind: 'step', step: path, phase: 'started' })
    yield* one(step, path)
    put({ kind: 'step', step: path, phase: 'ended', outcome: 'passed' })
  }
  const line = (steps: Generator<Wait, void, void>): Line => ({ steps, waits: null, over: false })
  const isReady = ({ waits, over }: Line): boolean => {
    if (over) return false
    if (waits === null) return true
    if ('time' in waits) return waits.time <= now
    return 'verdict' in waits ? verdicts.has(waits.verdict) : waits.lines.every((one) => one.over)
  }
  const go = (): void => {
    for (let next = lines.find(isReady); next !== undefined; next = lines.find(isReady)) {
      const { value, done } = next.steps.next()
      next.over = done === true
      next.waits = value ?? null
    }
  }

  lines.push(line(perform(plan.steps, '')))
  go()
  while (!lines[0]!.over || coming.length > 0) {
    const [next] = coming
    // While the harness stands still it tells no time either.
    const horizon = Math.min(...coming.map((one) => one.at - one.lag))
    const wakes = lines.flatMap(({ waits, over }) => (!over && waits !== null && 'time' in waits ? [waits.time] : []))
    const due = judge.due === null ? Number.POSITIVE_INFINITY : Math.max(judge.due + LATE, now)
    const time = Math.min(
      next?.at ?? Number.POSITIVE_INFINITY,
      ...wakes,
      due <= horizon ? due : Number.POSITIVE_INFINITY,
    )
    if (time > end || time === Number.POSITIVE_INFINITY) break
    now = time
    if (next !== undefined && next.at === time) {
      coming.shift()
      put(next.fact, next.lag)
    } else if (due === time) judge.tick(time as Instant)
    go()
  }
  // Without a last event nobody could tell from the record how long it was watched.
  if (timeUp && !lines[0]!.over) put(TIME_UP)
  else put({ kind: 'serial', device: 'none', line: 'the end', stream: 'out' })
  judge.end()
  return { events, verdicts: judge.verdicts, until: now }
}
