// The session that the tests of a file have one after the other, where `hil.scope` is `file`: its broker, devices and links are
// opened once. A test begins with all of them up; one that failed leaves a session of which nobody knows what it is like, and
// the next test has a new one.

import type { InteractiveSession, PartLimits } from '../run/index.ts'
import { restore, type TestDevice, type TestLink } from './device.ts'

/** What a test was given by a name. */
interface Opened {
  /** What it was asked for. */
  readonly words: string
  readonly thing: TestDevice | TestLink
}

export class KeptSession implements AsyncDisposable {
  #session: InteractiveSession | null = null
  /** Settings of the tests that share it. */
  #of = ''
  #isTaken = false

  /** The one of these settings, in which a new part begins. Throws TypeError when another test has it, and as `make`. */
  async take(of: object, limits: PartLimits, make: () => InteractiveSession): Promise<InteractiveSession> {
    if (this.#isTaken) {
      const hint = 'leave out concurrent, or take hil: { scope: "test" }'
      throw new TypeError(
        `tests that share their devices run one after the other, and this one is concurrent\n  hint: ${hint}`,
      )
    }
    this.#isTaken = true
    try {
      return await this.#taken(of, limits, make)
    } catch (error) {
      await this.giveBack(false)
      throw error
    }
  }

  async #taken(of: object, limits: PartLimits, make: () => InteractiveSession): Promise<InteractiveSession> {
    const key = JSON.stringify(of)
    if (this.#of !== key) await this.#end()
    this.#of = key
    if (this.#session === null) {
      this.#session = make()
      opened.set(this.#session, new Map())
    } else {
      this.#session.limitTo(limits)
      await restore(this.#session)
      this.#session.begin()
    }
    return this.#session
  }

  /** `isFine`: the next test may have it. Rejects with what could not be given back. */
  async giveBack(isFine: boolean): Promise<void> {
    this.#isTaken = false
    this.#session?.rest()
    if (!isFine) await this.#end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end()
  }

  async #end(): Promise<void> {
    const session = this.#session
    this.#session = null
    if (session !== null) await session[Symbol.asyncDispose]()
  }
}

/** Of kept sessions alone. */
const opened = new WeakMap<InteractiveSession, Map<string, Opened>>()

/**
 * What a test of a kept session opened by this name; null: nothing. Throws TypeError when it was something else.
 */
export function keptAs<T extends TestDevice | TestLink>(
  session: InteractiveSession,
  name: string,
  words: object,
): T | null {
  const known = opened.get(session)?.get(name)
  if (known === undefined) return null
  const asked = JSON.stringify(words)
  if (known.words === asked) return known.thing as T
  const hint = 'ask for the same again, or give this one another name'
  throw new TypeError(
    `${name} is open for all tests of this file, as ${known.words}, and not as ${asked}\n  hint: ${hint}`,
  )
}

export function keep(session: InteractiveSession, name: string, words: object, thing: TestDevice | TestLink): void {
  opened.get(session)?.set(name, { words: JSON.stringify(words), thing })
}
