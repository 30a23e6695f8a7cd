// QuecPython's client object: its state, its locks, and its connection. Messages are in
// quecpython.messages.ts, threads and reconnect in quecpython.reconnect.ts. Attributes have names of
// ours; where the library's says something else, it stands beside it.

import * as board from '../../board.ts'
import { isOSError, type Program, PythonError, type PyValue, pyAssert, type SocketHandle } from '../../board.ts'
import { seconds } from '../../core/time.ts'
import type { ClientHooks, Options } from '../client.ts'
import { real } from '../python/number.ts'
import { attributeError, bufferOf, byteAt, integer, truthy } from '../python/python.ts'
import { serverName } from '../umqtt/family.ts'
import { connectPacket } from './packet.ts'

const CONNECT_TIMEOUT = seconds(20)

/** `_thread.allocate_lock()`. Threads change only between board calls, so looking and taking cannot be parted. */
export class Lock {
  locked = false

  acquire(): void {
    this.locked = true
  }

  release(): void {
    if (!this.locked) throw new PythonError('RuntimeError', 'release unlocked lock')
    this.locked = false
  }
}

interface Locks {
  /** One reconnect at a time (`mqttlock`). */
  readonly reconnect: Lock
  /** One publish, ping or PUBACK at a time (`mqttsendlock`). */
  readonly send: Lock
  /** One reader at a time (`mqttmsglock`). */
  readonly read: Lock
}

export abstract class QuecBase {
  protected readonly options: Options
  protected readonly keepalive: number
  /** The port 0 is the usual one. */
  readonly #port: number
  protected sock: SocketHandle | null = null
  /** The socket of the last CONNACK. */
  protected acceptedSock: SocketHandle | null = null
  /** None before the first `connect` and after `disconnect`. */
  protected locks: Locks | null = null
  /** False from the first `disconnect` on, and nothing makes it true again (`timerFlag`). */
  protected usable = true
  /** `pingFlag`: a keep-alive thread was started for this connection. */
  protected pinged = false
  /** `connSta`. */
  protected accepted = false
  /** `PING`. */
  protected pingUnanswered = false
  protected pingsLeft = 0
  /** `wait_flag`: some thread is in `wait_msg`. An exception that leaves it does not take this back. */
  protected waiting = false
  /** When the library last counted as busy, in whole seconds of the board. */
  protected lastTime = 0
  protected cleanSession: PyValue = true
  protected onMessage: ClientHooks['onMessage']
  #will: { topic: PyValue; msg: PyValue; retain: PyValue; qos: number } | null = null

  /** `options` with every default filled in. */
  constructor(options: Options) {
    this.options = options
    this.#port = options.port === 0 ? (truthy(options.ssl!) ? 8883 : 1883) : integer(options.port!)
    this.keepalive = real(options.keepalive!)
    if (this.keepalive !== 0 && this.keepalive < 5)
      throw new PythonError('ValueError', 'inport parameter error : keepalive >= 5S')
  }

  *setLastWill(topic: PyValue, msg: PyValue, retain: PyValue, qos: PyValue): Program<void> {
    const level = integer(qos)
    pyAssert(0 <= level && level <= 2)
    pyAssert(truthy(topic))
    this.#will = { topic, msg, retain, qos: level }
  }

  /** The old socket, if there is one, is neither closed nor told. */
  protected *connectBase(cleanSession: PyValue): Program<void> {
    this.locks ??= { reconnect: new Lock(), send: new Lock(), read: new Lock() }
    const { options } = this
    yield* this.#openSocket()
    const packet = connectPacket({
      clientId: options.client_id!,
      user: options.user!,
      password: options.password!,
      keepalive: options.keepalive!,
      version: options.version!,
      cleanSession,
      willTopic: this.#will?.topic ?? null,
      willMsg: this.#will?.msg ?? null,
      willQos: this.#will?.qos ?? 0,
      willRetain: this.#will?.retain ?? false,
    })
    yield* this.write(packet)
    const resp = yield* this.read(4)
    yield* board.setBlocking(this.socket('setblocking'), true)
    pyAssert(byte(resp, 0) === 0x20 && byte(resp, 1) === 0x02)
    if (byte(resp, 3) !== 0) throw new PythonError('MQTTException', byte(resp, 3))
    this.lastTime = yield* this.wholeSeconds()
    this.accepted = true
    this.cleanSession = cleanSession
    this.pingUnanswered = false
    this.pingsLeft = integer(this.options.pingmaxnum!)
    this.acceptedSock = this.sock
  }

  *#openSocket(): Program<void> {
    const before = this.sock
    const sock = yield* board.openSocket()
    this.sock = sock
    yield* board.setTimeoutOf(sock, CONNECT_TIMEOUT)
    const host = serverName(this.options.server!)
    const tls = truthy(this.options.ssl!) ? { serverName: host } : undefined
    try {
      yield* board.connectSocket(sock, host, this.#port, tls)
    } catch (e) {
      if (!isOSError(e) || e.args[0] !== -2) throw e
      // An unknown name. The library asks for the address before it makes a socket, ours connects by name.
      yield* board.closeSocket(sock)
      this.sock = before
      throw new PythonError('ValueError', `DNS Parsing '${host}'`)
    }
  }

  *ping(): Program<void> {
    this.lastTime = yield* this.wholeSeconds()
    yield* this.write(Uint8Array.of(0xc0, 0))
    this.pingUnanswered = true
  }

  *close(): Program<void> {
    yield* board.closeSocket(this.socket('close'))
  }

  *getMqttsta(): Program<number> {
    switch (yield* board.socketState(this.socket('getsocketsta'))) {
      case 0:
      case 2:
      case 3:
        return 1
      case 4:
        return this.accepted ? 0 : -1
      case 7:
      case 8:
        return 2
      default:
        return -1
    }
  }

  /** `utime.ticks_ms() // 1000`. */
  protected *wholeSeconds(): Program<number> {
    return Math.floor((yield* board.now()) / 1000)
  }

  /** A method of the lock is wanted: AttributeError when there is none. */
  protected lock(which: keyof Locks): Lock {
    if (this.locks === null) throw attributeError('NoneType', 'locked')
    return this.locks[which]
  }

  /** `self.sock`, of which `method` is wanted: AttributeError before the first connect. */
  protected socket(method: string): SocketHandle {
    if (this.sock === null) throw attributeError('NoneType', method)
    return this.sock
  }

  protected *write(value: PyValue): Program<void> {
    yield* board.write(this.socket('write'), bufferOf(value))
  }

  protected *read(count: number): Program<Uint8Array | null> {
    const sock = this.socket('read')
    // read(-1) means "until end of file"; a smaller count asks for more memory than there is.
    if (count < -1) throw new PythonError('MemoryError', 'memory allocation failed')
    return yield* board.read(sock, count)
  }
}

/** `bytes[i]`. The text shows: `connect` puts it into its ValueError. */
export function byte(bytes: Uint8Array | null, i: number): number {
  if (bytes !== null && i >= bytes.length) throw new PythonError('IndexError', 'index out of range')
  return byteAt(bytes, i)
}
