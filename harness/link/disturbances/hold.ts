// `hold`: the packet is taken out, and comes when `release` says so. Later packets pass it, which a stream never
// does by itself: it is how a broker is played that answers out of order. For one that is late as a whole: `delay`.

import { z } from 'zod'
import { type Chunk, type Disturbance, type Nothing, restamped } from './disturbance.ts'

export const hold: Disturbance<Nothing> = {
  name: 'hold',
  summary: 'the packet waits for `release`, and later ones pass it',
  settings: z.strictObject({}),
  make: () => (line) => {
    const held: Chunk[] = []
    return {
      take: (chunk) => void held.push(chunk),
      kept: () => held,
      release() {
        for (const chunk of held.splice(0)) line.next(restamped(chunk, line.now()))
      },
    }
  },
  show: () => 'hold',
}
