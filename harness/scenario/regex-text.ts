// `/…/flags`: how a scenario writes a regular expression. A topic such as /home/room has slashes,
// too: what follows the last one must be flags, or it is text.

import type { z } from 'zod'
import { BoundedRegExp } from '../outside/index.ts'
import { notText } from './vocabulary.ts'
import { type Complaint, type ParseResult, word } from './word.ts'

/** Flags that mean something when one text is matched once. */
const FLAGS = 'imsu'
const FORM = /^\/(.+)\/([dgimsuvy]*)$/s

/** The regular expression that `text` writes; undefined when it writes none. */
export function readRegex(text: string): ParseResult<RegExp> | undefined {
  const [, source, flags] = FORM.exec(text) ?? []
  if (source === undefined || flags === undefined || new Set(flags).size !== flags.length) return undefined
  const exact = `to mean exactly this text, write { eq: "${text}" }`
  const foreign = [...flags].filter((flag) => !FLAGS.includes(flag))
  if (foreign.length > 0)
    return {
      wrong: bad(`${text}: the flag ${foreign.join(', ')} has no meaning here`, `flags are i, m, s and u; ${exact}`),
    }
  try {
    return { value: new BoundedRegExp(source, flags) }
  } catch (error) {
    const why = (error as Error).message.replace(/^Invalid regular expression: /, '').replace(/^\/.*\/[a-z]*: /s, '')
    return { wrong: bad(`${text} is not a regular expression: ${why}`, exact) }
  }
}

/** The source of a regular expression that fits exactly this text, also between slashes. */
export const exactSource = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const bad = (message: string, hint?: string): Complaint => ({ code: 'scenario/regex', message, hint })

/** Text that must be a regular expression. */
export const regexText = (): z.ZodType<RegExp, string> =>
  word(
    {
      what: 'a regular expression',
      describe: 'a regular expression: /…/',
      schema: { type: 'string', pattern: '^/.+/[imsu]*$' },
    },
    (input) => {
      if (typeof input !== 'string') return { wrong: notText(input) }
      return readRegex(input) ?? { wrong: bad(`"${input}" is not a regular expression`, `write /${input}/`) }
    },
  )
