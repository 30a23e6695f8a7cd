// One device of a fleet, and the threads of its program. There are tens of thousands of these: no
// closures, no timers, no maps; what is rare (a second socket, a second thread) is made when needed.

import type { Program, PythonError, Signal, SocketHandle } from '../../board.ts'
import type { Fleet } from './fleet.ts'
import type { Timed } from './heap.ts'
import type { FleetSocket } from './socket.ts'

/** `down`: the device knows that it has no network. `blackhole`: what it sends and is sent vanishes. */
export type FleetNetwork = 'up' | 'down' | 'refuse' | 'blackhole'

/** What a task waits for. */
export type Waiting =
  | ('nothing' | 'start' | 'time' | 'connect' | 'read' | 'recv' | 'end of file' | 'instruction')
  | ('readable' | 'writable' | 'send' | 'signal' | 'woken')

/** A program, or a thread that it has started. */
export class FleetTask implements Timed {
  due = Number.POSITIVE_INFINITY
  readonly device: FleetDevice
  readonly program: Program<void>
  readonly handle: number
  alive = true
  running = false
  waiting: Waiting = 'start'
  socket: FleetSocket | null = null
  /** Of a read. Of a poll for writing: when its time is over. */
  count = 0
  /** What it waits for: a signal; bytes that are to be sent; woken by an exception: that. */
  subject: Signal | Uint8Array | PythonError | null = null
  readonly #fleet: Fleet

  constructor(device: FleetDevice, program: Program<void>, handle: number, fleet: Fleet) {
    this.device = device
    this.program = program
    this.handle = handle
    this.#fleet = fleet
  }

  /** Fires after so many milliseconds. */
  wait(duration: number): void {
    this.#fleet.at(this, this.#fleet.now() + duration)
  }

  fire(): void {
    this.#fleet.timeUp(this)
  }
}

export class FleetDevice implements Timed {
  /** The host's own moment: a message to publish, a ping, a boot. */
  due = Number.POSITIVE_INFINITY
  readonly index: number
  network: FleetNetwork = 'up'
  /** The main program; null when it has ended or the device is off. */
  main: FleetTask | null = null
  threads: FleetTask[] | null = null
  /** The newest socket, and those before it that nobody has closed. */
  socket: FleetSocket | null = null
  sockets: FleetSocket[] | null = null
  handles = 0
  tasks = 0
  bootedAt = 0
  /** State of its own chance, from the fleet's seed and its index. */
  chance: number
  readonly #fleet: Fleet

  constructor(index: number, seed: number, fleet: Fleet) {
    this.index = index
    this.chance = seed
    this.#fleet = fleet
  }

  /** The host's moments are what latencies are counted from. */
  get exact(): boolean {
    return true
  }

  /** Waits for the host's next word: nothing else keeps its program. */
  get idle(): boolean {
    return this.main !== null && this.main.waiting === 'instruction'
  }

  /** Whether a look for messages would find something: bytes, or an end that it has not seen. */
  get readable(): boolean {
    return this.socket?.readable ?? false
  }

  find(handle: SocketHandle): FleetSocket | null {
    if (this.socket?.handle === handle) return this.socket
    return this.sockets?.find((socket) => socket.handle === handle) ?? null
  }

  fire(now: number): void {
    this.#fleet.host.onTime(this, now)
  }

  /** A float in [0, 1); mulberry32, as in core/random.ts. */
  draw(): number {
    this.chance = (this.chance + 0x6d2b79f5) >>> 0
    const state = this.chance
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
