// `expect` and `never`, from parsed words to claims.

import type { z } from 'zod'
import { type Duration, seconds, showDuration } from '../../../emulators/index.ts'
import type { CallFields } from '../../expect/index.ts'
import { type Node, placeOf } from '../../scenario/index.ts'
import type { Anchor, Claim, Want } from '../model/plan.ts'
import type { expectation, prohibition } from '../schema/grammar.ts'
import { parseAnchor } from './anchor.ts'
import { beatOf, mayFail } from './beat.ts'
import { placeOfWord } from './claim-names.ts'
import { type Parsed, savesFields, wantOf } from './claim-want.ts'
import { type Context, complain, knownNames } from './context.ts'

/** What an `expect` waits when it says nothing. */
export const EXPECT_WITHIN: Duration = seconds(5)

export function buildExpect(node: Node) {
  return (parsed: z.output<typeof expectation>, context: Context): Claim | undefined => {
    const want = wantOf(parsed as Parsed, node, context)
    const after = anchorOf(parsed.after, node, 'after', context)
    const window = windowOf(parsed, node, context)
    const every = beatOf(parsed.every, node, context)
    if (want === undefined || after === undefined || window === undefined || every === undefined) return undefined
    const running = runningCall(want)
    if (running !== null) return stillRunning(want, running, parsed, node, context)
    const { count } = parsed
    if (after !== null && parsed.since !== undefined) {
      complain(context, node, {
        code: 'scenario/two-anchors',
        message: 'after and since are two places to look from',
        hint: 'keep one of them',
      })
      return undefined
    }
    if ((count !== undefined || every !== null) && (want.mode === 'all' || want.mode === 'sequence')) {
      complain(context, node, {
        code: 'scenario/count-of-many',
        message: `${want.mode} has one event for each of its matchers: count and every do not fit`,
        hint: 'write a separate expect for what is counted',
      })
      return undefined
    }
    if (!mayFail(count, every, parsed, node, context)) return undefined
    const watched = count === undefined ? every !== null : count.max !== Number.POSITIVE_INFINITY
    if (watched && !endsInTime(window.to, after, 'within', node, context)) return undefined
    for (const name of Object.keys(parsed.save ?? {})) if (context.saved !== 'any') context.saved.add(name)
    if (parsed.save !== undefined && !savesFields(parsed.save, want, count?.max === 0, node, context)) return undefined
    return {
      kind: 'expect',
      want,
      count: count ?? (every === null ? null : { min: 2, max: Number.POSITIVE_INFINITY }),
      window,
      every,
      watched: count === undefined ? every !== null : count.max !== Number.POSITIVE_INFINITY,
      after: after ?? (parsed.since === 'start' ? { kind: 'start' } : null),
      sinceStart: parsed.since === 'start',
      save: parsed.save ?? {},
    }
  }
}

export function buildNever(node: Node, under: 'steps' | 'always') {
  return (parsed: z.output<typeof prohibition>, context: Context): Claim | undefined => {
    const want = wantOf(parsed as Parsed, node, context)
    const after = anchorOf(parsed.after, node, 'after', context)
    const until = anchorOf(parsed.until, node, 'until', context)
    if (want === undefined || after === undefined || until === undefined) return undefined
    if (runningCall(want) !== null) {
      complain(context, node, {
        code: 'scenario/never-running',
        message: 'never cannot hold a state such as running: true',
        hint: 'that a call has ended is expect: { call: { id: STEP, returned: true }, within: D }',
      })
      return undefined
    }
    if (under === 'steps' && (parsed.for === undefined || parsed.until !== undefined)) {
      complain(context, node, {
        code: 'scenario/never-how-long',
        message: parsed.until === undefined ? '`never` needs `for: DURATION`' : 'until: is for claims under always',
        hint: 'a never among the steps watches for: DURATION',
      })
      return undefined
    }
    if (under === 'always' && parsed.for !== undefined && parsed.until !== undefined) {
      complain(context, node, {
        code: 'scenario/never-how-long',
        message: 'for and until are two ends of one window',
        hint: 'keep one of them; without either it holds to the end of the run',
      })
      return undefined
    }
    if (under === 'steps' && !endsInTime(parsed.for!, after, 'for', node, context)) return undefined
    if (under === 'always' && !fitsAlways(after, until, node, context)) return undefined
    return { kind: 'never', want, window: parsed.for ?? null, until, after, started: null }
  }
}

/** A window that is watched to its end, and ends after the scenario's time is up whenever it begins, is always cut short. */
function endsInTime(length: Duration, after: Anchor | null, key: string, node: Node, context: Context): boolean {
  const isOfAStep = after === null || after.kind === 'step'
  if (!isOfAStep || length <= context.lasts) return true
  context.diagnostics.add({
    code: 'scenario/unanswerable',
    message: `this watches for ${showDuration(length)}, and the scenario's time is up after ${showDuration(context.lasts)}`,
    at: placeOfWord(node, key),
    hint: 'give the scenario a longer timeout:, or the claim a shorter window',
  })
  return false
}

/** A claim under `always` begins with the run, and its end is a moment that comes once. */
function fitsAlways(after: Anchor | null, until: Anchor | null, node: Node, context: Context): boolean {
  if (after !== null && after.kind !== 'start')
    complain(context, node, {
      code: 'scenario/always-after',
      message: 'a claim under always begins with the run',
      hint: 'one that begins later is a never among the steps, beside others in a parallel',
    })
  else if (until !== null && !isKnownWhenItComes(until))
    complain(context, node, {
      code: 'scenario/never-how-long',
      message: 'until: takes a moment that is known when it comes, because a claim under always fails at once',
      hint: 'a step id, id.end, or boot:DEVICE',
    })
  else return true
  return false
}

/** What an expect matched, and which packet was the last, is found out later. */
function isKnownWhenItComes(anchor: Anchor): boolean {
  return anchor.kind === 'boot' || (anchor.kind === 'step' && (anchor.edge === 'start' || anchor.edge === 'end'))
}

/** null: the word is not there. undefined: it is wrong, and has been reported. */
function anchorOf(text: string | undefined, node: Node, key: string, context: Context): Anchor | null | undefined {
  if (text === undefined) return null
  const anchor = parseAnchor(text, knownNames(context))
  if ('kind' in anchor) return anchor
  context.diagnostics.add({ ...anchor, at: placeOf(node, text, key) })
  return undefined
}

function windowOf(
  parsed: z.output<typeof expectation>,
  node: Node,
  context: Context,
): { from: Duration; to: Duration } | undefined {
  const { within, between } = parsed
  if (within !== undefined && between !== undefined) {
    complain(context, node, {
      code: 'scenario/two-windows',
      message: 'within and between are two windows',
      hint: 'within: D is between: [0ms, D] without the lower end; keep one',
    })
    return undefined
  }
  if (between === undefined) return { from: Number.NEGATIVE_INFINITY as Duration, to: within ?? EXPECT_WITHIN }
  if (between[0] > between[1]) {
    complain(context, node, {
      code: 'scenario/window-order',
      message: 'the window ends before it begins',
      hint: 'write between: [EARLIEST, LATEST]',
    })
    return undefined
  }
  return { from: between[0], to: between[1] }
}

function runningCall(want: Want): CallFields | null {
  const running = want.patterns
    .filter((p) => p.matcher.name === 'call')
    .map((p) => p.fields as CallFields)
    .find((f) => f.running)
  return running ?? null
}

/** `expect: { call: { id, running: true } }`: it was started, and neither returns nor raises in the window. */
function stillRunning(
  want: Want,
  fields: CallFields,
  parsed: z.output<typeof expectation>,
  node: Node,
  context: Context,
): Claim | undefined {
  const extra = ['count', 'every', 'between', 'after', 'since', 'save'].filter((key) => key in parsed)
  if (want.mode !== 'one' || fields.id === undefined || extra.length > 0) {
    complain(context, node, {
      code: 'scenario/running',
      message: 'running: true asks whether one call, named by its id, is still under way when the window ends',
      hint: 'write expect: { call: { id: STEP, running: true }, within: 2s }, alone and without other terms',
    })
    return undefined
  }
  return { kind: 'never', want, window: parsed.within ?? EXPECT_WITHIN, until: null, after: null, started: fields.id }
}
