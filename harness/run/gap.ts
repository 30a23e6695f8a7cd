// What a known gap makes of a run: failing is `gap` when the gap explains it.

import { versionFits } from '../brokers/index.ts'
import type { Verdict } from '../judge/index.ts'
import { type KnownGap, namesScenario, type Plan, stepAt } from '../plan/index.ts'
import type { FoundGap, ScenarioRun } from './result.ts'

export function withGap<R extends ScenarioRun>(run: R): R {
  const { plan, broker, verdicts, status } = run
  if (status !== 'passed' && status !== 'failed') return run
  const gaps = plan.gaps.filter((gap) => versionFits(broker.version, gap.versions))
  const gap = status === 'passed' ? gaps[0] : gaps.find((known) => explains(known, plan, verdicts))
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

/** Where a failed step says what it tests, that must be what the gap names. */
function explains(gap: KnownGap, plan: Plan, verdicts: readonly Verdict[]): boolean {
  if (namesScenario(gap, plan)) return true
  const failed = verdicts.filter((verdict) => verdict.kind === 'fail')
  return failed.every(({ step }) => {
    const own = stepAt(plan, step)?.verifies ?? []
    return own.length === 0 || own.some((id) => gap.statements.includes(id))
  })
}
