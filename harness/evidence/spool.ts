// Bytes of a record that need not stay in memory: the latest ones do, older ones are in a temporary file and are read
// back when somebody looks at them.

import { type Bytes, LazyBytes } from './lazy-bytes.ts'
import { SpoolFile } from './spool-file.ts'

/** Bytes that stay in memory at most. */
const MAX_IN_MEMORY_BYTES = 8 * 1024 * 1024

interface Recent {
  readonly cell: LazyBytes
  readonly bytes: Uint8Array
}

export class Spool {
  readonly #maxInMemory: number
  #recent: Recent[] = []
  #inMemory = 0
  #file: SpoolFile | null = null
  /** The same bytes, recorded at two places, are kept once. */
  readonly #known = new WeakMap<Uint8Array, LazyBytes>()

  constructor(maxInMemory = MAX_IN_MEMORY_BYTES) {
    this.#maxInMemory = maxInMemory
  }

  /** Bytes that are in the file. */
  get spooled(): number {
    return this.#file?.size ?? 0
  }

  /** The bytes must not be changed any more. */
  keep(bytes: Uint8Array): Bytes {
    const known = this.#known.get(bytes)
    if (known !== undefined) return known
    const cell = new LazyBytes(bytes.length, bytes)
    this.#known.set(bytes, cell)
    this.#recent.push({ cell, bytes })
    this.#inMemory += bytes.length
    if (this.#inMemory > this.#maxInMemory) this.#spool()
    return cell
  }

  /** The older half goes into the file. */
  #spool(): void {
    this.#file ??= new SpoolFile()
    const file = this.#file
    const old: Recent[] = []
    let kept = this.#inMemory
    while (kept > this.#maxInMemory / 2) {
      const one = this.#recent[old.length]!
      old.push(one)
      kept -= one.bytes.length
    }
    this.#recent = this.#recent.slice(old.length)
    this.#inMemory = kept
    let at = file.append(old.map(({ bytes }) => bytes))
    for (const { cell, bytes } of old) {
      cell.leave(file, at)
      at += bytes.length
    }
  }
}
