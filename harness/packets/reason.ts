// Reason codes of MQTT 5 as scenarios write them: by number, or by the name in the specification.

import type { z } from 'zod'
import { REASON_CODES, type ReasonName } from '../../emulators/index.ts'
import { type Complaint, didYouMean, nameOf, type ParseResult, word } from '../scenario/index.ts'

const NAMES = Object.keys(REASON_CODES)

/** The code of a name; undefined: there is no such name. */
export const reasonNamed = (name: string): number | undefined =>
  Object.hasOwn(REASON_CODES, name) ? REASON_CODES[name as ReasonName] : undefined

/** Why a text is no name of a reason code. */
export const notAReason = (name: string): Complaint => ({
  message: `unknown reason code "${name}"`,
  hint:
    didYouMean(name, NAMES) ?? 'write its number, or its name with hyphens: quota-exceeded, not-authorized, success',
})

/** A number of one byte, or a name. */
export const reasonCode = (): z.ZodType<number, unknown> =>
  word(
    {
      what: 'a reason code',
      describe: '0 to 255, or a name: quota-exceeded',
      schema: { anyOf: [{ type: 'integer', minimum: 0, maximum: 255 }, { enum: NAMES }] },
    },
    read,
  )

function read(input: unknown): ParseResult<number> {
  if (typeof input === 'string') {
    const code = reasonNamed(input)
    return code === undefined ? { wrong: notAReason(input) } : { value: code }
  }
  if (typeof input === 'number' && Number.isInteger(input) && input >= 0 && input <= 255) return { value: input }
  return {
    wrong: {
      message: `expected a reason code, got ${nameOf(input)}`,
      hint: 'write 0 to 255, or a name: quota-exceeded',
      expected: 'a reason code',
    },
  }
}
