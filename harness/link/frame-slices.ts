// Which bytes of a stream came in which WebSocket frame. Bytes that are still in the frame they came in go on in that
// very frame; only what a disturbance has changed, cut or moved goes on in a frame of the link's own.

import type { Frame } from '../websocket/index.ts'

/** A frame whose payload is a part of the stream. What becomes of the payload is told piece by piece. */
export interface StreamFrame extends Frame {
  /** So many bytes of it, in order, go on or are kept for later (`true`), or never do. */
  decided(bytes: number, delivered: boolean): void
}

export interface FrameSlice {
  readonly frame: StreamFrame
  /** In the frame's payload. */
  readonly from: number
  readonly to: number
}

export const sizeOf = (slices: readonly FrameSlice[]): number =>
  slices.reduce((sum, { from, to }) => sum + to - from, 0)

/** The first `bytes` of them, and the rest. */
export function splitSlices(
  slices: readonly FrameSlice[],
  bytes: number,
): readonly [first: readonly FrameSlice[], rest: readonly FrameSlice[]] {
  const first: FrameSlice[] = []
  const rest: FrameSlice[] = []
  let left = bytes
  for (const { frame, from, to } of slices) {
    const taken = Math.min(left, to - from)
    if (taken > 0) first.push({ frame, from, to: from + taken })
    if (from + taken < to) rest.push({ frame, from: from + taken, to })
    left -= taken
  }
  return [first, rest]
}

export function decide(slices: readonly FrameSlice[], delivered: boolean): void {
  for (const { frame, from, to } of slices) frame.decided(to - from, delivered)
}

/** What is written: bytes with the frames that they came in, if they are still those. */
export interface Written {
  readonly bytes: Uint8Array
  readonly frames: readonly FrameSlice[] | null
}

/** Writes in order, with those runs found that are whole frames as they came. */
export function assemble(writes: readonly Written[]): readonly (Frame | Uint8Array)[] {
  const out: (Frame | Uint8Array)[] = []
  for (let k = 0; k < writes.length; ) {
    const run = wholeFrames(writes, k)
    if (run === null) out.push(writes[k++]!.bytes)
    else {
      out.push(...run.frames)
      k = run.next
    }
  }
  return out
}

/** The frames that the writes from `start` on are made of exactly; null when there is no such run. */
function wholeFrames(
  writes: readonly Written[],
  start: number,
): { readonly frames: readonly Frame[]; readonly next: number } | null {
  const frames: StreamFrame[] = []
  let at: { readonly frame: StreamFrame; readonly to: number } | null = null
  for (let k = start; k < writes.length; k++) {
    const { frames: slices } = writes[k]!
    if (slices === null || slices.length === 0) return null
    for (const { frame, from, to } of slices) {
      if (at === null ? from !== 0 : frame !== at.frame || from !== at.to) return null
      if (at === null) frames.push(frame)
      at = to === frame.payload.length ? null : { frame, to }
    }
    if (at === null) return { frames, next: k + 1 }
  }
  return null
}
