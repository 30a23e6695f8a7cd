// Node's timers on the clock of a world. Once the world is over, or when there is none, they are the real ones: a library
// that was loaded meanwhile may have kept these functions.

import { promisify } from 'node:util'
import type { Timer } from '../../emulators/index.ts'
import { current } from './current.ts'
import { real } from './real.ts'
import type { World } from './world.ts'

type Callback = (...args: unknown[]) => void

/** As Node has it: what is no number, or out of bounds, is 1 ms. */
const MOST_MS = 2 ** 31 - 1
const delayOf = (ms: unknown): number => {
  const delay = Number(ms)
  return delay >= 1 && delay <= MOST_MS ? delay : 1
}

class VirtualTimeout {
  readonly #world: World
  readonly #fire: () => void
  readonly #delay: number
  readonly #repeats: boolean
  #timer: Timer | null = null

  constructor(world: World, fire: () => void, delay: number, repeats: boolean) {
    this.#world = world
    this.#fire = fire
    this.#delay = delay
    this.#repeats = repeats
    this.refresh()
  }

  refresh(): this {
    this.#timer?.cancel()
    this.#timer = this.#world.at(this.#world.now + this.#delay, () => {
      if (this.#repeats) this.refresh()
      this.#fire()
    })
    return this
  }

  close(): this {
    this.#timer?.cancel()
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

class VirtualImmediate {
  readonly #timer: Timer

  constructor(world: World, fire: () => void) {
    this.#timer = world.immediate(fire)
  }

  close(): void {
    this.#timer.cancel()
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

function setTimeout(fire: Callback, ms?: number, ...args: unknown[]): unknown {
  const { world } = current
  if (world === null) return real.setTimeout(fire, ms, ...args)
  return new VirtualTimeout(world, () => fire(...args), delayOf(ms), false)
}

function setInterval(fire: Callback, ms?: number, ...args: unknown[]): unknown {
  const { world } = current
  if (world === null) return real.setInterval(fire, ms, ...args)
  return new VirtualTimeout(world, () => fire(...args), delayOf(ms), true)
}

function setImmediate(fire: Callback, ...args: unknown[]): unknown {
  const { world } = current
  if (world === null) return real.setImmediate(fire, ...args)
  return new VirtualImmediate(world, () => fire(...args))
}

/** Also of real timers that were set before the world began. */
function clear(timer: unknown): void {
  if (timer instanceof VirtualTimeout || timer instanceof VirtualImmediate) timer.close()
  else real.clearTimeout(timer as NodeJS.Timeout)
}

function clearImmediate(timer: unknown): void {
  if (timer instanceof VirtualImmediate) timer.close()
  else real.clearImmediate(timer as NodeJS.Immediate)
}

const later = (ms?: number, value?: unknown): Promise<unknown> =>
  new Promise((resolve) => void setTimeout(() => resolve(value), ms))
const soon = (value?: unknown): Promise<unknown> => new Promise((resolve) => void setImmediate(() => resolve(value)))
Object.assign(setTimeout, { [promisify.custom]: later })
Object.assign(setImmediate, { [promisify.custom]: soon })

export const virtualTimers = {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate,
}
/** Of `node:timers/promises`. */
export const virtualPromises = { setTimeout: later, setImmediate: soon }
