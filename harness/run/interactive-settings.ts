// What an interactive session must know before it can begin.

import type { Duration } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import type { BrokerFacts } from '../plan/index.ts'

/** What holds for one of several tests that have a session one after the other. */
export interface PartLimits {
  /** How long a call may take that says nothing. */
  readonly timeout: Duration
  /** Of the part as a whole, from its beginning: what is open then fails, with what has come so far. Absent: no limit. */
  readonly budget?: Duration | undefined
  /** Aborted: whatever is awaited ends. */
  readonly signal: AbortSignal
}

/** Where a part of a session begins. */
export interface Beginning {
  /** A moment for `after:`; null: the beginning of the session. */
  readonly anchor: string | null
  /** Number of the first event. */
  readonly seq: number
  /** Milliseconds on the session's timeline. */
  readonly at: number
}

export interface InteractiveSettings extends PartLimits {
  /** Names the program in messages; files that devices name are looked for from its folder. */
  readonly file: string
  readonly openBroker: () => Promise<Broker>
  readonly broker: BrokerFacts
  /** Filters that the observer subscribes to, once it is asked for. */
  readonly observe: readonly string[]
  readonly seed: number
}
