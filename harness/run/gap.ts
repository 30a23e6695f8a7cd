// What a known gap makes of a run: failing is `gap` when the gap explains all that failed.

import { versionFits } from '../brokers/index.ts'
import type { Verdict } from '../judge/index.ts'
import { type KnownGap, namesScenario, stepAt } from '../plan/index.ts'
import type { FoundGap, ScenarioRun } from './result.ts'
import { statementsOf } from './violated.ts'

export function withGap<R extends ScenarioRun>(run: R): R {
  const { plan, broker, status } = run
  if (status !== 'passed' && status !== 'failed') return run
  const gaps = plan.gaps.filter((gap) => versionFits(broker.version, gap.versions))
  const gap = status === 'passed' ? gaps[0] : gaps.find((known) => explains(known, run))
  if (gap === undefined) return run
  const found: FoundGap = {
    reason: gap.reason,
    statements: gap.statements,
    devices: gap.devices,
    versions: gap.versions ?? null,
    place: gap.place,
    met: status === 'failed',
  }
  return { ...run, status: status === 'passed' ? 'passed' : 'gap', gap: found }
}

/** A run whose time was up has shown nothing of what the gap says. */
function explains(gap: KnownGap, run: ScenarioRun): boolean {
  if (run.events.some((event) => event.kind === 'fault' && event.code === 'time-up')) return false
  const failed = run.verdicts.filter((verdict) => verdict.kind === 'fail')
  return failed.length > 0 && failed.every((verdict) => excuses(gap, verdict, run))
}

/**
 * A gap that names the scenario excuses whatever fails in it, one that names statements what is about one of them. An
 * action that fails (a call that raises, a set-up that cannot be done) is about the statements of its own step alone.
 */
function excuses(gap: KnownGap, verdict: Verdict, run: ScenarioRun): boolean {
  if (isOfOther(gap, verdict, run)) return false
  if (namesScenario(gap, run.plan)) return true
  const step = stepAt(run.plan, verdict.step)
  const about = step?.kind === 'claim' || step === undefined ? statementsOf(verdict, run) : step.verifies
  return about.some((id) => gap.statements.includes(id))
}

/** What a device breaks is no gap of a broker, nor of another device; what a broker breaks is none of a device. */
function isOfOther({ brokers, devices }: KnownGap, { evidence }: Verdict, { events, plan }: ScenarioRun): boolean {
  return evidence.some((seq) => {
    const event = events[seq]
    if (event?.kind !== 'violation') return false
    if (event.by === 'broker') return brokers.length === 0
    const device = plan.devices.find(({ name }) => name === event.device)
    return device === undefined || !devices.includes(device.library ?? device.use)
  })
}
