// mqtt_as's MQTT_base: packets and their acknowledgements over a socket that never blocks. Every separate `write` is a
// write of its own on the wire, and the order of writes, checks and exceptions is the library's: do not tidy it.
//
// Where the library looks again every millisecond or five, the board says when there is something; who waits so is
// woken as well by what the library would have noticed when it looked.

import { atOnce, settled } from '../../at-once.ts'
import * as board from '../../board.ts'
import {
  interruptThread,
  isOSError,
  type Program,
  PythonError,
  type PyValue,
  type SocketHandle,
  type ThreadHandle,
} from '../../board.ts'
import { type Duration, type Instant, milliseconds, seconds } from '../../core/time.ts'
import type { ClientHooks, Options } from '../client.ts'
import { bufferOf, byteAt, integer, len, oneByte, packUint16, truthy } from '../python/python.ts'
import { CONNECT_TURN, Lock } from './asyncio.ts'
import { MsgQueue } from './queue.ts'
import { SteadyWlan, type Wlan } from './wlan.ts'

/** Legitimate while a connection is on its way; the last two are an ESP32's. */
const BUSY_ERRORS: readonly PyValue[] = ['EINPROGRESS', 'EALREADY', 'ETIMEDOUT', 118, 119]
const ACK_GRAIN = milliseconds(100)
const NONE: readonly ThreadHandle[] = []

/** Ends a wait, and nothing else: the library's loop looks again. */
const WOKEN = new PythonError('Woken')

export const failure = (text: string): PythonError => new PythonError('OSError', -1, text)
/** `ticks_ms()`: whole milliseconds; sums of floats are not exact. */
export const ticks = (time: Instant): number => Math.floor(time + 0.001)
/** A limit is passed when more than it has gone by, in whole milliseconds. */
const STRICTLY = 1

interface Will {
  readonly topic: PyValue
  readonly msg: PyValue
  readonly retain: PyValue
  readonly qos: number
}

export abstract class MqttBase {
  protected readonly options: Options
  protected readonly hooks: ClientHooks
  protected readonly wlan: Wlan
  readonly queue: MsgQueue | null
  protected readonly port: number
  protected sock: SocketHandle | null = null
  protected readonly lock = new Lock()
  /** Packet ids that wait for their acknowledgement; null: none, which an idle device then has no room for. */
  protected rcvPids: Set<number> | null = null
  protected lastRx: Instant = 0 as Instant
  /** How many writes have taken something. */
  protected written = 0
  readonly #responseTime: Duration
  #will: Will | null = null
  #pid = 0
  /** Threads that wait for the socket. */
  #idle: readonly ThreadHandle[] = NONE

  constructor(options: Options, hooks: ClientHooks) {
    if (integer(options.keepalive!) >= 65536) throw new PythonError('ValueError', 'invalid keepalive time')
    this.options = options
    this.hooks = hooks
    this.#responseTime = seconds(Number(options.response_time))
    if (options.will !== null) this.setLastWill(...(options.will as PyValue[]))
    this.queue = integer(options.queue_len!) > 0 ? new MsgQueue(integer(options.queue_len!)) : null
    const port = integer(options.port!)
    this.port = port === 0 ? (truthy(options.ssl!) ? 8883 : 1883) : port
    if (options.server === null) throw new PythonError('ValueError', 'no server specified.')
    this.wlan = hooks.wlan ?? new SteadyWlan()
  }

  abstract isconnected(): Program<boolean>
  /** Whether `isconnected` would only say that it is. */
  protected abstract standsAtOnce(): boolean

  setLastWill(topic: PyValue = null, msg: PyValue = null, retain: PyValue = false, qos: PyValue = 0): void {
    qosCheck(qos)
    if (!truthy(topic)) throw new PythonError('ValueError', 'Empty topic.')
    this.#will = { topic, msg, retain, qos: integer(qos) }
  }

  /** Whoever waits for the socket looks again. */
  protected *wake(): Program<void> {
    const woken = this.#idle
    this.#idle = NONE
    for (const thread of woken) yield* interruptThread(thread, WOKEN)
  }

  /** A task that is about to be cancelled must not be woken besides. */
  protected forget(thread: ThreadHandle): void {
    const left = this.#idle.filter((other) => other !== thread)
    this.#idle = left.length === 0 ? NONE : left
  }

  protected *idle(sock: SocketHandle, until: 'readable' | 'writable', timeout: Duration | null): Program<boolean> {
    const me = yield* board.currentThread()
    this.#idle = [...this.#idle, me]
    try {
      return yield* board.poll(sock, until, timeout)
    } catch (e) {
      if (e !== WOKEN) throw e
      return false
    } finally {
      this.forget(me)
    }
  }

  /** Whether a wait that began at `since` has taken too long, or there is nothing to wait for any more. */
  #over(since: Instant | null): Program<boolean> {
    return since === null && this.standsAtOnce() ? settled(false) : this.#isOver(since)
  }

  *#isOver(since: Instant | null): Program<boolean> {
    if (since !== null && ticks(yield* board.now()) - ticks(since) > this.#responseTime) return true
    return !(yield* this.isconnected())
  }

  /** Waits for the socket, since `since`, and not much longer than the limit. Gives when the wait began. */
  *#await(sock: SocketHandle, until: 'readable' | 'writable', since: Instant | null): Program<Instant> {
    const time = yield* board.now()
    const began = since ?? time
    yield* this.idle(sock, until, milliseconds(began + this.#responseTime + STRICTLY - time))
    return began
  }

  protected asRead(count: number): Program<Uint8Array> {
    const answers = this.sock !== null && this.standsAtOnce() ? atOnce() : null
    const bytes = answers?.read(this.sock!, count, true)
    if (bytes === undefined) return this.#asRead(count)
    this.lastRx = answers!.now() as Instant
    return settled(bytes)
  }

  *#asRead(count: number): Program<Uint8Array> {
    const sock = this.socket()
    const buffer = new Uint8Array(count)
    let since: Instant | null = null
    for (let size = 0; size < count; ) {
      if (yield* this.#over(since)) throw failure('Timeout on socket read')
      const got: Uint8Array | null = yield* busy(board.read(sock, count - size))
      if (got === null) {
        since = yield* this.#await(sock, 'readable', since)
        continue
      }
      if (got.length === 0) throw failure('Connection closed by host')
      buffer.set(got, size)
      size += got.length
      this.lastRx = yield* board.now()
      since = null
    }
    return buffer
  }

  protected asWrite(value: PyValue): Program<void> {
    const bytes = bufferOf(value)
    const plain = bytes.length > 0 && this.sock !== null && this.standsAtOnce()
    if (!plain || atOnce()?.takes(this.sock!, bytes) !== true) return this.#asWrite(bytes)
    this.written++
    return board.nothing()
  }

  *#asWrite(bytes: Uint8Array): Program<void> {
    const sock = this.socket()
    let since: Instant | null = null
    for (let left = bytes; left.length > 0; ) {
      if (yield* this.#over(since)) throw failure('Timeout on socket write')
      const count: number = (yield* busy(board.send(sock, left))) ?? 0
      left = left.subarray(count)
      if (count > 0) this.written++
      since = count > 0 ? null : yield* this.#await(sock, 'writable', since)
    }
  }

  protected *sendStr(value: PyValue): Program<void> {
    yield* this.asWrite(packUint16(len(value)))
    yield* this.asWrite(value)
  }

  *#recvLen(): Program<number> {
    let n = 0
    for (let sh = 0; ; sh += 7) {
      const b = byteAt(yield* this.asRead(1), 0)
      n |= (b & 0x7f) << sh
      if ((b & 0x80) === 0) return n
    }
  }

  protected *connectOnce(clean: boolean): Program<void> {
    const { client_id: clientId, user, password, keepalive, server, ssl } = this.options
    const sock = yield* board.openSocket()
    this.sock = sock
    yield* board.setBlocking(sock, false)
    yield* busy(board.connectSocket(sock, String(server), this.port, truthy(ssl!) ? {} : undefined))
    yield* this.wake()
    yield* board.sleep(CONNECT_TURN)
    const msg = Uint8Array.of(4, 0x4d, 0x51, 0x54, 0x54, 4, clean ? 2 : 0, 0, 0)
    let sz = 10 + 2 + len(clientId!)
    if (truthy(user!)) {
      sz += 2 + len(user!) + 2 + len(password!)
      msg[6]! |= 0xc0
    }
    msg.set(packUint16(integer(keepalive!)), 7)
    const will = this.#will
    if (will !== null) {
      sz += 2 + len(will.topic) + 2 + len(will.msg)
      msg[6]! |= 0x04 | (will.qos << 3) | (integer(will.retain) << 5)
    }
    // The first write already holds the first byte of the protocol name's length.
    yield* this.asWrite(Uint8Array.of(0x10, ...vbi(sz), 0))
    yield* this.asWrite(msg)
    yield* this.sendStr(clientId!)
    if (will !== null) {
      yield* this.sendStr(will.topic)
      yield* this.sendStr(will.msg)
    }
    if (truthy(user!)) {
      yield* this.sendStr(user!)
      yield* this.sendStr(password!)
    }
    if (byteAt(yield* this.asRead(1), 0) !== 0x20) throw failure('CONNACK not received')
    if ((yield* this.#recvLen()) !== 2) throw failure('Invalid CONNACK packet')
    const connack = yield* this.asRead(2)
    if (connack[0] !== 0) throw failure('CONNACK flags not 0') // a session that is present is one, too
    if (connack[1] !== 0) throw failure(`CONNACK reason code 0x${connack[1]!.toString(16)}`)
  }

  protected *ping(): Program<void> {
    yield* this.lock.hold(() => this.asWrite(Uint8Array.of(0xc0, 0)))
  }

  *brokerUp(): Program<boolean> {
    if (!(yield* this.isconnected())) return false
    const tlast = this.lastRx
    if (ticks(yield* board.now()) - ticks(tlast) < 1000) return true
    try {
      yield* this.ping()
    } catch (e) {
      if (!isOSError(e)) throw e
      return false
    }
    const t = yield* board.now()
    while (ticks(yield* board.now()) - ticks(t) <= this.#responseTime) {
      yield* board.sleep(ACK_GRAIN)
      if (this.lastRx > tlast) return true
    }
    return false
  }

  /** Whether the acknowledgement came in time. */
  *#awaitPid(pid: number): Program<boolean> {
    const t = yield* board.now()
    while (this.rcvPids?.has(pid)) {
      if (yield* this.#over(t)) return false
      yield* board.sleep(ACK_GRAIN)
    }
    return true
  }

  protected *publishOnce(topic: PyValue, msg: PyValue, retain: PyValue, qos: number): Program<void> {
    const pid = this.#newpid() // QoS 0 uses one up as well
    if (qos > 0) this.#awaitAck(pid)
    yield* this.lock.hold(() => this.#publish(topic, msg, retain, qos, 0, pid))
    if (qos === 0) return
    for (let count = 0; ; count++) {
      if (yield* this.#awaitPid(pid)) return
      // The subclass publishes again, with a new id.
      if (count >= integer(this.options.max_repubs!) || !(yield* this.isconnected()))
        throw new PythonError('OSError', -1)
      yield* this.lock.hold(() => this.#publish(topic, msg, retain, qos, 1, pid))
    }
  }

  *#publish(topic: PyValue, msg: PyValue, retain: PyValue, qos: number, dup: number, pid: number): Program<void> {
    const sz = 2 + len(topic) + len(msg) + (qos > 0 ? 2 : 0)
    if (sz >= 2097152) throw new PythonError('MQTTException', 'Strings too long.')
    yield* this.asWrite(Uint8Array.of(0x30 | (qos << 1) | integer(retain) | (dup << 3), ...vbi(sz)))
    yield* this.sendStr(topic)
    if (qos > 0) yield* this.asWrite(packUint16(pid))
    yield* this.asWrite(msg)
  }

  /** `qos` null: unsubscribes. */
  protected *usub(topic: PyValue, qos: PyValue): Program<void> {
    const pid = this.#newpid()
    this.#awaitAck(pid)
    const sz = 2 + 2 + len(topic) + (qos === null ? 0 : 1)
    const header = Uint8Array.of(qos === null ? 0xa2 : 0x82, ...vbi(sz), ...packUint16(pid))
    const write = this.#subscription.bind(this, header, topic, qos)
    yield* this.lock.hold(write)
    if (!(yield* this.#awaitPid(pid))) throw new PythonError('OSError', -1)
  }

  *#subscription(header: Uint8Array, topic: PyValue, qos: PyValue): Program<void> {
    yield* this.asWrite(header)
    yield* this.sendStr(topic)
    if (qos !== null) yield* this.asWrite(oneByte(qos))
  }

  /** Handles one packet, if its first byte is there. Of those that it does not know the rest stays in the stream. */
  protected *waitMsg(): Program<boolean> {
    const res = yield* busy(board.read(this.socket(), 1))
    if (res === null) return false
    board.pyAssert(res.length > 0) // the end of the stream: no OSError, and so nobody's but the task's own
    const op = res[0]!
    if (op === 0xd0) yield* this.asRead(1)
    else if (op === 0x40) {
      board.pyAssert((yield* this.#recvLen()) === 2)
      this.#acknowledged(yield* this.asRead(2), 'PUBACK')
    } else if (op === 0x90) yield* this.#suback()
    else if (op === 0xb0) {
      yield* this.#recvLen()
      this.#acknowledged(yield* this.asRead(2), 'UNSUBACK')
    } else if ((op & 0xf0) === 0x30) yield* this.#message(op)
    return true
  }

  *#suback(): Program<void> {
    const sz = (yield* this.#recvLen()) - 2
    const pid = yield* this.asRead(2)
    board.pyAssert(sz <= 1)
    const code = byteAt(yield* this.asRead(sz), 0)
    if (code >= 0x80) throw failure(`SUBACK reason code 0x${code.toString(16)}`)
    this.#acknowledged(pid, 'SUBACK')
  }

  #acknowledged(id: Uint8Array, packet: string): void {
    if (this.rcvPids?.delete((id[0]! << 8) | id[1]!) !== true) throw failure(`Invalid pid in ${packet} packet`)
    if (this.rcvPids.size === 0) this.rcvPids = null
  }

  #awaitAck(pid: number): void {
    this.rcvPids ??= new Set()
    this.rcvPids.add(pid)
  }

  *#message(op: number): Program<void> {
    let sz = yield* this.#recvLen()
    const topicLength = yield* this.asRead(2)
    const topicSize = (topicLength[0]! << 8) | topicLength[1]!
    const topic = yield* this.asRead(topicSize)
    sz -= topicSize + 2
    let pid: Uint8Array | null = null
    if ((op & 6) !== 0) {
      pid = yield* this.asRead(2)
      sz -= 2
    }
    const msg = yield* this.asRead(Math.max(0, sz))
    const retained = (op & 1) === 1
    if (this.queue !== null) yield* this.queue.put({ topic, msg, retained })
    else if (this.hooks.onMessage !== undefined)
      yield* this.hooks.onMessage(topic, msg, undefined, { retain: retained })
    if ((op & 6) === 2) yield* this.asWrite(Uint8Array.of(0x40, 2, ...pid!))
    else if ((op & 6) === 4) throw failure('QoS 2 not supported')
  }

  #newpid(): number {
    this.#pid = this.#pid < 65535 ? this.#pid + 1 : 1
    return this.#pid
  }

  protected socket(): SocketHandle {
    if (this.sock === null) throw new PythonError('AttributeError', "'NoneType' object has no attribute 'write'")
    return this.sock
  }
}

export function qosCheck(qos: PyValue): void {
  const level = qos === true ? 1 : qos === false ? 0 : qos
  if (level !== 0 && level !== 1) throw new PythonError('ValueError', 'Only qos 0 and 1 are supported.')
}

/** A variable byte integer. */
function vbi(x: number): number[] {
  return x > 0x7f ? [(x & 0x7f) | 0x80, ...vbi(x >> 7)] : [x]
}

/** What a call on the socket gives; null when that would have had to wait. */
function* busy<T>(call: Program<T>): Program<T | null> {
  try {
    return yield* call
  } catch (e) {
    if (!isOSError(e) || !BUSY_ERRORS.includes(e.args[0] ?? null)) throw e
    return null
  }
}
