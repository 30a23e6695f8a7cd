// A broker that is opened once for all tests of a file. What a test leaves there, retained messages and sessions, is removed at its
// end, as it is on a broker that is not ours.

import type { Broker } from '../brokers/index.ts'

export class KeptBrokers implements AsyncDisposable {
  readonly #brokers = new Map<string, Promise<Broker>>()

  /** The same for the same word; up again when a test has stopped it. Throws as `open`. */
  async take(word: string, open: () => Promise<Broker>): Promise<Broker> {
    const known = this.#brokers.get(word) ?? open()
    this.#brokers.set(word, known)
    const broker = await known
    if (broker.controllable) await broker.start()
    return lent(broker, `${process.pid} ${word}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await Promise.allSettled(this.#brokers.values())
    this.#brokers.clear()
    for (const one of opened) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]()
  }
}

/** The same broker, which whoever has it does not end. */
const lent = (broker: Broker, sharedAs: string): Broker =>
  new Proxy(broker, {
    get(target, key) {
      if (key === Symbol.asyncDispose) return async () => {}
      if (key === 'sharedAs') return target.sharedAs ?? sharedAs
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
