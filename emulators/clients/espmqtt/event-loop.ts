// ESP-IDF's event loop without a task of its own: an event is put into a short queue, and then one event is taken out
// and handled by the task that put it in. So what a handler posts pushes the library's next event out.

import { atOnce } from '../../at-once.ts'
import { currentThread, nothing, type Program, Signal, signal, type ThreadHandle, waitFor } from '../../board.ts'
import type { UserProperties } from './properties5.ts'

export type EventValue = string | number | boolean | null | Uint8Array | UserProperties

export interface EspEvent {
  /** Without `MQTT_EVENT_`; `USER_EVENT`. */
  readonly name: string
  readonly fields: Readonly<Record<string, EventValue>>
}

/** The program's handler, when it has one. */
export interface EspHandler {
  onEspEvent?(event: EspEvent): Program<void>
}

export class EventLoop {
  readonly #handler: EspHandler
  readonly #size: number
  /** null while it is empty, which it nearly always is. */
  #queue: EspEvent[] | null = null
  /** Whoever ran it last. */
  #runner: ThreadHandle | null = null
  #room: Signal | null = null

  /** `size`: CONFIG_MQTT_EVENT_QUEUE_SIZE. */
  constructor(size: number, handler: EspHandler) {
    this.#size = size
    this.#handler = handler
  }

  /** Without waiting: whether there was room. */
  offer(event: EspEvent): boolean {
    if ((this.#queue?.length ?? 0) >= this.#size) return false
    if (this.#queue === null) this.#queue = [event]
    else this.#queue.push(event)
    return true
  }

  /** Waits for room, but for whoever ran the loop last: then the event is dropped. */
  post(event: EspEvent): Program<void> {
    return this.offer(event) ? nothing() : this.#waitForRoom(event)
  }

  *#waitForRoom(event: EspEvent): Program<void> {
    if (this.#runner === (yield* currentThread())) return
    while (!this.offer(event)) {
      this.#room ??= new Signal('event queue')
      yield* waitFor(this.#room, null)
    }
  }

  /** Handles one event, if there is any. */
  run(): Program<void> {
    const me = this.#queue === null ? atOnce()?.self() : undefined
    if (me === undefined) return this.#run()
    this.#runner = me
    return nothing()
  }

  *#run(): Program<void> {
    const event = this.#take()
    this.#runner = yield* currentThread()
    if (event === undefined) return
    if (this.#room !== null) yield* signal(this.#room)
    if (this.#handler.onEspEvent !== undefined) yield* this.#handler.onEspEvent(event)
  }

  #take(): EspEvent | undefined {
    const event = this.#queue?.shift()
    if (this.#queue?.length === 0) this.#queue = null
    return event
  }
}
