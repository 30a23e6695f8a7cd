// Claims are held against what really happened, and reports tell it without secrets: an event of a run may have a twin in
// which passwords are masked, and only that is ever described.

import type { Event } from '../evidence/index.ts'
import { describe } from '../expect/index.ts'

const twins = new WeakMap<Event, Event>()

/** From now on this is what is shown of an event. */
export function showAs(event: Event, shown: Event): void {
  if (event !== shown) twins.set(event, shown)
}

export const shownOf = (event: Event): Event => twins.get(event) ?? event

/** One line for a report. */
export const describeShown = (event: Event): string => describe(shownOf(event))
