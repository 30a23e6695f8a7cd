// Pins by the names a scenario gives them. Only a change of level is an event.

import { Problem } from '../../emulators/index.ts'
import { notEvaluated, type Recorder } from '../evidence/index.ts'
import { unlessSlow } from '../outside/index.ts'
import type { DeviceWords } from './keys.ts'

export interface SignalWiring {
  readonly pin: number
  readonly active: 'high' | 'low'
  /** For a board whose pins the harness cannot see: the console line that tells the level, as its first group. */
  readonly serial?: RegExp | undefined
}

export const wiringOf = ({ signals }: DeviceWords): Readonly<Record<string, SignalWiring>> =>
  Object.fromEntries(
    Object.entries(signals ?? {}).map(([name, s]) => [
      name,
      { pin: s.pin, active: s.active ?? 'high', ...(s.serial === undefined ? {} : { serial: s.serial }) },
    ]),
  )

export class Signals {
  readonly #device: string
  readonly #wiring: Readonly<Record<string, SignalWiring>>
  readonly #recorder: Recorder
  /** Inputs as the world holds them, whether the board is on or not. */
  readonly #inputs: Map<number, 0 | 1>
  readonly #lit = new Set<number>()

  constructor(device: string, wiring: Readonly<Record<string, SignalWiring>>, recorder: Recorder) {
    this.#device = device
    this.#wiring = wiring
    this.#recorder = recorder
    // A released active-low button reads 1 from the first moment.
    const pulledUp = Object.values(wiring).filter((w) => w.active === 'low')
    this.#inputs = new Map(pulledUp.map((w) => [w.pin, 1]))
  }

  /** The program wrote another level to a pin. */
  changed(pin: number, value: 0 | 1): void {
    if (value === 1) this.#lit.add(pin)
    else this.#lit.delete(pin)
    const named = Object.entries(this.#wiring).find(([, w]) => w.pin === pin)
    this.#recorder.record({
      kind: 'signal',
      device: this.#device,
      signal: named?.[0] ?? `pin ${pin}`,
      value,
      by: 'device',
    })
  }

  /** A line of the console of a board whose pins nobody sees, in all its forms; only a change of level is an event. */
  heard(forms: readonly string[]): void {
    for (const [signal, { pin, serial }] of Object.entries(this.#wiring)) {
      const level = unlessSlow(
        () => forms.map((line) => serial?.exec(line)?.[1]).find((found) => found !== undefined),
        ({ message }) => {
          this.#recorder.record({ ...notEvaluated(`signal ${signal}: ${message}`), device: this.#device })
          return undefined
        },
      )
      if (level === undefined || (level !== '0' && level !== '1')) continue
      const value = level === '1' ? 1 : 0
      if (this.#lit.has(pin) !== (value === 1)) this.changed(pin, value)
    }
  }

  /** The board is without power or in reset: none of its outputs is high. */
  dark(): void {
    for (const pin of [...this.#lit]) this.changed(pin, 0)
  }

  /** Somebody holds an input at this level until further notice; its pin. */
  driven(signal: string, level: 0 | 1): number {
    const { pin } = this.#named(signal)
    this.#inputs.set(pin, level)
    return pin
  }

  activeLevel(signal: string): 0 | 1 {
    return this.#named(signal).active === 'low' ? 0 : 1
  }

  /** What a board that boots now finds at its pins. */
  inputLevels(): Iterable<readonly [number, 0 | 1]> {
    return this.#inputs
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
