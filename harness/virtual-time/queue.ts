// What is due, in order of time and then of arming: a binary heap.

export interface Due {
  readonly when: number
  /** What comes from outside and timers, before what waited for the next turn of the loop. */
  readonly phase: 'event' | 'immediate'
  /** Number of arming: of two at the same moment the first armed comes first. */
  readonly order: number
  fire: (() => void) | null
}

export class DueQueue {
  readonly #heap: Due[] = []

  get first(): Due | undefined {
    this.#forgetCancelled()
    return this.#heap[0]
  }

  push(due: Due): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(due)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!isBefore(due, heap[above]!)) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = due
  }

  shift(): Due | undefined {
    this.#forgetCancelled()
    return this.#take()
  }

  /** Cancelled timers stay where they are until they come up. */
  #forgetCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.fire === null) this.#take()
  }

  #take(): Due | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= heap.length) break
      const right = left + 1
      const least = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left
      if (!isBefore(heap[least]!, last)) break
      heap[at] = heap[least]!
      at = least
    }
    heap[at] = last
    return first
  }
}

function isBefore(a: Due, b: Due): boolean {
  if (a.when !== b.when) return a.when < b.when
  return a.phase === b.phase ? a.order < b.order : a.phase === 'event'
}
