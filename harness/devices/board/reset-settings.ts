// `reset:` of a board, in the hardware map and in a scenario.

import { z } from 'zod'
import { type Duration, milliseconds } from '../../../emulators/index.ts'
import { duration, text } from '../../scenario/index.ts'

const BY = ['rts', 'dtr', 'rts+dtr', 'repl', 'none', 'command'] as const

const by = z.enum(BY)

export const resetShape = z.union([
  by,
  z.strictObject({
    by: by.optional().describe('what resets it: rts, dtr, rts+dtr, repl, none, or command'),
    command: text().optional().describe('a command line that resets it; {port} is its port'),
    pulse: duration().optional().describe('how long the lines are held; default: 100ms'),
    'comes-back': duration().optional().describe('how long its port may be away after a reset; default: 10s'),
  }),
])

export interface ResetSettings {
  /** null: found out. */
  readonly by: (typeof BY)[number] | null
  readonly command: string | null
  readonly pulse: Duration
  /** null: the default. */
  readonly comesBack: Duration | null
}

const PULSE = milliseconds(100)

export function resetOf(said: z.output<typeof resetShape> | undefined): ResetSettings {
  if (said === undefined || typeof said === 'string')
    return { by: said ?? null, command: null, pulse: PULSE, comesBack: null }
  const { command = null, pulse = PULSE, 'comes-back': comesBack = null } = said
  return { by: said.by ?? (command === null ? null : 'command'), command, pulse, comesBack }
}
