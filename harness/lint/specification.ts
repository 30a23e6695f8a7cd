// The normative statements of MQTT 3.1.1 and 5, with whom each binds and whether a wire can show it. The texts
// are ours; the specification of OASIS is the authority.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../emulators/index.ts'

export type StatementSide = 'client' | 'server' | 'both'

export interface Statement {
  /** `MQTT-2.3.1-1`. */
  readonly id: string
  /** Whom it binds. */
  readonly side: StatementSide
  /** `partly`: a black box shows some of it. */
  readonly testable: 'yes' | 'partly'
  /** What a test observes on the wire. */
  readonly how: string
}

/** The versions that there is a table for, by what `--mqtt` calls them. */
export const TABLES = { '3.1.1': 'mqtt311.tsv', '5': 'mqtt5.tsv' } as const
export type MqttVersion = keyof typeof TABLES

/** Throws Problem `coverage/no-statements` when the package has lost its table. */
export const mqtt311 = (): readonly Statement[] => statementsOf('3.1.1')

/** Both versions number their statements alike, `MQTT-3.1.2-8`, and mean others by it. Throws as above. */
export function statementsOf(version: MqttVersion): readonly Statement[] {
  const file = `scenarios/conformance/statements/${TABLES[version]}`
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, file))) {
    if (folder === dirname(folder))
      throw new Problem('coverage/no-statements', `there is no ${file} beside the program`, {
        hint: 'install the package again',
      })
    folder = dirname(folder)
  }
  return parseStatements(readFileSync(join(folder, file), 'utf8'))
}

const ids = new Map<MqttVersion, ReadonlySet<string>>()

/** The numbers of all statements of a version; the table is read once. Throws as above. */
export function idsOf(version: MqttVersion): ReadonlySet<string> {
  const known = ids.get(version) ?? new Set(statementsOf(version).map(({ id }) => id))
  ids.set(version, known)
  return known
}

export function parseStatements(text: string): readonly Statement[] {
  const [, ...lines] = text.trimEnd().split('\n')
  return lines.map((line) => {
    const [id, side, testable, how] = line.split('\t')
    return { id: id!, side: side as StatementSide, testable: testable as Statement['testable'], how: how! }
  })
}
