// The record of a run as it grows, for runs with real boards and programs, and for those in virtual time, which may last
// days: when this process is killed, what was seen until then is on disk. The whole record takes its place at the end.

import { lstatSync, mkdirSync, rmSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Event, TIMELINE_FILE, type TimelineHeader, TimelineWriter } from '../evidence/index.ts'

/** How long what has come may wait to be written, ms. */
const EVERY = 500

/** A journal that has all events of its run. */
export interface WrittenJournal {
  readonly file: string
  /** Bytes before the first event. */
  readonly headerBytes: number
  readonly events: number
}

export class Journal {
  readonly #folder: string
  readonly #header: TimelineHeader
  readonly #maxBytes: number
  readonly #every: number | null
  #events = 0
  /** Null: nothing has come yet, or nothing can be written. */
  #writer: TimelineWriter | null = null
  #over = false

  /**
   * @param maxBytes what it writes at most; nothing more after that
   * @param isVirtual what comes is written when it is much, and not by a clock
   */
  constructor(folder: string, header: TimelineHeader, maxBytes: number, isVirtual = false) {
    this.#folder = folder
    this.#header = header
    this.#maxBytes = maxBytes
    this.#every = isVirtual ? null : EVERY
  }

  write(event: Event): void {
    if (this.#over) return
    this.#writer ??= this.#open()
    this.#writer?.write(event)
    this.#events++
  }

  /** Null: not all of it could be written. */
  end(): WrittenJournal | null {
    const writer = this.#writer
    this.#writer = null
    writer?.close()
    const isWhole = writer !== null && !this.#over
    this.#over = true
    if (!isWhole) return null
    return { file: join(this.#folder, TIMELINE_FILE), headerBytes: writer.headerBytes, events: this.#events }
  }

  #open(): TimelineWriter | null {
    const file = join(this.#folder, TIMELINE_FILE)
    const stop = (): void => {
      this.#over = true // the whole record will tell
    }
    try {
      // Not through a link that somebody has put there.
      if (lstatSync(this.#folder, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(this.#folder)
      mkdirSync(this.#folder, { recursive: true })
      rmSync(file, { force: true })
      return new TimelineWriter(file, this.#header, this.#maxBytes, stop, this.#every)
    } catch {
      stop()
      return null
    }
  }
}
