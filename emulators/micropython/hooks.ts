// Where in MicroPython's memory another thread may leave what the interpreter shall do at its next
// branch: raise KeyboardInterrupt, or call the function that asks for events. The places are found
// by watching which words change when the interpreter itself does the same.

import type { Python } from './emscripten.ts'
import type { WasmMemory } from './webassembly.ts'

/** Indices of 32-bit words in `memory`, and what to write there. */
export interface HookPlaces {
  readonly memory: SharedArrayBuffer
  /** The exception that waits to be raised. */
  readonly pending: number
  /** The object KeyboardInterrupt. */
  readonly interrupt: number
  /** The scheduler: a 16-bit state (1 idle, 0 something waits) · length · index of its queue. */
  readonly scheduler: number
  /** The queue: four pairs of function and argument. */
  readonly queue: number
  /** The pair to put there. */
  readonly dispatch: readonly [number, number]
}

const SEARCHED = 1 << 16
const IDLE = 1
const DEPTH = 4

export class Hooks {
  readonly #memory: WasmMemory
  readonly #python: Python
  readonly #pending: readonly [at: number, value: number]
  readonly #scheduler: number
  #before = new Int32Array()
  #queue = -1
  #dispatch: readonly [number, number] = [0, 0]

  constructor(python: Python, memory: WasmMemory) {
    this.#python = python
    this.#memory = memory
    const changed = this.#changes(() => python._module._mp_sched_keyboard_interrupt())
    const scheduler = changed.find(([, was, is]) => was === IDLE && is === 0)
    const pending = changed.find(([, was, is]) => was === 0 && is !== 0)
    if (changed.length !== 2 || scheduler === undefined || pending === undefined)
      throw new Error('this build of MicroPython keeps its interrupts elsewhere')
    this.#scheduler = scheduler[0]
    this.#pending = [pending[0], pending[2]]
    // It was a rehearsal.
    this.#words()[scheduler[0]] = IDLE
    this.#words()[pending[0]] = 0
  }

  /** From Python, before it schedules `function`. */
  rehearse(): void {
    this.#before = this.#words().slice(0, SEARCHED)
  }

  /** From Python, just after: where is it now? */
  rehearsed(func: number): void {
    const words = this.#words()
    for (let at = this.#scheduler - 64; at < this.#scheduler; at++)
      if (this.#before[at] === 0 && words[at] === func) {
        this.#queue = at
        this.#dispatch = [func, words[at + 1]!]
        return
      }
    throw new Error('this build of MicroPython keeps its scheduler elsewhere')
  }

  places(): HookPlaces {
    return {
      memory: this.#memory.buffer,
      pending: this.#pending[0],
      interrupt: this.#pending[1],
      scheduler: this.#scheduler,
      queue: this.#queue,
      dispatch: this.#dispatch,
    }
  }

  /** An interrupt that nobody has raised yet is for nobody: what it was meant for has ended. */
  forget(): void {
    Atomics.store(this.#words(), this.#pending[0], 0)
  }

  /** Raised at the next branch of this thread. */
  interruptHere(): void {
    this.#python._module._mp_sched_keyboard_interrupt()
  }

  #words(): Int32Array {
    return new Int32Array(this.#memory.buffer)
  }

  #changes(act: () => void): (readonly [at: number, was: number, is: number])[] {
    const before = this.#words().slice(0, SEARCHED)
    act()
    const words = this.#words()
    return [...before.entries()].flatMap(([at, was]) => (words[at] === was ? [] : [[at, was, words[at]!] as const]))
  }
}

/** From another thread: KeyboardInterrupt at the interpreter's next branch. */
export function leaveInterrupt({ memory, pending, interrupt, scheduler }: HookPlaces): void {
  const words = new Int32Array(memory)
  words[(interrupt >> 2) + 2] = 0 // the traceback of its last time
  Atomics.store(words, pending, interrupt)
  const state = Atomics.load(words, scheduler)
  if ((state & 0xffff) === IDLE) Atomics.compareExchange(words, scheduler, state, state & ~0xffff)
}

/** Whether an interrupt that was left has not been raised yet. */
export const interruptIsLeft = ({ memory, pending }: HookPlaces): boolean =>
  Atomics.load(new Int32Array(memory), pending) !== 0

/** From another thread: the interpreter asks for events at its next branch. Nothing when it does already. */
export function leaveEvent({ memory, scheduler, queue, dispatch }: HookPlaces): void {
  const words = new Int32Array(memory)
  const state = Atomics.load(words, scheduler)
  const length = (state >> 16) & 0xff
  const index = (state >> 24) & 0xff
  if ((state & 0xffff) !== IDLE || length !== 0) return
  const slot = queue + 2 * (index % DEPTH)
  words[slot] = dispatch[0]
  words[slot + 1] = dispatch[1]
  Atomics.compareExchange(words, scheduler, state, (index << 24) | (1 << 16))
}
