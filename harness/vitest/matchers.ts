// Matchers of what happens on links, for `await expect(…)`. Each is a claim of a scenario, held by the same judge: it ends
// with the event that decides it and never sleeps. Unlike an `expect` in a scenario it also finds what came earlier in
// the test, as `toHaveBeenCalled` does; order is for `toContainSequence` and `after`.

import type { YamlMap } from '../plan/index.ts'
import { type Asker, callSite } from './call-site.ts'
import { type Asked, acked, claim, decide, fits, judged, type Result } from './decide.ts'
import type { Linked } from './device.ts'
import { type MatcherSubject, membershipOf } from './session-of.ts'
import { watched } from './taken-up.ts'
import type {
  Claimed,
  ClaimWindow,
  DurationText,
  MessageMatch,
  PacketMatch,
  PacketType,
  Terms,
  ViolationMatch,
} from './words.ts'

interface State {
  /** Not there without `.not`, whatever vitest's types say. */
  readonly isNot?: boolean
}

/** A call returns before its packet has come to the link. */
const IN_FLIGHT: DurationText = '100ms'

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
      throw asked.site.place(new TypeError('toHaveAcked needs a device: expect(broker).toHaveAcked(device, …)'))
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

function shown(value: unknown): string {
  if (value instanceof RegExp) return String(value)
  if (isLinked(value)) return (value as Linked).name
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? `'${value}'` : String(value)
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  return entries.length === 0 ? '{}' : `{ ${entries.map(([key, one]) => `${key}: ${shown(one)}`).join(', ')} }`
}
