// A `net.Server` that listens in memory.

import { EventEmitter } from 'node:events'
import type { Listeners } from './listeners.ts'
import type { Poll, Pollable } from './poll.ts'
import { type MemorySocket, type MemorySocketOptions, systemError } from './socket.ts'

export class MemoryServer extends EventEmitter implements Pollable {
  listening = false
  maxConnections: number | undefined
  readonly options: MemorySocketOptions
  readonly #listeners: Listeners<MemoryServer>
  readonly #connections = new Set<MemorySocket>()
  #address: { readonly address: string; readonly port: number } | null = null
  #closing = false
  #queue: (() => void)[] = []

  constructor(listeners: Listeners<MemoryServer>, options: MemorySocketOptions) {
    super()
    this.#listeners = listeners
    this.options = options
  }

  listen(...args: unknown[]): this {
    const heard = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
    const [first, second] = args
    const { port = 0, host = '0.0.0.0' } =
      typeof first === 'object' && first !== null
        ? (first as { port?: number; host?: string })
        : { port: Number(first ?? 0), host: typeof second === 'string' ? second : undefined }
    if (heard !== undefined) this.once('listening', heard)
    const taken = this.#listeners.add(host, port, this)
    if (taken === null) {
      const error = systemError('listen', 'EADDRINUSE', { address: host, port })
      process.nextTick(() => this.emit('error', error))
      return this
    }
    this.#address = { address: host, port: taken }
    this.listening = true
    process.nextTick(() => this.listening && this.emit('listening'))
    return this
  }

  address(): object | null {
    if (this.#address === null) return null
    return { ...this.#address, family: this.#address.address.includes(':') ? 'IPv6' : 'IPv4' }
  }

  /** Somebody has connected: to be accepted in the next turn. */
  hear(poll: Poll, accept: () => void): void {
    this.#queue.push(accept)
    poll.wake(this)
  }

  get isReady(): boolean {
    return this.#queue.length > 0
  }

  serve(): void {
    for (const accept of this.#queue.splice(0)) accept()
  }

  accept(socket: MemorySocket): void {
    this.#connections.add(socket)
    socket.onLeave = () => {
      this.#connections.delete(socket)
      this.#closeIfOver()
    }
    this.emit('connection', socket)
  }

  close(heard?: (error?: Error) => void): this {
    if (heard !== undefined) {
      if (this.listening) this.once('close', heard)
      else
        process.nextTick(heard, Object.assign(new Error('Server is not running.'), { code: 'ERR_SERVER_NOT_RUNNING' }))
    }
    if (!this.listening) return this
    this.listening = false
    this.#listeners.remove(this)
    this.#closing = true
    this.#closeIfOver()
    return this
  }

  getConnections(heard: (error: null, count: number) => void): this {
    process.nextTick(heard, null, this.#connections.size)
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.listening) await new Promise<void>((resolve) => void this.close(() => resolve()))
  }

  #closeIfOver(): void {
    if (!this.#closing || this.#connections.size > 0) return
    this.#closing = false
    process.nextTick(() => this.emit('close'))
  }
}
