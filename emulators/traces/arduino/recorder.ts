// Writes down what a library does with its network object, and how long its calls take, as the recordings of the Arduino
// libraries do.

import type { NetworkObserver } from '../../clients/arduino/network-client.ts'
import { hexOf, type TraceEntry, type TraceValue } from '../../drive/scripted.ts'

export class Recorder implements NetworkObserver {
  #entries: TraceEntry[] = []
  /** The clock, in ms. */
  readonly #now: () => number
  #last = 0
  /** When espMqttClient last said `onDisconnect`; null: it has not. */
  disconnectedAt: number | null = null
  /** Bytes of reads that no other entry has come between. */
  #read: Uint8Array[] = []

  constructor(now: () => number) {
    this.#now = now
  }

  /** An entry, behind the time that has passed since the one before. */
  add(...entry: TraceEntry): void {
    this.#settle()
    this.#entries.push(entry)
    if (entry[0] === 'onDisconnect') this.disconnectedAt = this.#now()
  }

  /** An entry that no time stands before. */
  put(entry: TraceEntry): void {
    this.#entries.push(entry)
  }

  /** The time that has passed is no call's, and is not written down. */
  skip(): void {
    this.#last = this.#now()
  }

  /** Whether nothing has been written down, and no time has passed, since the last `take`. */
  get quiet(): boolean {
    return this.#entries.length === 0 && this.#read.length === 0 && this.#now() === this.#last
  }

  /** All that was written down since the last time. */
  take(): TraceEntry[] {
    this.#settle()
    const taken = this.#entries
    this.#entries = []
    return taken
  }

  connecting(host: string, port: number): (errno: string | null) => void {
    const entry: TraceValue[] = ['connect', host, port]
    this.add(...(entry as [string]))
    const at = this.#entries.length - 1
    return (errno) => {
      if (errno !== null) this.#entries[at] = [...entry, { errno }] as unknown as TraceEntry
    }
  }

  writing(bytes: Uint8Array): (how: { readonly errno?: string; readonly took?: number }) => void {
    const entry: TraceEntry = ['write', hexOf(bytes)]
    this.add(...entry)
    const at = this.#entries.length - 1
    return (how) => {
      this.#entries[at] = [...entry, { ...how }]
    }
  }

  read(bytes: Uint8Array): void {
    if (this.#now() > this.#last) this.#settle()
    this.#read.push(bytes.slice())
  }

  flushed(): void {
    this.add('flush')
  }

  stopped(): void {
    this.add('close')
  }

  #settle(): void {
    if (this.#read.length > 0) this.#entries.push(['read', hexOf(Buffer.concat(this.#read))])
    this.#read = []
    const passed = Math.round(this.#now() - this.#last)
    if (passed > 0) this.#entries.push(['poll', passed])
    this.#last = this.#now()
  }
}
