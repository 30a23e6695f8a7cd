// Reason codes of MQTT 5 in a claim: by number, by name, or by a matcher of either.

import { notAReason, reasonNamed } from '../packets/index.ts'
import { translatedMatcher } from '../scenario/index.ts'

/** `151`, `quota-exceeded`, `{ in: [success, no-matching-subscribers] }`, `[granted-qos-1, not-authorized]`. */
export const reasonMatcher = () =>
  translatedMatcher(
    (input, bound) => {
      if (typeof input === 'number' && !bound && (input < 0 || input > 255 || !Number.isInteger(input)))
        return {
          wrong: { message: `this is never ${input}`, hint: 'a reason code is a number from 0 to 255, or its name' },
        }
      if (typeof input !== 'string') return { value: input }
      const code = reasonNamed(input)
      if (code !== undefined) return { value: code }
      return input.startsWith('/') || input.includes('${{') ? { value: input } : { wrong: notAReason(input) }
    },
    { what: 'a reason code' },
  )
