// `call`: how a library call that a step started on a device went on: it returned, it raised, or
// (`running: true`) it has done neither by the end of the window.

import { constants } from 'node:os'
import { z } from 'zod'
import type { CallEvent } from '../evidence/index.ts'
import { clipText, identifier, type RaisedMatcher, raisedMatcher, suggest, valueMatcher } from '../scenario/index.ts'
import { differences } from './compare.ts'
import type { Impossible, Matcher, ObservableDevice } from './matcher.ts'
import { showValue, showWanted } from './show-value.ts'

const fields = z
  .strictObject({
    device: identifier().optional().describe('the device that made the call'),
    method: z.string().optional().describe("the library's own name of the method"),
    id: identifier().optional().describe('the id of the step that made the call'),
    returned: z
      .union([z.literal(true), valueMatcher()])
      .optional()
      .describe('it returned this; true: anything'),
    raised: z
      .union([z.literal(true), raisedMatcher])
      .optional()
      .describe('it raised this exception; true: any'),
    running: z
      .literal(true)
      .optional()
      .describe('it has not ended when the window does; for an expect with id:, and not for never'),
  })
  .superRefine((f, ctx) => {
    if (f.device === undefined && f.id === undefined)
      ctx.addIssue({
        code: 'custom',
        message: 'name the call: id: or device: is missing',
        params: { diagnostic: 'scenario/call-unnamed', hint: 'name the step that made it with id:, or its device:' },
      })
    if ([f.returned, f.raised, f.running].filter((x) => x !== undefined).length > 1)
      ctx.addIssue({
        code: 'custom',
        message: 'a call has one outcome: returned, raised or running',
        params: { diagnostic: 'scenario/call-outcome' },
      })
  })

export type CallFields = z.output<typeof fields>

export const call: Matcher<CallFields> = {
  name: 'call',
  summary: 'how a library call on a device ended, or that it still runs',
  kind: 'call',
  fields,
  devices: (f) => (f.device === undefined ? [] : [f.device]),
  stream: (f) => (f.device === undefined ? `call#${f.id}` : `call:${f.device}`),
  compare(f, event) {
    if (event.kind !== 'call' || event.state === 'running') return null
    if ((f.device ?? event.device) !== event.device || (f.id ?? idOf(event)) !== idOf(event)) return null
    if ((f.method ?? event.method) !== event.method) return null
    if (f.running) return event.state === 'started' ? null : []
    if (f.returned !== undefined)
      return event.state === 'started' ? null : compareReturned(f.returned === true ? ANY : f.returned, event)
    if (f.raised !== undefined) return event.state === 'started' ? null : compareRaised(f.raised, event)
    return event.state === 'started' ? [] : null
  },
  impossible(f, { device }) {
    const about = f.device === undefined ? undefined : device(f.device)
    const busy = about?.busy ?? null
    if (busy === null) return misspelt(f, about)
    return {
      message: `${f.device} is ${busy}: no step makes a call on it`,
      hint: 'no event can match this claim',
      word: f.device,
    }
  },
  show(f) {
    const what = f.method ?? (f.id === undefined ? 'a call' : `the call of ${f.id}`)
    const who = f.device === undefined ? '' : ` on ${f.device}`
    if (f.running) return `${what}${who} still running`
    if (f.returned !== undefined)
      return `${what}${who} returned${f.returned === true ? '' : ` ${showWanted(f.returned)}`}`
    if (f.raised !== undefined) return `${what}${who} raised${f.raised === true ? '' : ` ${showRaised(f.raised)}`}`
    return `${what}${who} started`
  },
}

/** A name that is nearly one that the library has. Others may come from its callbacks. */
function misspelt({ method, raised }: CallFields, about: ObservableDevice | undefined): Impossible | null {
  const exception =
    raised === undefined || raised === true ? undefined : typeof raised === 'string' ? raised : raised.type
  return (
    noSuchErrno(raised) ??
    nearlyOneOf(method, about?.methods ?? [], `${about?.use} has no method`) ??
    nearlyOneOf(exception, about?.raises ?? [], `${about?.use} raises no`)
  )
}

const ERRNOS: ReadonlySet<string> = new Set(Object.keys(constants.errno))

/** The name of an errno; numbers and other texts may be anything. */
function noSuchErrno(raised: CallFields['raised']): Impossible | null {
  const errno = typeof raised === 'object' ? raised.errno : undefined
  if (typeof errno !== 'string' || !/^E[A-Z\d]+$/.test(errno) || ERRNOS.has(errno)) return null
  const near = suggest(errno, [...ERRNOS])
  return {
    message: `${errno} is not an errno`,
    hint: near === undefined ? 'leave errno out to take any' : `did you mean "${near}"?`,
    word: errno,
  }
}

function nearlyOneOf(name: string | undefined, known: readonly string[], what: string): Impossible | null {
  const isCallback = name !== undefined && /^on[_A-Z]/.test(name)
  const near = name === undefined || isCallback || known.includes(name) ? undefined : suggest(name, known)
  return near === undefined ? null : { message: `${what} ${name}`, hint: `did you mean "${near}"?`, word: name }
}

/** The id of the step; in a `repeat` the turn is marked behind it. */
const idOf = ({ id }: CallEvent): string => id.replace(/(#\d+)+$/, '')

/** For what a call returned: whatever it is. */
export const ANY = Symbol('any value')

/** How a call that ended differs from "it returned WANT". */
export function compareReturned(want: unknown, event: CallEvent): string[] {
  if (event.state !== 'returned') return [`expected it to return, got ${showOutcome(event)}`]
  return want === ANY ? [] : differences({ returned: want }, { returned: event.value ?? null }, 'whole')
}

/** How a call that ended differs from "it raised WANT"; `true` takes any exception. */
export function compareRaised(want: true | RaisedMatcher, event: CallEvent): string[] {
  const wanted = want === true ? 'an exception' : showRaised(want)
  if (event.state !== 'raised' || event.error === undefined) return [`expected ${wanted}, got ${showOutcome(event)}`]
  if (want === true) return []
  const { type, args } = event.error
  const spec = typeof want === 'string' ? { type: want } : want
  const errnoFits = spec.errno === undefined || args[0] === spec.errno
  const argsFit = spec.args === undefined || JSON.stringify(spec.args) === JSON.stringify(args)
  return spec.type === type && errnoFits && argsFit ? [] : [`expected ${wanted}, got ${showOutcome(event)}`]
}

export function showRaised(want: RaisedMatcher): string {
  if (typeof want === 'string') return want
  return `${want.type}(${(want.args ?? (want.errno === undefined ? [] : [want.errno])).join(', ')})`
}

export function showOutcome(event: CallEvent): string {
  if (event.state === 'returned') return `it returned ${showValue(event.value as never)}`
  if (event.state === 'raised')
    return `it raised ${event.error?.type}(${(event.error?.args ?? []).map((a) => (typeof a === 'string' ? clipText(a) : showValue(a as never))).join(', ')})`
  if (event.state === 'lost') return 'the device was reset or lost power during the call'
  return 'it has not ended'
}
