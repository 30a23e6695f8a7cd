// What a run with a fleet needs of whoever runs fleets (harness/load), and what comes out of it. The
// result is plain data: it stands in results.json, and the report draws from it.

import type { Clock } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import type { Timeline } from '../evidence/index.ts'
import type { Verdict } from '../judge/index.ts'
import type { Plan } from '../plan/model/index.ts'
import type { Residue } from '../session/index.ts'
import type { FleetHands } from '../steps/index.ts'

export interface FleetRun extends FleetHands, AsyncDisposable {
  /** The devices' time begins. */
  start(): Promise<void>
  /** Publishing ends and everything is counted. */
  finish(how: FleetEnding): Promise<LoadResult>
  /** What its devices may have left at the broker, as far as it is known when it has finished. */
  residue(): Residue
  /** What is written beside the record, by name. */
  files(result: LoadResult): Readonly<Record<string, string>>
  /** What its bounds say of it. */
  judge(result: LoadResult): readonly Verdict[]
  /** Rejects when the fleet cannot go on: a shard of it has died. */
  readonly failed: Promise<never>
}

/** `settled`: what is under way arrives first. `as-it-is`: nothing is waited for. `interrupted`: not even for slow shards. */
export type FleetEnding = 'settled' | 'as-it-is' | 'interrupted'

export interface FleetScene {
  readonly plan: Plan
  readonly broker: Broker
  readonly timeline: Timeline
  readonly seed: number
  /** Of the run. A virtual one is the fleet's, too. */
  readonly clock: Clock
  /** The way of those devices that have a link of their own. */
  readonly detours: readonly {
    readonly group: number
    readonly i: number
    readonly host: string
    readonly port: number
  }[]
}

export type OpenFleet = (scene: FleetScene) => Promise<FleetRun>

/** Of one time metric, in µs. */
export interface Percentiles {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export interface RateFigure {
  readonly mean: number | null
  /** The most in any second. */
  readonly peak: number
}

export interface SloResult {
  readonly metric: string
  readonly phase: string
  readonly group: string | null
  readonly statistic: string
  /** In words, as the report shows them. */
  readonly bound: string
  readonly got: string
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  readonly line: number
}

export interface LedgerCounts {
  /** Messages that were to arrive, once for each receiver (and once for all that share a subscription). */
  readonly expected: number
  readonly arrived: number
  readonly lost: number
  /** Lost for no reason that the run knows of. */
  readonly unexplained: number
  readonly duplicated: number
  readonly reordered: number
  readonly late: number
}

export interface LedgerResult extends LedgerCounts {
  /** Published without knowing whether the broker has them; none of them counts as lost. */
  readonly unconfirmed: number
  /** Of the messages that a group sent or was to receive. */
  readonly groups: Readonly<Record<string, LedgerCounts>>
  /** By the QoS at which they were to arrive. */
  readonly byQos: readonly {
    readonly qos: number
    readonly expected: number
    readonly lost: number
    readonly unexplained: number
    readonly duplicated: number
  }[]
  readonly reasons: Readonly<Record<string, number>>
  /** The first few of each kind. */
  readonly first: readonly LedgerEntry[]
}

export interface LedgerEntry {
  readonly kind: 'lost' | 'duplicated' | 'reordered' | 'late'
  readonly from: string
  readonly to: string
  readonly topic: string
  readonly seq: number
  readonly qos: number
  readonly why?: string | undefined
}

export interface LoadResult {
  readonly schema: 'mqtt-hil/fleet'
  readonly version: 1
  readonly seed: number
  readonly devices: number
  readonly groups: readonly { readonly name: string; readonly use: string; readonly count: number }[]
  readonly shards: readonly {
    readonly where: string
    readonly devices: number
    readonly complete: boolean
    readonly attempts: number
    /** How far its host's clock is from the queue's, ms; 0 on one machine. */
    readonly clockOffset: number
    /** Seconds of CPU. */
    readonly cpu: number
    /** Bytes. */
    readonly memory: number
  }[]
  /** ms after the start. */
  readonly duration: number
  readonly phases: readonly { readonly name: string; readonly from: number; readonly to: number }[]
  /** By phase (`all` included), then metric; µs. */
  readonly times: Readonly<Record<string, Readonly<Record<string, Percentiles>>>>
  /** The same as HdrHistogram V2 (compressed, base64), for other tools; `all` only. */
  readonly histograms: Readonly<Record<string, string>>
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** By phase or `all`, each also with `/GROUP`, then metric: rate per second. `mean` is null for a phase without time. */
  readonly rates: Readonly<Record<string, Readonly<Record<string, RateFigure>>>>
  readonly errors: Readonly<Record<string, number>>
  readonly ledger: LedgerResult
  readonly slos: readonly SloResult[]
  readonly generator: GeneratorResult
  readonly system: {
    readonly broker: { readonly cpu: number; readonly memory: number } | null
    readonly kernel: {
      readonly synRetransmits: number
      readonly listenOverflows: number
      readonly retransmits: number
    } | null
  }
  readonly series: LoadSeries
}

/** How late the generator itself was; ms. Where it was late, times and rates are its own as well as the broker's. */
export interface GeneratorResult {
  /** In some phase. */
  readonly saturated: boolean
  /** Where and how much, in words; null: nowhere. */
  readonly why: string | null
  readonly lagP99: number
  /** The phases in which it was late, by name. */
  readonly late: readonly { readonly phase: string; readonly p99: number; readonly max: number }[]
}

/** What the plots are drawn from. All lists have the length of their `at`. */
export interface LoadSeries {
  /** ms after the start; counts are of the `bucket` ms that begin there. */
  readonly at: readonly number[]
  readonly bucket: number
  readonly counts: Readonly<Record<string, readonly number[]>>
  /** By group, then state: devices. */
  readonly states: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>
  readonly seconds: {
    readonly at: readonly number[]
    /** By metric: µs, null in a second without a sample. */
    readonly p50: Readonly<Record<string, readonly (number | null)[]>>
    readonly p99: Readonly<Record<string, readonly (number | null)[]>>
    /** Percent of one core. */
    readonly generatorCpu: readonly number[]
    readonly brokerCpu: readonly (number | null)[]
    /** Bytes. */
    readonly brokerMemory: readonly (number | null)[]
  }
  /** The HDR percentile curve of each time metric over all: [percentile, µs]. */
  readonly curves: Readonly<Record<string, readonly (readonly [number, number])[]>>
}
