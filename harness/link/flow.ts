// One direction of one connection: every chunk passes through here, is recorded, and goes on. The record
// comes before the bytes, so that no answer can stand in the timeline before its question.

import type { Socket } from 'node:net'
import { type Decoded, Decoder } from '../../emulators/index.ts'
import { truncated } from './truncated.ts'

export interface FlowSettings {
  readonly source: Socket
  /** Null: there is no other side, the bytes are swallowed from the start. */
  readonly sink: Socket | null
  /** `delivered` is false when the bytes that completed the packet are not passed on. */
  readonly record: (decoded: Decoded, delivered: boolean) => void
  /** After a chunk that was swallowed. */
  readonly onSwallowed: () => void
}

export class Flow {
  readonly #settings: FlowSettings
  readonly #decoder = new Decoder()
  #swallows: boolean
  /** Whether the latest chunk was passed on. */
  #passed = false
  #ended = false

  constructor(settings: FlowSettings) {
    this.#settings = settings
    const { source, sink } = settings
    this.#swallows = sink === null
    source.on('data', (chunk: Buffer) => this.#take(chunk))
    sink?.on('drain', () => source.resume())
  }

  /** From now on bytes are read, recorded as not delivered, and dropped. There is no way back: a gap stays a gap. */
  swallow(): void {
    this.#swallows = true
    this.#settings.source.resume() // it may wait for a drain that no longer matters
  }

  /** No more bytes come: an unfinished packet is recorded as a malformed one. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    const rest = this.#decoder.rest()
    if (rest !== null) this.#settings.record(truncated(rest.bytes, rest.offset), this.#passed)
  }

  #take(chunk: Buffer): void {
    const { source, sink, record, onSwallowed } = this.#settings
    const passes = !this.#swallows && sink !== null && sink.writable
    this.#passed = passes
    for (const decoded of this.#decoder.push(chunk)) record(decoded, passes)
    // A listener may have changed the link's state meanwhile; what is recorded as delivered is delivered.
    if (!passes) onSwallowed()
    else if (!sink.write(chunk)) source.pause()
  }
}
