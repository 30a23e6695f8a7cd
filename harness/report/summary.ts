// Counts, as every reporter gives them. A flaky scenario is counted as passed, too.

import type { Status, SuiteResult } from '../run/index.ts'

export type Summary = Readonly<Record<Status | 'flaky' | 'total', number>>

export function summarize(result: SuiteResult): Summary {
  const count = (status: Status): number => result.scenarios.filter((s) => s.run.status === status).length
  return {
    total: result.scenarios.length,
    passed: count('passed'),
    failed: count('failed'),
    gap: count('gap'),
    inconclusive: count('inconclusive'),
    skipped: count('skipped'),
    broken: count('broken'),
    interrupted: count('interrupted'),
    flaky: result.scenarios.filter((s) => s.flaky).length,
  }
}
