// Matchers of what happens on links, for `await expect(…)`. Each is a claim of a scenario, held by the same judge: it ends
// with the event that decides it and never sleeps. Unlike an `expect` in a scenario it also finds what came earlier in
// the test, as `toHaveBeenCalled` does; order is for `toContainSequence` and `after`.

import { milliseconds, showDuration } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import type { Event, PacketEvent } from '../evidence/index.ts'
import type { Verdict } from '../judge/index.ts'
import type { YamlMap } from '../plan/index.ts'
import { explained } from '../report/index.ts'
import type { InteractiveSession } from '../run/index.ts'
import { parseDuration } from '../scenario/index.ts'
import { type Asker, type CallSite, callSite, claimError } from './call-site.ts'
import { type Linked, performed } from './device.ts'
import { type FoundEvent, type FoundMessage, readable } from './found.ts'
import { DEFAULT_WITHIN, inWords, sum } from './in-words.ts'
import { type MatcherSubject, membershipOf, type TestObserver, type TestTimeline } from './session-of.ts'
import { watched } from './taken-up.ts'
import type {
  Claimed,
  ClaimWindow,
  DurationText,
  MatchOf,
  MessageMatch,
  PacketMatch,
  PacketType,
  Terms,
  ViolationMatch,
} from './words.ts'

type Sends = <T extends PacketType = PacketType>(type?: T, match?: MatchOf<T>, terms?: Terms) => Promise<FoundEvent>

/**
 * What `expect` has more of, by what is in its brackets. Each resolves to the event that decided it, with `.text`, `.json()` and
 * `.payload`; with `.not` to undefined. With `.not` say `within`: how long it must not
 * come.
 */
export interface HilMatchers<T> {
  /** The device has sent such a packet, or does so soon. */
  toHaveSent: T extends Linked ? Sends : never
  /** The device has received such a packet; the observer such a message from the broker. */
  toHaveReceived: T extends Linked
    ? Sends
    : T extends TestObserver
      ? (message?: MessageMatch, terms?: Terms) => Promise<FoundMessage>
      : never
  /**
   * A PUBLISH above QoS 0 was acknowledged to its end, with PUBACK or PUBCOMP of its packet id: by the device, or by the
   * broker to a device. `within` is measured from the PUBLISH.
   */
  toHaveAcked: T extends Linked
    ? (publish?: MatchOf<'publish'>, terms?: Pick<ClaimWindow, 'within' | 'after'>) => Promise<FoundEvent>
    : T extends Broker
      ? (
          device: Linked,
          publish?: MatchOf<'publish'>,
          terms?: Pick<ClaimWindow, 'within' | 'after'>,
        ) => Promise<FoundEvent>
      : never
  /** These came in this order; others may lie between them. */
  toContainSequence: T extends TestTimeline
    ? (sequence: readonly Claimed[], terms?: ClaimWindow) => Promise<FoundEvent>
    : never
  /** From now on the device sends nothing (of that type, with those fields) duration. */
  toStaySilent: T extends Linked
    ? <S extends PacketType = PacketType>(silence: {
        readonly for: DurationText
        readonly type?: S
        readonly match?: MatchOf<S>
      }) => Promise<void>
    : never
  /** A packet on any link breaks a statement of MQTT 3.1.1. */
  toHaveViolations: T extends TestTimeline ? (violation?: ViolationMatch, terms?: Terms) => Promise<FoundEvent> : never
  /** None has so far, nor does one within so long from now; default: 100ms, for what is under way. */
  toHaveNoViolations: T extends TestTimeline
    ? (violation?: ViolationMatch, terms?: Pick<ClaimWindow, 'within' | 'after'>) => Promise<void>
    : never
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> extends HilMatchers<T> {}
}

interface State {
  /** Not there without `.not`, whatever vitest's types say. */
  readonly isNot?: boolean
}

/** A call returns before its packet has come to the link. */
const IN_FLIGHT: DurationText = '100ms'

interface Asked {
  readonly rig: InteractiveSession
  /** As it stands in the test. */
  readonly what: string
  readonly site: CallSite
  readonly isNot: boolean
}

const claims = {
  async toHaveSent(this: State, of: unknown, type?: PacketType, match?: PacketMatch, terms?: Terms) {
    const asked = ask(this, 'toHaveSent', of, LINKED, [type, match, terms], claims.toHaveSent)
    return claim(asked, { packet: { from: (of as Linked).name, type, match } }, terms)
  },
  async toHaveReceived(this: State, of: unknown, ...args: readonly unknown[]) {
    const asked = ask(this, 'toHaveReceived', of, [...LINKED, 'observer'], args, claims.toHaveReceived)
    if (membershipOf(of)?.role === 'observer')
      return claim(asked, { message: (args[0] ?? {}) as MessageMatch }, args[1] as Terms)
    const [type, match, terms] = args as [PacketType?, PacketMatch?, Terms?]
    return claim(asked, { packet: { to: (of as Linked).name, type, match } }, terms)
  },
  async toHaveAcked(this: State, of: unknown, ...args: readonly unknown[]) {
    const asked = ask(this, 'toHaveAcked', of, [...LINKED, 'broker'], args, claims.toHaveAcked)
    if (membershipOf(of)?.role !== 'broker') return acked(asked, (of as Linked).name, 'device', args[0], args[1])
    const [device] = args as [Linked]
    if (!isLinked(device))
      throw asked.site.place(new TypeError('toHaveAcked: to whom? expect(broker).toHaveAcked(device, …)'))
    return acked(asked, device.name, 'broker', args[1], args[2])
  },
  async toContainSequence(this: State, of: unknown, sequence: readonly Claimed[], terms?: ClaimWindow) {
    const asked = ask(this, 'toContainSequence', of, ['timeline'], [sequence, terms], claims.toContainSequence)
    return claim(asked, { sequence } as unknown as Claimed, terms)
  },
  async toStaySilent(
    this: State,
    of: unknown,
    silence: { readonly for: DurationText; readonly type?: PacketType; readonly match?: PacketMatch },
  ) {
    const asked = ask(this, 'toStaySilent', of, LINKED, [silence], claims.toStaySilent)
    const { for: time, type, match } = silence ?? {}
    fits(asked, time)
    const packet = { from: (of as Linked).name, type, match }
    return decide(asked, await judged(asked, { never: { packet, for: time } as unknown as YamlMap }))
  },
  async toHaveViolations(this: State, of: unknown, violation?: ViolationMatch, terms?: Terms) {
    const asked = ask(this, 'toHaveViolations', of, ['timeline'], [violation, terms], claims.toHaveViolations)
    return claim(asked, violating(violation), terms)
  },
  async toHaveNoViolations(this: State, of: unknown, violation?: ViolationMatch, terms?: ClaimWindow) {
    const asked = ask(this, 'toHaveNoViolations', of, ['timeline'], [violation, terms], claims.toHaveNoViolations)
    await claim({ ...asked, isNot: !asked.isNot }, violating(violation), { within: IN_FLIGHT, ...terms })
    return { pass: !asked.isNot, message: () => asked.what }
  },
}

type Claim = (this: State, of: unknown, ...args: never[]) => Promise<Result>

/** A claim that nobody awaits fails its test. */
function watching(name: string, claim: Claim): Claim {
  return function watchedClaim(this: State, of: unknown, ...args) {
    const work = claim.call(this, of, ...args)
    const member = membershipOf(of)
    if (member === undefined) return work
    const what = phrase(this, name, of, member.role, args)
    return watched(member.rig, work, { what, site: callSite(watchedClaim), isClaim: true })
  }
}

/** Everything that `expect.extend` takes. */
export const matchers = Object.fromEntries(
  Object.entries(claims).map(([name, claim]) => [name, watching(name, claim as unknown as Claim)]),
)

const LINKED: readonly MatcherSubject[] = ['device', 'link']

function ask(
  state: State,
  name: string,
  of: unknown,
  roles: readonly MatcherSubject[],
  args: readonly unknown[],
  above: Asker,
): Asked {
  const site = callSite(above)
  const found = membershipOf(of)
  if (found === undefined || !roles.includes(found.role))
    throw site.place(new TypeError(`${name} is for a ${roles.join(' or ')} of these fixtures`))
  const { rig, role } = found
  return { rig, what: phrase(state, name, of, role, args), site, isNot: state.isNot === true }
}

/** As it stands in the test. */
function phrase(state: State, name: string, of: unknown, role: MatcherSubject, args: readonly unknown[]): string {
  const said = args.flatMap((arg) => (arg === undefined ? [] : [shown(arg)])).join(', ')
  const who = LINKED.includes(role) ? (of as Linked).name : role
  return `expect(${who})${state.isNot === true ? '.not' : ''}.${name}(${said})`
}

const isLinked = (thing: unknown): thing is Linked => LINKED.includes(membershipOf(thing)?.role as MatcherSubject)

const violating = (violation: ViolationMatch | undefined): Claimed =>
  violation === undefined || (violation.by ?? violation.from ?? violation.to) === undefined
    ? ({ any: ['broker', 'device'].map((by) => ({ violation: { ...violation, by } })) } as unknown as Claimed)
    : { violation }

async function claim(asked: Asked, want: Claimed, terms: Terms = {}): Promise<Result> {
  const { after, within, ...others } = terms
  if (asked.isNot && within === undefined)
    throw asked.site.place(new TypeError(`${asked.what}: for how long? say { within: '500ms' }`))
  const window = { ...others, ...(others.between === undefined ? { within: within ?? DEFAULT_WITHIN } : { within }) }
  const waitsOut = asked.isNot || others.count !== undefined || others.every !== undefined
  if (waitsOut) fits(asked, others.between?.[1] ?? within ?? DEFAULT_WITHIN)
  // What has been recorded by now has come in time, however exactly it is known when.
  const past = asked.isNot && after === undefined && others.between === undefined
  const look = after !== undefined ? { after } : past ? { after: 'start' } : { since: 'start' }
  const limit = past ? { within: sum(asked.rig.timeline.now(), within!) } : {}
  return decide(asked, await judged(asked, { expect: { ...want, ...window, ...look, ...limit } as unknown as YamlMap }))
}

/** Throws TypeError when a window that must be waited out is longer than the test has time. */
function fits({ rig, what, site }: Asked, window: string): void {
  const parsed = parseDuration(window)
  const { budget } = rig
  if (!parsed.ok || budget === undefined || parsed.value <= budget) return
  const message = `${what}: ${showDuration(parsed.value)} must be waited out, and the test ends its claims after ${showDuration(budget)}`
  throw site.place(new TypeError(`${message}\n  hint: give it time: test(name, { timeout: … }, …), or testTimeout`))
}

/** The PUBLISH, and from it on the packet that ends its exchange. */
async function acked(
  asked: Asked,
  device: string,
  by: 'device' | 'broker',
  match: unknown,
  given: unknown,
): Promise<Result> {
  const { after, within } = (given ?? {}) as Pick<ClaimWindow, 'within' | 'after'>
  const [publishing, acknowledging] =
    by === 'device' ? [{ to: device }, { from: device }] : [{ from: device }, { to: device }]
  const id = `acked${++acks}`
  const fields = { qos: { in: [1, 2] }, ...(match as PacketMatch | undefined) }
  const published = await judged(asked, {
    id,
    expect: {
      packet: { ...publishing, type: 'publish', match: fields },
      within: asked.isNot ? '0ms' : DEFAULT_WITHIN,
      ...(after === undefined ? { since: 'start' } : { after }),
    } as unknown as YamlMap,
  })
  if (published.kind !== 'pass') return decide(asked, published)
  const publish = asked.rig.timeline.events[published.evidence.at(-1)!] as Event & PacketEvent
  const { packetId, qos } = publish.packet as { readonly packetId: number; readonly qos: number }
  // What has come already is in time when nobody said how much there is.
  const left = `${Math.ceil(asked.rig.timeline.now() - publish.at) + 2000}ms`
  const type = qos === 2 ? 'pubcomp' : 'puback'
  const packet = { ...acknowledging, type, match: { packetId } }
  const ack = await judged(asked, {
    expect: { packet, after: `${id}.last`, within: within ?? left } as unknown as YamlMap,
  })
  return decide(asked, ack)
}

let acks = 0

async function judged({ rig, site }: Asked, words: YamlMap): Promise<Verdict> {
  const { verdict } = await performed(rig, inWords(words, site), site)
  return verdict!
}

interface Result {
  readonly pass: boolean
  /** What decided it. */
  readonly found?: FoundEvent | undefined
  readonly message: () => string
}

/** Throws what did not hold, with the line of the test: vitest would lose it on the way. */
function decide({ rig, what, site, isNot }: Asked, verdict: Verdict): Result {
  const run = { plan: rig.plan, events: rig.timeline.events }
  const timeUp = `when the test's time was up (${showDuration(rig.budget ?? milliseconds(0))}, nine tenths of its timeout)`
  const tell = (told: Verdict): string =>
    [what, ...explained(told, run, false)]
      .join('\n')
      .replaceAll(/\b(after|before) the step began/g, '$1 the expect began')
      .replaceAll("when the scenario's time was up", timeUp)
      .replaceAll(/\bafter acked\d+\.last/g, 'after the PUBLISH')
  if (verdict.kind === 'inconclusive') throw site.place(claimError('Inconclusive', tell(verdict)))
  const pass = verdict.kind === 'pass'
  if (isNot) rig.turn(verdict.step)
  if (pass === isNot) {
    const told = isNot ? { ...verdict, kind: 'fail' as const, expected: `no ${verdict.expected}` } : verdict
    throw site.place(claimError('ClaimFailed', tell(told)))
  }
  const seq = isNot ? undefined : verdict.evidence.at(-1)
  const event = seq === undefined ? undefined : rig.timeline.events[seq]
  return { pass: !isNot, message: () => what, ...(event === undefined ? {} : { found: readable(event) }) }
}

function shown(value: unknown): string {
  if (value instanceof RegExp) return String(value)
  if (isLinked(value)) return (value as Linked).name
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? `'${value}'` : String(value)
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  return entries.length === 0 ? '{}' : `{ ${entries.map(([key, one]) => `${key}: ${shown(one)}`).join(', ')} }`
}
