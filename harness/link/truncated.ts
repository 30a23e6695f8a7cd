// What is left in a decoder when the connection ends in the middle of a packet, as a malformed packet. Its
// `length` is what the header announced, not what came.

import { type Decoded, type Malformed, typeOf } from '../../emulators/index.ts'

/**
 * @param bytes at least one, from the packet's first
 * @param level the protocol level of its connection
 */
export function truncated(bytes: Uint8Array, offset: number, level: number): Decoded {
  const header = remainingLength(bytes)
  const came = `${bytes.length} byte${bytes.length === 1 ? '' : 's'} came`
  const want = header === null ? 'its length is not complete' : `its header announced ${header.size + header.length}`
  const packet: Malformed = {
    type: 'malformed',
    claims: typeOf(bytes[0]!, level === 5) ?? 'reserved',
    flags: bytes[0]! & 15,
    length: header?.length ?? 0,
    reason: `truncated at the end of the connection: ${came}, ${want}`,
  }
  return { packet, raw: bytes, offset }
}

/** The fixed header's size and the length it announces; null while its last byte is missing. */
function remainingLength(bytes: Uint8Array): { readonly size: number; readonly length: number } | null {
  let length = 0
  for (let i = 1; i < Math.min(bytes.length, 5); i++) {
    length += (bytes[i]! & 0x7f) * 128 ** (i - 1)
    if (bytes[i]! < 0x80) return { size: i + 1, length }
  }
  return null
}
