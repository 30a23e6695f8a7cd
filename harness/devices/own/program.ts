// What a project's own device is made of: a program in JavaScript whose methods are the client calls of scenarios.

import type { Duplex } from 'node:stream'
import type { PyValue, Random } from '../../../emulators/index.ts'
import type { PlainValue } from '../../evidence/index.ts'
import type { DeviceOption } from '../options.ts'

/** What a program finds around it. */
export interface OwnContext {
  /** The device's, as the scenario calls it. */
  readonly name: string
  /** Where its link listens: the way to the broker. */
  readonly host: string
  readonly port: number
  /** What stands under `with:`, in the units of `options`; those that are not given have their defaults. */
  readonly options: Readonly<Record<string, PyValue>>
  /** For a login that the device does not bring itself. */
  readonly credentials?: { readonly username: string; readonly password?: string | undefined } | undefined
  /**
   * A connection to the link, as a stream (with TLS where the scenario says so). Connect by this and nothing else: then `power: off`
   * is gone without a byte, and a link that is a blackhole swallows the attempt.
   */
  connect(): Duplex
  /** A line of its console, for `serial` claims. */
  log(line: string): void
  /** Chance of its own, by the run's seed. */
  readonly random: Random
}

/**
 * A client call by its verb (`connect`, `publish`, …) or, for `call:`, by the method's own name. What it returns (or resolves to) is
 * what the call returned; what it throws is what the call raised, as `{ type: error.name, args: [error.message] }`.
 * `publish(topic, payload: Uint8Array, { qos, retain })`, `subscribe(topics, { qos })`, `unsubscribe(topics)`,
 * `connect({ clean })`, `ping()`, `check()`, `wait()`, `loop({ timeout })`, `disconnect()`; others get their arguments.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is one as well
export type OwnCall = (...args: never[]) => PlainValue | void | Promise<PlainValue | void>

/** A started program: its calls by name, and how it is stopped. */
export interface OwnProgram {
  readonly calls: Readonly<Record<string, OwnCall>>
  /** The power is gone, or the run is over: no timer may be left. Its connections are gone already. */
  stop(): void
}

/** A kind of device that is a program of yours, for `defineDevice`. */
export interface OwnDevice {
  /** One line, for `hil clients` and the schema. */
  readonly summary: string
  /** What `with:` may have. */
  readonly options?: readonly DeviceOption[] | undefined
  /** Power on. */
  start(around: OwnContext): OwnProgram
}
