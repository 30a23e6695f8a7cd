// The releases of umqtt.simple and umqtt.robust and where they differ. Devices in the field run old
// ones, because a board keeps what was frozen into its firmware or copied beside main.py.

import type { ClientVersion } from '../client.ts'

/** Each is one change of the library's history; a release has all those up to its own. */
export interface SimpleTraits {
  /** `wait_msg` gives a PUBLISH's first byte once it has delivered it; before: None. */
  readonly returnsPublish: boolean
  /** `user=""` is no user; before: only None is none, and two empty strings go out. */
  readonly emptyUserIsNone: boolean
  /** `ssl` may be an SSLContext. */
  readonly sslContext: boolean
  /** What `ssl=True` comes to: TLS, or a bool asked for a method of SSLContext. */
  readonly sslTrue: 'works' | 'breaks'
  /** `connect(timeout=)`. */
  readonly connectTimeout: boolean
  readonly unsubscribe: boolean
  /** `connect` closes the socket that it had; before: it is left to the garbage collector. */
  readonly closesOldSocket: boolean
  /** SUBSCRIBE and UNSUBSCRIBE have a length of several bytes, and their packet id is a write of its own. */
  readonly longTopics: boolean
  /** Anything but a whole CONNACK is MQTTException(-1); before: IndexError or AssertionError. */
  readonly checksConnack: boolean
}

export type SimpleVersion =
  | '1.3'
  | '1.3.4'
  | '1.4.0'
  | '1.5.0'
  | '1.6.0'
  | '1.7.0'
  | '1.7.1'
  | '1.8.0'
  | '1.8.0+20475d3'

interface Release<Version, Traits> {
  readonly version: Version
  /** What came with it. */
  readonly changes: string
  readonly traits: Partial<Traits>
}

const OLDEST: SimpleTraits = {
  returnsPublish: false,
  emptyUserIsNone: false,
  sslContext: false,
  sslTrue: 'works',
  connectTimeout: false,
  unsubscribe: false,
  closesOldSocket: false,
  longTopics: false,
  checksConnack: false,
}

const SIMPLE: readonly Release<SimpleVersion, SimpleTraits>[] = [
  {
    version: '1.3',
    changes: 'all before 1.3.4: wait_msg and check_msg return None after a message; no unsubscribe, no connect timeout',
    traits: {},
  },
  {
    version: '1.3.4',
    changes: 'wait_msg and check_msg return the first byte of the PUBLISH that they delivered',
    traits: { returnsPublish: true },
  },
  {
    version: '1.4.0',
    changes:
      'user="" means without a user (before: sent, with an empty password); ssl is an SSLContext, and True fails after TCP: AttributeError',
    traits: { emptyUserIsNone: true, sslContext: true, sslTrue: 'breaks' },
  },
  { version: '1.5.0', changes: 'connect has a timeout (before: TypeError)', traits: { connectTimeout: true } },
  { version: '1.6.0', changes: 'ssl=True works again, beside an SSLContext', traits: { sslTrue: 'works' } },
  { version: '1.7.0', changes: 'there is an unsubscribe (before: AttributeError)', traits: { unsubscribe: true } },
  {
    version: '1.7.1',
    changes: 'connect closes the old socket (before: it stays open, and the broker has two connections)',
    traits: { closesOldSocket: true },
  },
  {
    version: '1.8.0',
    changes:
      'topics of 123 bytes and more can be subscribed to (before: malformed); header and packet id are two writes',
    traits: { longTopics: true },
  },
  {
    version: '1.8.0+20475d3',
    changes: 'not released: a CONNACK that is missing, short or none is MQTTException(-1)',
    traits: { checksConnack: true },
  },
]

export interface RobustTraits {
  /** The umqtt.simple under it. */
  readonly over: SimpleVersion
  /** `check_msg` gives up after its attempts; before: the simple one, whose wait_msg blocks after a reconnect. */
  readonly checksByAttempts: boolean
  /** `reconnect` calls the program's own `connect`; before: umqtt.simple's. */
  readonly reconnectsByOverride: boolean
}

export type RobustVersion = '1.0.1' | '1.0.2' | '1.0.3'

const ROBUST: readonly Release<RobustVersion, RobustTraits>[] = [
  {
    version: '1.0.1',
    changes: 'over umqtt.simple 1.3: a check_msg that reconnects then waits for a message, without a time limit',
    traits: {},
  },
  {
    version: '1.0.2',
    changes: 'over umqtt.simple 1.6.0: check_msg(attempts=2) looks again after a reconnect and comes back',
    traits: { over: '1.6.0', checksByAttempts: true },
  },
  {
    version: '1.0.3',
    changes: 'over umqtt.simple 1.8.0: reconnect calls the connect of a subclass (before: passed over)',
    traits: { over: '1.8.0', reconnectsByOverride: true },
  },
]

/** All traits of each release: its own over those of all before it. */
function accumulated<Version extends string, Traits>(
  releases: readonly Release<Version, Traits>[],
  oldest: Traits,
): Readonly<Record<Version, Traits>> {
  let traits = oldest
  return Object.fromEntries(
    releases.map((release) => {
      traits = { ...traits, ...release.traits }
      return [release.version, traits]
    }),
  ) as Readonly<Record<Version, Traits>>
}

export const SIMPLE_TRAITS = accumulated(SIMPLE, OLDEST)
export const ROBUST_TRAITS = accumulated(ROBUST, {
  over: '1.3',
  checksByAttempts: false,
  reconnectsByOverride: false,
} as RobustTraits)

const told = ({ version, changes }: ClientVersion): ClientVersion => ({ version, changes })
export const SIMPLE_VERSIONS: readonly ClientVersion[] = SIMPLE.map(told)
export const ROBUST_VERSIONS: readonly ClientVersion[] = ROBUST.map(told)
