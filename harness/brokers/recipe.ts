// What is special about one program that is a broker: what to start, and what its words mean. child-broker.ts does the rest.

import type { Duration } from '../../emulators/index.ts'
import type { BrokerAccess, Credentials } from './broker.ts'

export const HOST = '127.0.0.1'

/** What a start needs to know. */
export interface BrokerStart {
  readonly port: number
  /** Further ports of its own, as many as the recipe asks for. */
  readonly further: readonly number[]
  /** For MQTT over WebSocket; absent: it is not asked for. */
  readonly web?: number | undefined
  /** Its own folder, which outlives a restart and is removed in the end. */
  readonly folder: string
}

export interface BrokerCommand {
  readonly program: string
  readonly args: readonly string[]
  /** In place of this process's own environment. */
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly cwd?: string | undefined
}

export interface Recipe {
  readonly name: string
  readonly keepaliveSlack: Duration
  /** How many ports it needs beside the one for MQTT; default 0. */
  readonly furtherPorts?: number | undefined
  /** The path of MQTT over WebSocket; absent: not asked for. */
  readonly websocket?: string | undefined
  /** Writes what it needs and says what to start; called for each start. */
  prepare(place: BrokerStart): Promise<BrokerCommand>
  /** A line that says that it is ready; absent: as soon as somebody accepts connections at the port. */
  readonly ready?: RegExp | undefined
  /** Also ready when the port accepts connections; default: only without `ready`. */
  readonly probe?: boolean | undefined
  /** Its first group is the version. */
  readonly version?: RegExp | undefined
  /** Known before it says anything; default ''. */
  readonly knownVersion?: string | undefined
  /** In its last words: the port was taken by somebody else. */
  readonly portTaken: RegExp
  readonly startLimit?: Duration | undefined
  /** How long it may take to stop in order. */
  readonly stopLimit?: Duration | undefined
  /** It starts programs of its own, which must not outlive it. */
  readonly group?: boolean | undefined
  /** Ends it at once where killing what was started would not. */
  kill?(place: BrokerStart): BrokerCommand & { readonly cwd: string }
  /** How the harness itself gets in. */
  readonly access?: BrokerAccess | undefined
  /** What a device that brings none of its own is given; default: nothing. */
  readonly deviceCredentials?: Credentials | undefined
  /** Something that must run beside it, from before the first start to the end. */
  beside?(place: BrokerStart): Promise<AsyncDisposable>
}
