// The kinds of brokers, and one that is tried.

import { type Broker, type BrokerKind, brokers } from '../brokers/index.ts'
import { type ChosenBroker, chooseBroker } from '../select/index.ts'
import type { ResolvedConfig } from './project.ts'

/** Every kind that can be named: those of mqtt-hil, and those of the project that was read. */
export const brokerKinds = (): readonly BrokerKind[] => Object.values<BrokerKind>(brokers)

/** Kinds that need no options, by their names. */
export const simpleBrokers = (): readonly BrokerKind[] =>
  brokerKinds().filter((kind) => kind.options.safeParse({}).success)

/** What a word means here: a name of the config's brokers, a kind, or a URL. Throws Problem `select/unknown-broker`. */
export const brokerNamed = (word: string, config: ResolvedConfig = {}): ChosenBroker => chooseBroker(word, {}, config)

export interface TriedBroker {
  /** Why it cannot be had here; null: it can. */
  readonly absent: string | null
  readonly version: string
  /** How long it took until it answered; ms. */
  readonly took: number
}

/** Opens a broker and closes it again. Throws Problem `select/unknown-broker`, `broker/…`. */
export async function tryBroker(word: string, config: ResolvedConfig = {}): Promise<TriedBroker> {
  const { kind, options } = brokerNamed(word, config)
  const absent = await kind.available(options)
  if (absent !== null) return { absent, version: '', took: 0 }
  const begun = performance.now()
  await using broker: Broker = await kind.open(options)
  return { absent: null, version: broker.version, took: performance.now() - begun }
}
