// Whatever is taken is given back, in reverse, on every way out. A release that fails or hangs must
// not keep the others from happening, because ports, processes and boards outlive us.

import { Problem } from '../../emulators/index.ts'

interface Held {
  readonly what: string
  release(): Promise<void>
}

/** How long one release may take before it is left behind (and said so). */
const RELEASE_LIMIT_MS = 5000

export class ResourceStack implements AsyncDisposable {
  readonly #held: Held[] = []
  readonly #acquiring = new Set<Promise<unknown>>()
  /** What could not be released. */
  readonly troubles: Problem[] = []

  /** Holds it as soon as it is there, also when whoever asked has stopped waiting by then. */
  async take<T extends AsyncDisposable>(what: string, acquiring: Promise<T>): Promise<T> {
    this.#acquiring.add(acquiring)
    try {
      const resource = await acquiring
      this.#held.push({ what, release: async () => resource[Symbol.asyncDispose]() })
      return resource
    } finally {
      this.#acquiring.delete(acquiring)
    }
  }

  /** Work that may still take or start something: nothing is given back before it has ended. */
  async during<T>(what: string, work: Promise<T>): Promise<T> {
    this.#held.push({ what, release: () => Promise.allSettled([work]).then(() => {}) })
    return work
  }

  onRelease(what: string, release: () => void | Promise<void>): void {
    this.#held.push({ what, release: async () => release() })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#acquiring])
    for (let held = this.#held.pop(); held !== undefined; held = this.#held.pop()) {
      try {
        await inTime(held)
      } catch (cause) {
        this.troubles.push(new Problem('run/not-released', `${held.what} could not be released: ${cause}`, { cause }))
      }
    }
  }
}

async function inTime(held: Held): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${RELEASE_LIMIT_MS / 1000} s`)), RELEASE_LIMIT_MS)
  })
  try {
    await Promise.race([held.release(), late])
  } finally {
    clearTimeout(timer)
  }
}
