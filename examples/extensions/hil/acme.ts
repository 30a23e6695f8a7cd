// A client of this project: the library of the sensors' vendor, as it behaves on a board. It blocks, it never pings, and a
// PUBLISH of QoS 1 is not sent again.

import { defineClient } from 'mqtt-hil'
import {
  bind,
  bufferOf,
  type ClientHooks,
  closeSocket,
  connectSocket,
  type EmulatedClient,
  len,
  type OptionSpec,
  type Options,
  openSocket,
  osError,
  type Program,
  PythonError,
  type PyValue,
  parseOptions,
  read,
  type Signature,
  type SocketHandle,
  write,
} from 'mqtt-hil/emulators'

const OPTIONS: readonly OptionSpec[] = [
  { name: 'client_id', means: 'client id', type: 'bytes', default: undefined, summary: 'client id' },
  { name: 'server', type: 'str', default: undefined, summary: "the broker's address" },
  { name: 'port', type: 'int', default: 1883, summary: "the broker's port" },
  { name: 'keepalive', means: 'keep alive', type: 'seconds', default: 0, summary: 'announced, and never kept' },
]

const METHODS: Readonly<Record<string, Signature>> = {
  connect: [],
  publish: [{ name: 'topic' }, { name: 'msg' }, { name: 'qos', default: 0 }],
  disconnect: [],
}

class Acme implements EmulatedClient {
  readonly #options: Options
  #sock: SocketHandle | null = null
  #pid = 0

  constructor(options: Options) {
    this.#options = options
  }

  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    const signature = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
    if (signature === undefined) throw new PythonError('AttributeError', `no attribute '${method}'`)
    const [topic, msg, qos] = bind(method, signature, args, kwargs)
    if (method === 'connect') return yield* this.#connect()
    if (this.#sock === null) throw osError('ENOTCONN')
    if (method === 'publish') return yield* this.#publish(this.#sock, topic!, msg!, Number(qos))
    yield* write(this.#sock, Uint8Array.of(0xe0, 0))
    yield* closeSocket(this.#sock)
    this.#sock = null
    return null
  }

  *#connect(): Program<PyValue> {
    const sock = yield* openSocket()
    yield* connectSocket(sock, String(this.#options.server), Number(this.#options.port))
    const id = this.#options.client_id!
    const keepalive = Number(this.#options.keepalive)
    yield* write(sock, Uint8Array.of(0x10, 12 + len(id), 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2))
    yield* write(sock, Uint8Array.of(keepalive >> 8, keepalive, 0, len(id), ...bufferOf(id)))
    const connack = yield* this.#read(sock, 4)
    if (connack[3] !== 0) throw new PythonError('AcmeError', connack[3]!)
    this.#sock = sock
    return null
  }

  *#publish(sock: SocketHandle, topic: PyValue, msg: PyValue, qos: number): Program<PyValue> {
    const id = qos === 0 ? [] : [0, ++this.#pid]
    const size = 2 + len(topic) + id.length + len(msg)
    yield* write(
      sock,
      Uint8Array.of(0x30 | (qos << 1), size, 0, len(topic), ...bufferOf(topic), ...id, ...bufferOf(msg)),
    )
    if (qos > 0) yield* this.#read(sock, 4)
    return null
  }

  *#read(sock: SocketHandle, count: number): Program<Uint8Array> {
    let bytes = new Uint8Array()
    while (bytes.length < count) {
      const more = yield* read(sock, count - bytes.length)
      if (more === null || more.length === 0) throw osError('ECONNRESET')
      bytes = Uint8Array.of(...bytes, ...more)
    }
    return bytes
  }
}

const none = () => null

export default defineClient({
  name: 'acme',
  library: 'acme-mqtt',
  version: '2.1.0',
  summary: 'the library of the sensors’ vendor',
  options: OPTIONS,
  methods: METHODS,
  quirks: [{ id: 'ACME1', text: 'it never pings, whatever keep alive it announced' }],
  verbs: {
    connect: () => ({ method: 'connect', args: [], kwargs: {} }),
    publish: ({ topic, payload, qos }) => ({ method: 'publish', args: [topic, payload, qos ?? 0], kwargs: {} }),
    subscribe: none,
    unsubscribe: none,
    will: none,
    ping: none,
    check: none,
    wait: none,
    disconnect: () => ({ method: 'disconnect', args: [], kwargs: {} }),
  },
  identity: (name, server, port) => ({ client_id: new TextEncoder().encode(name), server, port }),
  create: (options, _hooks: ClientHooks) => new Acme(parseOptions('acme', OPTIONS, options)),
})
