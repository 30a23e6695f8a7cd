// Calls that never wait, answered without leaving the program. A call that is yielded goes up through every generator
// that a library has nested, and its answer down again, which is most of what a call costs. A driver of many boards
// offers these answers while a program of its runs; without them, or for what they do not know, the call is yielded.

/** A call is answered, or undefined: it is to be yielded. */
export interface AtOnce {
  /** Answers that are left: a program that never waits is to let others go on, so it yields when there are none. */
  left: number
  now(): number
  self(): number
  available(socket: number): number
  socketState(socket: number): number
  random(low: number, high: number): number
  /** Whether all of it was taken; false: it has to wait, or fails. */
  takes(socket: number, bytes: Uint8Array): boolean
  /** Bytes that are there; undefined: none, or the call fails. */
  read(socket: number, count: number, exact: boolean): Uint8Array | undefined
  /** Whether it is ready now. */
  isReady(socket: number, until: 'readable' | 'writable'): boolean
  /** Whether a poll for reading that does not wait finds nothing. */
  hasNothing(socket: number): boolean
  setTimeout(socket: number, timeout: number): boolean
}

let offered: AtOnce | null = null

/** For one step of a program: `null` takes them away. Gives what was offered before, which is to be offered again after it. */
export function offer(answers: AtOnce | null): AtOnce | null {
  const before = offered
  offered = answers
  return before
}

/** null: the call is to be yielded. */
export const atOnce = (): AtOnce | null => (offered !== null && offered.left-- > 0 ? offered : null)

const over: { done: true; value: unknown } = { done: true, value: undefined }
const answered = {
  next: () => over,
  [Symbol.iterator]() {
    return this
  },
}

/** What a `yield*` gives at once. Good for that `yield*` alone: the next one is the same object. */
export function settled<P>(value: unknown): P {
  over.value = value
  return answered as P
}

/** One step of a program that somebody watches, whose calls are all yielded. */
export function yieldingAll<T>(step: () => T): T {
  const before = offer(null)
  try {
    return step()
  } finally {
    offer(before)
  }
}
