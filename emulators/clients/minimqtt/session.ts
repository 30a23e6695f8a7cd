// MiniMQTT between CONNACK and disconnect: its state, the callbacks, and the one place where
// packets come in. `receivePacket` reads the body of PUBLISH and PINGRESP only; of any other packet
// it returns the type, and who does not expect it leaves the body in the stream.

import { isOSError, nothing, type Program, PythonError, type PyValue, pyAssert } from '../../board.ts'
import type { ClientHooks, Options } from '../client.ts'
import { numberText, type PyNumber, real } from '../python/number.ts'
import { attributeError, truthy, typeError } from '../python/python.ts'
import { TopicMatcher } from './matcher.ts'
import { ConnectionManager, type SocketPool } from './socket-pool.ts'
import { decodeUtf8, encodeStr, mmqttException, stateError, TOPIC_LIMIT, uint16 } from './values.ts'
import { MiniMqttWire, type Ticks } from './wire.ts'

const PINGREQ = Uint8Array.of(0xc0, 0)
const DISCONNECT = Uint8Array.of(0xe0, 0)
const PUBLISH = 0x30
const PINGRESP = 0xd0

export const EVENTS = ['on_connect', 'on_disconnect', 'on_publish', 'on_subscribe', 'on_unsubscribe'] as const
export type EventName = (typeof EVENTS)[number]

/** What `except (MemoryError, OSError, RuntimeError)` catches, subclasses included. */
const SOCKET_ERRORS = ['MemoryError', 'OSError', 'RuntimeError', 'NotImplementedError', 'RecursionError']
export const isSocketError = (e: unknown): e is PythonError =>
  e instanceof PythonError && SOCKET_ERRORS.includes(e.type)

export abstract class MiniMqttSession extends MiniMqttWire {
  protected broker: PyValue
  protected port: PyValue
  protected keepAlive: PyValue
  protected readonly socketTimeout: PyNumber
  protected username: PyValue
  protected password: PyValue
  private readonly binaryMode: boolean
  protected readonly connections: SocketPool
  protected readonly hooks: ClientHooks
  /** Callbacks that the program has taken away again. */
  protected readonly unset = new Set<EventName | 'on_message'>()
  protected readonly filters = new TopicMatcher<PyValue>()
  /** Stays true when a failed connect takes the socket away; `is_connected` looks at both. */
  protected connectedOnce = false
  /** Shared by PUBLISH, SUBSCRIBE, UNSUBSCRIBE and the will. */
  protected pid = 0
  protected lastSent: Ticks = 0
  /** In the order of subscribing; a topic may stand there twice. */
  protected subscribed: PyValue[] = []

  constructor(options: Options, hooks: ClientHooks) {
    const recvTimeout = options.recv_timeout as PyNumber
    const socketTimeout = options.socket_timeout as PyNumber
    if (real(recvTimeout) <= real(socketTimeout))
      throw new PythonError('ValueError', 'recv_timeout must be greater than socket_timeout')
    if (real(options.connect_retries!) <= 0) throw new PythonError('ValueError', 'connect_retries must be positive')
    const password = options.password!
    if (truthy(password) && encodeStr(password).length > TOPIC_LIMIT)
      throw new PythonError('ValueError', `the password is longer than ${TOPIC_LIMIT} bytes`)
    super(recvTimeout)
    this.socketTimeout = socketTimeout
    this.broker = options.broker!
    this.port = truthy(options.port!) ? options.port! : truthy(options.is_ssl!) ? 8883 : 1883
    this.keepAlive = options.keep_alive!
    this.username = options.username!
    this.password = password
    this.binaryMode = truthy(options.use_binary_mode!)
    this.connections = hooks.connections ?? new ConnectionManager()
    this.hooks = hooks
  }

  isConnected(): boolean {
    return this.connectedOnce && this.sock !== null
  }

  protected needConnection(): void {
    if (!this.isConnected()) throw stateError('MiniMQTT is not connected')
  }

  /** No DISCONNECT. What the manager raises leaves the socket where it is. */
  protected *closeSocket(): Program<void> {
    if (this.sock === null) return
    yield* this.connections.close(this.sock)
    this.sock = null
  }

  *disconnect(): Program<void> {
    this.needConnection()
    try {
      yield* this.send(DISCONNECT)
    } catch (e) {
      if (!isSocketError(e)) throw e
      yield* this.log(30, `DISCONNECT was not sent: ${e.message}`)
    }
    yield* this.closeSocket()
    this.connectedOnce = false
    this.subscribed = []
    this.lastSent = 0
    yield* this.fire('on_disconnect', 0)
  }

  /** What came while it waited for the PINGRESP, which is the last. */
  *ping(): Program<number[]> {
    this.needConnection()
    yield* this.log(10, 'PINGREQ')
    yield* this.send(PINGREQ)
    const limit = this.keepAlive
    const stamp = yield* this.ticks()
    this.lastSent = stamp
    const types: number[] = []
    for (let type: number | null = null; type !== PINGRESP; ) {
      type = yield* this.receivePacket()
      if (type !== null && type !== 0) types.push(type)
      // Also after the PINGRESP has come: with keep_alive=0 any millisecond is too late.
      if ((yield* this.secondsSince(stamp)) > real(limit))
        throw mmqttException(`PINGRESP not returned from broker within ${numberText(limit as PyNumber)} seconds.`)
    }
    return types
  }

  /** Handles one packet and gives its type; null when none has begun within the socket's timeout. */
  protected *receivePacket(): Program<number | null> {
    let first: number
    try {
      first = (yield* this.receive(1))[0]!
    } catch (e) {
      if (!isOSError(e)) throw e
      if (e.errno === 'ETIMEDOUT' || e.errno === 'EAGAIN') return null
      throw mmqttException('Unexpected error while waiting for messages')
    }
    const type = first & 0xf0
    if (type === PINGRESP) {
      const length = (yield* this.receive(1))[0]!
      if (length !== 0) throw mmqttException(`Unexpected PINGRESP returned from broker: ${length}.`)
    } else if (type === PUBLISH) yield* this.receiveMessage(first)
    return type
  }

  private *receiveMessage(first: number): Program<void> {
    const qosBits = first & 0x06
    let length = yield* this.receiveLength()
    const [high, low] = yield* this.receive(2)
    const topicLength = (high! << 8) | low!
    if (topicLength > length - 2)
      throw mmqttException(`Topic length ${topicLength} in PUBLISH packet exceeds remaining length ${length} - 2`)
    const topic = yield* this.receive(topicLength)
    const topicText = decodeUtf8(topic)
    length -= topicLength + 2
    let pid = 0
    if (qosBits !== 0) {
      const [h, l] = yield* this.receive(2)
      pid = (h! << 8) | l!
      length -= 2
    }
    const payload = yield* this.receive(length)
    if (!this.binaryMode) decodeUtf8(payload) // UnicodeDecodeError, and no PUBACK
    yield* this.dispatch(topicText, topic, payload)
    if (qosBits === 0x02)
      yield* this.send(Uint8Array.of(0x40, 2, ...uint16(pid))) // does not count as sent
    else if (qosBits === 0x04) pyAssert(false)
  }

  private *dispatch(topic: string, topicBytes: Uint8Array, payload: Uint8Array): Program<void> {
    let matched = false
    for (const callback of this.filters.matches(topic)) {
      yield* this.hooks.onMessage?.(topicBytes, payload, callback) ?? nothing()
      matched = true
    }
    if (!matched && !this.unset.has('on_message')) yield* this.hooks.onMessage?.(topicBytes, payload) ?? nothing()
  }

  protected fire(event: EventName, ...args: readonly PyValue[]): Program<void> {
    return this.unset.has(event) ? nothing() : (this.hooks.onEvent?.(event, args) ?? nothing())
  }

  addTopicCallback(filter: PyValue, callback: PyValue): void {
    if (filter === null || callback === null)
      throw new PythonError('ValueError', 'a topic filter and a callback are wanted')
    this.filters.set(splittable(filter), callback)
  }

  removeTopicCallback(filter: PyValue): void {
    if (filter === null) throw new PythonError('ValueError', 'a topic filter is wanted')
    this.filters.delete(splittable(filter))
  }
}

/** `key.split('/')` wants a str. */
function splittable(filter: PyValue): string {
  if (typeof filter === 'string') return filter
  if (filter instanceof Uint8Array) throw typeError('a bytes-like object is required')
  throw attributeError('topic filter', 'split')
}
