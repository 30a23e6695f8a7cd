// `power:` of a board, in the hardware map and in a scenario: commands that switch a USB port or a relay.

import { z } from 'zod'
import { type Duration, milliseconds } from '../../../emulators/index.ts'
import { duration, text } from '../../scenario/index.ts'

export const powerShape = z.strictObject({
  off: text().describe('a command line that cuts its power, such as uhubctl -a off …; {port} is its port'),
  on: text().describe('a command line that restores its power'),
  settle: duration().optional().describe('how long it stays without power at least; default: 1s'),
})

export interface PowerSettings {
  readonly off: string
  readonly on: string
  readonly settle: Duration
}

const SETTLE = milliseconds(1000)

/** null: nothing here switches its power. */
export const powerOf = (said: z.output<typeof powerShape> | undefined): PowerSettings | null =>
  said === undefined ? null : { off: said.off, on: said.on, settle: said.settle ?? SETTLE }
