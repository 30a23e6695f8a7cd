// What differs between two runs of the same scenario, and between a recording and its replay.

export { compareReplay } from './replay.ts'
export { type Compared, differs, parityTable } from './table.ts'
export { compareRecords, type Parity, type RunDifference } from './trace-diff.ts'
