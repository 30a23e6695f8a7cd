// A direction while disturbances are at work in it: packets come in, go through the chain and leave by the outlet.
// A packet that nothing happened to is one event, as ever; any other has one where it arrived and one where it left.

import type { Clock, Decoded, Dialect } from '../../emulators/index.ts'
import type { FaultEvent } from '../evidence/index.ts'
import { type Chunk, type CutMode, parcelOf } from './disturbances/disturbance.ts'
import type { Fate } from './flow.ts'
import { Chain } from './pipeline.ts'
import type { Rule } from './rule.ts'
import { Outlet } from './sink.ts'
import type { LinkEnd } from './state.ts'

export interface DisturbedSettings {
  readonly clock: Clock
  /** Where the packets come from. */
  readonly arrivesAt: LinkEnd
  /** The beginning of a packet, which has left before all this. */
  readonly begun: Uint8Array
  /** Bytes that have left before. */
  readonly sent: number
  readonly dialect: Dialect
  readonly record: (decoded: Decoded, fate: Fate) => void
  readonly recordFault: (fault: FaultEvent) => void
  readonly write: (bytes: Uint8Array) => void
  readonly onCut: (mode: CutMode) => void
  /** So many packets that waited will never leave. */
  readonly onLost: (packets: number) => void
  /** Whether so much waits that the sender should stop, or no longer. */
  readonly onWaiting: (much: boolean) => void
  /** Whenever nothing waits to leave. */
  readonly onIdle: () => void
}

/** Bytes that may wait before the sender is stopped, as a socket's buffers would stop it. */
const HIGH_WATER_BYTES = 256 * 1024

export class Disturbed {
  readonly #settings: DisturbedSettings
  readonly #chain: Chain
  readonly #outlet: Outlet
  /** How much of the current packet had left before; 0 once it is complete. */
  #begun: number
  /** What is to be sent as soon as that packet is complete. */
  readonly #injected: Uint8Array[] = []
  #stopped = false
  #over = false
  /** The sender ended in the middle of a packet, which has been recorded for both ends. */
  #endTold = false
  /** In the middle of something: whether all is done is asked at its end. */
  #busy = 0

  constructor(settings: DisturbedSettings) {
    const { clock, arrivesAt, begun, sent, record, recordFault, write, onCut } = settings
    const leavesAt: LinkEnd = arrivesAt === 'device' ? 'broker' : 'device'
    this.#settings = settings
    this.#begun = begun.length
    this.#outlet = new Outlet({
      clock,
      dialect: settings.dialect,
      sent: sent - begun.length,
      record: (decoded, by) => record(decoded, { delivered: true, end: leavesAt, ...(by === 'link' ? { by } : {}) }),
      write,
      cut: onCut,
      onLater: () => this.#settle(),
    })
    this.#outlet.resume(begun)
    this.#chain = new Chain({
      clock,
      record: recordFault,
      out: (parcel) => this.#send(parcel),
      turn: (work) => this.#during(work),
    })
  }

  /** Nothing waits to leave. What is held does not. */
  get isIdle(): boolean {
    return this.#outlet.idle && this.#begun === 0
  }

  /** Nothing will be disturbed any more, and both ends have seen the same up to here. */
  get isOver(): boolean {
    return this.isIdle && this.#chain.idle && this.#outlet.inStep
  }

  add(rule: Rule): void {
    this.#chain.add(rule)
  }

  remove(rule: Rule): void {
    this.#during(() => this.#chain.remove(rule))
  }

  /** @param unread how many bytes at the end of the chunk no decoder understands; they go on as they are */
  take(chunk: Uint8Array, packets: readonly Decoded[], unread: number): void {
    if (this.#begun > 0 && packets.length === 0) {
      this.#begun += chunk.length
      this.#outlet.through(chunk)
      return
    }
    this.#during(() => {
      for (const decoded of packets) this.#packet(decoded)
      if (unread > 0) this.#pass(chunk.subarray(chunk.length - unread))
    })
  }

  inject(bytes: Uint8Array): void {
    if (this.#begun > 0) this.#injected.push(bytes)
    else this.#during(() => this.#outlet.pushFirst(parcelOf(bytes, null, this.#settings.clock.now(), 'link')))
  }

  /** The sender has ended its stream, perhaps in the middle of a packet. */
  end(unfinished: Uint8Array | null): void {
    this.#endTold = unfinished !== null
    this.#during(() => {
      if (this.#begun > 0) this.#begun = 0
      else if (unfinished !== null) this.#pass(unfinished)
      this.#chain.end()
    })
  }

  /** What waits and what is held is lost. */
  discard(): void {
    if (this.#over) return
    this.#over = true
    if (!this.#endTold) this.#outlet.tellUnfinished()
    const lost = this.#outlet.discard()
    if (lost > 0) this.#settings.onLost(lost)
    this.#chain.discard()
  }

  #packet(decoded: Decoded): void {
    if (this.#over) return
    const { record, recordFault, arrivesAt } = this.#settings
    if (this.#begun > 0) {
      record(decoded, { delivered: true })
      this.#outlet.through(decoded.raw.subarray(this.#begun))
      this.#begun = 0
      for (const bytes of this.#injected.splice(0)) this.inject(bytes)
      return
    }
    const parcel = this.#parcel(decoded.raw, decoded)
    const { faults, out, kept } = this.#chain.pass(parcel)
    if (out.length === 1 && out[0] === parcel && faults.length === 0 && this.#outlet.idle && this.#outlet.inStep) {
      record(decoded, { delivered: true })
      this.#outlet.through(parcel.bytes)
      return
    }
    record(decoded, { delivered: kept || out.length > 0, end: arrivesAt })
    for (const fault of faults) recordFault(fault)
    for (const one of out) this.#send(one)
  }

  /** Bytes that are no packet. */
  #pass(bytes: Uint8Array): void {
    if (this.#over) return
    const { faults, out } = this.#chain.pass(this.#parcel(bytes))
    for (const fault of faults) this.#settings.recordFault(fault)
    for (const parcel of out) this.#send(parcel)
  }

  #parcel(bytes: Uint8Array, decoded?: Decoded): Chunk {
    return parcelOf(bytes, decoded?.packet ?? null, this.#settings.clock.now())
  }

  #send(parcel: Chunk): void {
    if (this.#over) return
    this.#outlet.push(parcel)
    if (this.#stopped || this.#outlet.waiting <= HIGH_WATER_BYTES) return
    this.#stopped = true
    this.#settings.onWaiting(true)
  }

  #during(work: () => void): void {
    this.#busy++
    work()
    this.#busy--
    if (this.#busy === 0) this.#outlet.flush()
    this.#settle()
  }

  #settle(): void {
    if (this.#over || this.#busy > 0) return
    if (this.#stopped && this.#outlet.waiting <= HIGH_WATER_BYTES / 2) {
      this.#stopped = false
      this.#settings.onWaiting(false)
    }
    if (this.isIdle) this.#settings.onIdle()
  }
}
