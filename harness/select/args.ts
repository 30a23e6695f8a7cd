// What a front door says of scenarios and brokers.

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

/** Which scenarios, on which brokers, and what is put in them. */
export interface SelectArguments extends AccessArguments {
  /** Files and folders; default: those of the config, else `scenarios`. */
  readonly paths?: readonly string[] | undefined
  /** A regular expression that names must match. */
  readonly grep?: string | undefined
  /** `TAG`, or `!TAG` for scenarios without it. */
  readonly tags?: readonly string[] | undefined
  /** Names of the config's brokers, kinds, or URLs; of several each scenario runs on each. */
  readonly broker?: readonly string[] | undefined
  /** In place of the scenarios' vars; values as text, read as YAML would. */
  readonly vars?: Readonly<Record<string, string>> | undefined
  /** Which device plays which role: `{ blue: 'umqtt.robust' }`; `*` plays all that it can. */
  readonly bind?: Readonly<Record<string, string>> | undefined
  /** The time that scenarios run in, whatever they say. */
  readonly clock?: ClockWish | undefined
  /** Path of the config file; default: `harness.config.ts`. */
  readonly config?: string | undefined
}
