// A console's bytes as lines. A board may be unplugged in the middle of one, and noise is no UTF-8:
// what cannot be read is shown as it is, in hex.

const LF = 10
/** A line without an end is not kept for ever. */
const MAX_LINE_LENGTH = 4096

export class Lines {
  readonly #onLine: (line: string) => void
  #bytes: number[] = []

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === LF || this.#bytes.length >= MAX_LINE_LENGTH) this.end()
      if (byte !== LF) this.#bytes.push(byte)
    }
  }

  /** What has come of a line, as a line. */
  end(): void {
    const bytes = Uint8Array.from(this.#bytes)
    this.#bytes = []
    this.#onLine(textOf(bytes).replace(/\r+$/, ''))
  }

  /** The same, unless there is nothing. */
  flush(): void {
    if (this.#bytes.length > 0) this.end()
  }
}

const STRICT = new TextDecoder('utf-8', { fatal: true })

function textOf(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes)
  } catch {
    return [...bytes]
      .map((byte) =>
        byte === 13 || (byte >= 0x20 && byte < 0x7f)
          ? String.fromCharCode(byte)
          : `\\x${byte.toString(16).padStart(2, '0')}`,
      )
      .join('')
  }
}
