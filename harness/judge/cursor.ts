// Where an expect begins to look. Within one stream (a device's link, the observer, …) it looks
// after the event that satisfied the last expect on that stream, so consecutive expects assert
// order. Between streams the order of record is chance (a PUBACK and the observer's copy race), so
// there it looks back as far as the start of the last action, or the last find if that is older.

export class Cursor {
  #found = -1
  #acted = -1
  readonly #streams = new Map<string, number>()

  /** An action step, or a client call, started at this seq. */
  acted(seq: number): void {
    this.#acted = seq
  }

  found(stream: string, seq: number): void {
    this.#found = Math.max(this.#found, seq)
    this.#streams.set(stream, Math.max(seq, this.#streams.get(stream) ?? -1))
  }

  /** Events of this stream up to the returned seq are past. */
  from(stream: string): number {
    return Math.max(this.#streams.get(stream) ?? -1, Math.min(this.#found, this.#acted))
  }

  fork(): Cursor {
    const copy = new Cursor()
    copy.#found = this.#found
    copy.#acted = this.#acted
    for (const [stream, seq] of this.#streams) copy.#streams.set(stream, seq)
    return copy
  }

  /** A branch of a `parallel` ended; what it found is past for those who come after. */
  join(branch: Cursor): void {
    this.#found = Math.max(this.#found, branch.#found)
    for (const [stream, seq] of branch.#streams)
      this.#streams.set(stream, Math.max(seq, this.#streams.get(stream) ?? -1))
  }
}
