// How a packet differs from the decoded fields, or the bytes, that are wanted.

import type { Packet } from '../../emulators/index.ts'
import { clipText, type Elements, SHOWN_BYTES } from '../scenario/index.ts'
import { differences, type FieldMatchers } from './compare.ts'
import { type Fields, packetFields } from './fields.ts'

/** What differs from what is wanted, a line each. */
export function packetDifferences(
  wanted: FieldMatchers & { readonly hex?: string | undefined },
  packet: Packet,
  raw: Uint8Array,
  elements: Elements = 'every',
): string[] {
  const { hex, ...match } = wanted
  const lines = differences(match, { ...packetFields(packet), ...reasonCodes(packet) }, elements)
  const digits = Buffer.from(raw).toString('hex')
  if (hex !== undefined && hex.replace(/\s/g, '').toLowerCase() !== digits)
    lines.push(`hex: expected ${clipText(hex, 2 * SHOWN_BYTES)}, got ${clipText(digits, 2 * SHOWN_BYTES)}`)
  return lines
}

/** What MQTT 5 calls reason codes in packets whose codes have another name in MQTT 3.1.1. */
function reasonCodes(packet: Packet): Fields {
  if (packet.type === 'connack') return { reasonCode: packet.returnCode }
  return packet.type === 'suback' ? { reasonCode: packet.granted } : {}
}
