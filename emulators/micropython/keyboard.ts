// What is typed at the REPL, on its way to the interpreter. It knows the REPL's mode, which a soft
// reset must keep, and does in the interpreter's place what its web build has not: raw-paste (Ctrl-E, A, Ctrl-A at the
// start of a raw line). The program is gathered here, with the flow control of a board, and typed when it is complete.

const CTRL_A = 1
const CTRL_B = 2
const CTRL_C = 3
const CTRL_D = 4
const ENTER = 13
const QUESTION = [5, 0x41, CTRL_A]
/** Yes, and how many bytes may be on their way. */
const WINDOW = 128
const YES = `R\x01${String.fromCharCode(WINDOW, 0)}`
const MORE = '\x01'
const END = '\x04'
const INTERRUPTED = '\x04Traceback (most recent call last):\r\nKeyboardInterrupt: \r\n\x04>'

export interface Typed {
  /** What the interpreter gets. */
  readonly keys: readonly number[]
  /** What is said in its place, before that. */
  readonly answer?: string
  /** The keys are a program that was pasted: the interpreter's `OK` is no part of the answer. */
  readonly isPasted?: true
}

export class ReplInput {
  #raw: boolean
  /** Bytes of the raw line so far. */
  #line = 0
  /** As much of the question as has come. */
  #asked = 0
  /** The program that is being pasted; null: none is. */
  #pasted: number[] | null = null

  constructor(raw: boolean) {
    this.#raw = raw
  }

  get raw(): boolean {
    return this.#raw
  }

  /** Whether this key may make the REPL run a program. */
  runs(key: number): boolean {
    return key === CTRL_D || (!this.#raw && key === ENTER)
  }

  type(byte: number): Typed {
    if (this.#pasted !== null) return this.#paste(this.#pasted, byte)
    if (this.#raw && this.#line === 0 && byte === QUESTION[this.#asked]) {
      if (++this.#asked < QUESTION.length) return { keys: [] }
      this.#asked = 0
      this.#pasted = []
      return { keys: [], answer: YES }
    }
    const keys = [...QUESTION.slice(0, this.#asked), byte]
    this.#asked = 0
    for (const key of keys) this.#follow(key)
    return { keys }
  }

  #paste(pasted: number[], byte: number): Typed {
    if (byte === CTRL_C) {
      this.#pasted = null
      return { keys: [], answer: END + INTERRUPTED }
    }
    if (byte === CTRL_D) {
      this.#pasted = null
      return { keys: [...pasted, CTRL_D], answer: END, isPasted: true }
    }
    pasted.push(byte)
    return { keys: [], ...(pasted.length % WINDOW === 0 ? { answer: MORE } : {}) }
  }

  #follow(key: number): void {
    if (key === CTRL_A) this.#raw = true
    if (key === CTRL_B) this.#raw = false
    if (key === CTRL_A || key === CTRL_B || key === CTRL_C || key === CTRL_D) this.#line = 0
    else this.#line++
  }
}
