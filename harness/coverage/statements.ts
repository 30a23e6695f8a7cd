// The normative statements of MQTT 3.1.1, with whom each binds and whether a wire can show it. The texts
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

const FILE = 'scenarios/conformance/statements/mqtt311.tsv'

/** Throws Problem `coverage/no-statements` when the package has lost its table. */
export function mqtt311(): readonly Statement[] {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, FILE))) {
    if (folder === dirname(folder))
      throw new Problem('coverage/no-statements', `there is no ${FILE} beside the program`, {
        hint: 'install the package again',
      })
    folder = dirname(folder)
  }
  return parseStatements(readFileSync(join(folder, FILE), 'utf8'))
}

export function parseStatements(text: string): readonly Statement[] {
  const [, ...lines] = text.trimEnd().split('\n')
  return lines.map((line) => {
    const [id, side, testable, how] = line.split('\t')
    return { id: id!, side: side as StatementSide, testable: testable as Statement['testable'], how: how! }
  })
}
