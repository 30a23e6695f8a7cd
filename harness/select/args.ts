// What a front door says of scenarios and brokers, in the words of the command line.

import type { ClockWish } from '../plan/index.ts'

/** How to get in at a broker that is named by its URL, in the words of mosquitto_pub. */
export interface AccessArguments {
  /** PEM file of the authority that signed the broker's certificate. */
  readonly cafile?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly insecure?: boolean | undefined
  readonly username?: string | undefined
  readonly pw?: string | undefined
}

export interface SelectArguments extends AccessArguments {
  readonly paths?: readonly string[] | undefined
  /** A regular expression that names must match. */
  readonly grep?: string | undefined
  /** `TAG`, or `!TAG` for scenarios without it. */
  readonly tag?: readonly string[] | undefined
  readonly broker?: readonly string[] | undefined
  /** `NAME=VALUE`. */
  readonly var?: readonly string[] | undefined
  /** `DEVICE=CLIENT`. */
  readonly bind?: readonly string[] | undefined
  /** The time that scenarios run in, whatever they say. */
  readonly clock?: ClockWish | undefined
  /** Path of the config file; default: `harness.config.ts`. */
  readonly config?: string | undefined
}
