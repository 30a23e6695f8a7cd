// A program that has ended says and sends nothing more until it is booted. A claim that waits for that alone is decided
// soon after its end, and not at the end of its window.

import { type Instant, milliseconds } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import type { Pattern, Plan, Step } from '../plan/model/index.ts'

/** For how long after its end what a program has written may still be on its way through the link. */
export const LAST_WORDS = milliseconds(500)

/** Steps that go on beside others, and may boot a device. */
const BESIDE: ReadonlySet<string> = new Set(['chaos'])

export interface End {
  readonly device: string
  readonly at: Instant
  readonly seq: number
  /** `exited with code 3`. */
  readonly how: string
}

export class Gone {
  /** Devices whose end is an event: it is that of all their children, too. */
  readonly #programs: ReadonlySet<string>
  readonly #ends = new Map<string, End>()

  constructor({ devices, steps }: Plan) {
    const known = !within(steps).some(({ verb }) => BESIDE.has(verb))
    this.#programs = new Set(known ? devices.filter(({ shows }) => shows?.has('exit')).map(({ name }) => name) : [])
  }

  observe(event: Event): void {
    if (event.kind === 'exit' && this.#programs.has(event.device)) {
      const how = event.signal === null ? `exited with code ${event.code}` : `was ended by ${event.signal}`
      this.#ends.set(event.device, { device: event.device, at: event.at, seq: event.seq, how })
    }
    if (event.kind === 'device' && event.change === 'boot') this.#ends.delete(event.device)
  }

  /** The end of the program that alone could make such an event; null: it runs, or others may. */
  endOf({ matcher, fields }: Pattern): End | null {
    const maker = matcher.maker?.(fields) ?? null
    return maker === null ? null : (this.#ends.get(maker) ?? null)
  }
}

const within = (steps: readonly Step[]): readonly Step[] =>
  steps.flatMap((step) => ('steps' in step ? [step, ...within(step.steps)] : [step]))
