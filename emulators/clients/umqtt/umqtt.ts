// What the libraries of the umqtt family have in common, in all of their versions. Every separate
// `write` is a socket write of its own on the wire, and the order of writes, checks and exceptions
// is the libraries': do not tidy it.

import * as board from '../../board.ts'
import { type Program, PythonError, type PyValue, pyAssert, type SocketHandle } from '../../board.ts'
import type { ClientHooks, EmulatedClient, Options } from '../client.ts'
import {
  attributeError,
  bind,
  bufferOf,
  byteAt,
  integer,
  len,
  oneByte,
  packUint16,
  type Signature,
  truthy,
  typeError,
} from '../python/python.ts'

/** Attributes that programs read and set from outside. */
const ATTRIBUTES = ['keepalive', 'server', 'user', 'pswd', 'pid'] as const

export abstract class Umqtt implements EmulatedClient {
  protected abstract readonly signatures: Readonly<Record<string, Signature>>
  protected readonly clientId: PyValue
  protected readonly port: number
  protected readonly ssl: PyValue
  protected sock: SocketHandle | null = null
  /** Never wraps: past 65535 the wire shows the low 16 bits and no acknowledgement matches. */
  protected pid: PyValue = 0
  protected cb: ClientHooks['onMessage']
  readonly #hook: ClientHooks['onMessage']
  protected server: PyValue
  protected user: PyValue
  protected pswd: PyValue
  protected keepalive: PyValue
  protected lwTopic: PyValue = null
  protected lwMsg: PyValue = null
  protected lwQos = 0
  protected lwRetain: PyValue = false

  constructor(options: Options, hooks: ClientHooks) {
    this.clientId = options.client_id!
    this.server = options.server!
    this.ssl = options.ssl!
    this.port = options.port === 0 ? (truthy(this.ssl) ? 8883 : 1883) : integer(options.port!)
    this.user = options.user!
    this.pswd = options.password!
    this.keepalive = options.keepalive!
    this.#hook = hooks.onMessage?.bind(hooks)
    this.cb = this.#hook
  }

  /** Where the versions differ: whether CONNECT carries user and password. */
  protected abstract hasUser(): boolean
  protected abstract openSocket(timeout: PyValue): Program<void>
  /** The SUBSCRIBE packet up to its topic. */
  protected abstract writeSubscribeHeader(length: number, pid: Uint8Array): Program<void>
  /** What `wait_msg` returns after it has delivered a PUBLISH. */
  protected abstract afterPublish(op: number): number | null

  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    const signature = Object.hasOwn(this.signatures, method) ? this.signatures[method] : undefined
    if (signature === undefined) throw attributeError('MQTTClient', method)
    const value = yield* this.invoke(method, bind(method, signature, args, kwargs))
    return (value as PyValue | undefined) ?? null
  }

  protected invoke(method: string, a: readonly PyValue[]): Program<unknown> {
    switch (method) {
      case 'connect':
        return this.connect(a[0]!, a[1] ?? null)
      case 'publish':
        return this.publish(a[0]!, a[1]!, a[2]!, a[3]!)
      case 'subscribe':
        return this.subscribe(a[0]!, a[1]!)
      case 'wait_msg':
        return this.waitMsg()
      case 'check_msg':
        return this.checkMsg()
      case 'ping':
        return this.ping()
      case 'disconnect':
        return this.disconnect()
      case 'set_last_will':
        return this.setLastWill(a[0]!, a[1]!, a[2]!, a[3]!)
      case 'set_callback':
        return this.setCallback(a[0]!)
      case 'setattr':
        return this.setAttribute(a[0]!, a[1]!)
      default:
        throw new Error(`${method} has a signature and no code`)
    }
  }

  *connect(cleanSession: PyValue, timeout: PyValue = null): Program<number> {
    yield* this.openSocket(timeout)
    const flags = integer(cleanSession) << 1
    const msg = Uint8Array.of(4, 0x4d, 0x51, 0x54, 0x54, 4, flags, 0, 0)
    let size = 10 + 2 + len(this.clientId)
    if (this.hasUser()) {
      size += 2 + len(this.user) + 2 + len(this.pswd)
      msg[6]! |= 0xc0
    }
    if (truthy(this.keepalive)) {
      const keepalive = integer(this.keepalive)
      pyAssert(keepalive < 65536)
      msg[7] = keepalive >> 8
      msg[8] = keepalive
    }
    const hasWill = truthy(this.lwTopic)
    if (hasWill) {
      size += 2 + len(this.lwTopic) + 2 + len(this.lwMsg)
      msg[6]! |= 0x04 | (this.lwQos << 3)
      msg[6]! |= integer(this.lwRetain) << 5
    }
    // The first write already holds the first byte of the protocol name's length.
    yield* this.write(Uint8Array.of(0x10, ...remainingLength(size), 0))
    yield* this.write(msg)
    yield* this.sendStr(this.clientId)
    if (hasWill) {
      yield* this.sendStr(this.lwTopic)
      yield* this.sendStr(this.lwMsg)
    }
    if (this.hasUser()) {
      yield* this.sendStr(this.user)
      yield* this.sendStr(this.pswd)
    }
    return yield* this.readConnack()
  }

  /** Whether there was a session. */
  protected *readConnack(): Program<number> {
    const resp = yield* this.read(4)
    pyAssert(byteAt(resp, 0) === 0x20 && byteAt(resp, 1) === 0x02)
    if (byteAt(resp, 3) !== 0) throw new PythonError('MQTTException', byteAt(resp, 3))
    return byteAt(resp, 2) & 1
  }

  *setLastWill(topic: PyValue, msg: PyValue, retain: PyValue, qos: PyValue): Program<void> {
    const level = integer(qos)
    pyAssert(0 <= level && level <= 2)
    pyAssert(truthy(topic))
    this.lwTopic = topic
    this.lwMsg = msg
    this.lwQos = level
    this.lwRetain = retain
  }

  *publish(topic: PyValue, msg: PyValue, retain: PyValue, qos: PyValue): Program<void> {
    const level = integer(qos)
    const op = 0x30 | (level << 1) | integer(retain)
    let size = 2 + len(topic) + len(msg)
    if (level > 0) size += 2
    pyAssert(size < 2097152)
    yield* this.write(size < 0x80 ? Uint8Array.of(op, size) : Uint8Array.of(op, ...remainingLength(size)))
    yield* this.sendStr(topic)
    if (level > 0) yield* this.write(this.nextPid())
    const pid = this.pid
    yield* this.write(msg)
    if (level === 1) yield* this.waitPuback(pid)
    else if (level === 2) pyAssert(false) // the whole packet is on the wire by now
  }

  /** No time limit; an acknowledgement with another id is swallowed, even one that an outer call waits for. */
  protected *waitPuback(pid: PyValue): Program<void> {
    for (;;) {
      const op = yield* this.waitMsg()
      if (op !== 0x40) continue
      const size = yield* this.read(1)
      pyAssert(size?.length === 1 && size[0] === 2)
      const id = yield* this.read(2)
      if (pid === ((byteAt(id, 0) << 8) | byteAt(id, 1))) return
    }
  }

  *subscribe(topic: PyValue, qos: PyValue): Program<void> {
    pyAssert(this.cb !== undefined, 'Subscribe callback is not set')
    const pid = this.nextPid()
    yield* this.writeSubscribeHeader(2 + 2 + len(topic) + 1, pid)
    yield* this.sendStr(topic)
    yield* this.write(oneByte(qos))
    for (;;) {
      const op = yield* this.waitMsg()
      if (op !== 0x90) continue
      const resp = yield* this.read(4)
      pyAssert(byteAt(resp, 1) === pid[0] && byteAt(resp, 2) === pid[1])
      if (byteAt(resp, 3) === 0x80) throw new PythonError('MQTTException', 0x80)
      return
    }
  }

  *waitMsg(): Program<number | null> {
    const res = yield* this.read(1)
    // Only the first byte is ever read without blocking. A read that raised leaves the mode as it was.
    yield* board.setBlocking(this.socket(), true)
    if (res === null) return null
    if (res.length === 0) throw board.osError(-1)
    const op = res[0]!
    if (op === 0xd0) {
      pyAssert(byteAt(yield* this.read(1), 0) === 0)
      return null
    }
    if ((op & 0xf0) !== 0x30) return op // and its body stays in the stream
    let size = yield* this.recvLen()
    const topicLength = yield* this.read(2)
    const topicSize = (byteAt(topicLength, 0) << 8) | byteAt(topicLength, 1)
    const topic = yield* this.read(topicSize)
    size -= topicSize + 2
    let pid: number | null = null
    if ((op & 6) !== 0) {
      const id = yield* this.read(2)
      pid = (byteAt(id, 0) << 8) | byteAt(id, 1)
      size -= 2
    }
    const msg = yield* this.read(size) // short at end of file, and delivered all the same
    if (this.cb === undefined) throw typeError("'NoneType' object isn't callable")
    yield* this.cb(topic ?? new Uint8Array(), msg ?? new Uint8Array())
    if ((op & 6) === 2) yield* this.write(Uint8Array.of(0x40, 2, pid! >> 8, pid!))
    else if ((op & 6) === 4) pyAssert(false)
    return this.afterPublish(op)
  }

  *checkMsg(): Program<number | null> {
    yield* board.setBlocking(this.socket(), false)
    return yield* this.waitMsg()
  }

  /** A scenario has no functions to give: None takes the callback away, anything else puts the program's own back. */
  *setCallback(f: PyValue): Program<void> {
    this.cb = f === null ? undefined : this.#hook
  }

  *ping(): Program<void> {
    yield* this.write(Uint8Array.of(0xc0, 0))
  }

  *disconnect(): Program<void> {
    yield* this.write(Uint8Array.of(0xe0, 0))
    yield* board.closeSocket(this.socket())
  }

  /** `client.NAME = value`, as programs do. */
  protected *setAttribute(name: PyValue, value: PyValue): Program<void> {
    const known = ATTRIBUTES.find((attribute) => attribute === name)
    if (known === undefined) throw attributeError('MQTTClient', String(name))
    this[known] = value
  }

  /** Counts on, and gives the id as it goes on the wire. */
  protected nextPid(): Uint8Array {
    const pid = integer(this.pid) + 1
    this.pid = pid
    return packUint16(pid)
  }

  /** `self.sock`, of which a method is wanted: AttributeError before the first connect. */
  protected socket(name = 'setblocking'): SocketHandle {
    if (this.sock === null) throw attributeError('NoneType', name)
    return this.sock
  }

  // These two hand on a generator instead of being one: a device writes four times for each message.
  protected write(value: PyValue): Program<void> {
    return board.write(this.socket('write'), bufferOf(value))
  }

  protected read(count: number): Program<Uint8Array | null> {
    const sock = this.socket('read')
    // read(-1) means "until end of file"; a smaller count asks for more memory than there is.
    if (count < -1) throw new PythonError('MemoryError', 'memory allocation failed')
    return board.read(sock, count)
  }

  protected *sendStr(value: PyValue): Program<void> {
    yield* this.write(packUint16(len(value)))
    yield* this.write(value)
  }

  protected *recvLen(): Program<number> {
    let n = 0
    for (let scale = 1; ; scale *= 128) {
      const b = byteAt(yield* this.read(1), 0)
      n += (b & 0x7f) * scale
      if ((b & 0x80) === 0) return n
    }
  }
}

/** The remaining length as MQTT writes it: seven bits a byte, low ones first. */
export function remainingLength(size: number): number[] {
  const bytes: number[] = []
  let left = size
  for (; left > 0x7f; left >>= 7) bytes.push((left & 0x7f) | 0x80)
  return [...bytes, left]
}
