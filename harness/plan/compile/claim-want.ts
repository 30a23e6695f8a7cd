// What a claim looks for: one matcher, or several as a group, and what is saved of the event that is found.

import type { z } from 'zod'
import { type AnyMatcher, fieldNames, matchers, type SaveFrom, unknownPart } from '../../expect/index.ts'
import { didYouMean, type Node, placeOf } from '../../scenario/index.ts'
import type { Pattern, Want } from '../model/plan.ts'
import type { expectation, pattern, prohibition } from '../schema/grammar.ts'
import { namesExist } from './claim-names.ts'
import { type Context, complain } from './context.ts'

const GROUPS = ['all', 'sequence', 'any'] as const

/** What an `expect` or a `never` says. */
export type Parsed = z.output<typeof expectation> & z.output<typeof prohibition>

/** undefined: something is wrong with it, and has been added to the diagnostics. */
export function wantOf(parsed: Parsed, node: Node, context: Context): Want | undefined {
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

/** Whether the events that it finds have the fields that `save` wants. `none`: it finds none. */
export function savesFields(
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
  for (const [name, { field: path, json }] of Object.entries(save)) {
    const [field = ''] = path.split('.')
    if (json !== null && NO_TEXT.includes(path.split('.').at(-1)!)) {
      fine = false
      context.diagnostics.add({
        code: 'scenario/save-field',
        message: `${path} is not a text, so there is no JSON in it`,
        at: placeOf(node, path, name),
        hint: `save the field itself: ${name}: ${path}`,
      })
      continue
    }
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

/** Numbers, true and false. */
const NO_TEXT: readonly string[] = [
  'qos',
  'retain',
  'dup',
  'packetId',
  'clean',
  'keepalive',
  'returnCode',
  'sessionPresent',
  'protocolLevel',
  'length',
  'flags',
  'connection',
  'level',
  'delivered',
  'final',
  'status',
  'code',
]

const nearest = (word: string, known: readonly string[]): string =>
  didYouMean(word, known) ?? `it has ${known.join(', ')}`
