// umqtt.simple 1.8.0 of micropython-lib. Nobody pings, nothing has a time limit, and packet ids
// never wrap; programs depend on exactly that.

import * as board from '../board.ts'
import { type Program, type PyValue, pyAssert } from '../board.ts'
import { seconds } from '../ground/time.ts'
import { type ClientKind, type OptionSpec, parseOptions } from './client.ts'
import { real } from './python.number.ts'
import { byteAt, len, type Signature, truthy } from './python.ts'
import {
  FAMILY_METHODS,
  FAMILY_OPTIONS,
  FAMILY_QUIRKS,
  familyVerbs,
  serverName,
  tlsRequest,
  umqttIdentity,
} from './umqtt.family.ts'
import { remainingLength, Umqtt } from './umqtt.ts'

/** An SSLContext will do, too. */
const SSL: OptionSpec = {
  name: 'ssl',
  means: 'tls',
  type: 'tls',
  default: false,
  summary:
    'TLS; true: no server name, no verification; context: an SSLContext that verifies nothing; verify: one that verifies',
}

export const SIMPLE_OPTIONS: readonly OptionSpec[] = [
  { name: 'client_id', means: 'client id', type: 'bytes', default: undefined, summary: 'client id' },
  { name: 'server', type: 'str', default: undefined, summary: "the broker's host name or address" },
  ...FAMILY_OPTIONS.map((option): OptionSpec => (option.name === 'ssl' ? SSL : option)),
]

export const SIMPLE_METHODS: Readonly<Record<string, Signature>> = {
  ...FAMILY_METHODS,
  unsubscribe: [{ name: 'topic' }],
}

export class UmqttSimple extends Umqtt {
  protected override readonly signatures: Readonly<Record<string, Signature>> = SIMPLE_METHODS

  protected override invoke(method: string, a: readonly PyValue[]): Program<unknown> {
    return method === 'unsubscribe' ? this.unsubscribe(a[0]!) : super.invoke(method, a)
  }

  /** An empty user counts as none. */
  protected override hasUser(): boolean {
    return truthy(this.user)
  }

  protected override *openSocket(timeout: PyValue): Program<void> {
    // An old connection is closed without a DISCONNECT, so the broker may publish the will.
    if (this.sock !== null) yield* board.closeSocket(this.sock)
    this.sock = yield* board.openSocket()
    yield* board.setTimeoutOf(this.sock, timeout === null ? null : seconds(real(timeout)))
    yield* board.connectSocket(this.sock, serverName(this.server), this.port, tlsRequest(this.ssl, this.server))
  }

  /** Header and packet id are two writes. */
  protected override *writeSubscribeHeader(length: number, pid: Uint8Array): Program<void> {
    yield* this.write(Uint8Array.of(0x82, ...remainingLength(length)))
    yield* this.write(pid)
  }

  protected override afterPublish(op: number): number | null {
    return op
  }

  *unsubscribe(topic: PyValue): Program<void> {
    const pid = this.nextPid()
    yield* this.write(Uint8Array.of(0xa2, ...remainingLength(2 + 2 + len(topic))))
    yield* this.write(pid)
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

export const umqttSimple: ClientKind = {
  name: 'umqtt.simple',
  library: 'micropython-lib umqtt.simple',
  version: '1.8.0',
  summary: "MicroPython's own small client: blocking, no time limits, no reconnect",
  options: SIMPLE_OPTIONS,
  methods: SIMPLE_METHODS,
  quirks: [
    ...FAMILY_QUIRKS,
    { id: 'Q2', text: 'connect(timeout=) holds only until the first message read succeeds; then reads wait for ever' },
  ],
  verbs: familyVerbs,
  identity: umqttIdentity,
  create: (options, hooks) => new UmqttSimple(parseOptions('umqtt.simple', SIMPLE_OPTIONS, options), hooks),
}
