// `corrupt`: bytes of the packet are other ones. By default the seed draws where and which bits, and never none.

import { z } from 'zod'
import type { Random } from '../../../emulators/index.ts'
import type { Disturbance } from './disturbance.ts'

const settings = z
  .strictObject({
    bytes: z.number().int().min(1).optional().describe('how many; default: 1'),
    at: z
      .number()
      .int()
      .optional()
      .describe("the place of the first one: 0 is the packet's first byte, -1 its last; default: drawn by the seed"),
    xor: z.number().int().min(1).max(255).optional().describe('the bits to turn over; default: drawn by the seed'),
  })
  .superRefine((s, ctx) => {
    if (s.at !== undefined && s.at < 0 && s.at + (s.bytes ?? 1) > 0)
      ctx.addIssue({
        code: 'custom',
        message: 'the packet has fewer bytes from there to its end',
        params: { diagnostic: 'scenario/corrupt-place', hint: 'at: -2 leaves room for bytes: 2' },
      })
  })
type Settings = z.output<typeof settings>

export const corrupt: Disturbance<Settings> = {
  name: 'corrupt',
  summary: 'bytes of the packet are other ones',
  settings,
  make: (given, random) => (line) => ({
    take(chunk) {
      const bytes = Uint8Array.from(chunk.bytes)
      const places = placesIn(bytes.length, given, random)
      if (places.length === 0) line.note(`not corrupted: it has only ${bytes.length} bytes`)
      for (const place of places) bytes[place]! ^= given.xor ?? random.int(1, 255)
      line.next(line.changed(chunk, bytes))
    },
  }),
  show: ({ bytes = 1, at }) => `corrupt ${bytes} byte${bytes === 1 ? '' : 's'}${at === undefined ? '' : ` at ${at}`}`,
}

/** Different ones; none when the place is not in the packet. */
function placesIn(length: number, { bytes = 1, at }: Settings, random: Random): number[] {
  if (at !== undefined) {
    const first = at < 0 ? length + at : at
    return first < 0 ? [] : Array.from({ length: bytes }, (_, k) => first + k).filter((place) => place < length)
  }
  const chosen: number[] = []
  return Array.from({ length: Math.min(bytes, length) }, (_, k) => {
    let place = random.int(0, length - 1 - k) // of those that are left
    for (const taken of chosen) if (place >= taken) place++
    chosen.push(place)
    chosen.sort((a, b) => a - b)
    return place
  })
}
