// Values in the options of brokers.

import { z } from 'zod'
import { type Duration, milliseconds, seconds } from '../../emulators/index.ts'

/** `250ms` or `6s`. */
export const durationText = () =>
  z
    .string('not a duration: 250ms or 6s')
    .regex(/^\d+(\.\d+)?(ms|s)$/, 'not a duration: 250ms or 6s')
    .transform((text): Duration => {
      const value = Number.parseFloat(text)
      return text.endsWith('ms') ? milliseconds(value) : seconds(value)
    })

/** `60s`, as a number of seconds: what goes into a broker's own configuration. */
export const wholeSeconds = () =>
  z
    .string('such as 60s')
    .regex(/^\d+s$/, 'whole seconds, such as 60s')
    .transform((text) => Number.parseInt(text, 10))

/** The option of brokers that can. A scenario with a device that needs it sets it by itself. */
export const websocket = z
  .boolean()
  .default(false)
  .describe('also listens for MQTT over WebSocket; scenarios with link: { websocket: true } set this themselves')
