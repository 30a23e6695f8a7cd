// Pins by the names a scenario gives them. Only a change of level is an event.

import { Problem } from '../../emulators/index.ts'
import type { Recorder } from '../evidence/index.ts'

export interface SignalWiring {
  readonly pin: number
  readonly active: 'high' | 'low'
}

export class Signals {
  readonly #device: string
  readonly #wiring: Readonly<Record<string, SignalWiring>>
  readonly #recorder: Recorder

  constructor(device: string, wiring: Readonly<Record<string, SignalWiring>>, recorder: Recorder) {
    this.#device = device
    this.#wiring = wiring
    this.#recorder = recorder
  }

  /** The program wrote another level to a pin. */
  changed(pin: number, value: 0 | 1): void {
    const named = Object.entries(this.#wiring).find(([, w]) => w.pin === pin)
    this.#recorder.record({
      kind: 'signal',
      device: this.#device,
      signal: named?.[0] ?? `pin ${pin}`,
      value,
      by: 'device',
    })
  }

  pin(signal: string): number {
    return this.#named(signal).pin
  }

  activeLevel(signal: string): 0 | 1 {
    return this.#named(signal).active === 'low' ? 0 : 1
  }

  /** A released active-low button reads 1 from the first moment. */
  idleLevels(): readonly (readonly [number, 0 | 1])[] {
    return Object.values(this.#wiring)
      .filter((w) => w.active === 'low')
      .map((w) => [w.pin, 1] as const)
  }

  #named(signal: string): SignalWiring {
    const wiring = this.#wiring[signal]
    if (wiring === undefined)
      throw new Problem('device/no-signal', `${this.#device} has no signal "${signal}"`, {
        hint: `it has ${Object.keys(this.#wiring).join(', ') || 'none'}`,
      })
    return wiring
  }
}
