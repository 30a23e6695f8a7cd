// Where a packet is cut, in words that `cut` and `truncate` share.

import { z } from 'zod'

/** Some of the packet must be missing, else nothing was cut; none of it may be left. */
export const after = z
  .union([z.number().int().min(0), z.literal('last-byte')])
  .describe('how many bytes of the packet come; last-byte: all but the last one')

/** How many bytes of `length` are left. */
export const left = (where: z.output<typeof after>, length: number): number =>
  where === 'last-byte' ? length - 1 : Math.min(where, length)

export const showAfter = (where: z.output<typeof after>): string =>
  where === 'last-byte' ? 'before the last byte' : `after ${where} byte${where === 1 ? '' : 's'}`
