// A virtual board's Wi-Fi: how long joining takes, and when it is lost and found again.

import { after, type Clock, type Duration, type Timer, ZERO } from '../core/time.ts'

export interface WifiSettings {
  /** From `connect()` to `isconnected()`. */
  readonly join: Duration
  /** Once, so long after it was joined first; null: never. */
  readonly lostAfter: Duration | null
  readonly lostFor: Duration
}

export const QUICK_WIFI: WifiSettings = { join: ZERO, lostAfter: null, lostFor: ZERO }

type State = 'off' | 'joining' | 'up' | 'lost'

export class Wifi {
  readonly #settings: WifiSettings
  readonly #clock: Clock
  readonly #onAir: (on: boolean) => void
  #state: State = 'off'
  #timer: Timer | null = null
  #lostOnce = false
  /** Nobody can join. */
  #away = false

  /** `onAir`: false while it is lost, so that nothing reaches the board or leaves it. */
  constructor(settings: WifiSettings, clock: Clock, onAir: (on: boolean) => void) {
    this.#settings = settings
    this.#clock = clock
    this.#onAir = onAir
  }

  readonly join = (_ssid: string): string => {
    if (this.#state !== 'off') return this.#state
    this.#state = 'joining'
    if (this.#away) return this.#state
    if (this.#settings.join > 0) this.#in(this.#settings.join, () => this.#up())
    else this.#up()
    return this.#state
  }

  readonly leave = (_ssid: string): string => {
    this.stop()
    return this.#state
  }

  readonly state = (_ssid: string): string => this.#state

  /** Lost from outside, as by an access point that is switched off; null: until `find`. */
  lose(time: Duration | null): void {
    this.#timer?.cancel()
    this.#away = true
    if (this.#state !== 'lost') this.#onAir(false)
    if (this.#state !== 'off') this.#state = 'lost'
    if (time !== null) this.#in(time, () => this.find())
  }

  /** There again; one that was joined before is so again. */
  find(): void {
    if (!this.#away) return
    this.#away = false
    this.#timer?.cancel()
    if (this.#state === 'lost' || this.#state === 'joining') this.#up()
    else this.#onAir(true)
  }

  /** The board is off or starts again. */
  stop(): void {
    this.#timer?.cancel()
    if (this.#state === 'lost' && !this.#away) this.#onAir(true)
    this.#state = 'off'
  }

  #up(): void {
    if (this.#state === 'lost') this.#onAir(true)
    this.#state = 'up'
    const { lostAfter, lostFor } = this.#settings
    if (lostAfter === null || this.#lostOnce) return
    this.#in(lostAfter, () => {
      this.#lostOnce = true
      this.#state = 'lost'
      this.#onAir(false)
      this.#in(lostFor, () => this.#up())
    })
  }

  #in(time: Duration, then: () => void): void {
    this.#timer = this.#clock.at(after(this.#clock.now(), time), then)
  }
}
