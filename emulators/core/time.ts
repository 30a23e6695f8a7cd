// Instants and durations are different things, both milliseconds as a float. A bare number
// becomes one of them once, at an edge, through a function that has the unit in its name.

declare const durationBrand: unique symbol
declare const instantBrand: unique symbol

/** A span of time in milliseconds. */
export type Duration = number & { readonly [durationBrand]: true }
/** A point on a monotonic clock, in milliseconds since that clock's own zero. */
export type Instant = number & { readonly [instantBrand]: true }

/** A duration of so many ms. */
export const milliseconds = (n: number): Duration => n as Duration
/** A duration of so many seconds. */
export const seconds = (n: number): Duration => (n * 1000) as Duration
/** A duration as seconds. */
export const inSeconds = (d: Duration): number => d / 1000
/** A moment, ms on some clock. */
export const instant = (ms: number): Instant => ms as Instant

/** So long after an instant. */
export const after = (at: Instant, d: Duration): Instant => (at + d) as Instant
/** So long before an instant. */
export const before = (at: Instant, d: Duration): Instant => (at - d) as Instant
/** The time from `from` to `to`; negative when `to` came first. */
export const elapsed = (from: Instant, to: Instant): Duration => (to - from) as Duration
/** A duration, so many times as long. */
export const scale = (d: Duration, factor: number): Duration => (d * factor) as Duration

export const ZERO = 0 as Duration

/** A pending timer; cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void
}

/** Time comes in by argument. `at` runs `fire` once `now()` has reached `when`, never before. */
export interface Clock {
  /** It moves only when nothing can go on: nothing is ever late. */
  readonly isVirtual?: true
  now(): Instant
  at(when: Instant, fire: () => void): Timer
  /** A program that never waits has computed for a while, and lets the world go on before `then`. Absent: real time passes by itself. */
  busy?(then: () => void): void
  /** It stands still until what is returned is called: somebody outside of the event loop is at work. Absent: nothing holds it. */
  hold?(): () => void
}

/** The machine's monotonic clock, counted from the moment it was made. */
export function realClock(zero = performance.now()): Clock {
  const now = (): Instant => (performance.now() - zero) as Instant
  return {
    now,
    at(when, fire) {
      let handle: NodeJS.Timeout
      // Node's timers may fire up to a millisecond early; a device must never wake early.
      const arm = (): void => {
        handle = setTimeout(
          () => {
            if (now() < when) arm()
            else fire()
          },
          Math.max(0, Math.ceil(when - now())),
        )
      }
      arm()
      return { cancel: () => clearTimeout(handle) }
    },
  }
}

/** A clock that moves only when told to; timers fire in order of time, then of arming. */
export class VirtualClock implements Clock {
  #now = 0 as Instant
  #pending: { when: Instant; fire: () => void }[] = []

  now(): Instant {
    return this.#now
  }

  at(when: Instant, fire: () => void): Timer {
    const entry = { when, fire }
    let i = this.#pending.length
    while (i > 0 && this.#pending[i - 1]!.when > when) i--
    this.#pending.splice(i, 0, entry)
    return {
      cancel: () => {
        const found = this.#pending.indexOf(entry)
        if (found >= 0) this.#pending.splice(found, 1)
      },
    }
  }

  advance(d: Duration): void {
    const end = after(this.#now, d)
    while (this.#pending[0] !== undefined && this.#pending[0].when <= end) {
      const next = this.#pending.shift()!
      this.#now = Math.max(this.#now, next.when) as Instant
      next.fire()
    }
    this.#now = end
  }
}

const UNITS: readonly (readonly [string, number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

/** A duration as a person writes it: `250ms`, `1.5s`, `2m`. */
export function showDuration(d: Duration): string {
  const sign = d < 0 ? '-' : ''
  const ms = Math.abs(d)
  if (ms < 1000) return `${sign}${round(ms, ms < 10 ? 1 : 0)}ms`
  const [unit, size] = UNITS.find(([, n]) => ms >= n && (n === 1000 || ms % n === 0)) ?? ['ms', 1]
  return `${sign}${round(ms / size, 3)}${unit}`
}

const round = (n: number, digits: number): number => Number(n.toFixed(digits))
