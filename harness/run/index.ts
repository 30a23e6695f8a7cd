// The conductor: acquire, run, release.

export { folderNames, type RecordHeader, writeArtifacts } from './artifacts.ts'
export { Bench } from './bench.ts'
export { type ConductOptions, conduct } from './conductor.ts'
export { withGap } from './gap.ts'
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
export { secretsOf } from './masked.ts'
export { decisive, type FoundGap, type RunBroker, type ScenarioRun, type Status } from './result.ts'
export { type Performed, Rig, type RigSettings } from './rig.ts'
export { Room } from './room.ts'
export {
  runSuite,
  type ScenarioResult,
  type SuiteListener,
  type SuiteOptions,
  type SuiteResult,
  skipped,
} from './suite.ts'
export { whyNot } from './why-not.ts'
