// One direction of one connection: every chunk passes through here, is recorded, and goes on. The record
// comes before the bytes, so that no answer can stand in the timeline before its question. Undisturbed, chunks
// go on as they came; with a disturbance at work packets do, one by one.

import { type Clock, type Decoded, Decoder, type Dialect, type Instant } from '../../emulators/index.ts'
import type { FaultEvent } from '../evidence/index.ts'
import type { CutMode } from './disturbances/disturbance.ts'
import { Disturbed } from './disturbed.ts'
import type { Rule } from './rule.ts'
import type { LinkEnd } from './state.ts'
import { truncated } from './truncated.ts'

/** What became of a packet, as the record says it. */
export interface Fate {
  /** False when the bytes that completed the packet are not passed on. */
  readonly delivered: boolean
  readonly end?: LinkEnd
  readonly by?: 'link'
}

/** A packet, and when its first byte came, where that was well before its last. */
export interface Arrived extends Decoded {
  readonly begunAt?: Instant
}

/** Where bytes come from: a socket, or what makes a stream of them. */
export interface ByteSource {
  on(event: 'data', heard: (bytes: Buffer) => void): unknown
  pause(): unknown
  resume(): unknown
}

/** Where bytes go to. */
export interface Sink {
  readonly writable: boolean
  /** False: wait for `drain`. */
  write(bytes: Uint8Array): boolean
  on(event: 'drain', heard: () => void): unknown
}

export interface FlowSettings {
  readonly source: ByteSource
  /** Null: there is no other side, the bytes are swallowed from the start. */
  readonly sink: Sink | null
  /** What this connection speaks; the other direction has the same. */
  readonly dialect: Dialect
  /** Where the source is. */
  readonly from: LinkEnd
  readonly clock: Clock
  /** The time of the record. */
  readonly now: () => Instant
  readonly record: (decoded: Arrived, fate: Fate) => void
  readonly recordFault: (fault: FaultEvent) => void
  /** After a chunk that was swallowed. */
  readonly onSwallowed: () => void
  /** A disturbance ends the connection. */
  readonly onCut: (mode: CutMode) => void
  /** So many packets that waited will never leave. */
  readonly onLost: (packets: number) => void
}

/** A packet that was longer on its way has a time for its first byte. */
const WELL_BEFORE_MS = 1

export class Flow {
  readonly #settings: FlowSettings
  readonly #decoder: Decoder
  #swallows: boolean
  /** Whether the latest chunk was passed on. */
  #passed = false
  #ended = false
  /** When the first byte of the packet came that is not complete yet. */
  #begunAt: Instant
  /** Bytes that came, and bytes that left. */
  #came = 0
  #sent = 0
  /** Null while chunks go on as they come. */
  #disturbed: Disturbed | null = null
  #onDrained: (() => void)[] = []

  constructor(settings: FlowSettings) {
    this.#settings = settings
    this.#decoder = new Decoder(settings.dialect)
    const { source, sink } = settings
    this.#swallows = sink === null
    this.#begunAt = settings.now()
    source.on('data', (chunk: Buffer) => this.#take(chunk))
    sink?.on('drain', () => source.resume())
  }

  /** Whether what comes now goes on. */
  get passes(): boolean {
    return !this.#swallows && this.#settings.sink?.writable === true
  }

  /** From now on bytes are read, recorded as not delivered, and dropped. There is no way back: a gap stays a gap. */
  swallow(): void {
    this.#swallows = true
    this.#forget()
    this.#settings.source.resume() // it may wait for a drain that no longer matters
  }

  /** No more bytes come: an unfinished packet is recorded as a malformed one. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    const rest = this.#decoder.rest()
    if (rest !== null)
      this.#settings.record(this.#begun(truncated(rest.bytes, rest.offset)), { delivered: this.#passed })
    if (!this.#swallows) this.#disturbed?.end(rest?.bytes ?? null)
  }

  /** Calls back when all that came has left; at once, when nothing waits. */
  drained(then: () => void): void {
    if (this.#disturbed === null || this.#disturbed.isIdle) then()
    else this.#onDrained.push(then)
  }

  /** The connection is over: whatever waits is lost. */
  stop(): void {
    this.#swallows = true
    this.#forget()
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
    if (this.#swallows || !this.#settings.sink?.writable) return false
    this.#open().inject(bytes)
    return true
  }

  #take(chunk: Buffer): void {
    const { record, onSwallowed } = this.#settings
    const { passes } = this
    this.#passed = passes
    this.#came += chunk.length
    const wasLost = this.#decoder.lost
    const packets = this.#arrived(chunk)
    if (passes && this.#disturbed !== null) {
      this.#disturbed.take(chunk, packets, wasLost ? chunk.length : this.#unread(packets))
      return
    }
    for (const decoded of packets) record(decoded, { delivered: passes })
    // A listener may have changed the link's state meanwhile; what is recorded as delivered is delivered.
    if (!passes) onSwallowed()
    else this.#write(chunk)
  }

  #arrived(chunk: Uint8Array): Arrived[] {
    const isNew = this.#decoder.pending === 0
    const [first, ...others] = this.#decoder.push(chunk)
    const packets = first === undefined ? [] : [isNew ? first : this.#begun(first), ...others]
    if (isNew || packets.length > 0) this.#begunAt = this.#settings.now()
    return packets
  }

  #begun(decoded: Decoded): Arrived {
    return this.#settings.now() - this.#begunAt > WELL_BEFORE_MS ? { ...decoded, begunAt: this.#begunAt } : decoded
  }

  #write(bytes: Uint8Array): void {
    const { source, sink, onSwallowed } = this.#settings
    if (!sink?.writable) return onSwallowed()
    this.#sent += bytes.length
    if (!sink.write(bytes)) source.pause()
  }

  /** Bytes of the latest chunk behind the point where the decoder gave the stream up. */
  #unread(packets: readonly Decoded[]): number {
    const last = packets.at(-1)
    return this.#decoder.lost && last !== undefined ? this.#came - last.offset - last.raw.length : 0
  }

  #open(): Disturbed {
    const { source, from, clock, record, recordFault, onCut, onLost } = this.#settings
    this.#disturbed ??= new Disturbed({
      clock,
      dialect: this.#settings.dialect,
      arrivesAt: from,
      // Their beginning has left already: the first packet is completed before anything else.
      begun: this.#decoder.rest()?.bytes ?? new Uint8Array(),
      sent: this.#sent,
      record,
      recordFault,
      write: (bytes) => this.#write(bytes),
      onCut,
      onLost,
      onWaiting: (much) => void (much ? source.pause() : source.resume()),
      onIdle: () => this.#calm(),
    })
    return this.#disturbed
  }

  /** Nothing waits; when no disturbance is left either, chunks go on as they come again. */
  #calm(): void {
    const disturbed = this.#disturbed
    if (disturbed === null) return
    const drained = this.#onDrained.splice(0)
    if (disturbed.isOver && !this.#ended) {
      const begun = this.#decoder.rest()?.bytes
      this.#forget()
      if (begun !== undefined) this.#write(begun)
    }
    for (const then of drained) then()
  }

  #forget(): void {
    const disturbed = this.#disturbed
    this.#disturbed = null
    disturbed?.discard()
  }
}
