// umqttsimple.py, the copy of an old umqtt.simple that the Eduponics and Random Nerd Tutorials
// guides print. It never closes an old socket, has no unsubscribe and no connect timeout, and
// its SUBSCRIBE has room for one length byte only: topics of 123 bytes and more are malformed.

import type { Program } from '../board.ts'
import * as board from '../board.ts'
import { type ClientKind, type OptionSpec, parseOptions } from './client.ts'
import type { Signature } from './python.ts'
import {
  FAMILY_METHODS,
  FAMILY_OPTIONS,
  FAMILY_QUIRKS,
  familyVerbs,
  serverName,
  tlsRequest,
  umqttIdentity,
} from './umqtt.family.ts'
import { Umqtt } from './umqtt.ts'

/** hexlify(machine.unique_id()) of a made-up ESP32. */
const UNIQUE_ID = new TextEncoder().encode('240ac4123456')

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'client_id',
    means: 'client id',
    type: 'bytes',
    default: UNIQUE_ID,
    summary: "client id; the board's unique id in hex",
  },
  { name: 'server', type: 'str', default: 'mqtt.eclipse.org', summary: "the broker's host; the default is long gone" },
  ...FAMILY_OPTIONS,
]

const METHODS: Readonly<Record<string, Signature>> = {
  ...FAMILY_METHODS,
  connect: [{ name: 'clean_session', default: true }],
}

export class Umqttsimple extends Umqtt {
  protected override readonly signatures = METHODS

  /** An empty user counts: it is sent with an empty password. */
  protected override hasUser(): boolean {
    return this.user !== null
  }

  protected override *openSocket(): Program<void> {
    this.sock = yield* board.openSocket()
    yield* board.connectSocket(this.sock, serverName(this.server), this.port, tlsRequest(this.ssl, this.server))
  }

  /** Header and packet id are one write of four bytes. */
  protected override *writeSubscribeHeader(length: number, pid: Uint8Array): Program<void> {
    yield* this.write(Uint8Array.of(0x82, length, ...pid))
  }

  protected override afterPublish(): null {
    return null
  }
}

export const umqttsimple: ClientKind = {
  name: 'umqttsimple',
  library: 'umqttsimple.py of the Eduponics and Random Nerd Tutorials guides',
  version: 'as printed',
  summary: 'the copy of an old umqtt.simple that many tutorials have you save beside main.py',
  options: OPTIONS,
  methods: METHODS,
  quirks: [
    ...FAMILY_QUIRKS,
    { id: 'E1', text: 'connect never closes the old socket' },
    { id: 'E2', text: 'a SUBSCRIBE for a topic of 123 bytes or more is malformed' },
    { id: 'E3', text: 'check_msg and wait_msg return None after a message' },
    { id: 'E4', text: 'there is no unsubscribe: AttributeError' },
    { id: 'E5', text: 'user="" is sent, with an empty password' },
  ],
  verbs: { ...familyVerbs, unsubscribe: () => null },
  identity: umqttIdentity,
  create: (options, hooks) => new Umqttsimple(parseOptions('umqttsimple', OPTIONS, options), hooks),
}
