// Which rig something in a test belongs to, and the faces of a rig that are no device: a matcher is given one of these
// and must find the timeline behind it.

import type { Event } from '../evidence/index.ts'
import type { InteractiveSession } from '../run/index.ts'

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

/** What happened in the test so far: packets, sockets, calls, messages, in order. */
export class TestTimeline {
  readonly #rig: InteractiveSession

  constructor(rig: InteractiveSession) {
    this.#rig = rig
  }

  get events(): readonly Event[] {
    return this.#rig.timeline.events
  }

  /** This moment, for `after:` of matchers. */
  mark(): string {
    return this.#rig.mark()
  }
}

/** The harness's own MQTT client, subscribed to `#` (or what `hil.observe` says) at QoS 2. */
export class TestObserver {
  readonly #rig: InteractiveSession

  constructor(rig: InteractiveSession) {
    this.#rig = rig
  }

  /** What it received so far. */
  get messages(): readonly Extract<Event, { readonly kind: 'message' }>[] {
    return this.#rig.timeline.events.filter((event) => event.kind === 'message')
  }
}
