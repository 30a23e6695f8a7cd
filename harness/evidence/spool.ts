// Bytes of a record that need not stay in memory: the latest ones do, older ones are in a temporary file and are read
// back when somebody looks at them. The file has no name any more while it is used, so that nothing is left of it.

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writevSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from '../child/index.ts'
import { type Bytes, LazyBytes } from './lazy-bytes.ts'

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

const closed = new FinalizationRegistry<() => void>((close) => close())

class SpoolFile {
  readonly #descriptor: number
  size = 0

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'hil-record-'))
    this.#descriptor = openSync(join(folder, 'bytes'), 'wx+', 0o600)
    const remove = (): void => rmSync(folder, { recursive: true, force: true })
    try {
      remove() // the file lives on while it is open
    } catch {
      atExit(remove) // not everywhere can a file be removed that is open
    }
    const descriptor = this.#descriptor
    closed.register(this, () => closeSync(descriptor))
  }

  /** Returns where the first one begins. */
  append(parts: readonly Uint8Array[]): number {
    const start = this.size
    for (let k = 0; k < parts.length; k += MAX_PARTS) {
      const some = parts.slice(k, k + MAX_PARTS)
      const whole = some.reduce((sum, { length }) => sum + length, 0)
      let written = writevSync(this.#descriptor, some, this.size)
      for (const joined = written < whole ? Buffer.concat(some) : null; joined !== null && written < whole; )
        written += writevSync(this.#descriptor, [joined.subarray(written)], this.size + written)
      this.size += whole
    }
    return start
  }

  read(start: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    let read = 0
    while (read < length) {
      const count = readSync(this.#descriptor, bytes, read, length - read, start + read)
      if (count === 0) throw new Error('the temporary file of a record is too short')
      read += count
    }
    return bytes
  }
}

/** Of one write: the least that systems allow is 16, Linux takes 1024. */
const MAX_PARTS = 512
