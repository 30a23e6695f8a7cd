// The end of a comparison of several scenarios: one line each, and how many of which kind.

import type { createColors } from 'picocolors'
import type { RunDifference } from './trace-diff.ts'

type Colors = ReturnType<typeof createColors>

/** One scenario, played twice. */
export interface Compared {
  readonly title: string
  readonly outcome:
    | {
        readonly kind: 'compared'
        /** Packets that are the same in both. */
        readonly same: number
        readonly differences: readonly RunDifference[]
        /** How the two were judged, when not alike: `passed here and failed there`. */
        readonly verdicts: string | null
      }
    | { readonly kind: 'not-compared'; readonly why: string }
}

export const differs = ({ outcome }: Compared): boolean =>
  outcome.kind === 'compared' && (outcome.differences.length > 0 || outcome.verdicts !== null)

const PACKETS = 'packets'
const GAP = '  '

/** Ends with a line feed. */
export function parityTable(rows: readonly Compared[], c: Colors, width: number): string {
  const [packets, most] = [PACKETS.length, Math.max(...rows.map(({ title }) => title.length))]
  const room = Math.min(most, Math.max(20, width - packets - 40))
  const line = ({ title, outcome }: Compared, mark: string): string => {
    const count = outcome.kind === 'compared' ? String(outcome.same) : ''
    return `  ${mark} ${cut(title, room)}${GAP}${count.padStart(packets)}${GAP}${restOf(outcome)}`.trimEnd()
  }
  const lines = rows.map((row) => line(row, markOf(row, c)))
  const head = `    ${' '.repeat(room)}${GAP}${PACKETS}${GAP}differences`
  return `${[c.dim(head), ...lines, '', `  ${summary(rows)}`].join('\n')}\n`
}

function markOf(row: Compared, c: Colors): string {
  if (row.outcome.kind === 'not-compared') return c.yellow('-')
  return differs(row) ? c.red('≠') : c.green('=')
}

function restOf(outcome: Compared['outcome']): string {
  if (outcome.kind === 'not-compared') return outcome.why
  const { differences, verdicts } = outcome
  return [differences.length === 0 ? '' : String(differences.length), verdicts ?? ''].filter(Boolean).join(', ')
}

function summary(rows: readonly Compared[]): string {
  const left = rows.filter(({ outcome }) => outcome.kind === 'not-compared').length
  const different = rows.filter(differs).length
  return `${rows.length - left - different} the same, ${different} different, ${left} not compared`
}

const cut = (text: string, width: number): string =>
  (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width)
