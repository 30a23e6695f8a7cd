// Faults that more than one place records.

import type { FaultEvent } from './event.ts'

/** The scenario's time limit was reached. */
export const TIME_UP: FaultEvent = { kind: 'fault', code: 'time-up', what: 'time is up' }

/** The run was stopped from outside. */
export const STOPPED: FaultEvent = { kind: 'fault', code: 'stopped', what: 'the run was stopped' }

/** @param why what was not evaluated, and the reason */
export const notEvaluated = (why: string): FaultEvent => ({
  kind: 'fault',
  code: 'not-evaluated',
  what: `not evaluated: ${why}`,
})
