// A firmware is the program on the device; the client library that it uses comes in from outside.
// `program` gives a function, not a generator: each boot starts it from nothing.

import type { Program, PyValue } from '../board.ts'
import type { ClientKind, EmulatedClient, LibraryCall, OptionSpec } from '../clients/client.ts'
import type { ClientName } from '../clients/index.ts'
import { Problem } from '../core/problem.ts'
import type { Duration } from '../core/time.ts'

/** The last will that a device announces. */
export interface WillRequest {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: number
  readonly retain: boolean
}

/** What a firmware is started with. */
export interface FirmwareContext {
  readonly client: ClientKind
  readonly server: string
  readonly port: number
  /** The device's name; the client id when nothing else is said. */
  readonly name: string
  /** The scenario's `with:`; defaults need not be filled in. */
  readonly options: Readonly<Record<string, PyValue>>
  readonly will?: WillRequest | undefined
  /** What the puppet calls before anything else. */
  readonly first?: LibraryCall | undefined
  /** What the puppet's message callback calls, once it has printed the message. */
  readonly callback?: LibraryCall | undefined
  /** How often the puppet looks for messages between instructions; null: never. */
  readonly poll: Duration | null
}

/** A program for a device, over any client. */
export interface FirmwareKind {
  readonly name: string
  readonly summary: string
  /** The puppet has none of its own: there `with` holds the client's constructor options. */
  readonly options: readonly OptionSpec[]
  /** The library that a group of a fleet runs it on, or why a fleet cannot run it. */
  readonly inFleet?: { readonly library: ClientName } | { readonly never: string }
  /** Throws the Problem of wrong options at once, not at boot. */
  program(context: FirmwareContext): () => Program<void>
}

/** Throws Problem `firmware/wrong-client` when what it is to run with is not this library. */
export function needsLibrary(firmware: string, { client }: FirmwareContext, library: ClientName): void {
  if (client.name === library) return
  throw new Problem('firmware/wrong-client', `${firmware} cannot run with ${client.name}`, {
    hint: `it needs \`use: ${library}\``,
  })
}

/** Calls of a library whose methods have no arguments by name. */
export const callsOf =
  (client: EmulatedClient) =>
  (method: string, ...args: readonly PyValue[]): Program<PyValue> =>
    client.call(method, args, {})

/** Announces the will, for libraries that do so by a call. */
export function* setWill(client: EmulatedClient, { client: { verbs }, will }: FirmwareContext): Program<void> {
  if (will !== undefined) yield* say(client, verbs.will({ ...will, topic: utf8(will.topic) }))
}

/** Makes a call said in the library's words. null: the library has no such thing, or does it by itself. */
export function say(client: EmulatedClient, call: LibraryCall | null): Program<PyValue> {
  return call === null ? nothing() : client.call(call.method, call.args, call.kwargs)
}

function* nothing(): Program<null> {
  return null
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (value: PyValue): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value)
