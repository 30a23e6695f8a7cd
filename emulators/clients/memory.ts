// `malloc` for the libraries' buffers: pieces of large blocks, because ten thousand devices have one or two of a few hundred
// bytes each, and an ArrayBuffer of its own for each is as much again.

const BLOCK = 65_536
/** Larger ones have memory of their own. */
const MOST = 2048

let block = new ArrayBuffer(0)
let used = 0

/** A text's bytes, as a piece of Node's pool where they are few: for thousands of ids. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = Buffer.from(text)
  return new Uint8Array(buffer, byteOffset, length)
}

/** Packets that are gone in a moment have blocks of their own, so that they keep nobody's. */
const BRIEF_BLOCK = 8192
const MOST_BRIEF = 1024
let brief = new ArrayBuffer(0)
let usedBriefly = 0

/** So many zeros, for what is freed soon. */
export function mallocBriefly(size: number): Uint8Array<ArrayBuffer> {
  if (size > MOST_BRIEF) return new Uint8Array(size)
  if (usedBriefly + size > brief.byteLength) {
    brief = new ArrayBuffer(BRIEF_BLOCK)
    usedBriefly = 0
  }
  const piece = new Uint8Array(brief, usedBriefly, size)
  usedBriefly += size
  return piece
}

/** So many zeros. What is freed is given back with the block that it is a piece of. */
export function malloc(size: number): Uint8Array<ArrayBuffer> {
  if (size > MOST) return new Uint8Array(size)
  if (used + size > block.byteLength) {
    block = new ArrayBuffer(BLOCK)
    used = 0
  }
  const piece = new Uint8Array(block, used, size)
  used += size
  return piece
}
