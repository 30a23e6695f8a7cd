// The calls of a device that is no emulated library: each is a promise, and how it ends is recorded. What is under
// way when the device loses power is lost: nobody hears how it would have ended.

import { type Clock, type Duration, elapsed, type Instant, PythonError, showDuration } from '../../emulators/index.ts'
import type { PlainValue, Recorder } from '../evidence/index.ts'

interface Running {
  readonly id: string
  readonly method: string
  readonly since: Instant
  /** What it waits for, for a report. */
  readonly waitsFor: string
}

export class CallRecorder {
  readonly #device: string
  readonly #recorder: Recorder
  readonly #clock: Clock
  readonly #onBug: (error: unknown) => void
  readonly #running = new Set<Running>()

  constructor(around: {
    readonly name: string
    readonly recorder: Recorder
    readonly clock: Clock
    readonly onBug: (error: unknown) => void
  }) {
    this.#device = around.name
    this.#recorder = around.recorder
    this.#clock = around.clock
    this.#onBug = around.onBug
  }

  /** Begins a call. What `work` throws, unless it is a Python exception, is a bug of ours. */
  start(id: string, method: string, waitsFor: string, work: () => Promise<PlainValue>): void {
    const call: Running = { id, method, since: this.#clock.now(), waitsFor }
    this.#running.add(call)
    this.#recorder.record({ kind: 'call', device: this.#device, id, method, state: 'started' })
    work().then(
      (value) => this.#end(call, { state: 'returned', value }),
      (error) => {
        if (!(error instanceof PythonError)) this.#onBug(error)
        else this.#end(call, { state: 'raised', error: { type: error.type, args: error.args as PlainValue[] } })
      },
    )
  }

  /** All that is under way is lost. */
  lose(): void {
    for (const call of [...this.#running]) this.#end(call, { state: 'lost' })
  }

  /** What the oldest waits for; null when none is under way. */
  hanging(): string | null {
    const [call] = this.#running
    if (call === undefined) return null
    const time: Duration = elapsed(call.since, this.#clock.now())
    return `the device has been waiting for ${call.waitsFor} for ${showDuration(time)}`
  }

  #end(
    call: Running,
    how:
      | { readonly state: 'returned'; readonly value: PlainValue }
      | { readonly state: 'raised'; readonly error: { readonly type: string; readonly args: readonly PlainValue[] } }
      | { readonly state: 'lost' },
  ): void {
    if (!this.#running.delete(call)) return
    this.#recorder.record({ kind: 'call', device: this.#device, id: call.id, method: call.method, ...how })
  }
}
