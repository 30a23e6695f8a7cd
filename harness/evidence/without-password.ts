// The bytes of a packet for people to look at: credentials are asterisks.

import { maskCredentials } from './credentials.ts'
import type { PacketEvent } from './event.ts'

export const withoutPassword = ({ raw }: Pick<PacketEvent, 'packet' | 'raw'>): Uint8Array => maskCredentials(raw)
