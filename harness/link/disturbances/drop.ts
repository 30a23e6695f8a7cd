// `drop`: the packet vanishes. On a real network TCP would send it again; this is what a broken broker or a proxy
// that loses messages looks like.

import { z } from 'zod'
import type { Disturbance, Nothing } from './disturbance.ts'

export const drop: Disturbance<Nothing> = {
  name: 'drop',
  summary: 'the packet vanishes',
  settings: z.strictObject({}),
  make: () => () => ({ take() {} }),
  show: () => 'drop',
}
