// A broker by itself.

import type { Broker } from '../brokers/index.ts'
import { brokerFor, openChosen } from '../select/index.ts'

/**
 * Starts a broker, or goes to one by its URL. It answers when this resolves, and ends with `await using` or `[Symbol.asyncDispose]()`.
 * `word`: a kind of docs/brokers.md (`mosquitto`), one of the project's own, or `mqtt://HOST:PORT`; `options` are the kind's.
 * Throws Problem `select/unknown-broker`, `broker/…`.
 */
export function openBroker(word = 'aedes', options: Readonly<{ [name: string]: unknown }> = {}): Promise<Broker> {
  const chosen = brokerFor(null, word, {}, {})
  return openChosen({ ...chosen, options: { ...chosen.options, ...options } })
}
