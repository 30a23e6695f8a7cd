// A console's bytes as lines. A line ends with LF, CR or CR LF. What has no end yet, such as a prompt, is told once the
// console has been quiet for a moment, and again when more of it came. A board may be unplugged in the middle of a line,
// and noise is not UTF-8: what cannot be read is shown in hex. No line grows without bound.

import { after, type Clock, type Duration, milliseconds, type Timer } from '../../../emulators/index.ts'
import { withoutEscapes } from '../../evidence/index.ts'

const LF = 10
const CR = 13
const ESC = 27
const TAB = 9

/** Bytes after which a line is told as pieces. */
const LONGEST = 32_768
/** Bytes for most lines. */
const ROOM = 1024
/** Pieces of one line that are kept; of what is longer only the end is kept beside them. */
const MOST_PIECES = 2
/** How long a console is quiet before a line without an end is told. */
const QUIET: Duration = milliseconds(250)
/** How often a line without an end is told before it counts as ended. */
const MOST_TOLD = 8

/** The end of a prompt. */
export const PROMPT = /[>$#%:]\s*$/

export interface ConsoleLine {
  readonly line: string
  /** It has no end yet. */
  readonly unfinished?: true
  /** As much of it as was told before as unfinished. */
  readonly seen?: string
}

export class Lines {
  readonly #onLine: (line: ConsoleLine) => void
  readonly #clock: Clock
  readonly #prompt: RegExp | null
  #bytes = Buffer.alloc(ROOM)
  #length = 0
  #afterCr = false
  /** Pieces of the current line that were told. */
  #pieces = 0
  /** Bytes of the current line that are not kept. */
  #dropped = 0
  #seen: string | null = null
  /** A prompt that was told: from now on it is told as soon as a line begins with it. */
  #known: Buffer | null = null
  #told = 0
  #timer: Timer | null = null
  /** Counts what was fed, to see whether something came while a timer was late. */
  #fed = 0

  /** `prompt`: found at the end of a line without an end, it is told at once. */
  constructor(onLine: (line: ConsoleLine) => void, clock: Clock, prompt: RegExp | null = null) {
    this.#onLine = onLine
    this.#clock = clock
    this.#prompt = prompt
  }

  feed(bytes: Uint8Array): void {
    this.#fed++
    for (const byte of bytes) this.#take(byte)
    this.#timer?.cancel()
    this.#timer = null
    if (this.#length === 0) return
    if (this.#prompt?.test(withoutEscapes(this.#text())) === true) this.#tellUnfinished()
    else this.#timer = this.#clock.at(after(this.#clock.now(), QUIET), () => this.#quiet())
  }

  /** Tells what there is of a line as a line. */
  flush(): void {
    this.#timer?.cancel()
    this.#timer = null
    if (this.#length > 0 || this.#dropped > 0) this.#end()
  }

  #take(byte: number): void {
    if (byte === LF && this.#afterCr) {
      this.#afterCr = false
      return
    }
    if (byte === CR) {
      // CR CR LF, as a text mode applied twice makes it, is one end.
      if (!this.#afterCr) this.#end()
      this.#afterCr = true
      return
    }
    this.#afterCr = false
    if (byte === LF) {
      this.#end()
      return
    }
    if (this.#length === LONGEST) this.#full()
    if (this.#length === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * this.#length)
    this.#bytes[this.#length++] = byte
    if (this.#known?.length === this.#length && this.#pieces === 0) this.#greet(this.#known)
  }

  #greet(known: Buffer): void {
    if (this.#seen === null && known.equals(this.#bytes.subarray(0, this.#length))) this.#tellUnfinished()
  }

  /** The line goes on, and there is no room for more of it. */
  #full(): void {
    if (this.#pieces < MOST_PIECES) {
      this.#pieces++
      // A character is not torn apart by this bound.
      const torn = unfinishedBytes(this.#bytes.subarray(0, this.#length))
      this.#tell(this.#text())
      this.#bytes.copyWithin(0, this.#length - torn, this.#length)
      this.#length = torn
    } else {
      this.#dropped += this.#length
      this.#length = 0
    }
  }

  #end(): void {
    const text = textOf(this.#bytes.subarray(0, this.#length))
    const rest = this.#dropped === 0 ? text : `… ${this.#dropped} bytes of this line are not kept …${text}`
    const ended = this.#pieces > 0 && rest === ''
    this.#length = 0
    this.#pieces = 0
    this.#dropped = 0
    if (!ended) this.#tell(rest)
  }

  #tell(line: string): void {
    const seen = this.#seen
    this.#seen = null
    this.#told = 0
    if (seen === null) this.#onLine({ line })
    else if (seen !== line) this.#onLine({ line, seen })
  }

  /** The harness may be late: what has come meanwhile is read before this is believed. */
  #quiet(): void {
    this.#timer = null
    const fed = this.#fed
    setImmediate(() => {
      if (fed === this.#fed && this.#length > 0 && this.#timer === null) this.#tellUnfinished()
    })
  }

  #tellUnfinished(): void {
    if (++this.#told >= MOST_TOLD) return this.#end()
    const line = this.#text()
    const seen = this.#seen
    if (line === '' || line === seen) return
    this.#seen = line
    if (PROMPT.test(withoutEscapes(line))) this.#known = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#onLine({ line, unfinished: true, ...(seen === null ? {} : { seen }) })
  }

  /** What there is of the current line, without the beginning of a character at its end. */
  #text(): string {
    const bytes = this.#bytes.subarray(0, this.#length)
    return textOf(bytes.subarray(0, this.#length - unfinishedBytes(bytes)))
  }
}

/** How many bytes at the end are the beginning of a UTF-8 character. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0
  }
  return 0
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes)
  } catch {
    return [...bytes].map(shown).join('')
  }
}

const shown = (byte: number): string =>
  byte === ESC || byte === TAB || (byte >= 0x20 && byte < 0x7f)
    ? String.fromCharCode(byte)
    : `\\x${byte.toString(16).padStart(2, '0')}`
