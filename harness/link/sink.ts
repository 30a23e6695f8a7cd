// The end of a disturbed direction: chunks leave here one after the other, each at its time and at its pace. What is
// recorded is what the receiver finds in the bytes, not what was meant: a decoder reads along with all that is not a
// packet as it came.

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
import type { FrameSlice } from './frame-slices.ts'
import { packetsIn } from './pipeline.ts'
import { truncated } from './truncated.ts'

/** What did not leave. */
export interface Lost {
  readonly packets: number
  /** Of a WebSocket, that carry no packets. */
  readonly frames: number
}

export interface SinkSettings {
  readonly clock: Clock
  /** Bytes of the stream that left before: offsets count from its start. */
  readonly sent: number
  /** Called before the bytes that complete the packet are written. */
  readonly record: (decoded: Decoded, by: Chunk['by']) => void
  readonly dialect: Dialect
  /** One write. */
  readonly write: (bytes: Uint8Array, frames: readonly FrameSlice[] | null) => void
  /** What was written by now may leave. */
  readonly flush: () => void
  /** The receiver takes no more at the moment: `run` is called when it does. */
  readonly isFull: () => boolean
  /** The first bytes of the packet that is coming in. */
  readonly begun: (bytes: number) => Uint8Array
  readonly cut: (mode: CutMode) => void
  /** What waited will never leave. */
  readonly onLost: (lost: Lost) => void
  /** Something has left later, on its own. */
  readonly onLater: () => void
}

/** What is written beside the stream of bytes: frames that carry none of it, and the end. */
export interface Beside {
  readonly kind: 'frame' | 'fin'
  readonly write: () => void
}

type Item = { readonly kind: 'chunk'; readonly chunk: Chunk } | Beside

/** Long chunks of a slow link come in so many steps a second. */
const STEPS_PER_SECOND = 20

/** No more is written in one turn of the event loop: many small segments must not stop everything else. */
const MAX_WRITES_PER_TURN = 256
const MAX_BYTES_PER_TURN = 1024 * 1024

export class Sink {
  readonly #settings: SinkSettings
  /** Reads what is not a packet as it came. */
  readonly #decoder: Decoder
  readonly #queue: Item[] = []
  /** The link's own, which go out before all that waits, at the next place between two packets. */
  readonly #injected: Item[] = []
  /** What may not go into the middle of a packet that passes in parts, while its last part has not come. */
  readonly #deferred: Chunk[] = []
  /** The latest chunk that came was a part, and not the last one. */
  #tailOpen = false
  /** The latest chunk that left was. */
  #partial = false
  /** Bytes of the first chunk that have left. */
  #gone = 0
  /** When the latest segment was due. */
  #paced = Number.NEGATIVE_INFINITY as Instant
  /** What leaves in one write with the next bytes. */
  #joined: Uint8Array[] = []
  #timer: Timer | null = null
  #running = false
  #waiting = 0
  /** Bytes that have left by now, from the start of the stream. */
  #position: number
  /** Bytes that the decoder was not shown. */
  #unread: number
  /** The packet as it came of which the receiver has a part. */
  #direct: { readonly start: number; readonly straight: boolean; chunk: Chunk } | null = null
  #toldUnfinished = false
  /** `link`: the packet that the receiver has a part of was begun by the link. */
  #begunBy: 'link' | null = null
  #over = false

  constructor(settings: SinkSettings) {
    this.#settings = settings
    this.#decoder = new Decoder(settings.dialect)
    this.#position = settings.sent
    this.#unread = settings.sent
  }

  get idle(): boolean {
    return this.#queue.length + this.#injected.length + this.#deferred.length + this.#joined.length === 0
  }

  /** What comes now would leave at once. */
  get isClear(): boolean {
    if (this.#queue.length + this.#deferred.length + this.#joined.length > 0) return false
    return this.#partial || this.#injected.length === 0
  }

  /** Whether the receiver stands between two packets, and knows it; or in one that passes as it comes. */
  get inStep(): boolean {
    return this.#decoder.pending === 0 && !this.#decoder.lost
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#waiting
  }

  /** The first `bytes` of the packet that is coming in have left before. */
  resume(bytes: number, chunk: Chunk): void {
    this.#direct = { start: this.#position - bytes, straight: true, chunk }
    this.#tailOpen = true
    this.#partial = true
  }

  /** Nobody can tell one packet from the next in what leaves. */
  get isLost(): boolean {
    return this.#decoder.lost
  }

  /** What has left cannot be cut into packets. */
  giveUp(): void {
    this.#decoder.giveUp()
  }

  push(chunk: Chunk): void {
    this.#waiting += chunk.bytes.length
    if (this.#tailOpen && chunk.part === null) this.#deferred.push(chunk)
    else {
      this.#queue.push({ kind: 'chunk', chunk })
      this.#tail(chunk)
    }
    this.run()
  }

  /** Goes out before all that waits, but not into the middle of a packet. */
  pushFirst(item: Chunk | Beside): void {
    if ('kind' in item) this.#injected.push(item)
    else {
      this.#injected.push({ kind: 'chunk', chunk: item })
      this.#waiting += item.bytes.length
    }
    this.run()
  }

  /** In order with the chunks. */
  pushBeside(item: Beside): void {
    this.#queue.push(item)
    this.run()
  }

  /** Writes at once what is recorded for both ends. To be called only when idle and in step. */
  through(chunk: Chunk): void {
    this.#begin(chunk, true)
    this.#position += chunk.bytes.length
    this.#unread += chunk.bytes.length
    this.#partial = chunk.part === 'more'
    if (!this.#partial) this.#complete(chunk)
    this.#settings.write(chunk.bytes, chunk.frames)
    this.#tail(chunk)
    if (this.#injected.length + this.#queue.length > 0) this.run()
  }

  /** What the receiver has of a packet is told already: both ends have seen the same. */
  bothSaw(): void {
    this.#toldUnfinished = true
  }

  /** The connection is over, or the stream: what the receiver has of a packet is told, once. */
  tellUnfinished(): void {
    if (this.#toldUnfinished) return
    const { record } = this.#settings
    const direct = this.#direct
    if (direct !== null) {
      const size = this.#position - direct.start
      if (direct.straight || size === 0) return
      this.#toldUnfinished = true
      record(truncated(this.#partOf(direct.chunk, size), direct.start, this.#settings.dialect.level), direct.chunk.by)
      return
    }
    const rest = this.#decoder.rest()
    if (rest === null) return
    this.#toldUnfinished = true
    record(truncated(rest.bytes, rest.offset + this.#unread, this.#settings.dialect.level), this.#begunBy ?? 'peer')
  }

  /** What waits is lost; how many packets and frames. */
  discard(): Lost {
    this.#over = true
    this.#timer?.cancel()
    this.#timer = null
    this.#gone = 0
    this.#waiting = 0
    this.#joined = []
    const items = [...this.#injected.splice(0), ...this.#queue.splice(0)]
    const chunks = items.flatMap((item) => (item.kind === 'chunk' ? [item.chunk] : []))
    return {
      packets: packetsIn(chunks) + this.#deferred.splice(0).length,
      frames: items.filter(({ kind }) => kind === 'frame').length,
    }
  }

  /** Looks again at what waits: the receiver takes more, or a pace is void. */
  run(): void {
    if (this.#running || this.#over) return
    this.#timer?.cancel()
    this.#timer = null
    this.#running = true
    let writes = 0
    let bytes = 0
    while (!this.#over && (this.#joined.length > 0 || !this.#settings.isFull())) {
      if (this.#joined.length === 0 && (writes >= MAX_WRITES_PER_TURN || bytes >= MAX_BYTES_PER_TURN)) {
        this.#later(this.#settings.clock.now())
        break
      }
      const before = this.#position
      if (!this.#next()) break
      writes++
      bytes += this.#position - before
    }
    this.#running = false
  }

  /** What waits to leave in one write leaves; to be called when no more of it comes at once. */
  flush(): void {
    if (this.#joined.length > 0) {
      const whole = Buffer.concat(this.#joined.splice(0))
      if (whole.length > 0) this.#settings.write(whole, null)
    }
    this.#settings.flush()
  }

  #later(when: Instant): void {
    this.flush()
    this.#timer = this.#settings.clock.at(when, () => {
      this.#timer = null
      this.run()
      this.flush()
      this.#settings.onLater()
    })
  }

  /** Between two packets, where something else may go. */
  get #between(): boolean {
    return this.#gone === 0 && !this.#partial
  }

  /** Writes what is next; false when nothing is, or when its time has not come. */
  #next(): boolean {
    const injected = this.#injected[0]
    if (injected !== undefined && this.#between) {
      this.#injected.shift()
      if (injected.kind !== 'chunk') injected.write()
      else {
        this.#waiting -= injected.chunk.bytes.length
        this.#begin(injected.chunk, false)
        this.#leave(injected.chunk.bytes, injected.chunk, true, false)
      }
      return true
    }
    const item = this.#queue[0]
    if (item === undefined) return false
    if (item.kind === 'chunk') return this.#step(item.chunk)
    this.#queue.shift()
    this.flush()
    if (item.kind === 'fin') this.#finish()
    item.write()
    return true
  }

  /** After the end nothing can leave any more. */
  #finish(): void {
    this.tellUnfinished()
    const { packets, frames } = this.discard()
    if (packets + frames > 0) this.#settings.onLost({ packets, frames })
  }

  /** Writes the next segment; false when its time has not come. */
  #step(chunk: Chunk): boolean {
    const { clock } = this.#settings
    const { delay, segment: most, gap, rate } = paceOf(chunk)
    const since = this.#gone === 0 ? after(chunk.since, delay) : this.#paced
    const base = since > this.#paced ? since : this.#paced
    const size = Math.min(most, Math.max(1, Math.ceil(rate / STEPS_PER_SECOND)))
    const segment = chunk.bytes.subarray(this.#gone, this.#gone + size)
    const due = after(base, waitBefore(segment, this.#gone, gap, rate))
    if (due > clock.now()) {
      this.#later(due)
      return false
    }
    if (this.#gone === 0) this.#begin(chunk, false)
    this.#paced = due
    this.#gone += segment.length
    this.#waiting -= segment.length
    const isLast = this.#gone >= chunk.bytes.length
    if (isLast) {
      this.#queue.shift()
      this.#gone = 0
    }
    this.#leave(segment, chunk, isLast, isLast && chunk.joined)
    if (isLast && chunk.cut !== null) {
      this.flush()
      this.tellUnfinished()
      this.#settings.cut(chunk.cut)
    }
    return true
  }

  /** The first byte of a chunk is about to leave. */
  #begin(chunk: Chunk, straight: boolean): void {
    if (this.#direct !== null) {
      const { start, straight: before } = this.#direct
      this.#direct = { start, straight: before && straight, chunk }
    } else if (!this.#partial && this.inStep && (chunk.came !== null || chunk.part !== null))
      this.#direct = { start: this.#position, straight, chunk }
  }

  #leave(segment: Uint8Array, chunk: Chunk, isLast: boolean, joined: boolean): void {
    const { record } = this.#settings
    const direct = this.#direct
    this.#position += segment.length
    if (isLast) this.#partial = chunk.part === 'more'
    if (direct !== null) {
      this.#unread += segment.length
      if (isLast && chunk.part !== 'more') {
        const { packet, raw } = chunk.came!
        record({ packet, raw, offset: direct.start }, chunk.by)
        this.#complete(chunk)
      }
    } else {
      let by = this.#begunBy ?? chunk.by
      const base = this.#unread
      for (const decoded of this.#decoder.push(segment)) {
        record({ ...decoded, offset: decoded.offset + base }, by)
        by = chunk.by
      }
      this.#begunBy = this.#decoder.pending > 0 && by === 'link' ? by : null
    }
    const asItCame = segment.length === chunk.bytes.length
    if (joined || this.#joined.length > 0) this.#joined.push(segment)
    else if (segment.length > 0) this.#settings.write(segment, asItCame ? chunk.frames : null)
    if (this.#joined.length > 0 && !joined) {
      const whole = Buffer.concat(this.#joined.splice(0))
      if (whole.length > 0) this.#settings.write(whole, null)
    }
  }

  /** A packet as it came has left. */
  #complete({ came }: Chunk): void {
    this.#direct = null
    if (came !== null && endsStream(came)) this.#decoder.giveUp()
  }

  /** What was deferred comes after the packet whose last part has come. */
  #tail(chunk: Chunk): void {
    this.#tailOpen = chunk.part === 'more'
    if (this.#tailOpen) return
    for (const chunk of this.#deferred.splice(0)) this.#queue.push({ kind: 'chunk', chunk })
  }

  /** The first bytes of a packet as it came. */
  #partOf(chunk: Chunk, size: number): Uint8Array {
    if (chunk.part === null) return chunk.bytes.subarray(0, size)
    const last = this.#queue.find((item) => item.kind === 'chunk' && item.chunk.part === 'last')
    const came = chunk.came ?? (last?.kind === 'chunk' ? last.chunk.came : null)
    return came === null ? this.#settings.begun(size) : came.raw.subarray(0, size)
  }
}

/** Its length is wrong: what comes after it cannot be cut into packets, by the receiver neither. */
const endsStream = ({ packet, raw }: Decoded): boolean =>
  packet.type === 'malformed' && raw.length === 5 && raw.subarray(1).every((byte) => byte >= 0x80)

/** What is left of a chunk's paces when those of released disturbances are void. */
function paceOf({ paces }: Chunk): { delay: Duration; segment: number; gap: Duration; rate: number } {
  let delay = 0
  let gap = 0
  let segment = Number.POSITIVE_INFINITY
  let rate = Number.POSITIVE_INFINITY
  for (const pace of paces) {
    if (pace.owner.released) continue
    delay += pace.delay ?? 0
    gap = Math.max(gap, pace.gap ?? 0)
    segment = Math.min(segment, pace.segment ?? segment)
    rate = Math.min(rate, pace.rate ?? rate)
  }
  return { delay: delay as Duration, segment, gap: gap as Duration, rate }
}

function waitBefore(segment: Uint8Array, gone: number, gap: Duration, rate: number): Duration {
  const pace = Number.isFinite(rate) ? (segment.length / rate) * 1000 : 0
  return ((gone === 0 ? 0 : gap) + pace) as Duration
}
