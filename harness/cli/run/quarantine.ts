// `--with-quarantined`, and what a run says at its end of boards that are put aside.

import { quarantineOf, readMap, showQuarantined, WITH_QUARANTINED } from '../../api/boards.ts'
import type { Plan } from '../../api/suite.ts'
import type { Terminal } from '../terminal.ts'

/** While it works, boards in quarantine are used like others, if that is asked for. */
export async function usingQuarantined<T>(asked: boolean, work: () => Promise<T>): Promise<T> {
  if (!asked) return work()
  const before = process.env[WITH_QUARANTINED]
  process.env[WITH_QUARANTINED] = '1'
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env[WITH_QUARANTINED]
    else process.env[WITH_QUARANTINED] = before
  }
}

/** A line for each board that is put aside, when the run is one with real boards. */
export function tellQuarantined(plans: readonly Plan[], out: Terminal): void {
  if (!plans.some(({ devices }) => devices.some(({ use }) => use === 'board'))) return
  for (const board of readMap()) {
    const aside = quarantineOf(board)
    if (aside !== null) out.printError(`${showQuarantined(aside)}\n`)
  }
}
