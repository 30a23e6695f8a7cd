// A `net.Socket` whose connection is in memory. It keeps to what Node's does: half-open ends, RST and its errors,
// a close that is heard of one turn later.

import { Duplex } from 'node:stream'
import type { World } from '../world.ts'
import type { Poll } from './poll.ts'
import { TcpEnd } from './tcp.ts'

export interface Address {
  readonly address: string
  readonly port: number
}

export interface MemorySocketOptions {
  readonly allowHalfOpen?: boolean | undefined
  readonly noDelay?: boolean | undefined
}

type Done = (error?: Error | null) => void

export const systemError = (syscall: string, code: string, more: object = {}): NodeJS.ErrnoException =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall, ...more })

export class MemorySocket extends Duplex {
  connecting = true
  bytesRead = 0
  bytesWritten = 0
  timeout = 0
  /** Called when it is destroyed, before anybody hears of it. */
  onLeave: () => void = () => {}
  localAddress: string | undefined
  localPort: number | undefined
  remoteAddress: string | undefined
  remotePort: number | undefined
  readonly tcp: TcpEnd
  readonly #world: World
  /** What came and was not asked for yet. */
  #inbox: Buffer[] = []
  #wanted = false
  #finCame = false
  #resets = false
  #waiting: (() => void) | null = null
  #idle: NodeJS.Timeout | null = null

  constructor(world: World, poll: Poll, { allowHalfOpen = false, noDelay = false }: MemorySocketOptions = {}) {
    super({ allowHalfOpen, emitClose: false, autoDestroy: true })
    this.#world = world
    this.tcp = new TcpEnd(world, poll, {
      data: (bytes) => this.#arrived(bytes),
      fin: () => {
        this.#finCame = true
        this.#deliver()
      },
      reset: (errno) => this.destroy(systemError('read', errno)),
      room: () => this.#goOn(),
    })
    this.tcp.noDelay = noDelay
  }

  get remoteFamily(): string | undefined {
    return familyOf(this.remoteAddress)
  }

  get localFamily(): string | undefined {
    return familyOf(this.localAddress)
  }

  get pending(): boolean {
    return this.connecting
  }

  get readyState(): string {
    if (this.connecting) return 'opening'
    if (this.readable) return this.writable ? 'open' : 'readOnly'
    return this.writable ? 'writeOnly' : 'closed'
  }

  address(): object {
    return this.localAddress === undefined
      ? {}
      : { address: this.localAddress, port: this.localPort, family: this.localFamily }
  }

  /** The connection stands. */
  connected(local: Address, remote: Address): void {
    this.connecting = false
    this.localAddress = local.address
    this.localPort = local.port
    this.remoteAddress = remote.address
    this.remotePort = remote.port
    this.#goOn()
    this.emit('connect')
    this.emit('ready')
  }

  setNoDelay(noDelay = true): this {
    this.tcp.noDelay = noDelay
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setTimeout(ms: number, heard?: () => void): this {
    this.timeout = ms
    if (heard !== undefined) this.once('timeout', heard)
    this.#touch()
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  resetAndDestroy(): this {
    if (this.connecting && !this.destroyed) this.once('connect', () => this.#resetNow())
    else if (this.destroyed) this.destroy()
    else this.#resetNow()
    return this
  }

  override _read(): void {
    this.#wanted = true
    this.#deliver()
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    if (this.connecting) {
      this.#waiting = () => this._write(chunk, _encoding, done)
      return
    }
    const { errno } = this.tcp
    if (errno !== null) {
      done(systemError('write', errno))
      return
    }
    this.#touch()
    this.bytesWritten += chunk.length
    this.tcp.send(Buffer.from(chunk))
    if (this.tcp.isFull) this.#waiting = () => done()
    else done()
  }

  override _writev(chunks: { chunk: Buffer; encoding: string }[], done: Done): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', done)
  }

  override _final(done: Done): void {
    if (this.connecting) {
      this.#waiting = () => this._final(done)
      return
    }
    this.tcp.fin()
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.tcp.close(this.#resets || this.#inbox.length > 0 ? 'reset' : 'fin')
    this.#inbox = []
    this.#waiting = null
    this.onLeave()
    // As libuv: what was to be closed is closed at the end of the turn, and an error is heard of before that.
    this.#world.immediate(() => this.emit('close', error !== null))
    done(error)
  }

  #resetNow(): void {
    this.#resets = true
    this.destroy()
  }

  #arrived(bytes: Buffer): void {
    this.#touch()
    this.bytesRead += bytes.length
    this.#inbox.push(bytes)
    this.#deliver()
  }

  #deliver(): void {
    while (this.#wanted && this.#inbox.length > 0) {
      const bytes = this.#inbox.shift()!
      this.#wanted = false
      this.tcp.taken(bytes.length)
      if (this.push(bytes)) this.#wanted = true
    }
    if (this.#finCame && this.#inbox.length === 0 && !this.readableEnded) {
      this.#finCame = false
      this.push(null)
      // Nobody may be reading: its end is heard of all the same, as from Node.
      if (this.readableLength === 0) this.read(0)
    }
  }

  #goOn(): void {
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.()
  }

  #touch(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = this.timeout > 0 ? setTimeout(() => this.emit('timeout'), this.timeout) : null
  }
}

const familyOf = (address: string | undefined): string | undefined =>
  address === undefined ? undefined : address.includes(':') ? 'IPv6' : 'IPv4'
