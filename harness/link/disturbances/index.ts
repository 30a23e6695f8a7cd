// What a link can do to packets. The YAML word, the file and the key here are the same word; schema, reference and
// suggestions come from this list.

import { corrupt } from './corrupt.ts'
import { cut } from './cut.ts'
import { delay } from './delay.ts'
import type { AnyDisturbance } from './disturbance.ts'
import { drop } from './drop.ts'
import { duplicate } from './duplicate.ts'
import { hold } from './hold.ts'
import { join } from './join.ts'
import { rewrite } from './rewrite.ts'
import { split } from './split.ts'
import { throttle } from './throttle.ts'
import { truncate } from './truncate.ts'

export const disturbances = {
  delay,
  drop,
  duplicate,
  hold,
  rewrite,
  corrupt,
  truncate,
  cut,
  split,
  join,
  throttle,
} satisfies Record<string, AnyDisturbance>
export type DisturbanceName = keyof typeof disturbances

export type { AnyDisturbance, Chunk, CutMode, Disturbance, Handler, Line, MakeHandler } from './disturbance.ts'
