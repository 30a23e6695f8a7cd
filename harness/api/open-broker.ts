// A broker by itself.

import { z } from 'zod'
import type { Broker, BrokerName, brokers } from '../brokers/index.ts'
import { brokerFor, openChosen } from '../select/index.ts'
import { checkArguments } from './doors.ts'

/** The options of a kind of broker, as they are written; of one of the project's own, or of a URL, any. */
export type BrokerOptions<W extends string> = W extends BrokerName
  ? z.input<(typeof brokers)[W]['options']>
  : Readonly<{ [name: string]: unknown }>

const ARGUMENTS = { word: z.string(), options: z.record(z.string(), z.unknown(), { message: 'expected a map' }) }

/**
 * Starts a broker, or goes to one by its URL. It answers when this resolves, and ends with `await using` or `[Symbol.asyncDispose]()`.
 * `word`: a kind of docs/brokers.md (`mosquitto`), one of the project's own, or `mqtt://HOST:PORT`; `options` are the kind's.
 * Throws Problem `config/bad-option`, `select/unknown-broker`, `broker/…`.
 */
export async function openBroker<const W extends BrokerName | (string & {}) = 'aedes'>(
  word?: W,
  options?: BrokerOptions<W>,
): Promise<Broker> {
  const [kind, given] = [word ?? 'aedes', options ?? {}]
  checkArguments(ARGUMENTS, { word: kind, options: given }, 'openBroker')
  const chosen = brokerFor(null, kind, {}, {})
  return openChosen({ ...chosen, options: { ...chosen.options, ...given } })
}
