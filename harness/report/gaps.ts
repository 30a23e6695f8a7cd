// The known gaps that a suite met, each once a broker. A gap is closed only when no run fell into it: a statement
// that a broker breaks in one scenario it may well keep in others.

import type { FoundGap, SuiteResult } from '../run/index.ts'

export interface GapReport {
  /** The broker, or the kind of device. */
  readonly whose: string
  readonly gap: FoundGap
  /** False: whatever ran with it has passed. */
  readonly open: boolean
}

export function foundGaps(result: SuiteResult): readonly GapReport[] {
  const gaps = new Map<string, GapReport>()
  for (const { run } of result.scenarios) {
    const { gap, broker } = run
    if (gap === null) continue
    const whose = ownerOf(gap, broker.name)
    const key = `${whose} ${gap.place.file}:${gap.place.line}`
    const open = gap.met || gaps.get(key)?.open === true
    gaps.set(key, { whose, gap, open })
  }
  return [...gaps.values()]
}

/** The kinds of devices that have the gap, or else the broker. */
export const ownerOf = ({ devices }: FoundGap, broker: string): string =>
  devices.length === 0 ? broker : devices.join(', ')
