// The conductor: acquire, run, release.

export { AdaptiveLimit } from './adaptive-limit.ts'
export { clearRecords, folderNames, type RecordHeader, writeArtifacts } from './artifacts.ts'
export { type ConductOptions, conduct, type Unwritten } from './conductor.ts'
export { describeErrno, readText } from './fs-errors.ts'
export { withGap } from './gap.ts'
export { InteractiveSession, type StepResult } from './interactive-session.ts'
export type { InteractiveSettings, PartLimits } from './interactive-settings.ts'
export type {
  FleetEnding,
  FleetRun,
  FleetScene,
  GeneratorResult,
  LedgerCounts,
  LedgerEntry,
  LedgerResult,
  LoadResult,
  LoadSeries,
  OpenFleet,
  Percentiles,
  RateFigure,
  SloResult,
} from './load.ts'
export { decisive, type FoundGap, type RunBroker, type ScenarioRun, type Status, statusOfVerdicts } from './result.ts'
export {
  runSuite,
  type ScenarioResult,
  type SuiteJob,
  type SuiteListener,
  type SuiteOptions,
  type SuiteResult,
  skipped,
} from './suite.ts'
export { statementsOf } from './violated.ts'
