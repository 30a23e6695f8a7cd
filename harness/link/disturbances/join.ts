// `join`: packets wait for one another and leave in one write, so that a receiver finds several in one read. All
// that comes between them leaves with them, because nothing overtakes.

import { z } from 'zod'
import { after, seconds, showDuration, type Timer } from '../../../emulators/index.ts'
import { duration } from '../../scenario/index.ts'
import type { Chunk, Disturbance } from './disturbance.ts'

const WITHIN = seconds(1)

const settings = z.strictObject({
  packets: z.number().int().min(2).describe('how many wait for one another'),
  within: duration().optional().describe('how long the first one waits at most; default: 1s'),
})

export const join: Disturbance<z.output<typeof settings>> = {
  name: 'join',
  summary: 'packets leave in one segment',
  settings,
  make:
    ({ packets, within = WITHIN }) =>
    (line) => {
      const waiting: Chunk[] = []
      let count = 0
      let timer: Timer | null = null
      const leave = (): void => {
        timer?.cancel()
        timer = null
        count = 0
        const all = waiting.splice(0)
        // One moment for all of them, or the outlet would write the first before it looks at the last.
        const notBefore = line.now()
        for (const [k, parcel] of all.entries()) line.next({ ...parcel, notBefore, joined: k < all.length - 1 })
      }
      return {
        take(parcel) {
          waiting.push(parcel)
          timer ??= line.at(after(line.now(), within), leave)
          if (++count >= packets) leave()
        },
        pass(parcel) {
          if (waiting.length === 0) line.next(parcel)
          else waiting.push(parcel)
        },
        kept: () => waiting.length,
        release: leave,
        end: leave,
      }
    },
  show: ({ packets, within = WITHIN }) => `join ${packets} within ${showDuration(within)}`,
}
