// `quarantine:` of a board in the hardware map: put aside with a reason, and never silently.

import { z } from 'zod'
import type { MappedBoard } from './hardware-map.ts'

const reason = z.string().min(1, 'say why it is put aside')

export const quarantineShape = z.union([
  reason,
  z.strictObject({ reason, until: z.iso.date('a date, such as 2026-12-24').optional() }),
])

/** A board that is put aside; `until`: the last day, as in 2026-12-24. */
export interface Quarantined {
  readonly label: string
  readonly reason: string
  readonly until: string | null
}

/** Set by `hil run --with-quarantined`: they are used like others. */
export const WITH_QUARANTINED = 'HIL_WITH_QUARANTINED'
export const usesQuarantined = (): boolean => (process.env[WITH_QUARANTINED] ?? '') !== ''

/** null: it is not put aside, or its last day is past (in UTC). */
export function quarantineOf(
  { label, quarantine }: Pick<MappedBoard, 'label' | 'quarantine'>,
  now = new Date(),
): Quarantined | null {
  if (quarantine === undefined) return null
  const { reason, until = null } =
    typeof quarantine === 'string' ? { reason: quarantine } : { until: null, ...quarantine }
  if (until !== null && until < now.toISOString().slice(0, 10)) return null
  return { label, reason, until }
}

export const showQuarantined = ({ label, reason, until }: Quarantined): string =>
  `${label} is in quarantine${until === null ? '' : ` until ${until}`}: ${reason}`
