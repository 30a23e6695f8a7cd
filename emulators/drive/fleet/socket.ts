// A board's socket in a fleet, on its wire: what socket.ts and tcp.ts are together for one device, in one object of
// a few fields. Two liberties are taken that single-board.ts does not take: the writes that a program makes
// before it waits leave as one, and a write that the kernel does not take at once is queued by Node.

import { osError, type PythonError, type SocketHandle, type TlsRequest } from '../../board.ts'
import { errnoOf } from '../tcp.ts'
import type { FleetDevice, FleetTask } from './device.ts'
import type { Fleet } from './fleet.ts'
import type { Connecting } from './window.ts'
import { ARRIVED, fleetWire, plainWire, reset, secureWire, type Wired, type WireEnd } from './wire.ts'

/** The first byte of a CONNACK, and how many it has. */
const CONNACK = 0x20
const CONNACK_BYTES = 4
/** So many ports of our own choice are tried for one connect. */
const MOST_PORTS = 50
const NOTHING_READ = Buffer.alloc(0)
/** Every connect that does not block ends with it: one for all. */
const IN_PROGRESS = osError('EINPROGRESS')
/** A one-byte read is the commonest of all. */
const BYTES: readonly Uint8Array[] = Array.from({ length: 256 }, (_, k) => Uint8Array.of(k))

export type SocketState = 'new' | 'connecting' | 'open' | 'closed'

export class FleetSocket implements Connecting, WireEnd {
  readonly handle: SocketHandle
  readonly device: FleetDevice
  state: SocketState = 'new'
  /** -1 blocks for ever, 0 does not block, else milliseconds. */
  timeout = -1
  /** The peer will send no more. */
  ended = false
  dead = false
  /** Whoever looks for messages has been told once that this connection is over. */
  noticed = false
  /** First come, first served; nearly always one or none. */
  reader: FleetTask | null = null
  others: FleetTask[] | null = null
  #fleet: Fleet
  #net: Wired | null = null
  #error: string | null = null
  #bytes: Uint8Array = NOTHING_READ
  #at = 0
  #end = 0
  #connector: FleetTask | null = null
  #host = ''
  #port = 0
  /** Of the host, and the one that is being tried. */
  #addresses: readonly string[] = []
  #address = ''
  #tls: TlsRequest | undefined
  #tries = 0
  /** Of the broker's first packet: how many bytes have come, its type, and the flags of a CONNACK. */
  #seen = 0
  #first = 0
  #flags = 0
  #told = false

  constructor(handle: SocketHandle, device: FleetDevice, fleet: Fleet) {
    this.handle = handle
    this.device = device
    this.#fleet = fleet
  }

  get unread(): number {
    return this.#end - this.#at
  }

  /** Something to read, or an end that nobody has been told of. */
  get readable(): boolean {
    return this.#end > this.#at || ((this.ended || this.dead) && !this.noticed)
  }

  /** What `select` finds for reading. */
  get ready(): boolean {
    return this.state === 'open' && (this.#end > this.#at || this.ended || this.dead)
  }

  /** As lwIP numbers them. */
  get tcpState(): number {
    if (this.state === 'new') return 0
    if (this.state === 'connecting') return 2
    return this.state === 'closed' || this.dead ? -1 : this.ended ? 7 : 4
  }

  /** The errno of a call that cannot even begin; null: the task waits for the connection. */
  connect(task: FleetTask, host: string, port: number, tls: TlsRequest | undefined): PythonError | null {
    if (this.state === 'closed') return osError('EBADF')
    if (this.state !== 'new') return osError(this.state === 'open' ? 'EISCONN' : 'EALREADY')
    this.state = 'connecting'
    this.#host = host
    this.#port = port
    this.#tls = tls
    this.#connector = task
    this.#tries = 0
    if (this.timeout > 0) task.wait(this.timeout)
    this.#fleet.host.onConnectCall?.(this.device, this.#fleet.now())
    const { network } = this.device
    if (network === 'refuse') queueMicrotask(() => this.#failed('ECONNREFUSED'))
    else if (network === 'down') queueMicrotask(() => this.#failed('EHOSTUNREACH'))
    else if (network === 'up') this.#fleet.enter(this)
    if (this.timeout === 0) {
      this.#connector = null
      return IN_PROGRESS
    }
    return null
  }

  /** The window's turn. */
  begin(): void {
    if (this.state !== 'connecting') {
      this.#fleet.window.leave(this, this.#fleet.now())
      return
    }
    const { device } = this
    const fleet = this.#fleet
    if (this.#tries === 0) fleet.host.onConnecting?.(device, fleet.now())
    fleet.names.find(this.#host, (error, addresses) => {
      if (this.state !== 'connecting' || this.#net !== null) return
      if (error !== null) {
        this.#failed(errnoOf(error))
        return
      }
      this.#addresses = addresses
      this.#dial(addresses[0]!)
    })
  }

  #dial(address: string): void {
    const { device } = this
    const fleet = this.#fleet
    this.#address = address
    const where = {
      host: address,
      port: this.#port,
      noDelay: true,
      autoSelectFamily: false,
      ...fleet.sources.next(),
    }
    if (this.#tls !== undefined) this.#net = secureWire(this, where, this.#tls, fleet.host.secure?.(device))
    else if (fleet.clock !== undefined) this.#net = plainWire(this, where)
    else {
      const wire = fleetWire(this)
      this.#net = wire
      wire.connect(where as never)
    }
  }

  /** The network of the device is back: a connect that hung begins now. */
  resume(): void {
    if (this.state === 'connecting' && this.#net === null) this.#fleet.enter(this)
  }

  /** The connect's own time limit. */
  timedOut(task: FleetTask): boolean {
    if (this.#connector !== task) return false
    this.#connector = null
    this.#leave()
    this.state = 'new'
    this.#fleet.host.onFailed?.(this.device, 'ETIMEDOUT', this.#fleet.now())
    return true
  }

  /** The kernel's answer to bytes that are to be sent: null when it takes them. */
  refusal(): PythonError | null {
    if (this.state === 'closed') return osError('EBADF')
    // As lwIP says it of a connect that does not block; how it has failed, the first call meets.
    if (this.state === 'connecting' && this.timeout === 0) return IN_PROGRESS
    if (this.state !== 'open') return osError(this.#takeError() ?? 'ENOTCONN')
    if (this.dead) return osError(this.#takeError() ?? 'EPIPE')
    return null
  }

  /** Whether `refusal` has something to say. */
  get refuses(): boolean {
    return this.state !== 'open' || this.dead
  }

  /** Sends; a device whose network is down sends into nothing. */
  send(bytes: Uint8Array): void {
    const net = this.#net
    if (net === null || this.dead || this.state !== 'open' || this.device.network !== 'up') return
    // A non-blocking write into a full buffer is lost; the libraries do not look at the count.
    if (this.timeout === 0 && net.writableLength > 0) return
    net.write(bytes)
  }

  /** Bytes in Node's hands that the kernel has not taken. */
  get queued(): number {
    return this.#net?.writableLength ?? 0
  }

  /** What a reader can have now; undefined when it must wait, or raise what `error` then holds. */
  take(count: number, exact: boolean): Uint8Array | undefined {
    const have = this.#end - this.#at
    if (have >= count || (!exact && have > 0)) return this.#cut(Math.min(count, have))
    if (this.#error !== null) {
      this.#at = this.#end
      return undefined
    }
    return this.ended || this.dead ? this.#cut(have) : undefined
  }

  /** The errno that a read or write is to raise, once. */
  get error(): string | null {
    return this.#error
  }
  takeError(): PythonError {
    return osError(this.#takeError() ?? 'EPIPE')
  }

  /** What a read had collected is lost when it times out. */
  drop(): void {
    this.#at = this.#end
  }

  takeAll(): Uint8Array {
    return this.#cut(this.#end - this.#at)
  }

  close(): void {
    const net = this.#detach('given up without a CONNACK')
    if (net === null) return
    if (net.writableLength > 0) net.destroySoon()
    else net.destroy()
  }

  /** `reset`: RST. `vanish`: nothing is told; the broker keeps half a connection until it notices. */
  cut(how: 'reset' | 'vanish'): void {
    const net = this.#detach(null)
    if (net === null) return
    if (how === 'reset' || net.connecting) reset(net)
    else this.#fleet.adoptOrphan(net)
  }

  /** Closed for the device; what is left of the connection, for whoever ends it. */
  #detach(why: string | null): Wired | null {
    if (this.state === 'closed') return null
    const net = this.#net
    this.#lost(why)
    this.#leave()
    this.state = 'closed'
    this.#net = null
    if (net !== null) net.of = null
    return net
  }

  /** The network did this to a connection whose device lives on. */
  break(how: 'close' | 'reset'): void {
    const net = this.#net
    if (this.state !== 'open' || net === null) return
    net.of = null
    this.#net = null
    if (how === 'reset') reset(net)
    else net.destroy()
    if (how === 'reset') this.#die('ECONNRESET')
    else this.#over()
  }

  arrived(count: number): void {
    const fleet = this.#fleet
    fleet.window.leave(this, fleet.now())
    // A dead network's bytes reach nobody.
    if (this.device.network !== 'up' && this.device.network !== 'refuse') return
    if (this.#seen < CONNACK_BYTES) this.#lookAtAnswer(count)
    if (this.#at === this.#end) {
      this.#bytes = ARRIVED
      this.#at = 0
      this.#end = count
    } else {
      const have = this.#end - this.#at
      const both = new Uint8Array(have + count)
      both.set(this.#bytes.subarray(this.#at, this.#end))
      both.set(ARRIVED.subarray(0, count), have)
      this.#bytes = both
      this.#at = 0
      this.#end = have + count
    }
    fleet.serve(this, true)
    if (this.#at === this.#end) this.#bytes = NOTHING_READ
    else if (this.#bytes === ARRIVED) {
      this.#bytes = Uint8Array.prototype.slice.call(ARRIVED, this.#at, this.#end)
      this.#end -= this.#at
      this.#at = 0
    }
  }

  /** [MQTT 3.1.1, 3.2]: fixed header 20 02, session-present flag, return code; perhaps in pieces. In MQTT 5 it is longer. */
  #lookAtAnswer(count: number): void {
    const { host } = this.#fleet
    for (let k = 0; k < count && this.#seen < CONNACK_BYTES; k++, this.#seen++) {
      const byte = ARRIVED[k]!
      if (this.#seen === 0) this.#first = byte
      else if (this.#seen === 1 && byte >= 128)
        this.#seen-- // its length goes on
      else if (this.#seen === 2) this.#flags = byte
      else if (this.#seen === 3 && this.#first === CONNACK)
        host.onConnack?.(this.device, byte, (this.#flags & 1) === 1, this.#fleet.now())
    }
  }

  opened(): void {
    if (this.state !== 'connecting') return
    this.state = 'open'
    const fleet = this.#fleet
    if (this.#addresses.length > 1) fleet.names.answered(this.#host, this.#address)
    fleet.host.onOpen?.(this.device, fleet.now())
    const task = this.#waiter()
    if (task !== null) fleet.resume(task, task.waiting === 'writable' ? true : undefined)
  }

  /** Whoever waits for the connection, in `connect` or in a poll; nobody any more after this. */
  #waiter(): FleetTask | null {
    const task = this.#connector
    this.#connector = null
    return task?.socket === this && (task.waiting === 'connect' || task.waiting === 'writable') ? task : null
  }

  /** A poll that waits until a connect that does not block is over. */
  awaitConnection(task: FleetTask): void {
    this.#connector = task
  }

  over(): void {
    this.#fleet.window.leave(this, this.#fleet.now())
    this.#over()
  }

  #over(): void {
    if (this.ended) return
    this.#lost('closed before CONNACK')
    this.ended = true
    this.#fleet.serve(this, false)
  }

  failedWith(error: Error): void {
    const errno = errnoOf(error)
    if (this.state !== 'connecting') {
      this.#die(errno)
      return
    }
    this.#net!.of = null
    // The port that we chose is taken, or still waits for the last segments of an old connection.
    if ((errno === 'EADDRINUSE' || errno === 'EADDRNOTAVAIL') && this.#tries++ < MOST_PORTS) {
      this.#dial(this.#address)
      return
    }
    const next = this.#addresses[this.#addresses.indexOf(this.#address) + 1]
    if (next !== undefined) {
      this.#tries = 0
      this.#dial(next)
      return
    }
    if (this.#addresses.length > 1) this.#fleet.names.forget(this.#host)
    this.#failed(errno)
  }

  gone(): void {
    const fleet = this.#fleet
    fleet.window.leave(this, fleet.now())
    if (this.#net === null) return
    this.#net = null
    if (this.state === 'open' && !this.dead && !this.ended) this.#die('ECONNRESET')
  }

  #failed(errno: string): void {
    if (this.state !== 'connecting') return
    const fleet = this.#fleet
    if (this.#net !== null) this.#net.of = null
    this.#net = null
    this.state = 'new'
    fleet.window.leave(this, fleet.now())
    fleet.host.onFailed?.(this.device, errno, fleet.now())
    const task = this.#waiter()
    if (task?.waiting !== 'connect') this.#error = errno
    // A name that nobody knows is getaddrinfo's error on these boards, not an errno.
    if (task?.waiting === 'connect') fleet.raise(task, osError(errno === 'ENOTFOUND' ? -2 : errno))
    else if (task !== null) fleet.resume(task, true)
  }

  #die(errno: string): void {
    if (this.state !== 'open' || this.dead) return
    this.#lost(`${errno} before CONNACK`)
    this.dead = true
    // After the peer's FIN the kernel reports a reset to writers only; readers have their end of file.
    if (!this.ended) this.#error = errno
    this.#fleet.serve(this, false)
  }

  /** Out of the window, and nobody is told any more. */
  #leave(): void {
    if (this.state === 'connecting') {
      this.#fleet.window.forget(this)
      if (this.#net !== null) {
        this.#net.of = null
        if (this.#net.connecting) this.#net.destroy()
      }
      this.#net = this.#net?.connecting === true ? null : this.#net
    }
    this.#fleet.window.leave(this, this.#fleet.now())
  }

  /** Told once, whoever ended the connection. `why`: the reason, for one that had no CONNACK; null: the device was halted. */
  #lost(why: string | null): void {
    if (this.state !== 'open' || this.ended || this.dead || this.#told) return
    this.#told = true
    const { host } = this.#fleet
    const connacked = this.#seen === CONNACK_BYTES && this.#first === CONNACK
    if (connacked) host.onLost?.(this.device, this.#fleet.now())
    else if (why !== null) host.onFailed?.(this.device, why, this.#fleet.now())
  }

  #takeError(): string | null {
    const error = this.#error
    this.#error = null
    return error
  }

  #cut(count: number): Uint8Array {
    const from = this.#at
    this.#at += count
    if (count === 1) return BYTES[this.#bytes[from]!]!
    return Uint8Array.prototype.slice.call(this.#bytes, from, from + count)
  }
}
