// What an emulated client library is to the rest of the house: a kind (name, options, methods) and
// objects of it. Methods are called by the library's own names with Python arguments; the general
// verbs of a scenario are only ways to say such a call.

import { type Program, PyFloat, type PyValue } from '../board.ts'
import { Problem } from '../core/problem.ts'
import type { Duration } from '../core/time.ts'
import type { NetworkObserver } from './arduino/network-client.ts'
import type { EspEvent } from './espmqtt/event-loop.ts'
import type { SocketPool } from './minimqtt/socket-pool.ts'
import type { Wlan } from './mqtt-as/wlan.ts'
import type { Mqtt5Words } from './mqtt5.ts'
import type { Signature } from './python/python.ts'

/** What an option is for, where several libraries have one for it under names of their own. */
export type OptionMeaning = 'client id' | 'user name' | 'password' | 'keep alive' | 'tls' | 'tls context' | 'reconnects'

/** An option of a library's constructor, by its own name. */
export interface OptionSpec {
  readonly name: string
  readonly means?: OptionMeaning
  /**
   * `seconds` is a number of seconds; `bytes` and `str` each take the other, as Python does. `tls` is a bool, or in
   * place of an SSLContext one of the words `context` (it verifies nothing) and `verify`.
   */
  readonly type: 'str' | 'bytes' | 'int' | 'bool' | 'seconds' | 'tls'
  /** Of `seconds`: the library takes a float. What a packet carries is whole. */
  readonly fractional?: true
  /** undefined: must be given. null: None is what stands there when nothing is given. */
  readonly default: PyValue | undefined
  readonly summary: string
}

/** What stands for an SSLContext. */
export const TLS_CONTEXTS: readonly PyValue[] = ['context', 'verify']

/** Values of options, by their names. */
export type Options = Readonly<Record<string, PyValue>>

/** What a library tells of a message besides topic and payload. */
export interface MessageProperties {
  readonly retain: boolean
  readonly qos?: number
  readonly dup?: boolean
  readonly packetId?: number
  /** Where this part of the payload begins, and how much there is in all. */
  readonly index?: number
  readonly total?: number
}

/** What the program gives to `set_callback`; absent means that it never set one. */
export interface ClientHooks {
  /** `callback`: what was given as the function to `add_topic_callback`; absent for the one callback of all messages. */
  onMessage?(topic: Uint8Array, payload: Uint8Array, callback?: PyValue, properties?: MessageProperties): Program<void>
  /**
   * MiniMQTT's other callbacks by their names (`on_connect`, …), with what comes behind client and user data;
   * espMqttClient's; mqtt_as's coroutines and events.
   */
  onEvent?(name: string, args: readonly PyValue[]): Program<void>
  /** MiniMQTT's sockets, which all clients of a board share; absent: this client has its own. */
  readonly connections?: SocketPool | undefined
  /** MiniMQTT under CPython, where it was recorded and where True is an int: a board refuses it as QoS or message. */
  readonly boolIsInt?: boolean
  /** A `connect` of the program's own, in a subclass of umqtt.robust; `library` is the one it overrides. */
  connect?(library: (cleanSession: PyValue) => Program<PyValue>, cleanSession: PyValue): Program<PyValue>
  /** esp-mqtt's event handler, called inside of its task, or of the call that failed. */
  onEspEvent?(event: EspEvent): Program<void>
  /** As the recordings were made: what cannot be is the library's affair, and handshakes of TLS and WebSockets are left out. */
  readonly recorded?: boolean
  /** QuecPython's `error_register_cb`: what went wrong in the keep-alive thread, or how a reconnect stands. */
  onError?(text: string): Program<void>
  /** Who writes down what an Arduino library does with its network object. */
  readonly network?: NetworkObserver | undefined
  /** mqtt_as's Wi-Fi; absent: an access point that is always there. */
  readonly wlan?: Wlan | undefined
  /** umqtt.robust's `reconnect`, as a subclass overrides it: what `connect` returned; null: it has not, do your own. */
  onReconnect?(): Program<number | null>
}

/** A client on a board: each call is a program. */
export interface EmulatedClient {
  /** What the constructor asks of the board. The first `call` does it when nobody did. */
  begin?(): Program<void>
  /** Raises as the library would: TypeError for wrong arguments, AttributeError for a method it has not. */
  call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue>
}

/** A call in the library's own words. */
export interface LibraryCall {
  readonly method: string
  readonly args: readonly PyValue[]
  readonly kwargs: Options
}

export interface Message {
  readonly topic: Uint8Array
  readonly payload: Uint8Array
  /** Absent: the library's own default. */
  readonly qos?: number | undefined
  readonly retain?: boolean | undefined
}

/** How the library says each general verb; null: it has no such thing. */
export interface VerbMap {
  connect(how: { readonly clean?: boolean | undefined }): LibraryCall | null
  publish(message: Message): LibraryCall | null
  subscribe(to: { readonly topic: Uint8Array; readonly qos?: number | undefined }): LibraryCall | null
  unsubscribe(from: { readonly topic: Uint8Array }): LibraryCall | null
  will(message: Message): LibraryCall | null
  ping(): LibraryCall | null
  /** Looks for one message, waiting as little as the library can. `options`: what the constructor was given. */
  check(options?: Options): LibraryCall | null
  /** Waits for one message. */
  wait(options?: Options): LibraryCall | null
  /** Takes what comes for some seconds; absent: the library has no such method. */
  loop?(how: { readonly timeout?: number | undefined }): LibraryCall | null
  disconnect(): LibraryCall | null
}

/** What a user would call a bug of ours and is the library’s own. */
export interface Quirk {
  readonly id: string
  readonly text: string
}

/** What people ask of a library first, a sentence or two each; docs/clients.md has them side by side. */
export interface Habits {
  /** Who sends PINGREQ, and when. */
  readonly pings: string
  /** When a link without a sound is noticed. */
  readonly deadLink: string
  /** How a lost connection comes back. */
  readonly comesBack: string
  /** What is sent once more. */
  readonly sendsAgain: string
  /** What is lost without a word. */
  readonly loses: string
}

/** A release of a library that can be named by `version:`. */
export interface ClientVersion {
  readonly version: string
  /** Against the one before it. */
  readonly changes: string
}

/** By which names a library's events come; programs subscribe at `connected`, each time. */
export interface ClientEvents {
  readonly connected: string
  /** It does not connect again by itself: its example does, with this method, so long after this event. Absent: it does. */
  readonly lost?: { readonly event: string; readonly retry: Duration; readonly method: string } | undefined
  /** With the id of a QoS 1 or 2 publish that is through; the call has given that id long before. */
  readonly published?: string | undefined
}

/** Options by which a library that connects by itself is told what calls tell others. */
export interface TaskOptions {
  /** Sets the task going, and is over before it has connected. */
  readonly start: LibraryCall
  will(message: Message): Options
  clean(clean: boolean): Options
  readonly tls: Options
  /** The program says when to connect again. */
  readonly manual: Options
}

/** An emulated library: its options, methods and quirks, and how a client is made. */
export interface ClientKind {
  readonly name: string
  readonly library: string
  readonly version: string
  /** All that can be emulated, the oldest first; absent: `version` only. */
  readonly versions?: readonly ClientVersion[] | undefined
  /** The same library in one of `versions`. */
  at?(version: string): ClientKind
  readonly summary: string
  /** Constructor arguments in positional order, by the library's own names. */
  readonly options: readonly OptionSpec[]
  readonly methods: Readonly<Record<string, Signature>>
  readonly quirks: readonly Quirk[]
  readonly habits?: Habits | undefined
  readonly verbs: VerbMap
  /** It has MQTT 5. Absent: it speaks MQTT 3.1.1. */
  readonly mqtt5?: Mqtt5Words | undefined
  /** It tells by events what becomes of its connection. */
  readonly events?: ClientEvents | undefined
  /**
   * Its calls tell of failures by returning false, and it pings inside of the method that looks for messages, which a
   * program calls all the time. `retry`: what its example waits between two attempts to connect.
   */
  readonly sketch?: { readonly retry: Duration } | undefined
  /** It sends PINGREQ without being called, from a thread of its own. */
  readonly pingsUncalled?: true
  /**
   * It connects, receives and comes back in a task of its own: its calls only ask for that, and events tell what became
   * of them. What other libraries take in calls, it takes as constructor options.
   */
  readonly inTask?: TaskOptions | undefined
  /** The options that tell the client who it is and where its broker is. */
  identity(name: string, server: string, port: number): Options
  /** Throws Problem `client/unknown-option`, `client/missing-option` or `client/bad-option`. */
  create(options: Options, hooks: ClientHooks): EmulatedClient
}

/**
 * The version that `text` means: itself, or the newest release that begins with it (`1.7` is 1.7.1).
 * undefined: there is none.
 */
export function versionNamed(kind: ClientKind, text: string): string | undefined {
  const known = (kind.versions ?? [kind]).map(({ version }) => version)
  if (known.includes(text)) return text
  return known.filter((version) => version.startsWith(`${text}.`) && !version.includes('+')).at(-1)
}

/** The library in a version by `versionNamed`; throws Problem `client/unknown-version`. */
export function clientAt(kind: ClientKind, text: string | null | undefined): ClientKind {
  if (text === null || text === undefined) return kind
  const version = versionNamed(kind, text)
  if (version === undefined) {
    const known = (kind.versions ?? [kind]).map((v) => v.version)
    throw new Problem('client/unknown-version', `unknown version ${text} of ${kind.name}`, {
      hint: `there is ${known.join(', ')}`,
    })
  }
  return version === kind.version ? kind : kind.at!(version)
}

/** The given options checked against the known ones, with defaults filled in. Throws as `ClientKind.create`. */
export function parseOptions(owner: string, specs: readonly OptionSpec[], given: Options): Record<string, PyValue> {
  for (const name of Object.keys(given)) {
    if (specs.some((spec) => spec.name === name)) continue
    const known = specs.length > 0 ? `known: ${specs.map((spec) => spec.name).join(', ')}` : 'it takes none'
    throw new Problem('client/unknown-option', `${owner} has no option ${name}`, { hint: known })
  }
  const options: Record<string, PyValue> = {}
  for (const spec of specs) {
    const value = Object.hasOwn(given, spec.name) ? given[spec.name] : spec.default
    if (value === undefined)
      throw new Problem('client/missing-option', `${owner} needs the option ${spec.name}`, { hint: spec.summary })
    if (!fits(spec, value))
      throw new Problem('client/bad-option', `${owner}: ${spec.name} is no ${spec.type}`, { hint: spec.summary })
    options[spec.name] = value
  }
  return options
}

interface KnownOptions {
  readonly byName: ReadonlyMap<string, OptionSpec>
  readonly defaults: Options
  readonly required: readonly string[]
}
const knownOptions = new WeakMap<readonly OptionSpec[], KnownOptions>()

function knownOf(specs: readonly OptionSpec[]): KnownOptions {
  const known = knownOptions.get(specs)
  if (known !== undefined) return known
  const defaults: Record<string, PyValue> = {}
  for (const { name, default: value } of specs) if (value !== undefined) defaults[name] = value
  const required = specs.filter((spec) => spec.default === undefined).map(({ name }) => name)
  const made = { byName: new Map(specs.map((spec) => [spec.name, spec])), defaults, required }
  knownOptions.set(specs, made)
  return made
}

/** The same for a library with tens of options: those that are not given are inherited, and not copied for each device of a fleet. */
export function inheritedOptions(owner: string, specs: readonly OptionSpec[], given: Options): Options {
  const { byName, defaults, required } = knownOf(specs)
  const options = Object.create(defaults) as Record<string, PyValue>
  for (const name in given) {
    const spec = byName.get(name)
    if (spec === undefined || !fits(spec, given[name]!)) return parseOptions(owner, specs, given) // which says what is wrong
    options[name] = given[name]!
  }
  return required.some((name) => !(name in options)) ? parseOptions(owner, specs, given) : options
}

function fits(spec: OptionSpec, value: PyValue): boolean {
  if (value === null) return spec.default === null
  switch (spec.type) {
    case 'str':
    case 'bytes':
      return typeof value === 'string' || value instanceof Uint8Array
    case 'int':
      return typeof value === 'number' && Number.isInteger(value)
    case 'seconds':
      return (typeof value === 'number' && Number.isFinite(value)) || value instanceof PyFloat
    case 'bool':
      return typeof value === 'boolean'
    case 'tls':
      return typeof value === 'boolean' || TLS_CONTEXTS.includes(value)
  }
}
