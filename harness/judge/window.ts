// Where an event lies in a claim's window. An event's stamp is when the harness saw it; it may
// have happened up to `lag` earlier, and so may the anchor. Only when every possibility gives the
// same answer is there one.

import type { Duration, Instant } from '../../emulators/index.ts'
import type { ClaimedWindow } from './verdict.ts'

/** A moment of the record, with the bound on how much earlier it may really have been (ms). */
export interface Moment {
  readonly at: Instant
  readonly seq: number
  readonly lag?: number | undefined
}

export interface Window {
  readonly from: Duration
  readonly to: Duration
}

/** The window as a report draws it. */
export function claimed({ at }: Moment, { from, to }: Window): ClaimedWindow {
  const ends = (offset: Duration): Instant | null => (Number.isFinite(offset) ? ((at + offset) as Instant) : null)
  return { anchor: at, from: ends(from), to: ends(to) }
}

export type Position = 'early' | 'inside' | 'late' | 'uncertain'

/** The least and the greatest time that may truly lie between two moments, in ms. */
export function between(anchor: Moment, event: Moment): { readonly least: number; readonly most: number } {
  const seen = event.at - anchor.at
  return { least: seen - (event.lag ?? 0), most: seen + (anchor.lag ?? 0) }
}

/** `lost`: ms for which the harness stood still in between, which may have made the event so late. */
export function position(window: Window, anchor: Moment, event: Moment, lost = 0): Position {
  const { least, most } = between(anchor, event)
  if (least - lost > window.to) return 'late'
  if (most < window.from) return 'early'
  return least >= window.from && most <= window.to ? 'inside' : 'uncertain'
}
