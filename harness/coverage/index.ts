// Coverage of the specification by what was run.

export { type MqttVersion, mqtt311, type Statement, statementsOf, TABLES } from '../lint/index.ts'
export { type Coverage, coverageOf, DUT, isAbout, type RanScenario, type StatementCoverage } from './coverage.ts'
export { showCoverage, totalsLine } from './show.ts'
