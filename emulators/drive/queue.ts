// Bytes that have arrived and wait to be read. Taking shares memory with what was put in.

export class ByteQueue {
  #chunks: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  put(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }

  /** The first `count` bytes, or all when there are fewer. */
  take(count: number): Uint8Array {
    const wanted = Math.min(count, this.#length)
    this.#length -= wanted
    const first = this.#chunks[0]
    if (first !== undefined && wanted < first.length) {
      this.#chunks[0] = first.subarray(wanted)
      return first.subarray(0, wanted)
    }
    const out = new Uint8Array(wanted)
    let used = 0
    let at = 0
    for (; at < wanted; used++) {
      const chunk = this.#chunks[used]!
      if (at + chunk.length > wanted) break
      out.set(chunk, at)
      at += chunk.length
    }
    this.#chunks.splice(0, used)
    if (at < wanted) {
      const chunk = this.#chunks[0]!
      out.set(chunk.subarray(0, wanted - at), at)
      this.#chunks[0] = chunk.subarray(wanted - at)
    }
    return out
  }
}
