// The words of scenarios as types, for tests in TypeScript. What they mean is in harness/expect and harness/steps, which
// read them; a test holds these names against those.

import type { DeviceChange, RestartCause, SocketChange } from '../evidence/index.ts'
import type { YamlMap, YamlValue } from '../plan/index.ts'
import type { DeviceKinds, FieldsOf, FirmwareOptions } from './kinds.ts'

/** With its unit: `200ms`, `1.5s`, `2m`. */
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h'}`

/** Types of packets. `malformed`: bytes that are none. */
export type PacketType =
  | 'connect'
  | 'connack'
  | 'publish'
  | 'puback'
  | 'pubrec'
  | 'pubrel'
  | 'pubcomp'
  | 'subscribe'
  | 'suback'
  | 'unsubscribe'
  | 'unsuback'
  | 'pingreq'
  | 'pingresp'
  | 'disconnect'
  | 'auth'
  | 'malformed'

interface Operators<V> {
  readonly eq?: V
  readonly in?: readonly Expected<V>[]
  readonly not?: Expected<V>
}

/** A value, or what it must be like: a RegExp, `{ in: […] }`, `{ not: … }`. */
export type Expected<V> = V | RegExp | Operators<V>
/** A text, or what it must be like: a RegExp, `{ in: […] }`, `{ not: … }`, JSON, bytes in hex. */
export type ExpectedText = Expected<string> | { readonly json: YamlValue } | { readonly hex: string }
interface Bounds {
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
}
/** A number, or what it must be like: `{ in: […] }`, `{ not: … }`, bounds such as `{ gte: 1, lt: 5 }`. */
export type WantedNumber = Expected<number> | Bounds

/** Properties of MQTT 5 by their names; what is named must match, `{ absent: true }` must not be there. */
export type PropertiesMatch = Readonly<Record<string, YamlValue>>

/** Decoded fields of a packet; those that are not named may be anything. Of a packet of one type only some are there: `MatchOf`. */
export interface PacketMatch {
  readonly topic?: ExpectedText | readonly ExpectedText[]
  readonly payload?: ExpectedText
  readonly qos?: WantedNumber | readonly number[]
  readonly retain?: boolean
  readonly dup?: boolean
  readonly packetId?: WantedNumber
  readonly clean?: boolean
  readonly keepalive?: DurationText | { readonly [bound in keyof Bounds]?: DurationText }
  readonly will?:
    | boolean
    | {
        readonly topic?: ExpectedText
        readonly payload?: ExpectedText
        readonly qos?: WantedNumber
        readonly retain?: boolean
        readonly properties?: PropertiesMatch
      }
  readonly clientId?: ExpectedText
  readonly username?: ExpectedText
  readonly password?: ExpectedText
  readonly returnCode?: WantedNumber
  /** By number or name: `quota-exceeded`; of SUBACK and UNSUBACK a list. */
  readonly reasonCode?: WantedNumber | ExpectedText | readonly (number | string)[]
  readonly sessionPresent?: boolean
  readonly granted?: readonly (number | string)[]
  readonly noLocal?: boolean | readonly boolean[]
  readonly retainAsPublished?: boolean | readonly boolean[]
  readonly retainHandling?: WantedNumber | readonly number[]
  readonly properties?: PropertiesMatch
  readonly protocolLevel?: WantedNumber
  readonly protocolName?: ExpectedText
  readonly length?: WantedNumber
  readonly flags?: WantedNumber
  readonly reason?: ExpectedText
  readonly claims?: ExpectedText
  readonly statement?: ExpectedText | null
  readonly offset?: WantedNumber | null
  readonly hex?: string
}

/** The fields that a packet of this type has; another one is an error, because such a claim could never hold. */
export type MatchOf<T extends PacketType = PacketType> = [PacketType] extends [T]
  ? PacketMatch
  : Pick<PacketMatch, FieldsOf[T] & keyof PacketMatch>

/** An application message as the observer received it. */
export interface MessageMatch {
  readonly topic?: ExpectedText
  readonly payload?: ExpectedText
  readonly qos?: WantedNumber
  readonly retain?: boolean
  readonly dup?: boolean
  readonly properties?: PropertiesMatch
}

/** Whose packet breaks a statement of MQTT: of the broker on any link, of any device, or of one. */
export interface ViolationMatch {
  readonly by?: 'broker' | 'device'
  readonly from?: string
  readonly to?: string
  readonly statement?: ExpectedText
  readonly what?: ExpectedText
}

interface PacketAbout {
  readonly from?: string
  readonly to?: string
  readonly delivered?: boolean
  readonly at?: 'device' | 'broker'
  readonly by?: 'peer' | 'link'
  readonly connection?: WantedNumber
  readonly level?: WantedNumber
}

/** A packet; with a `type` its fields are those of the type. */
export type ClaimedPacket =
  | { [T in PacketType]: PacketAbout & { readonly type: T; readonly match?: MatchOf<T> } }[PacketType]
  | (PacketAbout & { readonly type?: undefined; readonly match?: PacketMatch })

/** What became of a connection. */
export interface ClaimedSocket {
  readonly from: string
  /** `ended`: closed or reset, as a broker that hangs up is free to choose. */
  readonly event: Exclude<SocketChange, 'both-closed'> | 'ended'
  readonly by?: 'device' | 'broker' | 'link'
  /** Of `secured`: the name that the device asked for (SNI). */
  readonly serverName?: ExpectedText
  readonly detail?: ExpectedText
  /** 1 for the device's first TCP connection, then 2, … */
  readonly connection?: WantedNumber
}

/** One half of the handshake of a WebSocket. */
export interface ClaimedUpgrade {
  readonly from?: string
  readonly to?: string
  readonly subprotocol?: ExpectedText
  readonly path?: ExpectedText
  readonly status?: WantedNumber
  readonly connection?: WantedNumber
}

/** A frame of a WebSocket. */
export interface ClaimedFrame {
  readonly from?: string
  readonly to?: string
  readonly opcode?: 'continuation' | 'text' | 'binary' | 'close' | 'ping' | 'pong' | 'reserved'
  readonly final?: boolean
  readonly length?: WantedNumber
  /** Of `close`: its status code. */
  readonly code?: WantedNumber
  readonly by?: 'peer' | 'link'
  readonly connection?: WantedNumber
}

/** A call of a library, and how it ended. */
export interface ClaimedCall {
  readonly device?: string
  readonly method?: string
  readonly id?: string
  /** true: anything. */
  readonly returned?: true | YamlValue | RegExp
  /** true: any. */
  readonly raised?: true | YamlValue
  readonly running?: true
}

/** One matcher, as under `expect:` of a scenario. */
export interface Claimed {
  readonly packet?: ClaimedPacket
  readonly message?: MessageMatch
  readonly violation?: ViolationMatch
  readonly socket?: ClaimedSocket
  readonly upgrade?: ClaimedUpgrade
  readonly frame?: ClaimedFrame
  readonly call?: ClaimedCall
  readonly serial?: { readonly device: string; readonly line: ExpectedText; readonly stream?: 'out' | 'err' | 'in' }
  readonly signal?: { readonly device: string; readonly signal: string; readonly value?: WantedNumber }
  /** A change in the life of a device: `{ device: 'blue', change: 'restarted', cause: 'panic' }`. */
  readonly device?: {
    readonly device: string
    readonly change: DeviceChange
    readonly cause?: RestartCause
  }
  readonly exit?: { readonly device: string; readonly code?: WantedNumber; readonly signal?: string }
}

/** When it must come. */
export interface ClaimWindow {
  /** At most so long after the expect began, or after `after`; default: 2s. What came before counts. */
  readonly within?: DurationText
  /** Both ends of the window. */
  readonly between?: readonly [DurationText, DurationText]
  /** Only what comes after this moment, and measured from it: what `timeline.mark()` gave. */
  readonly after?: string
}

/** When it must come, and how often. */
export interface Terms extends ClaimWindow {
  /** Exactly so many since the test began (or since `after`), or at least and at most: the window is waited out. */
  readonly count?: number | { readonly min?: number; readonly max?: number }
  /** From each to the next. */
  readonly every?: { readonly of: DurationText; readonly tolerance: DurationText }
}

/** A word of `device()` that is known by its name; another is a kind of the project's own. */
export type DeviceKindName = keyof DeviceKinds | 'virtual'

interface KindOf<K> {
  readonly kind: K extends 'virtual' ? DeviceKinds['micropython'] : K extends keyof DeviceKinds ? DeviceKinds[K] : never
}

/** What a kind takes under `with`: its own options, or those of the firmware that is on it. */
interface GivenTo<W, F extends FirmwareWord> {
  /** The program on it; default: `puppet`, which does what the test says. */
  readonly firmware?: F
  /** Options by the names of the library, or of the firmware: `{ keepalive: '30s' }`. */
  readonly with?: F extends keyof FirmwareOptions ? FirmwareOptions[F] : W
}
/** The program on an emulated device. */
export type FirmwareWord = 'puppet' | keyof FirmwareOptions

/** Keys that every device has, whatever it is. */
type EveryKey = 'name' | 'tls' | 'websocket'

/** What a kind of device takes. `S`: the names of its signals. `F`: the program on it. */
export type OptionsOf<K, S extends string = string, F extends FirmwareWord = 'puppet'> = K extends DeviceKindName
  ? Pick<
      DeviceOptions,
      EveryKey | Exclude<KindOf<K>['kind']['keys'] & keyof DeviceOptions, 'with' | 'firmware' | 'signals'>
    > &
      ('firmware' extends KindOf<K>['kind']['keys']
        ? GivenTo<KindOf<K>['kind']['with'], F>
        : { readonly with?: KindOf<K>['kind']['with'] }) &
      ('signals' extends KindOf<K>['kind']['keys'] ? { readonly signals?: SignalsOf<S> } : unknown)
  : DeviceOptions

/** Names for pins: `{ led: { pin: 2 } }`. */
export type SignalsOf<S extends string> = { readonly [name in S]: Readonly<Record<string, YamlValue>> }

/** The methods of its library, for `call`. */
export type MethodOf<K> = K extends DeviceKindName ? KindOf<K>['kind']['methods'] : string

/** What a device takes, as under `devices: NAME:` of a scenario. */
export interface DeviceOptions {
  /** Default: device1, device2, … */
  readonly name?: string
  /** The device reaches its link by TLS. */
  readonly tls?: true | { readonly certificate?: string; readonly mutual?: boolean }
  /** It speaks MQTT over WebSocket; the broker needs its option `websocket: true`. */
  readonly websocket?: boolean
  /** Of the library; default: the one that docs/clients.md names. */
  readonly version?: string
  /** The MQTT that it speaks: `3.1`, `3.1.1` or `5`; default: 3.1.1. */
  readonly protocol?: '3.1' | '3.1.1' | '5' | 5
  /** Options by the library's own names: `{ keepalive: '30s' }`. */
  readonly with?: YamlMap
  readonly will?: {
    readonly topic: string
    readonly payload: string
    readonly qos?: 0 | 1 | 2
    readonly retain?: boolean
    readonly properties?: YamlMap
  }
  /** The program on it; default: `puppet`, which does what the test says. */
  readonly firmware?: string
  /** A call that the puppet makes in its message callback. */
  readonly callback?: YamlMap
  /** How often the puppet looks for messages between calls; default: 100ms; false: never. */
  readonly poll?: DurationText | false
  /** Names for pins: `{ led: { pin: 2 } }`. */
  readonly signals?: YamlMap
  /** What is on the flash of a board, from the folder of the test file. */
  readonly files?: string | YamlMap
  /** For a board without a main.py: the library that makes the calls. */
  readonly client?: string
  /** For a virtual board: `{ 'lost-after': '2s' }`. */
  readonly wifi?: YamlMap
  /** For a virtual board: how many sockets it has at once, and what its clock shows when it gets power (UTC). */
  readonly chip?: { readonly sockets?: number; readonly clock?: string }
  /** For a board: its serial port, or its label in the hardware map. */
  readonly port?: string
  /** For `process`: what is started, with HIL_HOST and HIL_PORT in its environment. */
  readonly command?: string | readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** For `process`: the folder that it is started in. */
  readonly directory?: string
  /** For a real board: commands that cut and restore its power. */
  readonly power?: YamlMap
  /** For a real board: the firmware image that is on it when the test begins, and what writes it, such as `esptool`. */
  readonly image?: string
  readonly flash?: string | YamlMap
  /** For a real board: the ELF file by which the addresses of a crash get names. */
  readonly elf?: string | YamlMap
  /** For a board: false leaves what an earlier program put on its flash. */
  readonly clean?: boolean
  /** For a board: how it is reset, such as `rts` or `{ command: 'power-cycle.sh' }`. */
  readonly reset?: string | YamlMap
  /** For `process`: true puts all of it at a terminal, false at pipes; default: its output is at one. */
  readonly tty?: boolean
  /** How its console writes lines and how it is typed to: `{ eol: 'crlf', prompt: '> ' }`. */
  readonly console?: YamlMap
  /** For firmware that is told by lines on its console what to do: `{ publish: { send: 'pub {topic} {payload}' } }`. */
  readonly commands?: YamlMap
  /** For `raw`: what it sends by itself, as a client would; default: nothing. */
  readonly auto?: readonly string[]
  /** For `replay`: the folder of a recording, from the folder of the test file, and which of its devices. */
  readonly file?: string
  readonly device?: string
  /** For `replay`: `max` is as fast as the answers come; default: 1. */
  readonly speed?: number | 'max'
  /** For `replay`: what time of the recording it begins at; default: when the first of its devices connected. */
  readonly begin?: DurationText
}
