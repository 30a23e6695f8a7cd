// `delay`: time passes. For anything that can be awaited, an expect is better: it says what for.

import type { z } from 'zod'
import { showDuration } from '../../emulators/index.ts'
import { duration } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = duration()

export const delay: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'delay',
  summary: 'let time pass',
  args,
  devices: () => [],
  run: (time, stage) => stage.pause(time),
  show: (time) => `delay ${showDuration(time)}`,
}
