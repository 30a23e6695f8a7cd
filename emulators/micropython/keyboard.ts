// What is typed at the REPL, on its way to the interpreter. It knows the REPL's mode, which a soft
// reset must keep, and answers one question in the interpreter's place: "can you raw-paste?" (Ctrl-E,
// A, Ctrl-A at the start of a raw line), at which the web build would wait for ever. The answer is no.

const CTRL_A = 1
const CTRL_B = 2
const CTRL_C = 3
const CTRL_D = 4
const ENTER = 13
const QUESTION = [5, 0x41, CTRL_A]
const NO = 'R\x00'

export class ReplInput {
  #raw: boolean
  /** Bytes of the raw line so far. */
  #line = 0
  /** As much of the question as has come. */
  #asked = 0

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

  /** What the interpreter gets, or what it would say if it could. */
  type(byte: number): { readonly keys: readonly number[] } | { readonly answer: string } {
    if (this.#raw && this.#line === 0 && byte === QUESTION[this.#asked]) {
      if (++this.#asked < QUESTION.length) return { keys: [] }
      this.#asked = 0
      return { answer: NO }
    }
    const keys = [...QUESTION.slice(0, this.#asked), byte]
    this.#asked = 0
    for (const key of keys) this.#follow(key)
    return { keys }
  }

  #follow(key: number): void {
    if (key === CTRL_A) this.#raw = true
    if (key === CTRL_B) this.#raw = false
    if (key === CTRL_A || key === CTRL_B || key === CTRL_C || key === CTRL_D) this.#line = 0
    else this.#line++
  }
}
