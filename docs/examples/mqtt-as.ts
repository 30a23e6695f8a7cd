// The worked example of docs/writing-a-client.md: the heart of mqtt_as 0.8.3 (Peter Hinch). The whole
// library is the registered client of that name, in emulators/clients/mqtt-as. Left out here: its queue
// of messages, unsubscribe, what it does in between with its lock, and Wi-Fi itself, which is the six
// seconds that a reconnect spends on it (the real one takes seven to eight).

import {
  bind,
  bufferOf,
  type ClientHooks,
  type ClientKind,
  connectSocket,
  type EmulatedClient,
  isOSError,
  len,
  milliseconds,
  now,
  type OptionSpec,
  type Options,
  openSocket,
  osError,
  type Program,
  PythonError,
  type PyValue,
  parseOptions,
  pyAssert,
  read,
  type Signature,
  type SocketHandle,
  seconds,
  send,
  setBlocking,
  sleep,
  spawn,
} from '../../emulators/face.ts'

const POLL = milliseconds(20)
/** Wi-Fi is switched off, and after a second on again; five more must pass without a drop. */
const WIFI_AGAIN = seconds(6)

const OPTIONS: readonly OptionSpec[] = [
  { name: 'client_id', means: 'client id', type: 'bytes', default: undefined, summary: 'client id' },
  { name: 'server', type: 'str', default: undefined, summary: "the broker's host name or address" },
  { name: 'port', type: 'int', default: 1883, summary: 'TCP port' },
  { name: 'keepalive', means: 'keep alive', type: 'seconds', default: 60, summary: 'a task pings four times as often' },
  { name: 'response_time', type: 'seconds', default: 10, summary: 'how long it waits for any answer' },
  { name: 'max_repubs', type: 'int', default: 4, summary: 'how often a QoS 1 message is sent again, with DUP' },
]

const METHODS: Readonly<Record<string, Signature>> = {
  connect: [],
  publish: [{ name: 'topic' }, { name: 'msg' }, { name: 'retain', default: false }, { name: 'qos', default: 0 }],
  isconnected: [],
}

export class MqttAs implements EmulatedClient {
  readonly #options: Options
  readonly #hooks: ClientHooks
  readonly #responseTime: number
  #sock: SocketHandle | null = null
  #pid = 0
  #connected = false
  /** Packet ids whose PUBACK the reader has not seen. */
  readonly #waitingFor = new Set<number>()
  #lastByte = 0

  constructor(options: Options, hooks: ClientHooks) {
    this.#options = options
    this.#hooks = hooks
    this.#responseTime = seconds(Number(options.response_time))
  }

  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    const signature = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
    if (signature === undefined) throw new PythonError('AttributeError', `no attribute '${method}'`)
    const [topic, msg, retain, qos] = bind(method, signature, args, kwargs)
    if (method === 'isconnected') return this.#connected
    if (method === 'connect') yield* this.connect(true)
    else yield* this.publish(topic!, msg!, retain === true, Number(qos))
    return null
  }

  /** The first attempt raises OSError; a task makes all later ones. */
  *connect(clean: boolean): Program<void> {
    this.#sock = yield* openSocket()
    yield* connectSocket(this.#sock, String(this.#options.server), Number(this.#options.port))
    yield* setBlocking(this.#sock, false)
    const id = this.#options.client_id!
    const keepalive = Number(this.#options.keepalive)
    yield* this.#write(Uint8Array.of(0x10, 12 + len(id), 0))
    yield* this.#write(Uint8Array.of(4, 0x4d, 0x51, 0x54, 0x54, 4, clean ? 2 : 0, keepalive >> 8, keepalive))
    yield* this.#sendStr(id)
    const connack = yield* this.#read(4)
    // A session that was present counts as a failure: with clean=False it never comes back.
    if (connack[2] !== 0) throw osErrorText('CONNACK flags not 0')
    if (connack[3] !== 0) throw osErrorText('CONNACK reason code not 0')
    this.#connected = true
    yield* spawn('_handle_msg', () => this.#reader(this.#sock!))
    yield* spawn('_keep_alive', () => this.#pinger(this.#sock!))
  }

  *publish(topic: PyValue, msg: PyValue, retain: boolean, qos: number): Program<void> {
    if (qos === 2) throw new PythonError('ValueError', 'Only qos 0 and 1 are supported.')
    for (;;) {
      while (!this.#connected) yield* sleep(POLL)
      try {
        return yield* this.#publishOnce(topic, msg, retain, qos)
      } catch (e) {
        if (!isOSError(e)) throw e
        this.#connected = false // the keep-alive task sees it
      }
    }
  }

  *#publishOnce(topic: PyValue, msg: PyValue, retain: boolean, qos: number): Program<void> {
    const pid = this.#nextPid() // QoS 0 uses one up as well
    if (qos > 0) this.#waitingFor.add(pid)
    for (let sent = 0; ; sent++) {
      const dup = sent > 0 ? 0x08 : 0
      const size = 2 + len(topic) + len(msg) + (qos > 0 ? 2 : 0)
      yield* this.#write(Uint8Array.of(0x30 | dup | (qos << 1) | Number(retain), size))
      yield* this.#sendStr(topic)
      if (qos > 0) yield* this.#write(Uint8Array.of(pid >> 8, pid))
      yield* this.#write(bufferOf(msg))
      if (qos === 0 || (yield* this.#acknowledged(pid))) return
      if (sent >= Number(this.#options.max_repubs) || !this.#connected) throw osError(-1)
    }
  }

  *#acknowledged(pid: number): Program<boolean> {
    const began = yield* now()
    while (this.#waitingFor.has(pid)) {
      if (!this.#connected || (yield* now()) - began > this.#responseTime) return false
      yield* sleep(POLL)
    }
    return true
  }

  /** Dies of an AssertionError at the end of the stream: it does not reconnect until the next ping. */
  *#reader(sock: SocketHandle): Program<void> {
    try {
      for (;;) {
        const first = yield* read(sock, 1)
        if (first === null) yield* sleep(POLL)
        else yield* this.#packet(first)
      }
    } catch (e) {
      if (!(e instanceof PythonError)) throw e
      if (isOSError(e) && this.#sock === sock) this.#connected = false
    }
  }

  *#packet(first: Uint8Array): Program<void> {
    pyAssert(first.length === 1)
    const [size] = yield* this.#read(1)
    const body = yield* this.#read(size!)
    const type = first[0]! & 0xf0
    if (type === 0x40) {
      if (!this.#waitingFor.delete((body[0]! << 8) | body[1]!)) throw osError(-1)
    } else if (type === 0x30) {
      const end = 2 + ((body[0]! << 8) | body[1]!)
      yield* this.#hooks.onMessage?.(body.subarray(2, end), body.subarray(end)) ?? nothing()
    }
  }

  /** Pings whether there is traffic or not; reconnects when four pings brought back not a single byte. */
  *#pinger(sock: SocketHandle): Program<void> {
    const interval = seconds(Number(this.#options.keepalive) / 4)
    this.#lastByte = yield* now()
    for (let nextPing = this.#lastByte + interval; this.#connected; ) {
      yield* sleep(POLL)
      const time = yield* now()
      if (time < nextPing) continue
      nextPing = time + interval
      if (time - this.#lastByte >= 4 * interval) break
      try {
        yield* this.#write(Uint8Array.of(0xc0, 0))
      } catch (e) {
        if (!isOSError(e)) throw e
        break
      }
    }
    this.#connected = false
    if (this.#sock === sock) yield* this.#reconnect()
  }

  /** For ever, without back-off. */
  *#reconnect(): Program<void> {
    for (;;) {
      yield* sleep(WIFI_AGAIN)
      try {
        return yield* this.connect(true)
      } catch (e) {
        if (!isOSError(e)) throw e
      }
    }
  }

  #nextPid(): number {
    this.#pid = this.#pid < 65535 ? this.#pid + 1 : 1
    return this.#pid
  }

  /** Non-blocking, and OSError(-1) when nothing moves for response_time. */
  *#write(bytes: Uint8Array): Program<void> {
    const began = yield* now()
    for (let left = bytes; left.length > 0; ) {
      const count = yield* send(this.#sock!, left)
      left = left.subarray(count)
      if (left.length === 0) return
      if ((yield* now()) - began > this.#responseTime) throw osError(-1)
      yield* sleep(POLL)
    }
  }

  *#sendStr(value: PyValue): Program<void> {
    yield* this.#write(Uint8Array.of(len(value) >> 8, len(value)))
    yield* this.#write(bufferOf(value))
  }

  *#read(count: number): Program<Uint8Array> {
    let began = yield* now()
    let bytes = new Uint8Array()
    while (bytes.length < count) {
      const more = yield* read(this.#sock!, count - bytes.length)
      if (more !== null) {
        pyAssert(more.length > 0)
        bytes = Uint8Array.of(...bytes, ...more)
        began = yield* now()
        this.#lastByte = began
      } else if ((yield* now()) - began > this.#responseTime) throw osError(-1)
      else yield* sleep(POLL)
    }
    return bytes
  }
}

function* nothing(): Program<void> {}

const osErrorText = (text: string): PythonError => new PythonError('OSError', -1, text)

export const mqttAs: ClientKind = {
  name: 'mqtt_as',
  library: 'mqtt_as',
  version: '0.8.3',
  summary: 'the asynchronous client that people with bad Wi-Fi choose',
  options: OPTIONS,
  methods: METHODS,
  quirks: [
    { id: 'A1', text: 'a session that was present counts as a failed connect' },
    { id: 'A2', text: 'a QoS 1 publish is sent again with DUP, four times, and then on a new connection as a new one' },
    { id: 'A3', text: 'an end of file ends the reader; only the next ping notices' },
  ],
  verbs: {
    connect: () => ({ method: 'connect', args: [], kwargs: {} }),
    publish: ({ topic, payload, qos, retain }) => ({
      method: 'publish',
      args: [topic, payload, retain ?? false, qos ?? 0],
      kwargs: {},
    }),
    subscribe: () => null,
    unsubscribe: () => null,
    will: () => null,
    ping: () => null,
    check: () => null, // a task delivers messages on its own
    wait: () => null,
    disconnect: () => null,
  },
  identity: (name, server, port) => ({ client_id: new TextEncoder().encode(name), server, port }),
  create: (options, hooks) => new MqttAs(parseOptions('mqtt_as', OPTIONS, options), hooks),
}
