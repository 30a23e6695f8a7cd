// What report.html holds, as the code in it reads it. Types alone: this file is known on both sides,
// to Node that writes the report and to the page that shows it, so it imports nothing
// but types of the same kind.

import type { LoadData } from '../../evidence/load-data.ts'

export type { LoadData, LoadLedger, LoadObjective, LoadPlot, LoadTime } from '../../evidence/load-data.ts'

export interface ReportData {
  /** Of hil, that wrote it. */
  readonly version: string
  readonly results: Results
  readonly coverage: CoverageData
}

/** results.json, as far as the page reads it. */
export interface Results {
  readonly startedAt: string
  /** Milliseconds, as everywhere here. */
  readonly duration: number
  readonly interrupted: boolean
  readonly timedOut: boolean
  readonly summary: Readonly<Record<string, number>>
  readonly scenarios: readonly ScenarioData[]
  readonly notRun: readonly { readonly name: string; readonly file: string; readonly variant: string }[]
}

export interface ScenarioData {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly variant: string
  readonly repetition: number
  readonly status: string
  readonly flaky: boolean
  readonly attempts: readonly string[]
  /** Those before the last; results of an older hil have none. */
  readonly earlier?: readonly AttemptData[]
  readonly reason: string | null
  /** Absent from results of an older hil. */
  readonly description?: string | null
  readonly tags: readonly string[]
  readonly verifies: readonly string[]
  readonly broker: { readonly name: string; readonly version: string }
  readonly bindings: Readonly<Record<string, string>>
  /** The names of the signals of each device that has some; absent from results of an older hil. */
  readonly signals?: Readonly<Record<string, readonly string[]>>
  readonly seed: number
  readonly startedAt: string
  readonly duration: number
  /** In the page they come with the run, when that is unpacked. */
  readonly steps: readonly StepData[]
  readonly artifacts: readonly string[]
}

export interface AttemptData {
  readonly status: string
  readonly reason: string | null
  readonly duration: number
  readonly artifacts: readonly string[]
}

export interface StepData {
  readonly path: string
  readonly id: string | null
  readonly verb: string | null
  readonly title: string | null
  readonly line: number | null
  readonly column?: number | null
  readonly outcome: string
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly verdict?: string
  readonly expected?: string
  readonly got?: string
  /** Statements that are broken with this claim. */
  readonly violates?: readonly string[]
  readonly evidence?: readonly FactData[]
  readonly nearby?: readonly FactData[]
  readonly window?: { readonly anchor: number; readonly from: number | null; readonly to: number | null }
}

export interface FactData {
  readonly seq: number
  readonly at: number
  readonly text: string
}

export interface CoverageData {
  readonly subjects: readonly { readonly role: string; readonly name: string }[]
  readonly statements: readonly StatementData[]
  readonly totals: Readonly<Record<string, { readonly covered: number; readonly of: number }>>
}

export interface StatementData {
  readonly id: string
  /** Whom it binds, and what shows it; empty for what is no statement of MQTT, such as an issue's number. */
  readonly side: string
  readonly how: string
  readonly testable: string
  readonly missing: readonly string[]
  readonly subjects: Readonly<
    Record<
      string,
      {
        readonly standing: string
        readonly evidence: readonly { readonly scenario: string; readonly file: string; readonly standing: string }[]
      }
    >
  >
}

/** One run in full; it is packed, and unpacked when somebody looks at it. */
export interface RunData {
  /** The scenario's text; empty when it is not there. */
  readonly text: string
  readonly events: readonly EventData[]
  readonly steps: readonly StepData[]
  readonly load: LoadData | null
  /** Why there are no events, or not all. */
  readonly trouble: string | null
}

/** The kinds of events of a record; `eventData` does not compile when one is missing here. */
export type EventKind =
  | 'packet'
  | 'socket'
  | 'upgrade'
  | 'frame'
  | 'call'
  | 'serial'
  | 'signal'
  | 'message'
  | 'fault'
  | 'device'
  | 'exit'
  | 'broker'
  | 'bytes'
  | 'violation'
  | 'step'
  | 'fleet'
  | 'lag'

export interface EventData {
  readonly seq: number
  readonly at: number
  readonly lag?: number
  readonly kind: EventKind
  readonly device?: string
  /** One line that tells it. */
  readonly text: string
  /** Decoded, by the names that scenarios use. */
  readonly fields: Readonly<Record<string, PlainData>>
  /** Of a packet: from the device or to it, its first bytes, and how many there are. */
  readonly way?: 'up' | 'down'
  readonly hex?: string
  readonly size?: number
}

export type PlainData = string | number | boolean | null | readonly PlainData[] | { readonly [name: string]: PlainData }
