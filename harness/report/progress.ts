// How far a suite is, as text: `214 of 1026 · 3 failed · 2m05s, about 8m left`. The time is given, so that a test can
// set it.

import type { ScenarioRun, Status } from '../run/index.ts'
import type { VirtualProgress } from '../virtual-time/index.ts'

/** An estimate from fewer would be a guess. */
const ENOUGH_DONE = 5
const ENOUGH_MS = 2000
/** Running ones that are named. */
const MAX_SHOWN = 3

export class Progress {
  #total = 0
  #done = 0
  #startedAt = 0
  readonly #bad: Partial<Record<Status, number>> = {}
  readonly #running = new Map<string, { readonly name: string; step: string; time: string }>()

  begin(total: number, now: number): void {
    this.#total = total
    this.#startedAt = now
  }

  /** `name`: what is shown of it; a key tells it from others. */
  started(key: string, name: string): void {
    this.#running.set(key, { name, step: '', time: '' })
  }

  /** The step that it is at. */
  at(key: string, step: string): void {
    const running = this.#running.get(key)
    if (running !== undefined) running.step = step
  }

  /** How far a run in virtual time is, and how much faster than real time it was so far. */
  time(key: string, { virtual, real }: VirtualProgress): void {
    const running = this.#running.get(key)
    if (running === undefined) return
    const faster = virtual / Math.max(real, 1)
    running.time = ` (${clock(virtual)} virtual, ${faster < 10 ? faster.toFixed(1) : Math.round(faster)} x)`
  }

  ended(key: string, { status }: Pick<ScenarioRun, 'status'>, final: boolean): void {
    this.#running.delete(key)
    if (!final) return
    this.#done++
    this.#bad[status] = (this.#bad[status] ?? 0) + 1
  }

  get total(): number {
    return this.#total
  }

  get done(): number {
    return this.#done
  }

  /** The longest-running first. */
  get running(): readonly string[] {
    return [...this.#running.values()].map(({ name, step, time }) => `${name}${step === '' ? '' : `: ${step}`}${time}`)
  }

  /** All of it on one line of `width` characters: what runs, the longest first, as far as there is room. */
  line(now: number, width = Number.POSITIVE_INFINITY): string {
    const summary = `◌ ${this.summary(now)}`
    const names = this.running
    for (let shown = Math.min(names.length, MAX_SHOWN); shown > 0; shown--) {
      const more = names.length - shown
      const text = `  ${summary} · ${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
      if ([...text].length <= width || shown === 1) return text
    }
    return `  ${summary}`
  }

  /** Counts, elapsed time and estimated rest. */
  summary(now: number): string {
    const elapsed = now - this.#startedAt
    const counts = (['failed', 'broken', 'inconclusive', 'gap'] as const).flatMap((status) => {
      const count = this.#bad[status] ?? 0
      return count === 0 ? [] : [`${count} ${status === 'gap' ? 'known gaps' : status}`]
    })
    const rest = this.#rest(elapsed)
    const time = `${clock(elapsed)}${rest === null ? '' : `, about ${clock(rest)} left`}`
    return [`${this.#done} of ${this.#total}`, ...counts, time].join(' · ')
  }

  /** What is left, in milliseconds, if the rest goes as what is done; null when that is too little. */
  #rest(elapsed: number): number | null {
    if (this.#done < ENOUGH_DONE || elapsed < ENOUGH_MS || this.#done >= this.#total) return null
    return (elapsed / this.#done) * (this.#total - this.#done)
  }
}

/** `42s`, `2m05s`, `1h03m`. */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, '0')}s`
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`
}
