// What a broker is to the harness: something at host and port that can be stopped and comes back at the same
// port. One that we did not start (`controllable: false`) throws at stop, start and kill.

import { z } from 'zod'
import { type Duration, Problem } from '../../emulators/index.ts'
import { explainSettings } from '../scenario/index.ts'

export interface Credentials {
  readonly username: string
  readonly password?: string | undefined
}

/** How the harness reaches the broker beside host and port. Never to be written anywhere. */
export interface BrokerAccess {
  /** What the harness's own client must say to be let in. */
  readonly credentials?: Credentials | undefined
  /** Absent: plain TCP. */
  readonly tls?: BrokerTls | undefined
}

/** TLS on the way to the broker; PEM texts. */
export interface BrokerTls {
  /** What the broker's certificate is checked with; absent: what Node trusts. */
  readonly ca?: string | undefined
  /** Our own, for a broker that asks for one. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** The name that its certificate must have; absent: the host. */
  readonly serverName?: string | undefined
  /** Whatever certificate it has will do. */
  readonly insecure?: boolean | undefined
}

/** Where a broker speaks MQTT over WebSocket. */
export interface WebAddress {
  readonly host: string
  readonly port: number
  /** What the upgrade asks for: `/mqtt`. */
  readonly path: string
  /** Absent: no TLS. */
  readonly tls?: BrokerTls | undefined
}

/** A broker that is open: where it is, and what can be done to it. It ends with `await using`. */
export interface Broker extends AsyncDisposable {
  readonly name: string
  /** As the broker itself says it; empty when it cannot be known. */
  readonly version: string
  readonly host: string
  readonly port: number
  /** How much later than 1.5 x keep alive it may notice that a client is gone. */
  readonly keepaliveSlack: Duration
  readonly controllable: boolean
  /** Protocol levels that it has: 3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.0; absent, or null: not known. */
  readonly protocols?: readonly number[] | null | undefined
  /** Absent: it has no WebSocket, or was opened without; see `BrokerKind.withWebSocket`. */
  readonly websocket?: WebAddress | undefined
  /** Of one that is not ours: where it is, whatever way leads there. Scenarios with the same take turns. */
  readonly sharedAs?: string | undefined
  /** The process to look at; null when it is not a child of ours. */
  readonly pid: number | null
  /** Never to be written anywhere. */
  readonly access: BrokerAccess
  /** What a device that brings none of its own is given to say; null: nothing. Never to be written anywhere. */
  readonly deviceCredentials: Credentials | null
  /** In an orderly way; connections get FIN and no port is open when it resolves. No-op when it is down. */
  stop(): Promise<void>
  /** On the same port; resolves when it answers. No-op when it is up. Throws Problem `broker/…`. */
  start(): Promise<void>
  /** As a crash: nothing is saved, nobody is told. No-op when it is down. */
  kill(): Promise<void>
  /** The latest lines of its log. */
  log(): string
  /** Called with Problem `broker/died` when it ends and nobody asked for that. Returns what ends the subscription. */
  onDeath(listener: (death: Problem) => void): () => void
}

/** The environment that is looked at: PATH. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A test of the contract suite that a broker is known not to pass. */
export interface Gap {
  readonly test: string
  readonly reason: string
  /** Of the broker, such as `<2.10`; absent: all. */
  readonly versions?: string | undefined
}

/** `I`: its options as they are written. */
export interface BrokerKind<I = unknown> {
  readonly name: string
  /** One line for `hil broker --help`. */
  readonly summary: string
  /** The keys beside `use` in the config, and `with` in a scenario. */
  readonly options: z.ZodType<unknown, I>
  /** Tests of the contract suite that it does not pass; reports carry them. */
  readonly gaps: readonly Gap[]
  /** It is started here, so that it can be stopped and restarted. */
  readonly controllable: boolean
  /** It lives in this process, on Node's timers and sockets: its time can be virtual. */
  readonly isEmbedded: boolean
  /** Known before anything is started, because plans depend on it. Throws Problem `broker/bad-options`. */
  keepaliveSlack(options?: unknown): Duration
  /** The protocol levels that it has with these options; null: it is not known. Throws Problem `broker/bad-options`. */
  protocols(options?: unknown): readonly number[] | null
  /** The options with which it also speaks MQTT over WebSocket; null when it cannot. Throws Problem `broker/bad-options`. */
  withWebSocket(options?: unknown): Readonly<Record<string, unknown>> | null
  /** Looks at the options and the files that they name. Throws Problem `broker/bad-options`. */
  inspect(options?: unknown): void
  /** Why it cannot be started here; null when it can. */
  available(options?: unknown, env?: Environment): Promise<string | null>
  /** Resolves when the broker answers. Throws Problem `broker/…`. */
  open(options?: unknown, env?: Environment): Promise<Broker>
}

/** A kind of broker: how it is opened, and what can be said of it before. */
export interface BrokerDefinition<O, I = unknown> {
  readonly name: string
  readonly summary: string
  readonly options: z.ZodType<O, I>
  readonly gaps?: readonly Gap[]
  /** Default: true. */
  readonly controllable?: boolean
  /** Default: false. */
  readonly isEmbedded?: boolean
  keepaliveSlack(options: O): Duration
  /** Protocol levels; absent, or null: that is not known here. */
  protocols?(options: O): readonly number[] | null
  /** What is to be added to the options, if anything, for MQTT over WebSocket; null, or absent: it has none. */
  websocket?(options: O): Readonly<Record<string, unknown>> | null
  /** Looks at the files that options name, before anything is started. Throws Problem `broker/bad-options`. */
  inspect?(options: O): void
  available(options: O, env: Environment): Promise<string | null>
  open(options: O, env: Environment): Promise<Broker>
}

/** Options are parsed at this door; the definition trusts them. */
export function defineBroker<O, I>(definition: BrokerDefinition<O, I>): BrokerKind<I> {
  const { name, summary, options, gaps = [], controllable = true, isEmbedded = false } = definition
  const parse = (given: unknown): O => {
    const parsed = options.safeParse(given ?? {})
    if (parsed.success) return parsed.data
    const wrong = explainSettings(parsed.error, given, options, 'option')
    throw new Problem('broker/bad-options', `broker ${name}: ${wrong.join('\n')}`, {
      hint: hintFor(options),
    })
  }
  return {
    name,
    summary,
    options,
    gaps,
    controllable,
    isEmbedded,
    keepaliveSlack: (given) => definition.keepaliveSlack(parse(given)),
    inspect: (given) => definition.inspect?.(parse(given)),
    protocols: (given) => definition.protocols?.(parse(given)) ?? null,
    withWebSocket(given) {
      const added = definition.websocket?.(parse(given)) ?? null
      return added === null ? null : { ...(given as object | undefined), ...added }
    },
    available: async (given, env = process.env) => definition.available(parse(given), env),
    async open(given, env = process.env) {
      const parsed = parse(given)
      const broker = await definition.open(parsed, env)
      return Object.assign(broker, { protocols: definition.protocols?.(parsed) ?? null })
    },
  }
}

function hintFor(options: z.ZodType): string | undefined {
  return options instanceof z.ZodObject ? `its options are ${Object.keys(options.shape).join(', ')}` : undefined
}
