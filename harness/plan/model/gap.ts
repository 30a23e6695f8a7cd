// A known gap as a plan has it.

import type { Place } from '../../../emulators/index.ts'

export interface KnownGap {
  /** Empty: any. */
  readonly brokers: readonly string[]
  /** Kinds of devices; empty: any. */
  readonly devices: readonly string[]
  readonly versions: string | undefined
  readonly statements: readonly string[]
  readonly scenarios: readonly string[]
  readonly reason: string
  readonly place: Place
}
