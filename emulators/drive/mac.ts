// Wi-Fi addresses of emulated boards.

import type { Random } from '../core/random.ts'

/** Of Espressif. */
const MAKER = [0x24, 0x6f, 0x28] as const

/** The address of the device with this number; numbers below 2 ** 24 have addresses of their own. */
export const macOf = (number: number): Uint8Array =>
  Uint8Array.of(...MAKER, (number >>> 16) & 0xff, (number >>> 8) & 0xff, number & 0xff)

/** The same at each call with the same seed, and no number is drawn from the board's own. */
export const macFrom = (random: Random): Uint8Array => macOf(random.fork('mac').int(0, 0xffffff))
