// `load.json`: what a load did over time, as whoever measures it leaves it beside the timeline and the report draws it.

/** `load.json` beside a timeline: what a fleet did over time. Times are seconds since the start of the run. */
export interface LoadData {
  readonly schema: 'mqtt-hil/load'
  readonly version: 1
  readonly phases: readonly { readonly name: string; readonly from: number; readonly to: number }[]
  readonly plots: readonly LoadPlot[]
  readonly slo: readonly LoadObjective[]
}

export interface LoadPlot {
  readonly title: string
  /** `ms`, `1/s`, `devices`: shown at the axis. */
  readonly unit: string
  readonly logarithmic?: boolean
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
