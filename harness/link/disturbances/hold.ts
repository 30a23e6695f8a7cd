// `hold`: the packet is taken out, and comes when `release` says so. Later packets pass it, which a stream never
// does by itself: it is how a broker is played that answers out of order. For one that is late as a whole: `delay`.

import { z } from 'zod'
import type { Chunk, Disturbance, Nothing } from './disturbance.ts'

export const hold: Disturbance<Nothing> = {
  name: 'hold',
  summary: 'the packet waits for `release`, and later ones pass it',
  settings: z.strictObject({}),
  make: () => (line) => {
    const held: Chunk[] = []
    return {
      take: (parcel) => void held.push(parcel),
      kept: () => held.length,
      release() {
        for (const parcel of held.splice(0)) line.next({ ...parcel, notBefore: line.now() })
      },
    }
  },
  show: () => 'hold',
}
