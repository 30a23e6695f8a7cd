// One row of a benchmark: a value beside the baseline that was measured in the same run.

export interface Measure {
  readonly name: string
  readonly value: string
  readonly baseline: string
  readonly ratio: number | null
}
