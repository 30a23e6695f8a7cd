// Claims held against evidence.

export { GRACE } from './case.ts'
export { actingStep, type Hindsight, judgeInHindsight } from './hindsight.ts'
export { Judge, STOPPED, TIME_UP } from './judge.ts'
export type { ClaimedWindow, Verdict, VerdictKind } from './verdict.ts'
