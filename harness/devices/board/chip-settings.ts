// `chip:` of a virtual board: its sockets, and what its clock shows when it gets power.

import { z } from 'zod'
import { word } from '../../scenario/index.ts'

const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?$/
/** MicroPython on an ESP32 counts from here. */
const FIRST = Date.UTC(2000, 0, 1)
const LAST = Date.UTC(2100, 0, 1)

/** Milliseconds since 1970. */
const moment = () =>
  word<number, string>(
    {
      what: 'a date',
      describe: 'a date, UTC: 2000-01-01, 2026-03-01T12:00:00Z',
      schema: { type: 'string', pattern: DATE.source },
    },
    (input) => {
      const text = String(input)
      const parsed = DATE.test(text) ? Date.parse(utc(text)) : Number.NaN
      if (Number.isNaN(parsed))
        return { wrong: { message: `"${text}" is not a date`, hint: 'write 2000-01-01, or 2026-03-01T12:00:00Z' } }
      if (parsed < FIRST || parsed >= LAST)
        return {
          wrong: { message: `${text} is not from 2000 to 2099`, hint: 'a chip without a set clock has 2000-01-01' },
        }
      return { value: parsed }
    },
  )

const utc = (text: string): string => {
  const written = text.replace(' ', 'T').replace(/Z$/, '')
  return written.includes('T') ? `${written}Z` : written
}

export const chipShape = z.strictObject({
  sockets: z
    .number()
    .int()
    .min(1)
    .max(255)
    .optional()
    .describe('how many there are at once, then OSError(23), as lwIP says; an ESP32 has 10; default: no end'),
  clock: moment()
    .optional()
    .describe("what its clock shows when it gets power, UTC; a chip has 2000-01-01; default: this computer's date"),
})

export type Chip = z.output<typeof chipShape>
