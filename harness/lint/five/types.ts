// The packets that lints of MQTT 5 speak of.

export type { Connack, Connect, Instant, Packet, Publish } from '../../../emulators/index.ts'
export { onlyValue } from '../../../emulators/index.ts'

import type { Instant, Packet } from '../../../emulators/index.ts'

export type Disconnecting = Packet & { readonly type: 'disconnect' }

/** When a packet passed an end of the link. */
export interface Passing {
  readonly at: Instant
  /** When its first byte came. */
  readonly begunAt?: Instant | undefined
  /** How much earlier it may have been, ms. */
  readonly lag?: number | undefined
  /** All of its bytes. */
  readonly raw: Uint8Array
}
