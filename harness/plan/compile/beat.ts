// `every`, from parsed words to what the judge holds waits against.

import type { z } from 'zod'
import { type Duration, milliseconds } from '../../../emulators/index.ts'
import { childOf, headPlace, isDeferred, type Node } from '../../scenario/index.ts'
import type { Beat } from '../model/plan.ts'
import type { expectation } from '../schema/grammar.ts'
import { placeOfWord } from './claim-names.ts'
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
          : saysNoChance(jitter, node)
            ? { message: 'jitter: asks for chance, and this is none', hint: 'leave jitter out' }
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

/** A 0 that an expression gave is that of what it asks, such as a contract without jitter. */
function saysNoChance(jitter: Words['jitter'], node: Node): boolean {
  const words = childOf(childOf(node, 'every') ?? node, 'jitter')
  const parts = [words, words && childOf(words, 'less'), words && childOf(words, 'more')]
  if (parts.some((part) => part?.kind === 'scalar' && (part.computed === true || isDeferred(part)))) return false
  return jitter === 0 || (typeof jitter === 'object' && jitter.less + jitter.more === 0)
}

type Count = { readonly min: number; readonly max: number }
type Window = Pick<z.output<typeof expectation>, 'within' | 'between' | 'after'>

/** Whether a count and a beat ask anything that an event can break, and that some can keep; what does not is reported. */
export function mayFail(
  count: Count | undefined,
  every: Beat | null,
  window: Window,
  node: Node,
  context: Context,
): boolean {
  const most = count?.max ?? Number.POSITIVE_INFINITY
  const wrong =
    every !== null && every.of === null && most <= 2
      ? {
          message: 'without of: the first wait is the measure, and this counts no second one',
          hint: 'write of:, or count more',
          word: 'every',
        }
      : every !== null && isAlwaysKept(every, lengthOf(window))
        ? {
            message: 'no wait inside of the window is too short or too long for this',
            hint: 'lower tolerance:, or widen the window',
            word: 'every',
          }
        : count === undefined
          ? null
          : count.min === 0 && count.max === Number.POSITIVE_INFINITY
            ? {
                message: 'a count of 0 or more is always so',
                hint: 'write count: 0 for none, or a min: above 0',
                word: 'count',
              }
            : every !== null && count.max <= 1
              ? {
                  message: 'every is the time between two matches, and this counts at most one',
                  hint: 'remove every:',
                  word: 'every',
                }
              : every !== null && shortest(every, count.min) > lengthOf(window)
                ? {
                    message: `${count.min} matches at this pace take longer than the window`,
                    hint: 'widen the window, or lower the count',
                    word: 'count',
                  }
                : null
  if (wrong === null) return true
  const { word, ...said } = wrong
  context.diagnostics.add({ code: 'scenario/unanswerable', ...said, at: placeOfWord(node, word) })
  return false
}

/** Any wait of so long a window, and the silence at its end, is as the beat has it. */
const isAlwaysKept = ({ of, tolerance, grow, jitter }: Beat, length: number): boolean =>
  of !== null && grow === undefined && jitter === undefined && of <= tolerance && of + tolerance >= length

/** What so many matches take at least; waits that grow take longer. */
const shortest = ({ of, tolerance, jitter }: Beat, matches: number): number =>
  (matches - 1) * Math.max(0, (of ?? 0) * (1 - (jitter?.less ?? 0)) - tolerance)

/** Of a window with both of its ends; a claim without an anchor looks back. */
function lengthOf({ within, between, after }: Window): number {
  if (between !== undefined) return between[1] - between[0]
  return within === undefined || after === undefined ? Number.POSITIVE_INFINITY : within
}
