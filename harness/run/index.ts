// The conductor: acquire, run, release.

export { folderNames, type RecordHeader, writeArtifacts } from './artifacts.ts'
export { type ConductOptions, conduct } from './conductor.ts'
export type {
  FleetRun,
  FleetScene,
  LedgerEntry,
  LedgerResult,
  LoadResult,
  LoadSeries,
  OpenFleet,
  Percentiles,
  SloResult,
} from './load.ts'
export { decisive, type FoundGap, type ScenarioRun, type Status } from './result.ts'
export {
  runSuite,
  type ScenarioResult,
  type SuiteListener,
  type SuiteOptions,
  type SuiteResult,
  skipped,
} from './suite.ts'
export { whyNot } from './why-not.ts'
