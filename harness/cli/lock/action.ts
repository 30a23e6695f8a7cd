// What `hil lock` and `hil unlock` do.

import { boardNamed, keepBoard, lockNames, releaseBoard, showHolder } from '../../api/boards.ts'
import { durationOf } from '../../api/show.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'
import type { LockArguments, UnlockArguments } from './command.ts'

export async function lockAction(args: LockArguments): Promise<ExitCode> {
  const time = durationOf(args.for, '--for')
  const kept: string[] = []
  try {
    for (const name of (await lockNames(boardNamed(args.board))).toSorted()) {
      const holder = keepBoard(name, time, args.note)
      kept.push(name)
      if (kept.length === 1) terminal().print(`${args.board}: ${showHolder(holder)}\n`)
    }
  } catch (error) {
    for (const name of kept) releaseBoard(name)
    throw error
  }
  return EXIT.passed
}

export async function unlockAction({ board }: UnlockArguments): Promise<ExitCode> {
  const released = (await lockNames(boardNamed(board))).map(releaseBoard)
  terminal().print(released.some((holder) => holder !== null) ? `${board} is free\n` : `nobody keeps ${board}\n`)
  return EXIT.passed
}
