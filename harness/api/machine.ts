// This machine, as far as verdicts depend on it.

/** Timers that are later than so many milliseconds are a stall: what was claimed meanwhile is inconclusive. */
export { STALL } from '../evidence/index.ts'
