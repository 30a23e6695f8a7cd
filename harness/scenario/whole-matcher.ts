// A matcher of what is a whole number on the wire: a QoS, a packet id, an interval in seconds. Text and fractions are
// never equal to one, so a claim with them would be false whatever came, and one that forbids them true.

import type { z } from 'zod'
import { translatedMatcher, type ValueMatcher } from './matcher.ts'
import type { Complaint, ParseResult } from './word.ts'

/**
 * A matcher of a whole number; `null` is a field that is left out.
 * @param most the greatest that there can be, none below 0; default: no limit either way
 * @param translate what else may be written, at any depth of it, to its number: `30s` to 30
 */
export const wholeMatcher = (
  most?: number,
  translate: (scalar: unknown) => unknown = (scalar) => scalar,
): z.ZodType<ValueMatcher> =>
  translatedMatcher((input, bound) => {
    const value = translate(input)
    const isOpen = typeof value === 'string' && value.includes('${{')
    if (bound || isOpen || value === null) return { value }
    if (!Number.isInteger(value)) return notWhole(input, value)
    return most === undefined || ((value as number) >= 0 && (value as number) <= most)
      ? { value }
      : outside(input, most)
  })

const outside = (input: unknown, most: number): ParseResult<unknown> => ({
  wrong: { message: `this is never ${String(input)}`, hint: `write a number from 0 to ${most}` },
})

function notWhole(input: unknown, value: unknown): ParseResult<unknown> {
  if (typeof value === 'number')
    return {
      wrong: {
        message: `${String(input)} is not a whole number here`,
        hint: 'write a whole one, or a range: { gte: 1, lt: 2 }',
      },
    }
  const hint =
    typeof input === 'string' && /^\d+$/.test(input) ? `write ${input}, without quotes` : 'write a whole number'
  const complaint: Complaint = { message: `this is a number, so it never matches ${JSON.stringify(input)}`, hint }
  return { wrong: complaint }
}
