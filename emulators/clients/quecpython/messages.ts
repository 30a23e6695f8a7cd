// The messages of QuecPython's client: packets, ids, and who waits for which acknowledgement. An
// acknowledgement is read by whichever thread happens to be in `wait_msg`; the others look for it in
// a set, every half second. A call that waits by itself takes one packet, whatever it is.

import * as board from '../../board.ts'
import { type Program, PythonError, type PyValue, pyAssert, type SocketHandle } from '../../board.ts'
import { milliseconds, seconds } from '../../core/time.ts'
import { integer, len, oneByte, truthy } from '../python/python.ts'
import { remainingLength } from '../umqtt/umqtt.ts'
import { byte, QuecBase } from './base.ts'
import { caught } from './errors.ts'
import { packByte, packShort } from './packet.ts'

/** How often a thread looks at a lock that another holds. */
export const SPIN = milliseconds(10)
const SUBSCRIBE_TIMEOUT = seconds(5)
const LOOK_AGAIN = milliseconds(500)
const ACK_TIMEOUT_MS = 5000

export abstract class QuecMessages extends QuecBase {
  protected readonly topics: PyValue[] = []
  /** Of the last subscription; a reconnect uses it for all. */
  protected qos: PyValue = 0
  readonly #unacknowledged = new Set<number>()
  #pid = 0

  /** Dynamic dispatch: a publish or subscribe that waits reconnects inside that wait. */
  abstract waitMsg(): Program<PyValue>

  protected *publishBase(topic: PyValue, msg: PyValue, retain: PyValue, qos: PyValue): Program<PyValue> {
    const pid = this.#nextPid() // QoS 0 takes one as well
    const level = integer(qos)
    const op = 0x30 | (level << 1) | integer(retain)
    if (op < 0 || op > 0xff) throw new PythonError('ValueError', 'byte must be in range(0, 256)')
    const size = 2 + len(topic) + len(msg) + (level > 0 ? 2 : 0)
    pyAssert(size < 2097152)
    yield* this.write(Uint8Array.of(op, ...remainingLength(size)))
    yield* this.#sendStr(topic)
    if (level > 0) {
      this.#unacknowledged.add(pid)
      yield* this.write(packShort(pid))
    }
    yield* this.write(msg)
    if (level === 0) {
      yield* this.#hurryPing()
      return true
    }
    if (level === 1) {
      if (!this.waiting) yield* this.waitMsg() // one packet, whichever comes; without a time limit
      if (!(yield* this.#awaitPid(pid))) return false
      this.lastTime = yield* this.wholeSeconds()
      return true
    }
    pyAssert(level !== 2) // the whole packet is on the wire by now
    return null
  }

  /** Close to the next ping, a QoS 0 publish does not count as traffic: it has the next tick ping. */
  *#hurryPing(): Program<void> {
    if (this.keepalive < 30) return
    const time = yield* this.wholeSeconds()
    if (time - this.lastTime > this.keepalive - 15) this.lastTime = time - this.keepalive
  }

  /** None always, acknowledged or not. `sock`: the socket to use from now on. */
  *subscribe(topic: PyValue, qos: PyValue, sock: PyValue = null): Program<void> {
    pyAssert(this.onMessage !== undefined, 'Subscribe callback is not set')
    if (!this.topics.some((known) => same(known, topic))) this.topics.push(topic)
    this.qos = qos
    if (truthy(sock)) this.sock = sock as SocketHandle
    const pid = this.#nextPid()
    this.#unacknowledged.add(pid)
    const size = packByte(2 + 2 + len(topic) + 1) // one byte, whatever its high bit means
    yield* this.write(Uint8Array.of(0x82, ...size, ...packShort(pid)))
    yield* this.#sendStr(topic)
    yield* this.write(oneByte(qos))
    if (this.options.ssl === false) yield* board.setTimeoutOf(this.socket('settimeout'), SUBSCRIBE_TIMEOUT)
    if (this.waiting) yield* this.#awaitPid(pid)
    else if (!this.lock('read').locked) yield* this.waitMsg() // one packet, whichever comes
  }

  /** Sends a PUBACK once nobody else sends; the thread that a QoS 1 message starts. */
  *publishAck(pid: PyValue): Program<void> {
    const packet = Uint8Array.of(0x40, 2, ...packShort(integer(pid)))
    for (;;) {
      try {
        if (this.lock('send').locked) {
          yield* board.sleep(SPIN)
          continue
        }
        this.lock('send').acquire()
        yield* this.write(packet)
        this.lock('send').release()
      } catch (e) {
        caught(e)
        if (this.lock('send').locked) this.lock('send').release()
      }
      return
    }
  }

  protected *waitMsgBase(): Program<PyValue> {
    const sock = this.socket(truthy(this.options.ssl!) ? 'read' : 'recv')
    const res = yield* truthy(this.options.ssl!) ? board.read(sock, 1) : board.recv(sock, 1)
    yield* board.setBlocking(this.socket('setblocking'), true)
    if (res === null || res.length === 0) return null // the end of file looks like no message
    const op = res[0]!
    if (op === 0xd0) {
      this.pingUnanswered = false
      pyAssert(byte(yield* this.read(1), 0) === 0)
      return res
    }
    if (op === 0x40) {
      const size = yield* this.read(1)
      if (size?.length !== 1 || size[0] !== 2) return null
      const id = yield* this.read(2)
      this.#unacknowledged.delete((byte(id, 0) << 8) | byte(id, 1))
      return null
    }
    if ((op & 0xf0) === 0x90) {
      const resp = yield* this.read(4)
      this.#unacknowledged.delete((byte(resp, 1) << 8) | byte(resp, 2))
      return byte(resp, 3) === 0x80 ? 0x80 : 0x90
    }
    if ((op & 0xf0) !== 0x30) return op // and its body stays in the stream
    yield* this.#message(op)
    return null
  }

  *#message(op: number): Program<void> {
    let size = yield* this.#recvLen()
    const topicLength = yield* this.read(2)
    const topicSize = (byte(topicLength, 0) << 8) | byte(topicLength, 1)
    const topic = yield* this.read(topicSize)
    size -= topicSize + 2
    let pid = 0
    if ((op & 6) !== 0) {
      const id = yield* this.read(2)
      pid = (byte(id, 0) << 8) | byte(id, 1)
      size -= 2
    }
    const msg = yield* this.read(size)
    if ((op & 6) === 2) yield* board.spawn('publish_ack', () => this.publishAck(pid))
    pyAssert((op & 6) !== 4)
    try {
      if (this.onMessage !== undefined) yield* this.onMessage(topic ?? new Uint8Array(), msg ?? new Uint8Array())
    } catch (e) {
      caught(e) // logged on the module, and that is all
    }
  }

  *checkMsg(): Program<PyValue> {
    yield* board.setBlocking(this.socket('setblocking'), false)
    return yield* this.waitMsg()
  }

  /** Whether some thread has read the acknowledgement, looking every half second for more than five. */
  *#awaitPid(pid: number): Program<boolean> {
    const began = yield* board.now()
    while (this.#unacknowledged.has(pid)) {
      if ((yield* board.now()) - began > ACK_TIMEOUT_MS) return false
      yield* board.sleep(LOOK_AGAIN)
    }
    return true
  }

  #nextPid(): number {
    this.#pid = this.#pid < 65535 ? this.#pid + 1 : 1
    return this.#pid
  }

  *#sendStr(value: PyValue): Program<void> {
    yield* this.write(packShort(len(value)))
    yield* this.write(value)
  }

  *#recvLen(): Program<number> {
    let n = 0
    for (let scale = 1; ; scale *= 128) {
      const b = byte(yield* this.read(1), 0)
      n += (b & 0x7f) * scale
      if ((b & 0x80) === 0) return n
    }
  }
}

/** `a == b` of two topics; bytes and str are never equal. */
function same(a: PyValue, b: PyValue): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  return a === b
}
