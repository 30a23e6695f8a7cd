// Warnings of regular expressions that a text of a device can keep busy.

import { BoundedRegExp, slowTextFor } from '../../outside/index.ts'
import { type Diagnostic, type Node, readRegex, scalarsOf } from '../../scenario/index.ts'

export function slowRegexes(root: Node): readonly Diagnostic[] {
  return scalarsOf(root).flatMap(({ value, place }): Diagnostic[] => {
    if (typeof value !== 'string' || !value.startsWith('/') || value.includes('${{')) return []
    const read = readRegex(value)
    if (read === undefined || !('value' in read) || !(read.value instanceof BoundedRegExp)) return []
    const slow = slowTextFor(read.value)
    if (slow === null) return []
    return [
      {
        code: 'scenario/slow-regex',
        message: `a text can keep this busy: ${JSON.stringify(slow.part)} over and over, ${slow.length} characters`,
        at: place,
        hint: 'no repetition inside a repetition, and no two that match the same characters: /^a+$/ for /^(a+)+$/',
        severity: 'warning',
      },
    ]
  })
}
