// `every`, from parsed words to what the judge holds waits against.

import type { z } from 'zod'
import { type Duration, milliseconds } from '../../../emulators/index.ts'
import { childOf, headPlace, type Node } from '../../scenario/index.ts'
import type { Beat } from '../model/plan.ts'
import type { expectation } from '../schema/grammar.ts'
import type { Context } from './context.ts'

type Words = NonNullable<z.output<typeof expectation>['every']>

/** For a wait that says nothing of it. */
const TOLERANCE: Duration = milliseconds(100)

/** null: the claim has none. undefined: it is wrong, and has been reported. */
export function beatOf(words: Words | undefined, node: Node, context: Context): Beat | null | undefined {
  if (words === undefined) return null
  const { of, tolerance = TOLERANCE, grow, add, cap, jitter } = words
  const grows = grow !== undefined || add !== undefined
  const wrong =
    of === undefined && !grows
      ? {
          message: 'every needs of:, grow: or add:',
          hint: 'of: 2s is the time from each match to the next; grow: 2 doubles it each time',
        }
      : cap !== undefined && !grows
        ? { message: 'cap: is where waits stop growing, and these do not grow', hint: 'add grow: 2, or add: 5s' }
        : cap !== undefined && of !== undefined && of > cap
          ? { message: 'the first wait is longer than cap:', hint: 'write a cap: that is not below of:' }
          : null
  if (wrong !== null) {
    context.diagnostics.add({ code: 'scenario/beat', ...wrong, at: headPlace(childOf(node, 'every') ?? node) })
    return undefined
  }
  const varies = typeof jitter === 'number' ? { less: jitter, more: jitter } : (jitter ?? { less: 0, more: 0 })
  return {
    of: of ?? null,
    tolerance,
    ...(grows ? { grow: { factor: grow ?? 1, add: add ?? 0 } } : {}),
    ...(cap === undefined ? {} : { cap }),
    ...(varies.less + varies.more === 0 ? {} : { jitter: varies }),
  }
}
