// Which exit code a run ends with.

import type { ScenarioRun, SuiteResult } from '../api/suite.ts'
import { EXIT, type ExitCode } from '../problems/index.ts'

export interface Leniency {
  /** Inconclusive verdicts do not count. */
  readonly allowInconclusive: boolean
}

export function exitCodeOf(result: SuiteResult, { allowInconclusive }: Leniency): ExitCode {
  const runs = result.scenarios.map((s) => s.run)
  if (runs.some((run) => run.bug !== undefined)) return EXIT.bug
  if (result.interrupted) return EXIT.interrupted
  const unjudged = runs.some((run) => run.status === 'broken' || (run.status === 'inconclusive' && !allowInconclusive))
  if (unjudged) return EXIT.environment
  const failed = runs.filter((run) => run.status === 'failed')
  if (!failed.every(onlyBounds)) return EXIT.failed
  if (result.timedOut) return EXIT.timedOut
  return failed.length > 0 ? EXIT.slo : EXIT.passed
}

/** Whether it failed by bounds of `slo` alone. */
export function onlyBounds({ verdicts, problem }: ScenarioRun): boolean {
  const failed = verdicts.filter((v) => v.kind === 'fail')
  return problem === null && failed.length > 0 && failed.every(({ step }) => step.startsWith('slo.'))
}

const PRECEDENCE: readonly ExitCode[] = [
  EXIT.bug,
  EXIT.interrupted,
  EXIT.usage,
  EXIT.environment,
  EXIT.failed,
  EXIT.timedOut,
  EXIT.slo,
  EXIT.nothingMatched,
  EXIT.passed,
]

/** The one of two that a run with both ends with. */
export const worse = (a: ExitCode, b: ExitCode): ExitCode => (PRECEDENCE.indexOf(a) <= PRECEDENCE.indexOf(b) ? a : b)
