// One direction of one connection: all that comes passes through here, is recorded, and goes on. The record
// comes before the bytes, so that no answer can stand in the timeline before its question. Undisturbed, bytes
// go on as they come; with a disturbance at work packets do, one by one.

import { type Clock, type Decoded, Decoder, type Dialect, type Instant, Problem } from '../../emulators/index.ts'
import type { FaultEvent } from '../evidence/index.ts'
import { Brake, type Pausable } from './brake.ts'
import type { CutMode } from './disturbances/disturbance.ts'
import { Disturbed } from './disturbed.ts'
import { decide, type FrameSlice, type StreamFrame } from './frame-slices.ts'
import type { Rule } from './rule.ts'
import type { Lost } from './sink.ts'
import type { LinkEnd } from './state.ts'
import { truncated } from './truncated.ts'

/** What became of a packet, as the record says it. */
export interface Fate {
  /** False when the bytes that completed the packet are not passed on. */
  readonly delivered: boolean
  readonly end?: LinkEnd
  readonly by?: 'link'
  readonly held?: true
}

/** A packet, and when its first byte came, where that was well before its last. */
export interface Arrived extends Decoded {
  readonly begunAt?: Instant
}

/** Where bytes come from: a socket, or what makes a stream of them. */
export interface ByteSource extends Pausable {
  /** `frame`: what the bytes are the payload of. */
  on(event: 'data', heard: (bytes: Buffer, frame?: StreamFrame) => void): unknown
}

/** Where bytes go to. */
export interface ByteSink {
  readonly writable: boolean
  /** More should not be written before `drain`. */
  readonly isFull: boolean
  /** @param frames what the bytes came in, when they are still those */
  write(bytes: Uint8Array, frames: readonly FrameSlice[] | null): void
  /** What was written may leave. */
  flush(): void
  on(event: 'drain', heard: () => void): unknown
}

/** How much a link may hold. */
export interface FlowLimits {
  /** Bytes of one packet. */
  readonly packet: number
  /** Bytes of the packets that disturbances keep in one direction of a connection. */
  readonly held: number
}

export interface FlowSettings {
  readonly source: ByteSource
  /** Null: there is no other side, the bytes are swallowed from the start. */
  readonly sink: ByteSink | null
  /** What this connection speaks; the other direction has the same. */
  readonly dialect: Dialect
  /** Where the source is. */
  readonly from: LinkEnd
  readonly clock: Clock
  readonly limits: FlowLimits
  /** The time of the record. */
  readonly now: () => Instant
  readonly record: (decoded: Arrived, fate: Fate) => void
  /** Bytes that belong to no packet, because the stream cannot be cut into packets any more. */
  readonly recordBytes: (bytes: Uint8Array, offset: number, delivered: boolean) => void
  readonly recordFault: (fault: FaultEvent) => void
  /** After bytes that were swallowed. */
  readonly onSwallowed: () => void
  /** A disturbance ends the connection. */
  readonly onCut: (mode: CutMode) => void
  /** What waited will never leave. */
  readonly onLost: (lost: Lost) => void
  readonly onLimit: (problem: Problem) => void
}

/** A packet that was longer on its way has a time for its first byte. */
const WELL_BEFORE_MS = 1

/** Node reads on while there is something to read: a flood of small packets would stop everything else. */
const MAX_PACKETS_PER_TURN = 64

export class Flow {
  readonly #settings: FlowSettings
  readonly #decoder: Decoder
  readonly #brake: Brake
  #swallows: boolean
  /** What is recorded of the packet that is coming in, should it end here; null: that of the latest bytes. */
  #restFate: Fate | null = null
  /** Whether the latest bytes were passed on. */
  #passed = false
  #ended = false
  /** The unfinished packet that is recorded already: where it began, and how much of it. */
  #told: { readonly offset: number; readonly size: number } | null = null
  /** When the first byte of the packet came that is not complete yet. */
  #begunAt: Instant
  /** Bytes that came, and bytes that left. */
  #came = 0
  #sent = 0
  /** Null while bytes go on as they come. */
  #disturbed: Disturbed | null = null

  constructor(settings: FlowSettings) {
    this.#settings = settings
    this.#decoder = new Decoder(settings.dialect)
    const { source, sink } = settings
    this.#brake = new Brake(source)
    this.#swallows = sink === null
    this.#begunAt = settings.now()
    source.on('data', (bytes: Buffer, frame?: StreamFrame) => this.#take(bytes, frame))
    sink?.on('drain', () => {
      this.#brake.free('sink')
      this.#disturbed?.drained()
    })
  }

  /** Whether what comes now goes on. */
  get passes(): boolean {
    return !this.#swallows && this.#settings.sink?.writable === true
  }

  /** From now on bytes are read, recorded as not delivered, and dropped. There is no way back: a gap stays a gap. */
  swallow(): void {
    this.stop()
    this.#brake.release()
  }

  /** The connection is over: whatever waits is lost. */
  stop(): void {
    if (!this.#swallows && this.#disturbed !== null) this.#restFate = this.#disturbed.restFate
    this.#swallows = true
    const disturbed = this.#disturbed
    this.#disturbed = null
    disturbed?.discard()
  }

  /**
   * No more bytes come: an unfinished packet is recorded as a malformed one.
   * @param fin called when all that came has left, what is held too; never when it is lost
   */
  end(fin: () => void = () => {}): void {
    if (this.#ended) return
    this.#ended = true
    this.#disturbed?.letGo()
    this.#tellRest()
    if (this.#disturbed !== null) this.#disturbed.end(fin)
    else if (!this.#swallows) fin()
  }

  /** The receiver can get no more of the packet that is coming in: it is recorded now, before that is told. */
  tellUnfinished(): void {
    if (!this.#ended) this.#tellRest()
  }

  /** Something beside the stream is written, in order with it; `first`: before all that waits. */
  beside(write: () => void, first = false): void {
    if (this.#disturbed !== null) this.#disturbed.beside(write, first)
    else write()
  }

  /** Nothing of the stream comes any more, though the connection goes on: what waits to be a whole packet goes on. */
  letGo(): void {
    this.#disturbed?.letGo()
  }

  /** Bytes were written to the sink by another way. */
  written(): void {
    if (this.#settings.sink?.isFull === true) this.#brake.hold('sink')
  }

  disturb(rule: Rule): void {
    if (this.#swallows || this.#ended) return
    this.#open().add(rule)
  }

  release(rule: Rule): void {
    this.#disturbed?.remove(rule)
  }

  /** False when nothing passes here any more. */
  inject(bytes: Uint8Array): boolean {
    if (!this.passes) return false
    this.#open().inject(bytes)
    return true
  }

  #take(bytes: Buffer, frame?: StreamFrame): void {
    const { onSwallowed, onLimit, limits } = this.#settings
    const { passes } = this
    const start = this.#came
    const wasLost = this.#decoder.lost
    this.#passed = passes
    this.#came += bytes.length
    const packets = this.#arrived(bytes)
    const slices = frame === undefined ? [] : [{ frame, from: 0, to: bytes.length }]
    if (passes && this.#disturbed !== null) this.#disturbed.take(bytes, start, packets, slices)
    else {
      decide(slices, passes)
      for (const decoded of packets) this.#record(decoded, passes)
      if (this.#decoder.lost) this.#recordLost(bytes, wasLost, passes, packets.at(-1))
      // A listener may have changed the link's state meanwhile; what is recorded as delivered is delivered.
      if (!passes) onSwallowed()
      else {
        this.#write(bytes, slices.length === 0 ? null : slices)
        this.#flush()
      }
    }
    if (packets.length > 0) this.#restFate = null
    if (packets.length > MAX_PACKETS_PER_TURN) this.#brake.yield()
    if (this.#decoder.pending <= limits.packet) return
    this.#decoder.giveUp()
    onLimit(tooLong('a packet', limits.packet))
  }

  #arrived(bytes: Uint8Array): Arrived[] {
    const isNew = this.#decoder.pending === 0
    const [first, ...others] = this.#decoder.push(bytes)
    const packets = first === undefined ? [] : [isNew ? first : this.#begun(first), ...others]
    if (isNew || packets.length > 0) this.#begunAt = this.#settings.now()
    return packets
  }

  #begun(decoded: Decoded): Arrived {
    return this.#settings.now() - this.#begunAt > WELL_BEFORE_MS ? { ...decoded, begunAt: this.#begunAt } : decoded
  }

  #record(decoded: Decoded, delivered: boolean): void {
    const { record, from } = this.#settings
    // It was told as unfinished, to both ends: this is only what the sender said of it later.
    const isOfSender = !delivered && (this.#told?.offset === decoded.offset || this.#restFate?.end !== undefined)
    this.#restFate = null
    record(decoded, isOfSender ? { delivered, end: from } : { delivered })
  }

  /** @param last the packet whose length is wrong, if it was in these bytes */
  #recordLost(bytes: Uint8Array, wasLost: boolean, passes: boolean, last: Decoded | undefined): void {
    const unread = wasLost ? bytes.length : last === undefined ? 0 : this.#came - last.offset - last.raw.length
    if (unread <= 0) return
    this.#settings.recordBytes(Uint8Array.from(bytes.subarray(bytes.length - unread)), this.#came - unread, passes)
  }

  #tellRest(): void {
    const rest = this.#decoder.rest()
    if (rest === null) return
    const { record, from } = this.#settings
    const fate = this.#disturbed?.restFate ?? this.#restFate ?? { delivered: this.#passed }
    const told = this.#told
    this.#told = { offset: rest.offset, size: rest.bytes.length }
    if (told?.offset !== rest.offset)
      record(this.#begun(truncated(rest.bytes, rest.offset, this.#settings.dialect.level)), fate)
    else if (told.size < rest.bytes.length)
      record(this.#begun(truncated(rest.bytes, rest.offset, this.#settings.dialect.level)), {
        delivered: false,
        end: from,
      })
  }

  #write(bytes: Uint8Array, frames: readonly FrameSlice[] | null): void {
    const { sink, onSwallowed } = this.#settings
    if (!sink?.writable) return onSwallowed()
    this.#sent += bytes.length
    sink.write(bytes, frames)
  }

  #flush(): void {
    this.#settings.sink?.flush()
    this.written()
  }

  #open(): Disturbed {
    const { clock, from, dialect, limits, record, recordBytes, recordFault, onCut, onLost, onLimit, sink } =
      this.#settings
    this.#disturbed ??= new Disturbed({
      clock,
      dialect,
      arrivesAt: from,
      decoder: this.#decoder,
      sent: this.#sent,
      heldLimit: limits.held,
      record,
      recordBytes,
      recordFault,
      write: (bytes, frames) => this.#write(bytes, frames),
      flush: () => this.#flush(),
      isFull: () => sink?.isFull === true,
      onCut,
      onLost,
      onLimit,
      onWaiting: (much) => (much ? this.#brake.hold('waiting') : this.#brake.free('waiting')),
      onIdle: () => this.#calm(),
    })
    return this.#disturbed
  }

  /** Nothing waits; when no disturbance is left either, bytes go on as they come again. */
  #calm(): void {
    const disturbed = this.#disturbed
    if (disturbed === null || this.#ended || !disturbed.isOver) return
    this.#disturbed = null
    this.#brake.free('waiting')
    disturbed.leave()
  }
}

export const tooLong = (what: string, limit: number): Problem =>
  new Problem('link/packet-limit', `${what} has more than ${limit} bytes`, {
    hint: 'raise limits.packet in the config when such packets are to be tested',
  })
