// The Wi-Fi of a recorded case: an access point that is there or not, and takes its time.

import { type Program, sleep } from '../../board.ts'
import type { Wlan } from '../../clients/mqtt-as/wlan.ts'
import { after, type Duration, elapsed, type Instant, instant, ZERO } from '../../core/time.ts'
import type { TraceEntry } from '../../drive/scripted.ts'

export class ScriptedWlan implements Wlan {
  readonly #now: () => Instant
  readonly #write: (entry: TraceEntry) => void
  readonly #takes: Duration
  #there = true
  /** Since when the access point is there. */
  #since = instant(0)
  /** Since when the board wants to join it. */
  #wanted: Instant | null = null
  #changed: (() => Program<void>) | null = null

  constructor(now: () => Instant, takes: Duration, write: (entry: TraceEntry) => void) {
    this.#now = now
    this.#takes = takes
    this.#write = write
  }

  *active(on: boolean): Program<void> {
    this.#write(['wifi.active', on])
    if (!on) this.#wanted = null
  }

  *connect(ssid: string): Program<void> {
    this.#write(['wifi.connect', ssid])
    this.#wanted = this.#now()
  }

  *disconnect(): Program<void> {
    this.#write(['wifi.disconnect'])
    this.#wanted = null
  }

  isconnected(): boolean {
    if (this.#wanted === null || !this.#there) return false
    const began = this.#wanted > this.#since ? this.#wanted : this.#since
    return this.#now() >= after(began, this.#takes)
  }

  *getaddrinfo(host: string, port: number): Program<void> {
    this.#write(['getaddrinfo', host, port])
  }

  watch(changed: () => Program<void>): void {
    this.#changed = changed
  }

  /** The access point comes and goes. */
  *script(changes: readonly { readonly at: Duration; readonly up: boolean }[]): Program<void> {
    let at = ZERO
    for (const change of changes) {
      yield* sleep(elapsed(instant(at), instant(change.at)))
      at = change.at
      this.#there = change.up
      if (change.up) this.#since = this.#now()
      if (this.#changed !== null) yield* this.#changed()
    }
  }
}
