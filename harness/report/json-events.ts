// Deciding events as results.json gives them: the number in the timeline, the time, and one line.

import type { Event } from '../evidence/index.ts'
import { describe } from '../expect/index.ts'

export interface ShownFact {
  readonly seq: number
  /** Milliseconds since the start of the scenario. */
  readonly at: number
  readonly text: string
}

export function showFacts(seqs: readonly number[], events: readonly Event[]): ShownFact[] {
  return seqs.flatMap((seq) => {
    const event = events[seq]
    return event === undefined ? [] : [{ seq, at: event.at, text: describe(event) }]
  })
}
