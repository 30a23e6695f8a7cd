// The library calls that steps have made so far, for claims about calls. `id: pub` in a `repeat` is another call in each
// turn; a claim that names it means the latest.

import type { Event } from '../evidence/index.ts'
import type { CallFields } from '../expect/index.ts'

interface Made {
  /** As events name it. */
  readonly key: string
  readonly id: string | null
  readonly device: string
  /** Of the start of its step. */
  readonly seq: number
  /** The library's own name; null: it has not begun. */
  method: string | null
}

export class CallsMade {
  readonly #made: Made[] = []
  readonly #started = new Set<string>()

  add(call: Omit<Made, 'method'>): void {
    this.#made.push({ ...call, method: null })
  }

  observe(event: Event): void {
    if (event.kind !== 'call' || event.state !== 'started') return
    this.#started.add(event.id)
    const call = this.#made.findLast(({ key, device }) => key === event.id && device === event.device)
    if (call !== undefined) call.method = event.method
  }

  /** A call of that name has begun, whoever made it. */
  hasStarted(key: string): boolean {
    return this.#started.has(key)
  }

  /** The latest that a claim's fields may mean. */
  latest({ id, device, method }: CallFields): { readonly key: string; readonly seq: number } | undefined {
    return this.#made.findLast(
      (call) =>
        (id === undefined || call.id === id) &&
        (device === undefined || call.device === device) &&
        (method === undefined || call.method === null || call.method === method),
    )
  }

  /** The call of this event was made by an earlier turn of the step than the latest. */
  isOfEarlierTurn(event: Event, id: string, latest: { readonly seq: number }): boolean {
    if (event.kind !== 'call') return false
    return this.#made.some((call) => call.key === event.id && call.id === id && call.seq < latest.seq)
  }
}
