// A timer as MQTTClient.cpp has it (lwmqtt_arduino_timer_t).

import type { Program } from '../../board.ts'
import { int32, millis } from '../arduino/c.ts'

const UINT32_MAX = 0xffff_ffff

export class Timer {
  #start = 0
  #timeout = 0;

  /** `timeout`: ms. */
  *set(timeout: number): Program<void> {
    this.#start = yield* millis()
    this.#timeout = timeout
  }

  /** What is left, in ms; negative when it is over. A wrap of millis() in between costs one millisecond. */
  *get(): Program<number> {
    const now = yield* millis()
    const gone = now < this.#start ? UINT32_MAX - this.#start + now : now - this.#start
    return int32(this.#timeout - gone)
  }
}
