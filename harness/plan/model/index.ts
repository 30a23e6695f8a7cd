// A compiled scenario: what the compiler makes, and what runs, judges and reports it reads.

export type * from './fleet.ts'
export type { KnownGap } from './gap.ts'
export * from './plan.ts'
export * from './slo.ts'
