// The record of a run as it grows, for runs with real boards and programs: when this process is killed, what was seen
// until then is on disk. The whole record takes its place at the end.

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Event, TIMELINE_FILE, type TimelineHeader, TimelineWriter } from '../evidence/index.ts'

/** How long what has come may wait to be written, ms. */
const EVERY = 500

export class Journal {
  readonly #folder: string
  readonly #header: TimelineHeader
  readonly #maxBytes: number
  /** Null: nothing has come yet, or nothing can be written. */
  #writer: TimelineWriter | null = null
  #over = false

  /** @param maxBytes what it writes at most; nothing more after that */
  constructor(folder: string, header: TimelineHeader, maxBytes: number) {
    this.#folder = folder
    this.#header = header
    this.#maxBytes = maxBytes
  }

  write(event: Event): void {
    if (this.#over) return
    this.#writer ??= this.#open()
    this.#writer?.write(event)
  }

  end(): void {
    this.#over = true
    this.#writer?.close()
    this.#writer = null
  }

  #open(): TimelineWriter | null {
    const file = join(this.#folder, TIMELINE_FILE)
    const stop = (): void => {
      this.#over = true // the whole record will tell
    }
    try {
      mkdirSync(this.#folder, { recursive: true })
      rmSync(file, { force: true })
      return new TimelineWriter(file, this.#header, this.#maxBytes, stop, EVERY)
    } catch {
      stop()
      return null
    }
  }
}
