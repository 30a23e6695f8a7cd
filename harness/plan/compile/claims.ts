// `expect` and `never`, from parsed words to claims.

import type { z } from 'zod'
import { type Duration, type Place, seconds, showDuration } from '../../../emulators/index.ts'
import { deviceKinds } from '../../devices/index.ts'
import {
  type AnyMatcher,
  type CallFields,
  fieldNames,
  matchers,
  type ObservableDevice,
  type SaveFrom,
  unknownPart,
} from '../../expect/index.ts'
import { REPORTED } from '../../lint/index.ts'
import { didYouMean, entryOf, headPlace, type Node, placeOf } from '../../scenario/index.ts'
import { steps as verbs } from '../../steps/index.ts'
import type { Anchor, Claim, Pattern, Want } from '../model/plan.ts'
import type { expectation, pattern, prohibition } from '../schema/grammar.ts'
import { parseAnchor } from './anchor.ts'
import { beatOf } from './beat.ts'
import { type Context, complain, knownNames } from './context.ts'

/** What an `expect` waits when it says nothing. */
export const EXPECT_WITHIN: Duration = seconds(5)

const GROUPS = ['all', 'sequence', 'any'] as const

type Parsed = z.output<typeof expectation> & z.output<typeof prohibition>

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
    const watched = count === undefined ? every !== undefined : count.max !== Number.POSITIVE_INFINITY
    if (watched && !endsInTime(window.to, after, 'within', node, context)) return undefined
    for (const name of Object.keys(parsed.save ?? {})) if (context.saved !== 'any') context.saved.add(name)
    if (!savesFields(parsed.save ?? {}, want, count?.max === 0, node, context)) return undefined
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

function wantOf(parsed: Parsed, node: Node, context: Context): Want | undefined {
  const single = patternsOf(parsed)
  const groups = GROUPS.filter((group) => parsed[group] !== undefined)
  if (single.length + groups.length !== 1) {
    const words = [...single.map((p) => p.matcher.name), ...groups]
    complain(context, node, {
      code: 'scenario/one-matcher',
      message:
        words.length === 0 ? 'this expect has no matcher' : `one matcher a claim, here are ${words.join(' and ')}`,
      hint:
        words.length === 0
          ? `give one of ${Object.keys(matchers).join(', ')}, or all, sequence, any`
          : 'put them under all: (any order), sequence: (this order) or any:',
    })
    return undefined
  }
  const mode = groups[0] ?? 'one'
  const patterns = mode === 'one' ? single : parsed[mode]!.flatMap((item) => onlyPattern(item, node, context))
  if (patterns.length === 0) return undefined
  return patterns.every((p) => namesExist(p, node, context)) ? { mode, patterns } : undefined
}

function patternsOf(parsed: z.output<typeof pattern>): Pattern[] {
  return Object.entries(matchers).flatMap(([name, matcher]) => {
    const fields = parsed[name]
    return fields === undefined ? [] : [{ matcher: matcher as AnyMatcher, fields }]
  })
}

function onlyPattern(item: z.output<typeof pattern>, node: Node, context: Context): Pattern[] {
  const found = patternsOf(item)
  if (found.length !== 1)
    complain(context, node, {
      code: 'scenario/one-matcher',
      message: `each item of a list of matchers is one matcher, one has ${found.length}`,
      hint: 'begin each with its own dash',
    })
  return found.length === 1 ? found : []
}

function namesExist(found: Pattern, node: Node, context: Context): boolean {
  const names = found.matcher.devices(found.fields)
  const missing = names.filter((name) => !context.devices.has(name) && !context.linked.has(name))
  for (const name of missing) unknownDevice(name, node, context)
  if (missing.length > 0) return false
  if (!isPossible(found, node, context)) return false
  if (found.matcher.name === 'fleet') return groupExists((found.fields as { group: string }).group, node, context)
  if (found.matcher.name === 'signal')
    return signalExists(found.fields as { device: string; signal: string }, node, context)
  if (found.matcher.name === 'call') return callExists(found.fields as CallFields, node, context)
  return true
}

/** A claim that no event can satisfy or break is a mistake; of a role that was bound from outside it makes the scenario skip. */
export function isPossible({ matcher, fields }: Pattern, node: Node, context: Context): boolean {
  const around = {
    observe: context.observe,
    statements: REPORTED,
    device: (name: string) => observable(name, context),
  }
  const impossible = matcher.impossible?.(fields, around) ?? null
  if (impossible === null) return true
  const bound = matcher.devices(fields).find((name: string) => context.bound.has(name))
  if (bound !== undefined) {
    context.unfit.push(`${bound} is bound to another device: ${impossible.message}`)
    return false
  }
  const { message, hint, word } = impossible
  context.diagnostics.add({ code: 'scenario/unanswerable', message, at: placeOfWord(node, word), hint })
  return false
}

/** What decides which events a device can have; undefined: nothing is known of it. */
export function observable(name: string, { devices }: Context): ObservableDevice | undefined {
  const device = devices.get(name)
  if (device === undefined || device.use === '') return undefined
  const { use, tls, websocket, shows, busy, changes, names } = device
  const kind = deviceKinds[use]
  const level = kind === undefined || kind.choosesLevel?.(device.settings) === true ? null : device.level
  return { use, level, isClient: kind?.isClient === true, tls: tls !== null, websocket, shows, busy, changes, ...names }
}

/** Where a word stands, as a key or as a value; else the start. */
export function placeOfWord(node: Node, word: string | undefined): Place {
  const found = word === undefined ? undefined : keyPlaceOf(node, word)
  return found ?? (word === undefined ? headPlace(node) : placeOf(node, word))
}

function keyPlaceOf(node: Node, key: string): Place | undefined {
  if (node.kind === 'scalar') return undefined
  if (node.kind === 'list') return node.items.map((item) => keyPlaceOf(item, key)).find((place) => place !== undefined)
  return (
    entryOf(node, key)?.keyPlace ??
    node.entries.map(({ value }) => keyPlaceOf(value, key)).find((place) => place !== undefined)
  )
}

export function unknownDevice(name: string, node: Node, context: Context): void {
  context.diagnostics.add({
    code: 'scenario/unknown-device',
    message: `unknown device "${name}"`,
    at: placeOf(node, name),
    hint: didYouMeanDevice(name, context),
  })
}

function didYouMeanDevice(name: string, context: Context): string {
  const known = [...context.devices.keys()]
  return didYouMean(name, known) ?? (known.length === 0 ? 'declare it under devices:' : `there is ${known.join(', ')}`)
}

export function groupExists(name: string, node: Node, context: Context): boolean {
  if (context.groups.has(name)) return true
  const known = [...context.groups]
  context.diagnostics.add({
    code: 'scenario/unknown-group',
    message: `the fleet has no group "${name}"`,
    at: placeOf(node, name),
    hint: didYouMean(name, known) ?? (known.length === 0 ? 'declare it under fleet:' : `there is ${known.join(', ')}`),
  })
  return false
}

export function signalExists(f: { device: string; signal: string }, node: Node, context: Context): boolean {
  const signals = Object.keys(context.devices.get(f.device)?.signals ?? {})
  if (signals.includes(f.signal)) return true
  if (context.bound.has(f.device)) {
    context.unfit.push(`${f.device} is bound to a device without the signal ${f.signal}`)
    return false
  }
  context.diagnostics.add({
    code: 'scenario/unknown-signal',
    message: `${f.device} has no signal "${f.signal}"`,
    at: placeOf(node, f.signal),
    hint: didYouMean(f.signal, signals) ?? `declare it: signals: { ${f.signal}: { pin: 2 } } on the device`,
  })
  return false
}

/** Verbs that a device carries out by its library. */
const CALLS: ReadonlySet<string> = new Set(
  Object.values(verbs).flatMap(({ kind, name }) => (kind === 'call' ? [name] : [])),
)

function callExists(fields: CallFields, node: Node, context: Context): boolean {
  if (fields.id === undefined) return true
  const named = context.steps.get(fields.id)
  if (named !== undefined && CALLS.has(named.verb)) return true
  if (named !== undefined) {
    const calling = [...context.steps].flatMap(([id, { verb }]) => (CALLS.has(verb) ? [id] : []))
    context.diagnostics.add({
      code: 'scenario/no-call',
      message: `the step ${fields.id} is a ${named.verb}, which makes no call on a device`,
      at: placeOf(node, fields.id),
      hint: didYouMean(fields.id, calling) ?? 'give the step that makes the call an id:',
    })
    return false
  }
  context.diagnostics.add({
    code: 'scenario/unknown-step-id',
    message: `no earlier step has the id "${fields.id}"`,
    at: placeOf(node, fields.id),
    hint: didYouMean(fields.id, context.steps.keys()) ?? 'give the call an id:',
  })
  return false
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

function savesFields(
  save: Readonly<Record<string, SaveFrom>>,
  { mode, patterns }: Want,
  none: boolean,
  node: Node,
  context: Context,
): boolean {
  // What a sequence saves is of its last event; of the other groups it may be of any.
  const candidates = mode === 'sequence' ? patterns.slice(-1) : patterns
  const names = [...new Set(candidates.flatMap(({ matcher, fields }) => fieldNames(matcher.kind, fields)))]
  let fine = true
  for (const [name, { field: path }] of Object.entries(save)) {
    const [field = ''] = path.split('.')
    const unknown = unknownPart(path)
    if (!none && names.includes(field) && unknown === null) continue
    fine = false
    context.diagnostics.add({
      code: 'scenario/save-field',
      message: none ? 'with count: 0 there is nothing to save' : `what this finds has no field "${path}"`,
      at: placeOf(node, path, name),
      hint: none ? 'remove save:' : nearest(unknown?.part ?? field, unknown?.known ?? names),
    })
  }
  return fine
}

const nearest = (word: string, known: readonly string[]): string =>
  didYouMean(word, known) ?? `it has ${known.join(', ')}`

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
