// Which broker a run means: a name of the config, a kind, or a URL.

import { Problem } from '../../emulators/index.ts'
import { type Broker, type BrokerKind, brokers } from '../brokers/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { BrokerFacts, BrokerRequest, Plan } from '../plan/index.ts'
import { didYouMean } from '../scenario/index.ts'

export interface ChosenBroker {
  readonly name: string
  readonly kind: BrokerKind
  readonly options: Readonly<Record<string, unknown>>
}

const DEFAULT_BROKER = 'aedes'

export function chooseBroker(word: string | undefined, config: ResolvedConfig): ChosenBroker {
  const name = word ?? config.broker ?? DEFAULT_BROKER
  if (/^[a-z]+:\/\//i.test(name)) return byUrl(name)
  const entry = config.brokers?.[name]
  const { use, ...options } = entry ?? { use: name }
  const kind = (brokers as Readonly<Record<string, BrokerKind>>)[use]
  if (kind !== undefined) return { name, kind, options }
  const known = [...Object.keys(config.brokers ?? {}), ...Object.keys(brokers)]
  throw new Problem('cli/unknown-broker', `there is no broker "${use}"`, {
    hint: didYouMean(use, known) ?? `there is ${known.join(', ')}, or mqtt://HOST:PORT`,
  })
}

function byUrl(url: string): ChosenBroker {
  const options = { url }
  const { error } = brokers.external.options.safeParse(options)
  if (error !== undefined)
    throw new Problem('cli/bad-broker', `--broker: ${error.issues[0]!.message}`, {
      hint: 'such as --broker mqtt://localhost:1883',
    })
  return { name: 'external', kind: brokers.external, options }
}

/** The broker of a scenario: its own request wins when the command line names none. */
export function brokerFor(
  request: BrokerRequest | null,
  word: string | undefined,
  config: ResolvedConfig,
): ChosenBroker {
  const chosen = chooseBroker(word ?? request?.use, config)
  return request === null ? chosen : { ...chosen, options: { ...chosen.options, ...request.with } }
}

export function factsOf(chosen: ChosenBroker): BrokerFacts {
  return { name: chosen.name, keepaliveSlack: chosen.kind.keepaliveSlack(chosen.options) }
}

/** A scenario that needs another broker than the one the command line names is skipped. */
export function skipForBroker(plan: Plan, word: string | undefined, config: ResolvedConfig): Plan {
  if (plan.broker === null || word === undefined || plan.skip !== null) return plan
  const wanted = chooseBroker(plan.broker.use, config).kind.name
  const given = chooseBroker(word, config).kind.name
  return wanted === given ? plan : { ...plan, skip: `it needs ${wanted}, this run is on ${given}` }
}

export const openChosen = ({ kind, options }: ChosenBroker): Promise<Broker> => kind.open(options)
