// Real boards are shared by scenarios, runs and people: whoever needs one waits until nobody else has it.

import { type Duration, seconds } from '../../emulators/index.ts'
import { deviceKinds, lockBoard, showHolder } from '../devices/index.ts'
import type { Plan } from '../plan/model/index.ts'
import { ResourceStack } from './resource-stack.ts'

export const DEFAULT_WAIT_FOR_BOARD: Duration = seconds(300)

export interface BoardTurnOptions {
  /** How long to wait for each board; 0: not at all. */
  readonly patience: Duration
  /** Called when a board must be waited for, with who has it. */
  readonly onWaiting?: ((text: string) => void) | undefined
  readonly signal: AbortSignal
}

/** Resolves when this run alone has all real boards of the plan. Throws Problem `board/held`, or the signal's reason. */
export async function lockBoards(
  plan: Plan,
  { patience, onWaiting, signal }: BoardTurnOptions,
): Promise<AsyncDisposable> {
  const named = await Promise.all(
    plan.devices.map((device) => deviceKinds[device.use]?.boards?.(device.settings) ?? Promise.resolve([])),
  )
  const locks = new ResourceStack()
  try {
    // Always in the same order, so that two runs never wait for each other.
    for (const board of [...new Set(named.flat())].sort())
      await locks.take(
        board,
        lockBoard(board, {
          patience,
          signal,
          onWaiting: (holder) =>
            onWaiting?.(`waiting for ${board}${holder === null ? '' : `, in use by ${showHolder(holder)}`}`),
        }),
      )
    return locks
  } catch (error) {
    await locks[Symbol.asyncDispose]()
    throw error
  }
}
