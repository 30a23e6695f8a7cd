// `hex` says all bytes of a packet: what they are is known before anything runs.

import { type Decoded, Decoder, Dialect, type Packet } from '../../emulators/index.ts'
import { isOpen } from './domain.ts'
import type { Impossible } from './matcher.ts'
import { packetDifferences } from './packet-differences.ts'

/** Protocol levels. */
const LEVELS = [3, 4, 5] as const

/** Why the bytes are no packet of the type with these fields, at any level; null: they are, or `hex` is not there. */
export function otherBytes(type: string | undefined, match: Readonly<Record<string, unknown>>): Impossible | null {
  const { hex } = match
  if (typeof hex !== 'string' || isOpen(hex)) return null
  const bytes = Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))
  const whole = LEVELS.flatMap((level) => onlyPacketIn(bytes, level))
  const [first] = whole
  // A packet that its connection has cut short is malformed, with the bytes that came.
  if (first === undefined && bytes.length > 0 && (type === undefined || type === 'malformed')) return null
  if (first === undefined)
    return {
      message: 'these bytes are not one whole packet',
      hint: 'hex: has all bytes of the packet, from the first',
      word: 'hex',
    }
  const ofType = whole.filter(({ packet }) => type === undefined || packet.type === type)
  if (ofType.length === 0)
    return {
      message: `these bytes are ${nameOf(first.packet)}, not ${type!.toUpperCase()}`,
      hint: 'keep hex: or type:',
      word: 'hex',
    }
  const differ = ofType.map(({ packet, raw }) => packetDifferences(match, packet, raw, 'some'))
  if (differ.some((lines) => lines.length === 0)) return null
  return {
    message: `in these bytes ${differ.at(-1)![0]}`,
    hint: 'hex: has all bytes of the packet, so nothing else need be said of it',
    word: 'hex',
  }
}

/** What the bytes are at a level: one packet and nothing more, or nothing. */
function onlyPacketIn(bytes: Uint8Array, level: number): readonly Decoded[] {
  const dialect = new Dialect()
  dialect.level = level
  const found = new Decoder(dialect).push(bytes)
  return found.length === 1 && found[0]!.raw.length === bytes.length ? found : []
}

const nameOf = (packet: Packet): string =>
  packet.type === 'malformed' ? `malformed (${packet.reason})` : packet.type.toUpperCase()
