// What a claim measures from and what it looks at.

import type { Event } from '../evidence/index.ts'
import type { CallFields } from '../expect/index.ts'
import type { Claim, Pattern } from '../plan/model/index.ts'
import type { CallsMade } from './calls-made.ts'
import type { Cursor, Purpose } from './cursor.ts'
import { ownActs } from './own-acts.ts'
import type { Moment } from './window.ts'

export interface Opening {
  /** Windows are measured from here. `last-packet-from:D` moves on with each packet. */
  readonly anchor: () => Moment
  readonly anchorName: string
  /** This event is none of the claim's business: it lies before what the claim looks at, or a claim has found it. */
  readonly isPast: (event: Event, pattern: Pattern) => boolean
  /** What it looks at begins here; an event that may have happened before it proves nothing. null: all of the run. */
  readonly begin: Moment | null
}

/** What is known when a claim begins that names no anchor. */
interface Known {
  readonly opened: Moment
  /** Its line of steps, as it is now. */
  readonly line: Cursor
  readonly calls: CallsMade
  readonly hasStarted: (key: string) => boolean
}

export const purposeOf = (claim: Claim): Purpose =>
  claim.kind === 'never' || claim.count?.max === 0 ? 'forbids' : claim.count !== null ? 'counts' : 'wants'

/** Text when the call that it is about is not there. `from`: no event up to this seq is of interest. */
export function openingByDefault(claim: Claim, known: Known): (Opening & { readonly from: number }) | string {
  const { opened, line, calls } = known
  if (claim.kind === 'never' && claim.started !== null) {
    const call = calls.latest({ id: claim.started })
    if (call === undefined || !known.hasStarted(call.key)) return `the call of ${claim.started} was not started`
  }
  const { moment, own } = line.begin(purposeOf(claim))
  const isOwn = once(ownActs(own))
  const begins = new Map(claim.want.patterns.map((pattern) => [pattern, beginOf(pattern, moment, known)]))
  return {
    anchor: () => opened,
    anchorName: 'the step began',
    begin: claim.kind === 'never' && claim.started !== null ? null : moment,
    from: Math.min(...[...begins.values()].map(({ seq }) => seq)),
    isPast(event, pattern) {
      const ownAct = event.seq > moment.seq && isOwn(event)
      const { seq, isOther } = begins.get(pattern)!
      return event.seq <= seq || ownAct || isOther(event) || line.hasFound(event)
    },
  }
}

interface PatternBegin {
  /** Events up to this one are past. */
  readonly seq: number
  readonly isOther: (event: Event) => boolean
}

const NONE = (): boolean => false

function beginOf({ matcher, fields }: Pattern, { seq }: Moment, { opened, calls }: Known): PatternBegin {
  // How a fleet stands is a state: what it was before is over.
  if (matcher.kind === 'fleet') return { seq: opened.seq, isOther: NONE }
  if (matcher.kind !== 'call') return { seq, isOther: NONE }
  const { id } = fields as CallFields
  const latest = calls.latest(fields as CallFields)
  if (latest === undefined) return { seq, isOther: NONE }
  if (id === undefined) return { seq: Math.max(seq, latest.seq), isOther: NONE }
  return { seq: latest.seq, isOther: (event) => calls.isOfEarlierTurn(event, id, latest) }
}

/** Asks once for each event, however many patterns want to know. */
function once(ask: (event: Event) => boolean): (event: Event) => boolean {
  let seq = -1
  let answer = false
  return (event) => {
    if (event.seq !== seq) {
      seq = event.seq
      answer = ask(event)
    }
    return answer
  }
}
