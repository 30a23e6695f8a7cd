// `delay`: the packet comes later, and so does all that is behind it: nothing overtakes on a stream. Two packets
// at once are both late by the delay, not the second one by twice as much.

import { z } from 'zod'
import { type Duration, type Random, showDuration } from '../../../emulators/index.ts'
import { duration } from '../../scenario/index.ts'
import type { Disturbance } from './disturbance.ts'

const settings = z.union([
  duration(),
  z
    .strictObject({
      min: duration().describe('minimum'),
      max: duration().describe('maximum; drawn for each packet, by the seed'),
    })
    .superRefine((range, ctx) => {
      if (range.min > range.max)
        ctx.addIssue({
          code: 'custom',
          message: 'the shortest delay is longer than the longest',
          params: { diagnostic: 'scenario/delay-range', hint: 'write { min: SHORTEST, max: LONGEST }' },
        })
    }),
])
type Settings = z.output<typeof settings>

export const delay: Disturbance<Settings> = {
  name: 'delay',
  summary: 'the packet, and all packets after it, come later',
  settings,
  make: (by, random) => (line) => ({
    take: (chunk) => line.next(line.paced(chunk, { delay: drawn(by, random) })),
  }),
  show: (by) =>
    typeof by === 'number' ? `delay ${showDuration(by)}` : `delay ${showDuration(by.min)} to ${showDuration(by.max)}`,
}

const drawn = (by: Settings, random: Random): Duration =>
  typeof by === 'number' ? by : ((by.min + random.next() * (by.max - by.min)) as Duration)
