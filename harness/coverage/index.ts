// Coverage of the specification by what was run.

export { type Coverage, coverageOf, DUT, type RanScenario, type StatementCoverage } from './coverage.ts'
export { showCoverage, totalsLine } from './show.ts'
export { mqtt311, type Statement } from './statements.ts'
