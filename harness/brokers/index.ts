// The brokers there are. The key is the word after `--broker` and in `use:`.

import { aedes, aedes2 } from './aedes.ts'
import type { BrokerKind } from './broker.ts'
import { command, WORDS } from './command.ts'
import { external } from './external.ts'
import { mosquitto } from './mosquitto/mosquitto.ts'
import { nats } from './nats.ts'
import { rabbitmq } from './rabbitmq.ts'
import { reference } from './reference/reference.ts'

export type {
  Broker,
  BrokerAccess,
  BrokerKind,
  BrokerTls,
  Credentials,
  Environment,
  Gap,
  WebAddress,
} from './broker.ts'
export { type BrokerDefinition, defineBroker } from './broker.ts'
export { HOW_TO_LOG_IN, refusalOf } from './refusal.ts'
export { parseVersions, versionFits } from './versions.ts'

export const brokers = {
  aedes,
  'aedes@2': aedes2,
  mosquitto,
  nats,
  rabbitmq,
  reference,
  command,
  external,
} satisfies Record<string, BrokerKind>
export type BrokerName = keyof typeof brokers

/** What a kind is called as well, by the name of its program. */
export const BROKER_ALIASES: Readonly<Record<string, BrokerName>> = { 'nats-server': 'nats' }

/** The kind's own name for a word that names it; any other word as it is. */
export const kindName = (word: string): string => BROKER_ALIASES[word] ?? word

/** Words of `${{ … }}` in a scenario's `broker:` that mean what its kind makes of them. */
export const BROKER_PLACEHOLDERS: readonly string[] = WORDS
