// Claims held against evidence.

export { GRACE } from './case.ts'
export { Judge, STOPPED, TIME_UP } from './judge.ts'
export type { Verdict, VerdictKind } from './verdict.ts'
