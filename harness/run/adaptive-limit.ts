// How many scenarios run side by side. Most of a scenario is waiting, so that more of them are done sooner; but each is
// judged by this process, and one that is late itself can only say "inconclusive". When nobody says how many, it is
// more and more as long as this process and the machine have time left, and fewer when they have not.

import { cpus } from 'node:os'

export const MIN_PARALLEL = 4
export const FIRST = 8
export const MAX_PARALLEL = 24
/** ms. A shorter look back is luck; a longer one sees too late what the last scenario costs. */
const LOOK = 100
/** Shares of the time: of this process's event loop, and of all processors. */
const BUSY_LOOP = 0.85
const BUSY_MACHINE = 0.9

/** Which share of the time since it was last asked somebody was busy. */
export interface Load {
  loop(): number
  machine(): number
}

export class AdaptiveLimit implements Disposable {
  readonly #running = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout | undefined
  #jobs: number
  #wake: () => void = () => {}
  #broken: { readonly error: unknown } | null = null

  constructor(jobs: number | 'auto', load: () => Load = machineLoad) {
    this.#jobs = jobs === 'auto' ? FIRST : jobs
    if (jobs !== 'auto') return
    const measured = load()
    this.#timer = setInterval(() => this.look(measured), LOOK)
    this.#timer.unref()
  }

  get jobs(): number {
    return this.#jobs
  }

  /** Makes more room, or less; a timer calls it. */
  look(load: Load): void {
    // Both are asked each time: what they tell is since the last time.
    const [loop, machine] = [load.loop(), load.machine()]
    if (loop > BUSY_LOOP || machine > BUSY_MACHINE) this.#jobs = Math.max(MIN_PARALLEL, this.#jobs - 1)
    else if (this.#running.size >= this.#jobs) this.#jobs = Math.min(MAX_PARALLEL, this.#jobs + 1)
    this.#wake()
  }

  /** Resolves when another one may begin; for one who waits at a time. Throws what one of them has thrown. */
  async free(): Promise<void> {
    while (this.#broken === null && this.#running.size >= this.#jobs)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    this.#check()
  }

  begin(act: Promise<void>): void {
    const running = act
      .catch((error: unknown) => {
        this.#broken ??= { error }
      })
      .finally(() => {
        this.#running.delete(running)
        this.#wake()
      })
    this.#running.add(running)
  }

  /** Resolves when none runs any more. Throws as `free`. */
  async empty(): Promise<void> {
    await Promise.all(this.#running)
    this.#check()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #check(): void {
    if (this.#broken !== null) throw this.#broken.error
  }
}

function machineLoad(): Load {
  let before = performance.eventLoopUtilization()
  let since = processorTime()
  return {
    loop() {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      return utilization
    },
    machine() {
      const now = processorTime()
      const passed = now.all - since.all
      const busy = passed <= 0 ? 0 : 1 - (now.idle - since.idle) / passed
      since = now
      return busy
    },
  }
}

function processorTime(): { readonly idle: number; readonly all: number } {
  const times = cpus().map(({ times }) => times)
  const idle = times.reduce((sum, t) => sum + t.idle, 0)
  return { idle, all: times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.irq, idle) }
}
