// The latest lines of a log. Brokers under load write without end; only the tail explains a death.

const LINES = 400

export class Tail {
  readonly #lines: string[] = []
  #partial = ''
  #onLine: ((line: string) => void) | undefined

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine
  }

  /** Text as it comes, lines in any pieces. */
  write(text: string): void {
    const lines = (this.#partial + text).split(/\r?\n/)
    this.#partial = lines.pop()!
    for (const line of lines) this.add(line)
  }

  add(line: string): void {
    this.#lines.push(line)
    // Rarely and many at once: cutting one line off an array costs as much as cutting off hundreds.
    if (this.#lines.length > 2 * LINES) this.#lines.splice(0, LINES)
    this.#onLine?.(line)
  }

  last(count: number): string {
    return this.#lines.slice(-count).join('\n')
  }

  toString(): string {
    return this.last(LINES) + (this.#partial === '' ? '' : `\n${this.#partial}`)
  }
}
