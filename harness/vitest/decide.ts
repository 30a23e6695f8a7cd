// A claim of a matcher: made, held by the judge, and told at the line of the test.

import { milliseconds, showDuration } from '../../emulators/index.ts'
import type { Event, PacketEvent } from '../evidence/index.ts'
import type { Verdict } from '../judge/index.ts'
import type { YamlMap } from '../plan/index.ts'
import { explained } from '../report/index.ts'
import type { InteractiveSession } from '../run/index.ts'
import { parseDuration } from '../scenario/index.ts'
import { type CallSite, claimError } from './call-site.ts'
import { performed } from './device.ts'
import { type FoundEvent, readable } from './found.ts'
import { DEFAULT_WITHIN, inWords, sinceTest, sum } from './in-words.ts'
import type { Claimed, ClaimWindow, PacketMatch, Terms } from './words.ts'

/** A matcher that was called. */
export interface Asked {
  readonly rig: InteractiveSession
  /** As it stands in the test. */
  readonly what: string
  readonly site: CallSite
  readonly isNot: boolean
  /** As the test said it, where the claim looks back to the beginning of the test. */
  readonly window?: SaidWindow
}

interface SaidWindow {
  readonly within?: string | undefined
  readonly between?: readonly [string, string] | undefined
}

/** Makes the claim and waits for what decides it. */
export async function claim(asked: Asked, want: Claimed, terms: Terms = {}): Promise<Result> {
  const { after, within, ...others } = terms
  if (asked.isNot && within === undefined)
    throw asked.site.place(new TypeError(`${asked.what} needs a time: { within: '500ms' }`))
  const window = { ...others, ...(others.between === undefined ? { within: within ?? DEFAULT_WITHIN } : { within }) }
  const waitsOut = asked.isNot || others.count !== undefined || others.every !== undefined
  if (waitsOut) fits(asked, others.between?.[1] ?? within ?? DEFAULT_WITHIN)
  // What has been recorded by now has come in time, however exactly it is known when.
  const past = asked.isNot && after === undefined && others.between === undefined
  const { beginning, timeline } = asked.rig
  const looks = past
    ? { ...window, after: beginning.anchor ?? 'start', within: sum(timeline.now() - beginning.at, within!) }
    : after !== undefined
      ? { ...window, after }
      : sinceTest(asked.rig, window as YamlMap)
  const verdict = await judged(asked, { expect: { ...want, ...looks } as unknown as YamlMap })
  return decide(after === undefined ? { ...asked, window } : asked, verdict)
}

/** Throws TypeError when a window that must be waited out is longer than the test has time. */
export function fits({ rig, what, site }: Asked, window: string): void {
  const parsed = parseDuration(window)
  const { budget } = rig
  if (!parsed.ok || budget === undefined || parsed.value <= budget) return
  const message = `${what}: ${showDuration(parsed.value)} must be waited out, and the test ends its claims after ${showDuration(budget)}`
  throw site.place(new TypeError(`${message}\n  hint: give it time: test(name, { timeout: … }, …), or testTimeout`))
}

/** The PUBLISH, and from it on the packet that ends its exchange. */
export async function acked(
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
  const window = { within: asked.isNot ? '0ms' : DEFAULT_WITHIN }
  const published = await judged(asked, {
    id,
    expect: {
      packet: { ...publishing, type: 'publish', match: fields },
      ...(after === undefined ? sinceTest(asked.rig, window) : { ...window, after }),
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

/** The verdict on a step of these words. */
export async function judged({ rig, site }: Asked, words: YamlMap): Promise<Verdict> {
  const { verdict } = await performed(rig, inWords(words, site), site)
  return verdict!
}

/** What vitest wants of a matcher. */
export interface Result {
  readonly pass: boolean
  /** What decided it. */
  readonly found?: FoundEvent | undefined
  readonly message: () => string
}

/** Throws what did not hold, with the line of the test: vitest would lose it on the way. */
export function decide({ rig, what, site, isNot, window }: Asked, verdict: Verdict): Result {
  const run = { plan: rig.plan, events: rig.timeline.events }
  const timeUp = `when the test's time was up (${showDuration(rig.budget ?? milliseconds(0))}, nine tenths of its timeout)`
  const tell = (told: Verdict): string =>
    sinceBeginning([what, ...explained(told, run, false)].join('\n'), rig.beginning.anchor, window)
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

/** The beginning of the test is no mark of the reader's, and times are told as the test said them. */
function sinceBeginning(text: string, anchor: string | null, { within, between }: SaidWindow = {}): string {
  if (anchor === null) return text
  const said =
    between === undefined
      ? `within ${shownTime(within ?? DEFAULT_WITHIN)}`
      : `between ${between.map(shownTime).join(' and ')}`
  return text
    .replaceAll(
      new RegExp(`\\b(within \\S+|between \\S+ and \\S+) after ${anchor}\\b`, 'g'),
      `${said} after the expect began`,
    )
    .replaceAll(new RegExp(`\\bafter ${anchor}\\b`, 'g'), 'after the test began')
}

function shownTime(text: string): string {
  const parsed = parseDuration(text)
  return parsed.ok ? showDuration(parsed.value) : text
}
