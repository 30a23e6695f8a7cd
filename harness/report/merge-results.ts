// The results of runs that were told one by one, as those of one: for a runner that has the tests in processes of its own.

import { RESULTS_VERSION } from './json.ts'
import type { Results } from './page/model.ts'

interface Gap {
  readonly of: string
  readonly file: string
  readonly line: number
  readonly open: boolean
}

type WithGaps = Results & { readonly gaps?: readonly Gap[] }

/** In the order given. `parts`: what `resultsOf` made of each. */
export function mergeResults(
  parts: readonly WithGaps[],
  about: { readonly startedAt: Date; readonly duration: number; readonly interrupted: boolean },
): Results {
  const summary: Record<string, number> = {}
  const gaps = new Map<string, Gap>()
  for (const part of parts) {
    for (const [status, count] of Object.entries(part.summary)) summary[status] = (summary[status] ?? 0) + count
    for (const gap of part.gaps ?? []) {
      const key = `${gap.of} ${gap.file}:${gap.line}`
      gaps.set(key, { ...gap, open: gap.open || gaps.get(key)?.open === true })
    }
  }
  const merged = {
    schema: 'mqtt-hil/results',
    version: RESULTS_VERSION,
    startedAt: about.startedAt.toISOString(),
    duration: Math.round(about.duration * 1000) / 1000,
    interrupted: about.interrupted,
    timedOut: false,
    summary,
    scenarios: parts.flatMap(({ scenarios }) => scenarios),
    gaps: [...gaps.values()],
    notRun: [],
  }
  return merged
}
