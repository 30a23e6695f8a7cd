// The end of a disturbed direction: parcels leave here one after the other, each at its time and at its pace. A
// decoder reads along, so that what is recorded is what the receiver finds in the bytes, not what was meant.

import {
  after,
  type Clock,
  type Decoded,
  Decoder,
  type Dialect,
  type Duration,
  type Instant,
  type Timer,
} from '../../emulators/index.ts'
import type { Chunk, CutMode } from './disturbances/disturbance.ts'
import { truncated } from './truncated.ts'

export interface OutletSettings {
  readonly clock: Clock
  /** Bytes of the stream that left before: offsets count from its start. */
  readonly sent: number
  /** Called before the bytes that complete the packet are written. */
  readonly record: (decoded: Decoded, by: Chunk['by']) => void
  readonly dialect: Dialect
  /** One write. */
  readonly write: (bytes: Uint8Array) => void
  readonly cut: (mode: CutMode) => void
  /** Something has left later, by itself. */
  readonly onLater: () => void
}

/** Long parcels of a slow link come in so many steps a second. */
const STEPS = 20

export class Outlet {
  readonly #settings: OutletSettings
  readonly #decoder: Decoder
  readonly #queue: Chunk[] = []
  /** Bytes of the first parcel that have left. */
  #gone = 0
  /** When the line is free for the next byte. */
  #free = Number.NEGATIVE_INFINITY as Instant
  /** What leaves in one write with the next bytes. */
  #joined: Uint8Array[] = []
  #timer: Timer | null = null
  #running = false
  #bytes = 0
  #told = false
  /** `link`: the packet that the receiver has a part of was begun by the link. */
  #begunBy: 'link' | null = null

  constructor(settings: OutletSettings) {
    this.#settings = settings
    this.#decoder = new Decoder(settings.dialect)
  }

  get idle(): boolean {
    return this.#queue.length === 0 && this.#joined.length === 0
  }

  /** Whether the receiver stands between two packets, and knows it. */
  get inStep(): boolean {
    return this.#decoder.pending === 0 && !this.#decoder.lost
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#bytes
  }

  push(parcel: Chunk): void {
    this.#queue.push(parcel)
    this.#bytes += parcel.bytes.length
    this.#run()
  }

  /** Before all that waits, but not into the middle of a parcel. */
  pushFirst(parcel: Chunk): void {
    this.#queue.splice(this.#gone > 0 ? 1 : 0, 0, parcel)
    this.#bytes += parcel.bytes.length
    this.#timer?.cancel()
    this.#timer = null
    this.#run()
  }

  /** Writes at once what was recorded already. To be called only when idle. */
  through(bytes: Uint8Array): void {
    this.#decoder.push(bytes)
    this.#settings.write(bytes)
  }

  /** Bytes that have left before it began to read along. */
  resume(bytes: Uint8Array): void {
    this.#decoder.push(bytes)
  }

  /** The connection is over: what the receiver has of a packet is told, once. */
  tellUnfinished(): void {
    const rest = this.#decoder.rest()
    if (rest === null || this.#told) return
    this.#told = true
    const { sent, record } = this.#settings
    record(truncated(rest.bytes, rest.offset + sent), 'peer')
  }

  /** What waits is lost; the number of parcels. */
  discard(): number {
    this.#timer?.cancel()
    this.#timer = null
    this.#gone = 0
    this.#bytes = 0
    this.#joined = []
    return this.#queue.splice(0).length
  }

  #run(): void {
    if (this.#running || this.#timer !== null) return
    this.#running = true
    let parcel = this.#queue[0]
    while (parcel !== undefined) {
      if (!this.#step(parcel)) break
      parcel = this.#queue[0]
    }
    this.#running = false
  }

  /** Writes the next segment; false when its time has not come. */
  #step(parcel: Chunk): boolean {
    const { clock } = this.#settings
    if (this.#gone === 0 && parcel.notBefore > this.#free) this.#free = parcel.notBefore
    const size = Math.min(parcel.segment, Math.max(1, Math.ceil(parcel.rate / STEPS)))
    const segment = parcel.bytes.subarray(this.#gone, this.#gone + size)
    const due = after(this.#free, waitBefore(segment, this.#gone, parcel))
    if (due > clock.now()) {
      this.flush()
      this.#timer = clock.at(due, () => {
        this.#timer = null
        this.#run()
        this.flush()
        this.#settings.onLater()
      })
      return false
    }
    this.#free = due
    this.#gone += segment.length
    this.#bytes -= segment.length
    const isLast = this.#gone >= parcel.bytes.length
    if (isLast) {
      this.#queue.shift()
      this.#gone = 0
    }
    this.#leave(segment, parcel, isLast && parcel.joined)
    if (isLast && parcel.cut !== null) {
      this.flush()
      this.tellUnfinished()
      this.#settings.cut(parcel.cut)
    }
    return true
  }

  #leave(segment: Uint8Array, parcel: Chunk, joined: boolean): void {
    let by = this.#begunBy ?? parcel.by
    for (const decoded of this.#decoder.push(segment)) {
      const { sent, record } = this.#settings
      record({ ...decoded, offset: decoded.offset + sent }, by)
      by = parcel.by
    }
    this.#begunBy = this.#decoder.pending > 0 && by === 'link' ? by : null
    if (joined || this.#joined.length > 0) this.#joined.push(segment)
    else if (segment.length > 0) this.#settings.write(segment)
    if (!joined) this.flush()
  }

  /** What waits to leave in one write leaves; to be called when no more of it comes at once. */
  flush(): void {
    if (this.#joined.length === 0) return
    const whole = Buffer.concat(this.#joined.splice(0))
    if (whole.length > 0) this.#settings.write(whole)
  }
}

function waitBefore(segment: Uint8Array, gone: number, { gap, rate }: Chunk): Duration {
  const pace = Number.isFinite(rate) ? (segment.length / rate) * 1000 : 0
  return ((gone === 0 ? 0 : gap) + pace) as Duration
}
