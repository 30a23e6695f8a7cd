// Claims held against evidence.

export { GRACE } from './claim-evaluator.ts'
export { Judge, STOPPED, TIME_UP } from './judge.ts'
export { actingStep, type Hindsight, judgeInHindsight } from './rejudge.ts'
export type { ClaimedWindow, Verdict, VerdictKind } from './verdict.ts'
