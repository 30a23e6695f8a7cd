// Which rig something in a test belongs to, and the faces of a rig that are no device: a matcher is given one of these
// and must find the timeline behind it.

import type { Event } from '../evidence/index.ts'
import type { YamlMap } from '../plan/index.ts'
import type { InteractiveSession } from '../run/index.ts'
import { type CallSite, callSite } from './call-site.ts'
import { failed, performed } from './device.ts'
import { type FoundEvent, type FoundMessage, plainLines, readable } from './found.ts'
import { DEFAULT_WITHIN, inWords, sinceTest, sum } from './in-words.ts'
import { watched } from './taken-up.ts'
import type { Claimed, ClaimWindow, MessageMatch } from './words.ts'

/** What it is to a matcher. */
export type MatcherSubject = 'device' | 'link' | 'broker' | 'observer' | 'timeline'

interface Membership {
  readonly rig: InteractiveSession
  readonly role: MatcherSubject
}

const members = new WeakMap<object, Membership>()

export function belongs<T extends object>(thing: T, role: MatcherSubject, rig: InteractiveSession): T {
  members.set(thing, { rig, role })
  return thing
}

export const membershipOf = (thing: unknown): Membership | undefined =>
  typeof thing === 'object' && thing !== null ? members.get(thing) : undefined

let nexts = 0

/** An expect of its own, and the event that it found. */
async function awaited(
  rig: InteractiveSession,
  wanted: Claimed,
  window: YamlMap,
  site: CallSite,
  id?: string,
): Promise<FoundEvent> {
  const words = { ...(id === undefined ? {} : { id }), expect: { ...wanted, ...window } as unknown as YamlMap }
  const { verdict } = await performed(rig, inWords(words, site), site)
  if (verdict?.kind !== 'pass') throw failed(rig, 'expect', verdict, site)
  return readable(rig.timeline.events[verdict.evidence.at(-1)!]!)
}

/** What happened in the test so far: packets, sockets, calls, messages, in order. */
export class TestTimeline {
  readonly #rig: InteractiveSession
  /** Number of the first event of the test. */
  readonly #from: number

  constructor(rig: InteractiveSession) {
    this.#rig = rig
    this.#from = rig.beginning.seq
  }

  /** In order, as what a matcher resolves to. */
  get events(): readonly FoundEvent[] {
    return this.#rig.timeline.events.slice(this.#from).map(readable)
  }

  /** This moment, for `after:` of matchers. */
  mark(): string {
    return this.#rig.mark()
  }

  /**
   * The packets and messages so far, a line each, without numbers, times and ports, packet ids counted from 1: the same in each run of
   * the same test, for snapshots. `kinds`: other kinds of events.
   */
  lines(kinds?: readonly Event['kind'][]): string[] {
    return plainLines(this.events, kinds)
  }

  /** The first event of the test (or after a mark) that fits. Rejects with ClaimFailed when none comes. */
  waitFor(wanted: Claimed, terms: Pick<ClaimWindow, 'within' | 'after'> = {}): Promise<FoundEvent> {
    const { after, within = DEFAULT_WITHIN } = terms
    const site = callSite(this.waitFor)
    const window = after === undefined ? sinceTest(this.#rig, { within }) : { within, after }
    const work = awaited(this.#rig, wanted, window, site)
    return watched(this.#rig, work, { what: 'timeline.waitFor()', site, isClaim: false })
  }
}

/** The harness's own MQTT client, subscribed to `#` (or what `hil.observe` says) at QoS 2. */
export class TestObserver {
  readonly #rig: InteractiveSession
  /** Number of the first event of the test. */
  readonly #from: number
  /** The anchor of the message that `next` gave last. */
  #last: string | null = null

  constructor(rig: InteractiveSession) {
    this.#rig = rig
    this.#from = rig.beginning.seq
  }

  /** What it received so far. */
  get messages(): readonly FoundMessage[] {
    const { events } = this.#rig.timeline
    return events.slice(this.#from).flatMap((event) => (event.kind === 'message' ? [readable(event)] : []))
  }

  /** The next message (that fits) after the one that the last `next` gave. Rejects with ClaimFailed when none comes. */
  next(wanted: MessageMatch = {}, terms: Pick<ClaimWindow, 'within'> = {}): Promise<FoundMessage> {
    const site = callSite(this.next)
    return watched(this.#rig, this.#next(wanted, terms, site), { what: 'observer.next()', site, isClaim: false })
  }

  async #next(wanted: MessageMatch, terms: Pick<ClaimWindow, 'within'>, site: CallSite): Promise<FoundMessage> {
    const id = `next${++nexts}`
    const { within = DEFAULT_WITHIN } = terms
    // `after` measures from the message before, which may be long ago.
    const ago = Math.ceil(this.#rig.timeline.now())
    const window =
      this.#last === null ? sinceTest(this.#rig, { within }) : { within: sum(ago, within), after: this.#last }
    const found = await awaited(this.#rig, { message: wanted }, window, site, id)
    this.#last = `${id}.last`
    return found as FoundMessage
  }
}
