// What `hil bench check` does.

import { boardNamed, mapFile, reachOf, readMap } from '../../api/boards.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'
import type { BenchArguments } from './command.ts'

/** One board after the other: they may share the port. Exit code 3 when one does not reach this computer. */
export async function benchAction({ boards: given = [], port = 0, json }: BenchArguments): Promise<ExitCode> {
  const out = terminal()
  const boards = given.length > 0 ? given.map(boardNamed) : readMap()
  if (boards.length === 0 && !json)
    out.print(`${mapFile()} has no boards\n  hint: hil devices --map writes those that are plugged in\n`)
  const found = []
  for (const board of boards) {
    const label = typeof board === 'string' ? board : board.label
    const { at, network } = await reachOf(board, port)
    found.push({ label, at, network })
    if (json) continue
    if (network === 'ok') out.print(`${label} reaches ${at}\n`)
    else if (network === null) out.print(`${label}: it has no REPL, and cannot be asked to connect\n`)
    else out.print(`${label}: ${network.trouble}\n${network.hint === undefined ? '' : `  hint: ${network.hint}\n`}`)
  }
  if (json) out.print(`${JSON.stringify({ boards: found }, null, 2)}\n`)
  return found.every(({ network }) => network === 'ok' || network === null) ? EXIT.passed : EXIT.environment
}
