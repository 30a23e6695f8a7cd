// What the coordinator and its shards say to each other, over a pipe or over a queue. A shard compiles
// the scenario itself: it gets the text, so a worker on another machine needs nothing but `hil`.

import type { Options } from '../../../emulators/index.ts'
import type { ExtensionSource } from '../../config/index.ts'
import type { CompileInputs } from '../../plan/index.ts'
import type { FleetStep } from '../../steps/index.ts'
import type { BrokerEndpoint } from '../shard/broker-endpoint.ts'
import type { CrewStatus } from '../shard/crew-status.ts'
import type { DeliveryLedger } from '../shard/ledger.ts'
import type { MeterReport } from '../shard/meter.ts'
import type { FleetResidue } from '../shard/residue.ts'

export interface ShardJob {
  readonly file: string
  readonly text: string
  /** Of the matrix. */
  readonly variant: string
  readonly given: CompileInputs
  /** Variables of the environment that the scenario names, with the values that they have at the coordinator. */
  readonly env: Readonly<Record<string, string>>
  /** What the project adds to mqtt-hil, for a shard that does not understand its scenario without. */
  readonly extensions: readonly ExtensionSource[]
  readonly seed: number
  readonly brokers: readonly BrokerEndpoint[]
  readonly credentials: Options
  /** The broker speaks TLS; PEM texts. */
  readonly tls: {
    readonly ca: string | null
    readonly cert: string | null
    readonly key: string | null
    readonly insecure: boolean
  } | null
  readonly shard: number
  readonly shards: number
  /** Of the whole fleet. */
  readonly devices: number
  readonly window: number
  readonly attempt: number
  /** Of this run, in the stamps of its messages; 32 bits. */
  readonly key: number
  readonly addresses: readonly string[]
  /** By device number: the way to the broker of those that have one of their own. */
  readonly detours: Readonly<Record<number, BrokerEndpoint>>
}

export type ToShard =
  /** `epoch`: on the clock of the shard's machine (`monotonic`), ms. */
  /** `from`: ms of the run at which its devices begin to arrive; later than 0 for a shard that is begun again. */
  | { readonly kind: 'start'; readonly epoch: number; readonly from: number }
  | { readonly kind: 'phase'; readonly name: string; readonly at: number }
  | { readonly kind: 'order'; readonly number: number; readonly order: FleetStep }
  /** How it stands now, at once. */
  | { readonly kind: 'tell' }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'finish' }

export interface Progress extends CrewStatus {
  readonly kind: 'progress'
  /** Once a second: histograms since the last time, by metric. */
  readonly interval?: Readonly<Record<string, string>> | undefined
  readonly errors?: Readonly<Record<string, number>> | undefined
  /** Seconds of CPU so far. */
  readonly cpu: number
  /** Bytes. */
  readonly memory: number
}

export interface ShardResult {
  readonly kind: 'result'
  readonly meter: MeterReport
  readonly books: DeliveryLedger
  readonly residue: FleetResidue
  readonly cpu: number
  readonly memory: number
  readonly devices: number
}

export type FromShard =
  | { readonly kind: 'ready'; readonly devices: number }
  | Progress
  | { readonly kind: 'done'; readonly number: number }
  /** From the transport, in the shard's place: it is gone, for now or for good. */
  | { readonly kind: 'lost' }
  | ShardResult
  | {
      readonly kind: 'trouble'
      readonly code: string
      readonly message: string
      readonly hint?: string | undefined
      /** The stack of a bug of ours. */
      readonly bug?: string | undefined
    }
