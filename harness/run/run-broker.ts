// The broker of a run, as records and reports name it.

import { type Broker, type BrokerKind, brokers, versionFits } from '../brokers/index.ts'
import type { RunBroker } from './result.ts'

/** `called`: as the command line or the config calls it. null: it was never opened. */
export function runBroker(broker: Pick<Broker, 'name' | 'version'> | null, called: string): RunBroker {
  const kind = broker?.name ?? ''
  const version = broker?.version ?? ''
  const known = (brokers as Readonly<Record<string, BrokerKind>>)[kind]?.gaps ?? []
  return { name: called, kind, version, gaps: known.filter((gap) => versionFits(version, gap.versions)) }
}
