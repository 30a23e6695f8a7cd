// What a run of one scenario comes to.

import type { Problem } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import type { Verdict } from '../judge/index.ts'
import type { Plan } from '../plan/plan.ts'

/** `broken`: the environment failed, the scenario was not judged to its end. */
export type Status = 'passed' | 'failed' | 'inconclusive' | 'skipped' | 'broken' | 'interrupted'

export interface ScenarioRun {
  readonly plan: Plan
  readonly status: Status
  readonly broker: { readonly name: string; readonly version: string }
  readonly verdicts: readonly Verdict[]
  readonly events: readonly Event[]
  /** Why it was skipped or broken, or the trouble that failed it without a verdict. */
  readonly problem: Problem | null
  /** An exception that is a bug of ours. */
  readonly bug: unknown
  readonly seed: number
  /** Wall clock, for people; everything that is judged uses the run's own clock. */
  readonly startedAt: Date
  /** Milliseconds. */
  readonly duration: number
  readonly repetition: number
  readonly attempt: number
  /** Folder with timeline.ndjson and the rest; null when none was written. */
  readonly artifacts: string | null
  /** Names of the files in that folder; absent: the timeline and the scenario. */
  readonly files?: readonly string[] | undefined
  /** Why its record could not be written. */
  readonly unwritten?: Problem | undefined
}

/** Problems that come from the world around the scenario, not from what it tests. */
export const isEnvironment = ({ code }: Problem): boolean =>
  /^(broker|link|run)\/|^device\/(lost|not-started)$/.test(code)

/** The verdicts that make a run fail or inconclusive. */
export const decisive = (run: ScenarioRun): readonly Verdict[] => run.verdicts.filter((v) => v.kind !== 'pass')
