// What a run of one scenario comes to.

import type { Place, Problem } from '../../emulators/index.ts'
import type { Gap } from '../brokers/index.ts'
import type { Event } from '../evidence/index.ts'
import type { Verdict } from '../judge/index.ts'
import type { Plan } from '../plan/model/index.ts'
import { faultOf } from '../problems/index.ts'
import type { LoadResult } from './load.ts'

/** `broken`: the environment failed, the scenario was not judged to its end. `gap`: it failed, as was known. */
export type Status = 'passed' | 'failed' | 'gap' | 'inconclusive' | 'skipped' | 'broken' | 'interrupted'

/** A gap of the broker that the run fell into. */
export interface FoundGap {
  readonly reason: string
  /** The kinds of devices that have it; empty: the broker does. */
  readonly devices: readonly string[]
  readonly statements: readonly string[]
  /** null: all. */
  readonly versions: string | null
  readonly place: Place
  /** False: the scenario passed all the same. When that is so of all runs with this gap, it is none any more. */
  readonly met: boolean
}

/** The broker of a run. */
export interface RunBroker {
  /** As the command line or the config calls it. */
  readonly name: string
  readonly kind: string
  readonly version: string
  /** Tests of the contract of brokers that this kind and version is known not to pass. */
  readonly gaps: readonly Gap[]
}

/** One run of one scenario: status, verdicts, events; `duration` in milliseconds. */
export interface ScenarioRun {
  readonly plan: Plan
  readonly status: Status
  readonly broker: RunBroker
  /** Known, and met; null when there is none. */
  readonly gap: FoundGap | null
  /** Of claims, and at the end (`slo.N`) of bounds on a load. */
  readonly verdicts: readonly Verdict[]
  /** What a fleet measured; null without one, or when it never began. */
  readonly load: LoadResult | null
  readonly events: readonly Event[]
  /** Why it was skipped or broken, or the trouble that failed it without a verdict. */
  readonly problem: Problem | null
  /** An exception that is a bug of ours. */
  readonly bug: unknown
  readonly seed: number
  /** Wall clock, for people; everything that is judged uses the run's own clock. */
  readonly startedAt: Date
  /** Absent: real. */
  readonly clock?: 'real' | 'virtual' | undefined
  /** Milliseconds of that clock. */
  readonly duration: number
  readonly repetition: number
  readonly attempt: number
  /** Folder with timeline.ndjson and the rest; null when none was written. */
  readonly artifacts: string | null
  /** Names of the files in that folder; absent: the timeline and the scenario. */
  readonly files?: readonly string[] | undefined
  /**
   * What the judge said of each step, by its path, where a test in TypeScript decided what that comes to: its claim may
   * have had a `.not`, and its call may have been meant to fail.
   */
  readonly asJudged?: Readonly<Record<string, string>> | undefined
  /** Why its record could not be written. */
  readonly unwritten?: Problem | undefined
}

/** Problems that come from the world around the scenario, not from what it tests. */
export const isEnvironment = ({ code }: Problem): boolean => faultOf(code) === 'environment'

/** What verdicts come to. A bound on a load (`slo.N`) that was missed is no finding while another verdict is inconclusive. */
export function statusOfVerdicts(verdicts: readonly Verdict[]): 'passed' | 'failed' | 'inconclusive' {
  const failed = verdicts.filter(({ kind }) => kind === 'fail')
  if (failed.some(({ step }) => !step.startsWith('slo.'))) return 'failed'
  if (verdicts.some(({ kind }) => kind === 'inconclusive')) return 'inconclusive'
  return failed.length > 0 ? 'failed' : 'passed'
}

/** The verdicts that make a run fail or inconclusive. */
export const decisive = (run: ScenarioRun): readonly Verdict[] => run.verdicts.filter((v) => v.kind !== 'pass')
