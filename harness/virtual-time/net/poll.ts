// The order in which sockets are heard of, as libuv has it from Linux's epoll: one look in a turn of the loop finds all that
// is ready then. Whatever was found is looked at first the next time, too; the others line up behind it as they become
// ready. So of two sockets that talk all the time the same is always served first.

import { TURN_MS, type World } from '../world.ts'

export interface Pollable {
  readonly isReady: boolean
  /** Hears of all that there is. */
  serve(): void
}

export class Poll {
  readonly #world: World
  #line = new Set<Pollable>()
  #known = new WeakSet<Pollable>()
  /** Ready, and not looked for before: they line up behind the others at the next look. */
  #fresh = new Set<Pollable>()
  #isDue = false

  constructor(world: World) {
    this.#world = world
  }

  /** It has become ready. */
  wake(socket: Pollable): void {
    if (this.#known.has(socket)) this.#line.add(socket)
    else this.#fresh.add(socket)
    if (this.#isDue) return
    this.#isDue = true
    this.#world.at(this.#world.now + TURN_MS, () => this.#look())
  }

  #look(): void {
    this.#isDue = false
    const found = [...this.#line, ...this.#fresh].filter(({ isReady }) => isReady)
    this.#line = new Set(found)
    this.#fresh.clear()
    for (const socket of found) {
      this.#known.add(socket)
      this.#world.at(this.#world.now, () => {
        if (socket.isReady) socket.serve()
      })
    }
  }
}

/** Something that is ready once, as a connection that stands. */
export function whenReady(then: () => void): Pollable {
  let isReady = true
  return {
    get isReady() {
      return isReady
    },
    serve() {
      isReady = false
      then()
    },
  }
}
