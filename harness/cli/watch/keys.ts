// Keys, as vitest has them. A terminal in raw mode sends Ctrl-C as a key, so it is one here; while a question is asked,
// lines are read and keys mean themselves.

import { emitKeypressEvents } from 'node:readline'
import { createInterface } from 'node:readline/promises'

export const KEYS = [
  ['a', 'rerun all'],
  ['Enter', 'rerun'],
  ['f', 'rerun what failed'],
  ['p', 'only files whose path contains …'],
  ['t', 'only scenarios whose name matches …'],
  ['c', 'cancel the run'],
  ['q', 'quit'],
] as const

export interface Key {
  readonly name?: string | undefined
  readonly ctrl?: boolean | undefined
}

export class KeyReader implements Disposable {
  readonly #onKey: (key: Key) => void
  #asking = false

  constructor(onKey: (key: Key) => void) {
    this.#onKey = onKey
    emitKeypressEvents(process.stdin)
    process.stdin.on('keypress', this.#press)
    process.stdin.setRawMode(true)
    process.stdin.resume()
  }

  readonly #press = (_: string | undefined, key: Key): void => {
    if (!this.#asking) this.#onKey(key)
  }

  /** null: Ctrl-C or Ctrl-D, nothing was answered. */
  async ask(question: string): Promise<string | null> {
    this.#asking = true
    const lines = createInterface({ input: process.stdin, output: process.stdout })
    const left = new AbortController()
    lines.on('SIGINT', () => left.abort()).on('close', () => left.abort())
    try {
      return (await lines.question(question, { signal: left.signal })).trim()
    } catch {
      return null
    } finally {
      lines.close()
      process.stdin.setRawMode(true)
      process.stdin.resume()
      this.#asking = false
    }
  }

  [Symbol.dispose](): void {
    process.stdin.off('keypress', this.#press)
    process.stdin.setRawMode(false)
    process.stdin.pause()
  }
}
