// Who wants to hear of a broker's death, and how it is told.

import { Problem } from '../../emulators/index.ts'

export class Deaths {
  readonly #listeners = new Set<(death: Problem) => void>()

  on(listener: (death: Problem) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** @param how `exit code 1`, `signal SIGSEGV` */
  tell(name: string, how: string, lastLines: string, cause?: unknown): void {
    const hint = lastLines === '' ? undefined : `last log lines:\n${lastLines}`
    const death = new Problem('broker/died', `broker ${name} died: ${how}`, { hint, cause })
    for (const listener of [...this.#listeners]) listener(death)
  }
}
