// `join`: packets wait for one another and leave in one write, so that a receiver finds several in one read. All
// that comes between them leaves with them, because nothing overtakes.

import { z } from 'zod'
import { after, seconds, showDuration, type Timer } from '../../../emulators/index.ts'
import { duration } from '../../scenario/index.ts'
import { type Chunk, type Disturbance, restamped } from './disturbance.ts'

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
        for (const [k, chunk] of all.entries())
          line.next({ ...restamped(chunk, line.now()), joined: k < all.length - 1 })
      }
      return {
        take(chunk) {
          waiting.push(chunk)
          timer ??= line.at(after(line.now(), within), leave)
          if (++count >= packets) leave()
        },
        pass(chunk) {
          if (waiting.length === 0) line.next(chunk)
          else waiting.push(chunk)
        },
        kept: () => waiting,
        release: leave,
        end: leave,
      }
    },
  show: ({ packets, within = WITHIN }) => `join ${packets} within ${showDuration(within)}`,
}
