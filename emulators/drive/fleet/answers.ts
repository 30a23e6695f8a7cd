// What a fleet answers its programs without their leaving: the calls that never wait, for the task that runs. What they
// mean is in calls.ts; whatever is not plain (a socket that is closed, a buffer that is full) is left to it.

import type { AtOnce } from '../../at-once.ts'
import type { FleetTask } from './device.ts'
import type { Fleet } from './fleet.ts'
import type { FleetSocket } from './socket.ts'
import type { WriteCoalescer } from './write-coalescer.ts'

/** More than that in Node's hands, and a blocking write waits. */
export const FULL = 64 * 1024

export class FleetAnswers implements AtOnce {
  task: FleetTask | null = null
  left = 0
  readonly #fleet: Fleet
  readonly #out: WriteCoalescer

  constructor(fleet: Fleet, out: WriteCoalescer) {
    this.#fleet = fleet
    this.#out = out
  }

  now(): number {
    return this.#fleet.now() - this.task!.device.bootedAt
  }

  self(): number {
    return this.task!.handle
  }

  available(socket: number): number {
    const found = this.#find(socket)
    return found?.state === 'open' ? found.unread : 0
  }

  socketState(socket: number): number {
    return this.#find(socket)?.tcpState ?? -1
  }

  random(low: number, high: number): number {
    return low + Math.floor(this.task!.device.draw() * (high - low + 1))
  }

  takes(socket: number, bytes: Uint8Array): boolean {
    const found = this.#find(socket)
    if (found === null || found.queued >= FULL || found.refuses) return false
    this.#out.write(found, bytes)
    return true
  }

  read(socket: number, count: number, exact: boolean): Uint8Array | undefined {
    const found = this.#find(socket)
    if (found?.state !== 'open' || found.reader !== null) return undefined
    // To the end of the file is a wait.
    return count >= 0 && found.unread >= (exact ? count : 1) ? found.take(count, exact) : undefined
  }

  isReady(socket: number, until: 'readable' | 'writable'): boolean {
    const found = this.#find(socket)
    if (found === null) return false
    const ready = until === 'readable' ? found.ready : found.state === 'open' && found.queued < FULL
    if (ready) this.#out.part()
    return ready
  }

  hasNothing(socket: number): boolean {
    const found = this.#find(socket)
    return found !== null && found.state === 'open' && !found.ready
  }

  setTimeout(socket: number, timeout: number): boolean {
    const found = this.#find(socket)
    if (found !== null) found.timeout = timeout
    return found !== null
  }

  #find(socket: number): FleetSocket | null {
    return this.task!.device.find(socket)
  }
}
