// The only bytes of a recorded packet that a replay may change: an id that the broker chose, and a password that the
// recording does not have. Everything else leaves as it was recorded.

/** An acknowledgement, which begins with its packet id, under another one. */
export function withBrokersId(raw: Uint8Array, id: number): Uint8Array {
  const bytes = Uint8Array.from(raw)
  const at = behindLength(raw)
  if (at + 2 > bytes.length) return bytes // cut short: what is there of it is sent
  bytes[at] = id >> 8
  bytes[at + 1] = id & 0xff
  return bytes
}

/** A CONNECT whose last field, from `at` on and with two bytes of length before it, is another word. */
export function withPassword(raw: Uint8Array, at: number, word: Uint8Array): Uint8Array {
  const body = raw.subarray(behindLength(raw), at - 2)
  const length = body.length + 2 + word.length
  return Uint8Array.of(raw[0]!, ...remainingLength(length), ...body, word.length >> 8, word.length & 0xff, ...word)
}

/** Where the variable header begins. */
function behindLength(raw: Uint8Array): number {
  let at = 1
  while (at < 4 && (raw[at] ?? 0) >= 0x80) at++
  return at + 1
}

function remainingLength(length: number): number[] {
  const bytes: number[] = []
  let rest = length
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>= 7
  } while (rest > 0)
  return bytes
}
