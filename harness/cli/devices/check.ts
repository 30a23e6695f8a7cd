// `hil devices --check`: is the bench ready.

import { type BoardHealth, type Finding, healthOf, mapFile, readMap } from '../../api/boards.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { inColumns } from '../columns.ts'
import { terminal } from '../terminal.ts'

const TRIED = ['opens', 'identity', 'reset', 'network'] as const

/** All boards of the map, side by side. Exit code 3 when something is wrong with one. */
export async function checkAll(json: boolean): Promise<ExitCode> {
  const out = terminal()
  const boards = await Promise.all(readMap().map(healthOf))
  const troubles = boards.flatMap((board) => TRIED.flatMap((what) => troubleOf(board, what)))
  if (json) out.print(`${JSON.stringify({ boards }, null, 2)}\n`)
  else if (boards.length === 0)
    out.print(`${mapFile()} has no boards\n  hint: hil devices --map writes those that are plugged in\n`)
  else {
    out.print(inColumns([['LABEL', 'PORT', ...TRIED.map((what) => what.toUpperCase())], ...boards.map(rowOf)]))
    for (const line of troubles) out.print(line)
  }
  return troubles.length === 0 ? EXIT.passed : EXIT.environment
}

const rowOf = (board: BoardHealth): readonly string[] => [
  board.label,
  board.port ?? '-',
  ...TRIED.map((what) => word(board[what])),
]

const word = (finding: Finding): string => (finding === null ? '-' : finding === 'ok' ? 'ok' : 'FAILED')

function troubleOf(board: BoardHealth, what: (typeof TRIED)[number]): readonly string[] {
  const finding = board[what]
  if (finding === null || finding === 'ok') return []
  return [`${board.label}: ${finding.trouble}\n${finding.hint === undefined ? '' : `  hint: ${finding.hint}\n`}`]
}
