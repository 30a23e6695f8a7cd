// The record of a run as it grows, for runs with real boards and programs: when this process is killed, what was seen
// until then is on disk. The whole record takes its place at the end.

import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Event, type TimelineHeader, writeEvent, writeHeader } from '../evidence/index.ts'

/** How often what has come is written, ms. */
const EVERY = 500

export class Journal {
  readonly #folder: string
  readonly #header: TimelineHeader
  #waiting = ''
  #begun = false
  #writing: Promise<void> = Promise.resolve()
  readonly #timer: NodeJS.Timeout

  constructor(folder: string, header: TimelineHeader) {
    this.#folder = folder
    this.#header = header
    this.#timer = setInterval(() => this.#write(), EVERY)
    this.#timer.unref()
  }

  write(event: Event): void {
    this.#waiting += writeEvent(event)
  }

  /** Resolves when nothing is being written any more; what has come since then is left to the whole record. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
  }

  #write(): void {
    const text = this.#waiting
    if (text === '') return
    this.#waiting = ''
    this.#writing = this.#writing.then(() => this.#append(text)).catch(() => clearInterval(this.#timer)) // the whole record will tell
  }

  async #append(text: string): Promise<void> {
    const file = join(this.#folder, 'timeline.ndjson')
    if (this.#begun) return appendFile(file, text)
    await mkdir(this.#folder, { recursive: true })
    await writeFile(file, writeHeader(this.#header) + text)
    this.#begun = true
  }
}
