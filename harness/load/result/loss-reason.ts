// Why a message may have been lost without a fault of the broker: the connection of its publisher or of a receiver
// was gone around the time it was sent.

import type { DeviceLedger } from '../shard/ledger.ts'

/** What was sent so shortly before a connection ended may have gone down with it; ms. */
export const BEFORE_LOSS_MS = 2000
/** What was sent so shortly after it was there again may have come too early; ms. */
export const AFTER_RETURN_MS = 1000

export type Peer = Pick<DeviceLedger, 'turns' | 'deafSince'>

export const REASONS = {
  unknownTime: 'when it was sent is not known',
  deaf: 'the receiver came back without its subscriptions',
  receiver: 'the receiver had no connection',
  publisher: 'the publisher lost its connection',
} as const

/**
 * `at`: ms of the run at which it was sent; undefined: not known. Of several receivers the broker may have chosen any,
 * so the trouble of one of them is a reason. null: none is known.
 */
export function lossReason(
  at: number | undefined,
  publisher: Peer | undefined,
  receivers: readonly Peer[],
): string | null {
  if (at === undefined) return REASONS.unknownTime
  if (receivers.some(({ deafSince }) => deafSince !== null && at >= deafSince)) return REASONS.deaf
  if (receivers.some((receiver) => wasGone(receiver, at))) return REASONS.receiver
  if (publisher === undefined || wasGone(publisher, at)) return REASONS.publisher
  return null
}

/** Whether the device had no connection at that time, had it only just again, or lost it right after. */
function wasGone({ turns }: Peer, at: number): boolean {
  for (let k = 0; k < turns.length; k += 2) {
    const up = turns[k]! + (k === 0 ? 0 : AFTER_RETURN_MS)
    const down = (turns[k + 1] ?? Number.POSITIVE_INFINITY) - BEFORE_LOSS_MS
    if (at >= up && at <= down) return false
  }
  return true
}
