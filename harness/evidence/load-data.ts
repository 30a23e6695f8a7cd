// `load.json`: what a load did over time, as whoever measures it leaves it beside the timeline and the report draws it.

/** `load.json` beside a timeline: what a fleet did over time. Times are seconds since the start of the run. */
export interface LoadData {
  readonly schema: 'mqtt-hil/load'
  readonly version: 1
  readonly phases: readonly { readonly name: string; readonly from: number; readonly to: number }[]
  readonly plots: readonly LoadPlot[]
  readonly slo: readonly LoadObjective[]
  /** What was timed, over the whole run. Absent in files of older runs, as is the ledger. */
  readonly times?: readonly LoadTime[] | undefined
  readonly ledger?: LoadLedger | undefined
}

/** Milliseconds. */
export interface LoadTime {
  readonly name: string
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** What became of messages that were followed from sender to receiver. */
export interface LoadLedger {
  /** Published in all, followed or not. */
  readonly sent: number
  readonly total: LedgerRow
  /** Of the messages that a group sent or was to receive. */
  readonly groups: readonly (LedgerRow & { readonly name: string })[]
  /** The most frequent first. */
  readonly reasons: readonly { readonly why: string; readonly count: number }[]
  /** Published without knowing whether the broker has them. */
  readonly unconfirmed: number
}

interface LedgerRow {
  /** To arrive, once for each receiver. */
  readonly expected: number
  readonly arrived: number
  readonly lost: number
  readonly duplicated: number
  readonly reordered: number
  readonly late: number
}

export interface LoadPlot {
  readonly title: string
  /** `ms`, `1/s`, `devices`: shown at the axis. */
  readonly unit: string
  readonly logarithmic?: boolean
  /** Said in short by another plot: shown when asked for. */
  readonly detail?: boolean
  /** `times` are nines: 1 stands for 90 %, 2 for 99 %. */
  readonly percentiles?: boolean
  readonly times: readonly number[]
  /** As many values as times; null where nothing was measured. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
}

export interface LoadObjective {
  /** As the scenario has it, in words: `connect_time of ramp: p99 below 2s`. */
  readonly objective: string
  readonly status: string
  readonly got: string
}
