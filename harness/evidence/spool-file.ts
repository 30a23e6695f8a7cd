// A temporary file that a part of a record is in. It has no name any more while it is used, so that nothing is left of it.

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writevSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from '../child/index.ts'

const closed = new FinalizationRegistry<() => void>((close) => close())

export class SpoolFile {
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
