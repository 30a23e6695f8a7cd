// A fleet as the load runner and its workers take it: groups, with what all of their devices share, and a way to
// ask for what is one device's own. Times are in ms.

import type { Backoff, ClientKind, Duration, FirmwareKind, Place, PyValue } from '../../../emulators/index.ts'
import type { WillSettings } from '../../devices/index.ts'
import type { SentProperties } from '../../packets/index.ts'

export interface FleetPlan {
  /** What it was compiled from, with whatever is not to be shown; a function, so that nobody writes it by chance. */
  source(): {
    readonly text: string
    readonly vars: Readonly<Record<string, string>>
    /** Files that it reads beside its text, in base64. */
    readonly beside: Readonly<Record<string, string>>
  }
  readonly groups: readonly FleetGroup[]
  readonly devices: number
}

export type Arrival =
  | { readonly kind: 'at-once' }
  | {
      readonly kind: 'rates'
      readonly after: Duration
      readonly steps: readonly { readonly from: number; readonly to: number; readonly for: Duration }[]
    }

export interface Publication {
  readonly every: Duration
  readonly jitter: number
  readonly qos: 0 | 1
  readonly retain: boolean
  /** Of MQTT 5; absent: none. */
  readonly properties?: SentProperties | undefined
  /** Messages a device; Infinity: no end. */
  readonly times: number
  /** Its messages are stamped and followed. */
  readonly tracked: boolean
  /** Who is to get a message can be told from its number. */
  readonly followable: boolean
  /** Bytes of a payload that is the same but for the stamp; null: it is made anew for each message. */
  readonly size: number | null
  /** For topics that differ from message to message; null: a device has one topic, which is its member's. */
  readonly topic: ((values: TopicValues) => string) | null
  /** For a payload that is made anew. `stamp`: where a JSON object or a text is to carry it. */
  payload(values: MessageValues): Uint8Array
}

/** What a topic is made of. */
export type TopicValues = Pick<MessageValues, 'i' | 'seq' | 'random' | 'now'>

export interface MessageValues {
  readonly i: number
  readonly seq: number
  /** A float in [0, 1), drawn anew at every look. */
  readonly random: number
  /** Unix time, ms. */
  readonly now: number
  readonly stamp: string | null
}

export interface FleetMember {
  readonly clientId: string
  /** By the names of the library, or of the firmware. */
  readonly options: Readonly<Record<string, PyValue>>
  readonly will: WillSettings | null
  readonly subscribe: readonly { readonly topic: string; readonly qos: 0 | 1 | 2 }[]
  /** The topic of each publication; empty for one whose messages have topics of their own. */
  readonly topics: readonly string[]
  /** Names of files. */
  readonly tls: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null } | null
}

export interface FleetGroup {
  readonly name: string
  readonly place: Place
  readonly client: ClientKind
  /** What each runs over the library; null: the program that these words describe. */
  readonly firmware: FirmwareKind | null
  readonly count: number
  readonly keepalive: Duration
  readonly clean: boolean | undefined
  /** What `protocol:` says; null: nothing. */
  readonly protocol: number | null
  /** Of CONNECT, in MQTT 5; absent: none. */
  readonly properties?: SentProperties | undefined
  readonly arrival: Arrival
  readonly backoff: Backoff | null
  readonly resetAfter: Duration | null
  /** null: never. */
  readonly ping: Duration | null
  readonly poll: Duration
  readonly publications: readonly Publication[]
  readonly subscribes: number
  readonly brokers: readonly { readonly host: string; readonly port: number }[]
  readonly lateAfter: Duration
  /** The share of its devices that have a link each. */
  readonly link: number
  member(i: number): FleetMember
}
