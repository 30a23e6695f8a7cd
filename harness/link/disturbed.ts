// A direction while disturbances are at work in it: packets come in, go through the pipeline and leave by the sink.
// A packet that nothing happened to is one event, as ever; any other has one where it arrived and one where it left.
// One that no disturbance can hit passes as it comes, in parts; one that may be hit waits until it is whole.

import { type Clock, type Decoded, type Decoder, type Dialect, Problem } from '../../emulators/index.ts'
import type { FaultEvent } from '../evidence/index.ts'
import { type Chunk, type CutMode, chunkOf } from './disturbances/disturbance.ts'
import type { Fate } from './flow.ts'
import { decide, type FrameSlice, sizeOf, splitSlices } from './frame-slices.ts'
import { Pipeline } from './pipeline.ts'
import type { Rule } from './rule.ts'
import { type Beside, type Lost, Sink } from './sink.ts'
import type { LinkEnd } from './state.ts'

export interface DisturbedSettings {
  readonly clock: Clock
  /** Where the packets come from. */
  readonly arrivesAt: LinkEnd
  /** What comes in is read by it before it is handed on. */
  readonly decoder: Decoder
  /** Bytes that have left before. */
  readonly sent: number
  readonly dialect: Dialect
  /** How many bytes of packets may be kept for later. */
  readonly heldLimit: number
  readonly record: (decoded: Decoded, fate: Fate) => void
  /** Bytes that belong to no packet. */
  readonly recordBytes: (bytes: Uint8Array, offset: number, delivered: boolean) => void
  readonly recordFault: (fault: FaultEvent) => void
  readonly write: (bytes: Uint8Array, frames: readonly FrameSlice[] | null) => void
  readonly flush: () => void
  readonly isFull: () => boolean
  readonly onCut: (mode: CutMode) => void
  readonly onLost: (lost: Lost) => void
  /** Whether so much waits that the sender should stop, or no longer. */
  readonly onWaiting: (much: boolean) => void
  /** Whenever nothing waits to leave. */
  readonly onIdle: () => void
  readonly onLimit: (problem: Problem) => void
}

/** Bytes that may wait before the sender is stopped, as a socket's buffers would stop it. */
const HIGH_WATER_BYTES = 256 * 1024

/** What a chunk that is kept costs beside its bytes. */
const CHUNK_OVERHEAD_BYTES = 512

/** What is known of the packet that is coming in, when a part of it has come. */
type Coming =
  /** It waits to be whole, or to be long enough to know that it need not wait. */
  | { readonly kind: 'waits'; readonly askAt: number }
  /** It passes in parts; `straight`: each has left as it came. */
  | { readonly kind: 'passes'; straight: boolean }
  /** It will never be whole, and has gone on as it is. */
  | { readonly kind: 'gone'; readonly fate: Fate }

const FIRST_BYTES = 256

export class Disturbed {
  readonly #settings: DisturbedSettings
  readonly #pipeline: Pipeline
  readonly #sink: Sink
  #coming: Coming = { kind: 'waits', askAt: 0 }
  /** The frames of what waits to be whole. */
  #slices: readonly FrameSlice[] = []
  #stopped = false
  #over = false
  #keptBytes = 0
  /** A part of a packet was lost, and is told. */
  #losesPart = false
  /** To be done when all has left, held packets too. */
  #fin: (() => void) | null = null
  /** In the middle of something: whether all is done is asked at its end. */
  #busy = 0

  constructor(settings: DisturbedSettings) {
    const { clock, arrivesAt, decoder, dialect, sent, record, recordFault, write, flush, isFull, onCut, onLost } =
      settings
    const leavesAt: LinkEnd = arrivesAt === 'device' ? 'broker' : 'device'
    this.#settings = settings
    this.#sink = new Sink({
      clock,
      dialect,
      sent,
      record: (decoded, by) => record(decoded, { delivered: true, end: leavesAt, ...(by === 'link' ? { by } : {}) }),
      write,
      flush,
      isFull,
      begun: (bytes) => decoder.begun(bytes),
      cut: onCut,
      onLost,
      onLater: () => this.#settle(),
    })
    this.#pipeline = new Pipeline({
      clock,
      dialect,
      record: recordFault,
      out: (chunk) => this.#send(chunk),
      turn: (work) => this.#during(work),
    })
    if (decoder.lost) this.#sink.giveUp()
    const begun = decoder.pending
    if (begun === 0) return
    // Its beginning has left already.
    this.#coming = { kind: 'passes', straight: true }
    this.#sink.resume(begun, chunkOf(new Uint8Array(), clock.now(), { part: 'more' }))
  }

  /** Nothing will be disturbed any more, and both ends have seen the same up to here. */
  get isOver(): boolean {
    const { decoder } = this.#settings
    if (!this.#sink.idle || !this.#pipeline.idle || this.#fin !== null) return false
    if (decoder.lost) return this.#sink.isLost
    if (!this.#sink.inStep) return false
    if (decoder.pending === 0) return true
    return this.#coming.kind === 'passes' && this.#coming.straight
  }

  /** How the packet that is coming in is recorded if it ends here. */
  get restFate(): Fate {
    const coming = this.#coming
    if (coming.kind === 'gone') return coming.fate
    if (coming.kind === 'waits') return { delivered: false }
    return coming.straight ? { delivered: true } : { delivered: true, end: this.#settings.arrivesAt }
  }

  add(rule: Rule): void {
    this.#pipeline.add(rule)
    if (this.#coming.kind === 'waits') this.#coming = { kind: 'waits', askAt: 0 }
  }

  remove(rule: Rule): void {
    this.#during(() => {
      this.#pipeline.remove(rule)
      this.#sink.run()
      this.#ask(true)
    })
  }

  /** The receiver takes more. */
  drained(): void {
    this.#during(() => this.#sink.run())
  }

  /**
   * @param start where the bytes begin in the stream
   * @param packets those that end in them
   */
  take(bytes: Uint8Array, start: number, packets: readonly Decoded[], frames: readonly FrameSlice[]): void {
    this.#during(() => {
      let at = start
      let rest = [...this.#slices, ...frames]
      let slices: readonly FrameSlice[]
      for (const decoded of packets) {
        const end = decoded.offset + decoded.raw.length
        const part = bytes.subarray(at - start, end - start)
        ;[slices, rest] = splitSlices(rest, this.#coming.kind === 'waits' ? decoded.raw.length : part.length) as [
          readonly FrameSlice[],
          FrameSlice[],
        ]
        if (this.#coming.kind === 'passes') this.#part(part, decoded, slices)
        else this.#packet(decoded, slices)
        this.#coming = { kind: 'waits', askAt: 0 }
        at = end
      }
      this.#slices = rest
      const left = bytes.subarray(at - start)
      if (left.length === 0) return
      if (this.#settings.decoder.lost) this.#settings.recordBytes(Uint8Array.from(left), at, this.#raw(left).delivered)
      else if (this.#coming.kind === 'passes') this.#part(left, null, this.#takeSlices())
      else this.#ask(false)
    })
  }

  inject(bytes: Uint8Array): void {
    const { clock } = this.#settings
    const came = null
    this.#during(() => this.#sink.pushFirst(chunkOf(bytes, clock.now(), { by: 'link', came })))
  }

  /** A frame that carries none of the stream, or the link's own, which goes first. */
  beside(write: () => void, first: boolean): void {
    const item: Beside = { kind: 'frame', write }
    this.#during(() => (first ? this.#sink.pushFirst(item) : this.#sink.pushBeside(item)))
  }

  /** No more of the packet that is coming in will come: it goes on as it is. */
  letGo(): void {
    const rest = this.#settings.decoder.rest()
    if (rest === null || this.#coming.kind !== 'waits' || this.#over) return
    this.#during(() => {
      const fate = this.#raw(rest.bytes)
      this.#coming = { kind: 'gone', fate }
      if (fate.end === undefined) this.#sink.bothSaw()
    })
  }

  /** The sender has ended its stream; `fin` is to be done when all that came has left. */
  end(fin: () => void): void {
    this.letGo()
    this.#fin = fin
    this.#during(() => this.#pipeline.end())
  }

  /** What waits and what is held is lost. */
  discard(): void {
    if (this.#over) return
    this.#over = true
    if (this.#slices.length > 0) decide(this.#takeSlices(), false)
    this.#sink.tellUnfinished()
    const lost = this.#sink.discard()
    if (lost.packets + lost.frames > 0) this.#settings.onLost(lost)
    this.#pipeline.discard()
  }

  /** It was over, and chunks go on as they come: nothing is to be told. */
  leave(): void {
    this.#over = true
    this.#sink.discard()
  }

  #takeSlices(): readonly FrameSlice[] {
    const slices = this.#slices
    this.#slices = []
    return slices
  }

  /** Whether the packet that is coming in can pass in parts is asked with its first bytes. */
  #ask(again: boolean): void {
    const coming = this.#coming
    const { decoder } = this.#settings
    const { pending } = decoder
    if (this.#over || coming.kind !== 'waits' || pending === 0) return
    if (!again && pending < coming.askAt) return
    const may = this.#pipeline.mayHit(decoder.begun(Math.max(FIRST_BYTES, again ? 0 : coming.askAt)))
    if (may === false) {
      this.#coming = { kind: 'passes', straight: true }
      this.#part(decoder.begun(), null, this.#takeSlices())
    } else this.#coming = { kind: 'waits', askAt: may === true ? Number.POSITIVE_INFINITY : may }
  }

  #packet(decoded: Decoded, slices: readonly FrameSlice[]): void {
    const { record, recordFault, arrivesAt, clock } = this.#settings
    if (this.#over) {
      decide(slices, false)
      return record(decoded, { delivered: false })
    }
    const chunk = chunkOf(decoded.raw, clock.now(), { came: decoded, frames: framesOf(slices) })
    const { faults, out, kept } = this.#pipeline.pass(chunk)
    decide(slices, kept || out.length > 0)
    if (this.#isAsItCame(chunk, out, kept) && faults.length === 0) {
      record(decoded, { delivered: true })
      this.#through(chunk)
      return
    }
    const held = kept && out.length === 0
    record(decoded, { delivered: out.length > 0, end: arrivesAt, ...(held ? { held: true } : {}) })
    for (const fault of faults) recordFault(fault)
    this.#sendAll(out)
    if (kept) this.#watchKept(chunk)
  }

  #part(bytes: Uint8Array, decoded: Decoded | null, slices: readonly FrameSlice[]): void {
    const { record, arrivesAt, clock } = this.#settings
    decide(slices, !this.#over)
    if (this.#over) {
      if (decoded !== null) record(decoded, { delivered: false })
      return
    }
    const part = decoded === null ? 'more' : 'last'
    const chunk: Chunk = { ...chunkOf(bytes, clock.now(), { frames: framesOf(slices), part }), came: decoded }
    const { out, kept } = this.#pipeline.pass(chunk)
    const straight = this.#coming.kind === 'passes' && this.#coming.straight && this.#isAsItCame(chunk, out, kept)
    if (this.#coming.kind === 'passes') this.#coming.straight = straight
    if (decoded !== null) record(decoded, straight ? { delivered: true } : { delivered: true, end: arrivesAt })
    if (straight) this.#through(chunk)
    else this.#sendAll(out)
  }

  /** Bytes that are no packet. */
  #raw(bytes: Uint8Array): Fate {
    const slices = this.#takeSlices()
    if (this.#over) {
      decide(slices, false)
      return { delivered: false }
    }
    const { arrivesAt, recordFault, clock } = this.#settings
    const chunk = chunkOf(bytes, clock.now(), { frames: framesOf(slices) })
    const { faults, out, kept } = this.#pipeline.pass(chunk)
    const delivered = kept || out.length > 0
    decide(slices, delivered)
    for (const fault of faults) recordFault(fault)
    const asItCame = this.#isAsItCame(chunk, out, kept) && faults.length === 0
    this.#sendAll(out)
    return asItCame ? { delivered } : { delivered, end: arrivesAt }
  }

  #isAsItCame(chunk: Chunk, out: readonly Chunk[], kept: boolean): boolean {
    if (kept || out.length !== 1 || out[0] !== chunk || !this.#sink.isClear) return false
    return this.#sink.inStep || (this.#sink.isLost && this.#settings.decoder.lost && chunk.came === null)
  }

  #through(chunk: Chunk): void {
    // A listener may have changed the link's state meanwhile.
    if (!this.#over) this.#sink.through(chunk)
  }

  /** One that ends the connection takes with it what comes after it. */
  #sendAll(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) this.#send(chunk)
  }

  /** A packet in parts is lost once. */
  #tellLost({ part }: Chunk): void {
    const known = this.#losesPart
    this.#losesPart = part === 'more'
    if (part === null || !known) this.#settings.onLost({ packets: 1, frames: 0 })
  }

  #send(chunk: Chunk): void {
    if (this.#over) return this.#tellLost(chunk)
    this.#sink.push(chunk)
    if (this.#stopped || this.#sink.waiting <= HIGH_WATER_BYTES) return
    this.#stopped = true
    this.#settings.onWaiting(true)
  }

  /** What is kept is counted, not stopped: what it waits for may come after it. */
  #watchKept({ bytes }: Chunk): void {
    const { heldLimit, onLimit } = this.#settings
    this.#keptBytes += bytes.length + CHUNK_OVERHEAD_BYTES
    if (this.#keptBytes <= heldLimit) return
    this.#keptBytes = this.#pipeline.keptBytes + this.#pipeline.kept * CHUNK_OVERHEAD_BYTES
    if (this.#keptBytes > heldLimit)
      onLimit(
        new Problem('link/held-limit', `a disturbance keeps more than ${heldLimit} bytes of packets`, {
          hint: 'release it earlier, or raise limits.held in the config',
        }),
      )
  }

  #during(work: () => void): void {
    this.#busy++
    work()
    this.#busy--
    if (this.#busy === 0 && !this.#over) this.#sink.flush()
    this.#settle()
  }

  #settle(): void {
    if (this.#over || this.#busy > 0) return
    if (this.#fin !== null && this.#pipeline.kept === 0) {
      const write = this.#fin
      this.#fin = null
      this.#during(() => this.#sink.pushBeside({ kind: 'fin', write }))
      return
    }
    if (this.#stopped && this.#sink.waiting <= HIGH_WATER_BYTES / 2) {
      this.#stopped = false
      this.#settings.onWaiting(false)
    }
    if (this.#sink.idle) this.#settings.onIdle()
  }
}

const framesOf = (slices: readonly FrameSlice[]): readonly FrameSlice[] | null => (sizeOf(slices) > 0 ? slices : null)
