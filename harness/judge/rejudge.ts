// Claims held against a record of something else: a device that was tapped, or another scenario's run. Nobody performed
// the steps, so they are performed here in the record's own time: each begins when the one before it is decided, as in
// a run. That works for claims only: a step that acts would have changed what was recorded.

import type { Instant } from '../../emulators/index.ts'
import { devicesIn, type Event, type Fact, restampedEvent } from '../evidence/index.ts'
import type { Plan, Step } from '../plan/model/index.ts'
import { Judge } from './judge.ts'
import type { Verdict } from './verdict.ts'

export interface Hindsight {
  readonly verdicts: readonly Verdict[]
  /** With the steps among them, and numbered anew. */
  readonly events: readonly Event[]
}

/** The first step that a record cannot be held against; null: all can. */
export const actingStep = (plan: Plan): Step | null =>
  plan.steps.find((step) => step.kind !== 'claim' || step.condition !== null) ?? null

const OUTCOMES = { pass: 'passed', fail: 'failed', inconclusive: 'inconclusive' } as const

/** The first step begins with the first connection. Only for a plan without an `actingStep`. */
export function judgeInHindsight(plan: Plan, recorded: readonly Event[]): Hindsight {
  const judge = new Judge(plan)
  const verdicts = new Map<string, Verdict>()
  judge.onVerdict((verdict) => verdicts.set(verdict.step, verdict))
  const events: Event[] = []
  const renumbered = new Map<number, number>()
  /** Nothing is stamped before what stands above it in the record. */
  let now = 0 as Instant
  const put = (fact: Fact, stamp: Instant, lag?: number): void => {
    const at = stamp > now ? stamp : now
    now = at
    const event = restampedEvent(fact, { at, seq: events.length, ...(lag === undefined ? {} : { lag }) })
    events.push(event)
    judge.observe(event)
  }

  let current = -1
  let over = false
  /** Ends what is decided, and begins what is next. */
  const step = (at: Instant): void => {
    while (!over) {
      const path = plan.steps[current]?.path
      if (path !== undefined) {
        const verdict = verdicts.get(path)
        if (verdict === undefined) return
        put({ kind: 'step', step: path, phase: 'ended', outcome: OUTCOMES[verdict.kind] }, at)
        over = verdict.kind !== 'pass'
      }
      const next = plan.steps[++current]
      over ||= next === undefined
      if (!over) put({ kind: 'step', step: next!.path, phase: 'started' }, at)
    }
  }
  /** What is decided by time alone is decided in time. */
  const passUntil = (time: number): void => {
    for (let due = judge.due; due !== null && due < time; ) {
      judge.tick(due)
      step(due)
      const later = judge.due
      if (later !== null && later <= due) return
      due = later
    }
  }

  const first =
    devicesIn(recorded).length === 0 ? 0 : recorded.find((e) => e.kind === 'socket' && e.change === 'connected')!.at
  let begun = false
  for (const event of recorded) {
    const { at, seq, lag } = event
    if (event.kind === 'step') {
      // Not of these claims, but the record goes on: a window that ended by then was watched to its end.
      const time = (at - (lag ?? 0)) as Instant
      if (begun) passUntil(time)
      if (begun) judge.tick(time)
      if (begun) step(time)
      continue
    }
    if (!begun && at >= first) {
      begun = true
      step(first as Instant)
    }
    passUntil(at - (lag ?? 0))
    renumbered.set(seq, events.length)
    put(event.kind === 'violation' ? { ...event, of: renumbered.get(event.of) ?? event.of } : event, at, lag)
    if (begun) step(at)
  }
  if (!begun) step(0 as Instant)
  judge.end()
  return { verdicts: judge.verdicts, events }
}
