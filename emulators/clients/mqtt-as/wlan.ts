// `network.WLAN(network.STA_IF)` and `socket.getaddrinfo`, as far as mqtt_as uses them.

import type { Program } from '../../board.ts'

export interface Wlan {
  active(on: boolean): Program<void>
  connect(ssid: string, key: string): Program<void>
  disconnect(): Program<void>
  isconnected(): boolean
  /** The broker's name is looked up, once. */
  getaddrinfo(host: string, port: number): Program<void>
  /** `changed` runs when what `isconnected` says has changed by itself. */
  watch(changed: () => Program<void>): void
}

function* nothing(): Program<void> {}

/** An access point that is always there and takes everybody at once. */
export class SteadyWlan implements Wlan {
  #joined = false

  active(on: boolean): Program<void> {
    if (!on) this.#joined = false
    return nothing()
  }

  connect(): Program<void> {
    this.#joined = true
    return nothing()
  }

  disconnect(): Program<void> {
    this.#joined = false
    return nothing()
  }

  isconnected(): boolean {
    return this.#joined
  }

  getaddrinfo(): Program<void> {
    return nothing()
  }

  watch(): void {}
}
