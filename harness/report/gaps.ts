// The known gaps that a suite met, each once a broker. A gap is closed only when no run fell into it: a statement
// that a broker breaks in one scenario it may well keep in others.

import type { FoundGap, SuiteResult } from '../run/index.ts'

export interface GapReport {
  readonly broker: string
  readonly gap: FoundGap
  /** False: whatever ran with it has passed. */
  readonly open: boolean
}

export function foundGaps(result: SuiteResult): readonly GapReport[] {
  const gaps = new Map<string, GapReport>()
  for (const { run } of result.scenarios) {
    const { gap, broker } = run
    if (gap === null) continue
    const key = `${broker.name} ${gap.place.file}:${gap.place.line}`
    const open = gap.met || gaps.get(key)?.open === true
    gaps.set(key, { broker: broker.name, gap, open })
  }
  return [...gaps.values()]
}
