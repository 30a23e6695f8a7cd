// A timer as MQTTClient.cpp has it (lwmqtt_arduino_timer_t).

import { settled } from '../../at-once.ts'
import type { Program } from '../../board.ts'
import { int32, millis, millisAtOnce } from '../arduino/c.ts'

const UINT32_MAX = 0xffff_ffff

export class Timer {
  #start = 0
  #timeout = 0

  /** `timeout`: ms. */
  set(timeout: number): Program<void> {
    this.#timeout = timeout
    const now = millisAtOnce()
    if (now === undefined) return this.#begin()
    this.#start = now
    return settled(undefined)
  }

  *#begin(): Program<void> {
    this.#start = yield* millis()
  }

  /** What is left, in ms; negative when it is over. A wrap of millis() in between costs one millisecond. */
  get(): Program<number> {
    const now = millisAtOnce()
    return now === undefined ? this.#ask() : settled(this.#left(now))
  }

  *#ask(): Program<number> {
    return this.#left(yield* millis())
  }

  #left(now: number): number {
    const gone = now < this.#start ? UINT32_MAX - this.#start + now : now - this.#start
    return int32(this.#timeout - gone)
  }
}
