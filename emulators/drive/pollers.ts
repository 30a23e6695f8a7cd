// Those who wait until a socket can be read or written. Closing it wakes none of them: their time has to run out.

import { after, type Clock, type Duration, type Timer } from '../core/time.ts'

interface Poller {
  readonly bit: number
  readonly done: (ready: boolean) => void
  timer: Timer | null
}

export class Pollers {
  readonly #clock: Clock
  #waiting: Poller[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `timeout` null: for ever. Gives the way to call it off. */
  add(bit: number, timeout: Duration | null, done: (ready: boolean) => void): () => void {
    const poller: Poller = { bit, done, timer: null }
    this.#waiting.push(poller)
    const leave = (): void => {
      poller.timer?.cancel()
      this.#waiting = this.#waiting.filter((other) => other !== poller)
    }
    if (timeout !== null)
      poller.timer = this.#clock.at(after(this.#clock.now(), timeout), () => {
        leave()
        done(false)
      })
    return leave
  }

  /** What the socket is ready for has changed; bits as `select` has them. */
  look(ready: number): void {
    if (this.#waiting.length === 0) return
    const woken = this.#waiting.filter(({ bit }) => (ready & bit) !== 0)
    if (woken.length === 0) return
    this.#waiting = this.#waiting.filter((poller) => !woken.includes(poller))
    for (const { timer, done } of woken) {
      timer?.cancel()
      done(true)
    }
  }
}
