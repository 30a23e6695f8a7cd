// Tells the judge the time when it wants to know. It does so one turn of the loop late, so that
// what is already waiting in a socket is seen before a window is closed over it; and after a stall
// it tells the time that the harness has caught up with, as the stamps of events do.

import type { Clock, Instant, Timer } from '../../emulators/index.ts'
import type { LagMeter, Timeline } from '../evidence/index.ts'
import type { Judge } from '../judge/index.ts'

export class JudgeTimer {
  readonly #judge: Judge
  readonly #clock: Clock
  readonly #lag: Pick<LagMeter, 'lag'>
  readonly #unsubscribe: () => void
  #timer: Timer | null = null
  #dueAt: number | null = null
  #stopped = false

  constructor(judge: Judge, timeline: Timeline, clock: Clock, lag: Pick<LagMeter, 'lag'>) {
    this.#judge = judge
    this.#clock = clock
    this.#lag = lag
    this.#unsubscribe = timeline.subscribe((event, unmasked) => {
      judge.observe(unmasked, event)
      this.#arm()
    })
    this.#arm()
  }

  stop(): void {
    this.#stopped = true
    this.#unsubscribe()
    this.#timer?.cancel()
  }

  #arm(): void {
    const { due } = this.#judge
    if (due === this.#dueAt || this.#stopped) return
    this.#timer?.cancel()
    this.#dueAt = due
    this.#timer = due === null ? null : this.#clock.at(due, () => setImmediate(() => this.#tell()))
  }

  #tell(): void {
    if (this.#stopped) return
    this.#dueAt = null
    const now = this.#clock.now()
    this.#judge.tick((now - this.#lag.lag(now)) as Instant)
    this.#arm()
  }
}
