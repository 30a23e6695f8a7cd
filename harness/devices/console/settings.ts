// `console:` of a device: how its console writes lines and how it wants to be typed to.

import { z } from 'zod'
import type { Duration } from '../../../emulators/index.ts'
import { duration, readRegex, regexText, text } from '../../scenario/index.ts'

export const EOLS = { lf: '\n', cr: '\r', crlf: '\r\n' } as const
export type Eol = keyof typeof EOLS

export const eolWord = () => z.enum(Object.keys(EOLS) as [Eol, ...Eol[]])

export const consoleShape = z.strictObject({
  baud: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('for a board: baud rate; default: that of the hardware map, or 115200'),
  eol: eolWord()
    .optional()
    .describe(
      'how a typed line ends; default: lf for a process, cr for a virtual board; a real board gets cr, and lf after it when it does not react',
    ),
  strip: z
    .enum(['ansi', 'none'])
    .optional()
    .describe(
      'ansi: claims also match a line without escape sequences and log prefixes; none: only as it came; default: ansi',
    ),
  pace: duration()
    .optional()
    .describe('pause after each typed byte, 0s: all at once; default: a real board gets 24 bytes in 12ms'),
  prefix: regexText()
    .optional()
    .describe('what stands before each message, a /regex/; claims also match the rest of the line'),
  message: regexText()
    .optional()
    .describe(
      'the line that tells of a message, with groups (?<topic>…) and (?<payload>…); claims see "message TOPIC PAYLOAD"',
    ),
  prompt: text().optional().describe('the prompt, text or /regex/: it is seen without waiting for a quiet moment'),
  echo: z.boolean().optional().describe('whether the console echoes what is typed; default: found out'),
})

export interface ConsoleSettings {
  readonly baud: number | null
  /** null: the default of the kind. */
  readonly eol: Eol | null
  /** Claims compare lines as they came. */
  readonly exact: boolean
  /** Between typed bytes; null: the default of the kind. */
  readonly pace: Duration | null
  readonly prefix: RegExp | null
  readonly message: RegExp | null
  /** Found at the end of an unfinished line. */
  readonly prompt: RegExp | null
  /** null: found out. */
  readonly echo: boolean | null
}

export const DEFAULT_CONSOLE: ConsoleSettings = {
  baud: null,
  eol: null,
  exact: false,
  pace: null,
  prefix: null,
  message: null,
  prompt: null,
  echo: null,
}

export function consoleOf({
  console: said,
}: {
  readonly console?: z.output<typeof consoleShape> | undefined
}): ConsoleSettings {
  if (said === undefined) return DEFAULT_CONSOLE
  return {
    baud: said.baud ?? null,
    eol: said.eol ?? null,
    exact: said.strip === 'none',
    pace: said.pace ?? null,
    prefix: said.prefix ?? null,
    message: said.message ?? null,
    prompt: said.prompt === undefined ? null : promptOf(said.prompt),
    echo: said.echo ?? null,
  }
}

function promptOf(prompt: string): RegExp {
  const read = readRegex(prompt)
  if (read !== undefined && 'value' in read) return read.value
  return new RegExp(`${prompt.trim().replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}\\s*$`)
}
