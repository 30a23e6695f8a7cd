// Claims held against evidence.

export { GRACE } from './claim-evaluator.ts'
export { Judge } from './judge.ts'
export { actingStep, type Hindsight, judgeInHindsight } from './rejudge.ts'
export type { ClaimedWindow, Verdict, VerdictKind } from './verdict.ts'
