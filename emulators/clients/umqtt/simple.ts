// umqtt.simple of micropython-lib, in any of its versions. Nobody pings, nothing has a time limit,
// and packet ids never wrap; programs depend on exactly that.

import * as board from '../../board.ts'
import { type Program, PythonError, type PyValue, pyAssert } from '../../board.ts'
import { seconds } from '../../core/time.ts'
import { type ClientHooks, type ClientKind, type OptionSpec, type Options, parseOptions } from '../client.ts'
import { real } from '../python/number.ts'
import { attributeError, byteAt, len, type Signature, truthy } from '../python/python.ts'
import {
  FAMILY_METHODS,
  FAMILY_OPTIONS,
  FAMILY_QUIRKS,
  familyVerbs,
  serverName,
  tlsRequest,
  umqttIdentity,
} from './family.ts'
import { SIMPLE_HABITS } from './habits.ts'
import { remainingLength, Umqtt } from './umqtt.ts'
import { SIMPLE_TRAITS, SIMPLE_VERSIONS, type SimpleTraits, type SimpleVersion } from './versions.ts'

/** An SSLContext will do, too. */
const SSL: OptionSpec = {
  name: 'ssl',
  means: 'tls',
  type: 'tls',
  default: false,
  summary:
    'TLS; true: no server name, no verification; context: an SSLContext that verifies nothing; verify: one that verifies',
}

export function simpleOptions({ sslContext }: SimpleTraits): readonly OptionSpec[] {
  return [
    { name: 'client_id', means: 'client id', type: 'bytes', default: undefined, summary: 'client id' },
    { name: 'server', type: 'str', default: undefined, summary: "the broker's host name or address" },
    ...FAMILY_OPTIONS.map((option): OptionSpec => (option.name === 'ssl' && sslContext ? SSL : option)),
  ]
}

/** Of a version, not of an object: a fleet has a hundred thousand of those. */
const methods = new Map<SimpleTraits, Readonly<Record<string, Signature>>>()

export function simpleMethods(traits: SimpleTraits): Readonly<Record<string, Signature>> {
  const made = methods.get(traits) ?? {
    ...FAMILY_METHODS,
    ...(traits.connectTimeout ? {} : { connect: [{ name: 'clean_session', default: true }] }),
    ...(traits.unsubscribe ? { unsubscribe: [{ name: 'topic' }] } : {}),
  }
  methods.set(traits, made)
  return made
}

export class UmqttSimple extends Umqtt {
  protected readonly signatures: Readonly<Record<string, Signature>>
  protected readonly traits: SimpleTraits

  constructor(options: Options, hooks: ClientHooks, traits: SimpleTraits) {
    super(options, hooks)
    this.traits = traits
    this.signatures = simpleMethods(traits)
  }

  protected override invoke(method: string, a: readonly PyValue[]): Program<unknown> {
    return method === 'unsubscribe' ? this.unsubscribe(a[0]!) : super.invoke(method, a)
  }

  protected override hasUser(): boolean {
    return this.traits.emptyUserIsNone ? truthy(this.user) : this.user !== null
  }

  protected override *openSocket(timeout: PyValue): Program<void> {
    const { closesOldSocket, connectTimeout, sslTrue } = this.traits
    // An old connection is closed without a DISCONNECT, so the broker may publish the will.
    if (closesOldSocket && this.sock !== null) yield* board.closeSocket(this.sock)
    this.sock = yield* board.openSocket()
    if (connectTimeout) yield* board.setTimeoutOf(this.sock, timeout === null ? null : seconds(real(timeout)))
    const breaks = this.ssl === true && sslTrue === 'breaks'
    const tls = breaks ? undefined : tlsRequest(this.ssl, this.server)
    yield* board.connectSocket(this.sock, serverName(this.server), this.port, tls)
    if (breaks) throw attributeError('bool', 'wrap_socket') // which an SSLContext has
  }

  protected override *readConnack(): Program<number> {
    if (!this.traits.checksConnack) return yield* super.readConnack()
    const resp = (yield* this.read(4)) ?? new Uint8Array()
    const whole = resp.length > 3 && resp[0] === 0x20 && resp[1] === 0x02
    if (!whole || resp[3] !== 0) throw new PythonError('MQTTException', whole ? resp[3]! : -1)
    return resp[2]! & 1
  }

  protected override *writeSubscribeHeader(length: number, pid: Uint8Array): Program<void> {
    yield* this.#writeHeader(0x82, length, pid)
  }

  /** Two writes; before 1.8.0 one of four bytes, in which a long packet's length loses its high bits. */
  *#writeHeader(type: number, length: number, pid: Uint8Array): Program<void> {
    if (!this.traits.longTopics) return yield* this.write(Uint8Array.of(type, length, ...pid))
    yield* this.write(Uint8Array.of(type, ...remainingLength(length)))
    yield* this.write(pid)
  }

  protected override afterPublish(op: number): number | null {
    return this.traits.returnsPublish ? op : null
  }

  *unsubscribe(topic: PyValue): Program<void> {
    const pid = this.nextPid()
    yield* this.#writeHeader(0xa2, 2 + 2 + len(topic), pid)
    yield* this.sendStr(topic)
    for (;;) {
      const op = yield* this.waitMsg()
      if (op !== 0xb0) continue
      const resp = yield* this.read(3)
      pyAssert(byteAt(resp, 1) === pid[0] && byteAt(resp, 2) === pid[1])
      return
    }
  }
}

function simpleAt(version: SimpleVersion): ClientKind {
  const traits = SIMPLE_TRAITS[version]
  const options = simpleOptions(traits)
  return {
    name: 'umqtt.simple',
    library: 'micropython-lib umqtt.simple',
    version,
    versions: SIMPLE_VERSIONS,
    at: (other) => simpleAt(other as SimpleVersion),
    summary: "MicroPython's own small client: blocking, no time limits, no reconnect",
    options,
    methods: simpleMethods(traits),
    habits: SIMPLE_HABITS,
    quirks: [
      ...FAMILY_QUIRKS,
      {
        id: 'Q2',
        text: 'connect(timeout=) holds only until the first message read succeeds; then reads wait for ever',
      },
    ],
    verbs: traits.unsubscribe ? familyVerbs : { ...familyVerbs, unsubscribe: () => null },
    identity: umqttIdentity,
    create: (given, hooks) => new UmqttSimple(parseOptions('umqtt.simple', options, given), hooks, traits),
  }
}

export const umqttSimple: ClientKind = simpleAt('1.8.0')
