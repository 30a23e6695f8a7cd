// From what is to be sent to the TCP segments that it is sent in. Cutting (`skip`, `first`) comes before splitting.

export type Split =
  /** Each packet by itself. */
  | { readonly kind: 'packets' }
  | { readonly kind: 'joined' }
  /** Segments of number of bytes. */
  | { readonly kind: 'every'; readonly size: number }
  /** The sizes of the first segments; the rest is one more. */
  | { readonly kind: 'sizes'; readonly sizes: readonly number[] }

export interface Cut {
  /** Bytes at the start that are not sent. */
  readonly skip: number
  /** Bytes after those that are sent; null: all. */
  readonly first: number | null
}

/** None is empty. */
export function segmentsOf(packets: readonly Uint8Array[], { skip, first }: Cut, split: Split): Uint8Array[] {
  const end = first === null ? Number.POSITIVE_INFINITY : skip + first
  let at = 0
  const cut = packets.map((packet) => {
    const start = at
    at += packet.length
    return packet.subarray(Math.max(0, skip - start), Math.max(0, end - start))
  })
  return divide(cut, split).filter((segment) => segment.length > 0)
}

function divide(packets: readonly Uint8Array[], split: Split): readonly Uint8Array[] {
  if (split.kind === 'packets') return packets
  const whole = Buffer.concat(packets)
  switch (split.kind) {
    case 'joined':
      return [whole]
    case 'every': {
      const { size } = split
      return Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.subarray(i * size, (i + 1) * size))
    }
    case 'sizes': {
      const starts = [0]
      for (const size of split.sizes) starts.push(starts.at(-1)! + size)
      return starts.map((start, i) => whole.subarray(start, starts[i + 1]))
    }
  }
}
