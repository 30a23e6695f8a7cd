// What mqtt_as takes from MicroPython's asyncio: a lock, events, and the cancelling of tasks. A task is a thread of the
// board: both go on only where they wait.

import {
  interruptThread,
  nothing,
  type Program,
  PythonError,
  Signal,
  signal,
  spawn,
  stopThread,
  type ThreadHandle,
  waitFor,
} from '../../board.ts'
import { milliseconds } from '../../core/time.ts'

/** What an `await asyncio.sleep_ms(0)` takes in which everybody else has a turn; ms. */
export const TURN = milliseconds(0.1)
/** The same while it connects: many turns, in which all who wait for the connection have theirs before it stands. */
export const CONNECT_TURN = milliseconds(0.4)

const CANCELLED = new PythonError('CancelledError')

/** asyncio.Lock: handed over to whoever has waited longest. */
export class Lock {
  #locked = false
  readonly #waiting: { readonly freed: Signal; granted: boolean }[] = [];

  /** `async with lock`. */
  *hold<T>(body: () => Program<T>): Program<T> {
    yield* this.#acquire()
    try {
      return yield* body()
    } finally {
      yield* this.#release()
    }
  }

  #acquire(): Program<void> {
    if (this.#locked) return this.#queueUp()
    this.#locked = true
    return nothing()
  }

  *#queueUp(): Program<void> {
    const me = { freed: new Signal('lock'), granted: false }
    this.#waiting.push(me)
    try {
      yield* waitFor(me.freed, null)
    } catch (e) {
      if (me.granted) yield* this.#release()
      else this.#waiting.splice(this.#waiting.indexOf(me), 1)
      throw e
    }
  }

  #release(): Program<void> {
    const next = this.#waiting.shift()
    if (next === undefined) {
      this.#locked = false
      return nothing()
    }
    next.granted = true
    return signal(next.freed)
  }
}

/** asyncio.Event. */
export class Event {
  #set = false
  readonly #changed = new Signal('event');

  *set(): Program<void> {
    this.#set = true
    yield* signal(this.#changed)
  }

  clear(): void {
    this.#set = false
  }

  *wait(): Program<void> {
    while (!this.#set) yield* waitFor(this.#changed, null)
  }
}

/** A task that can be cancelled where it waits: it ends there, without a word. */
export class Task {
  #handle: ThreadHandle | null = null
  #state: 'new' | 'running' | 'done' = 'new';

  /** `asyncio.create_task`. */
  *start(name: string, body: () => Program<void>): Program<this> {
    this.#handle = yield* spawn(name, () => this.#run(body))
    return this
  }

  get handle(): ThreadHandle | null {
    return this.#handle
  }

  *cancel(): Program<void> {
    if (this.#state === 'new') yield* stopThread(this.#handle!)
    if (this.#state === 'running') yield* interruptThread(this.#handle!, CANCELLED)
  }

  *#run(body: () => Program<void>): Program<void> {
    this.#state = 'running'
    try {
      yield* body()
    } catch (e) {
      if (e !== CANCELLED) throw e
    } finally {
      this.#state = 'done'
    }
  }
}
